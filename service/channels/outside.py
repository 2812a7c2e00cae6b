"""Makes sure that a webhook leads out of our own network: looks the name up once and goes only to what it found.

A provider writes the address of its webhook itself. Without this it could make the service knock at doors that only
the inside can reach. Refuses whatever is not a public address, also behind a name, and pins it for the one request.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx

Resolve = Callable[[str, int], Awaitable[list[str]]]


class LeadsInside(Exception):
    """The address is ours, somebody's private network's, or nobody's."""


@dataclass(frozen=True)
class Target:
    """Where to connect, and as whom to ask there: the certificate is still checked against the name."""

    url: httpx.URL
    headers: dict[str, str]
    extensions: dict[str, Any]


async def addresses_of(host: str, port: int) -> list[str]:
    """All addresses of a name."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[4][0]) for address in found]


async def outside(url: str, resolve: Resolve = addresses_of) -> Target:
    """The one address to connect to. Raises LeadsInside when any of the name's is not public, OSError without any."""
    asked = httpx.URL(url)
    port = asked.port or (443 if asked.scheme == "https" else 80)
    found = await resolve(asked.host, port)
    if not found or not all(map(is_public, found)):
        raise LeadsInside(asked.host)
    host = asked.host if asked.port is None else f"{asked.host}:{asked.port}"
    return Target(asked.copy_with(host=found[0]), {"host": host}, {"sni_hostname": asked.host})


def is_public(address: str) -> bool:
    """Whether everybody can reach it; an IPv4 address inside an IPv6 one counts as itself."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    found = inner or found
    return found.is_global and not found.is_multicast
