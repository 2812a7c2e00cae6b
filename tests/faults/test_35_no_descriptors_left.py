"""Fault 35: somebody opens connections without end and says nothing: calls and desks go on."""

import asyncio
import contextlib
import resource
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from service.guests import Bounds
from service.listening import free_port, server_for
from tests.fixtures.calling import Terminal
from tests.fixtures.served import Served
from tests.fixtures.town import TownBuilder

PLACES, EACH = 64, 40
FEW = {"UNWALLED_MOST_CONNECTIONS": str(PLACES), "UNWALLED_MOST_PER_ADDRESS": str(EACH)}
HALF = b"POST /terminals/v1/alerts HTTP/1.1\r\nhost: x\r\ncontent-length: 9000\r\n"


def connect(port: int, address: str, said: bytes = b"") -> socket.socket:
    """A connection from an address of this machine, with something said on it."""
    line = socket.create_connection(("127.0.0.1", port), timeout=5, source_address=(address, 0))
    line.sendall(said)
    line.setblocking(False)
    return line


def is_open(line: socket.socket) -> bool:
    """Whether the service has not hung up."""
    try:
        return line.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def call(bedside: Terminal) -> None:
    """Press and wait for the 200."""
    bedside.press()
    while not bedside.answered():
        pass


def descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_strangers_cannot_use_up_the_connections(served: Served, served_town: TownBuilder) -> None:
    """Five times as many idle and half-open connections as there are places: every call is answered, on an old line
    and on new ones, and the process keeps descriptors for itself."""
    await served.start(**FEW)
    assert served.process is not None
    own = descriptors(served.process.pid)
    resource.prlimit(served.process.pid, resource.RLIMIT_NOFILE, (own + PLACES + 40, own + PLACES + 40))
    bedside = Terminal(served.url, "T-chen", served_town.keys["chen"])
    call(bedside)
    idle = connect(served.port, "127.0.0.9", b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
    strangers = []
    for number in range(5 * PLACES):
        said = (b"", HALF, HALF + b"\r\n{", b"GET /")[number % 4]
        strangers.append(connect(served.port, f"127.0.0.{2 + number % 5}", said))
        if number % 16 == 0:
            call(bedside)  # raises when its line was closed for a stranger's
    late = Terminal(served.url, "T-chen", served_town.keys["chen"])
    late.boot = f"{bedside.boot}1"
    call(late)
    await asyncio.sleep(0.1)
    assert descriptors(served.process.pid) <= own + PLACES + 8
    assert sum(map(is_open, strangers)) < PLACES
    assert b"200 OK" in idle.recv(65536)
    assert is_open(idle), "who was answered stays while there are others that never asked"
    for line in [*strangers, idle, bedside.line, late.line]:
        line.close()


async def answer(scope: dict[str, Any], receive: Any, send: Callable[[object], Awaitable[None]]) -> None:
    """An application that reads and answers every request."""
    if scope["type"] == "http":
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})


@pytest.mark.parametrize("head_s", [0.3, 60])
async def test_half_requests_and_idle_lines_are_closed_in_time(head_s: float) -> None:
    """Whoever never finishes a request, or has sent none for long, is let go; a drip of bytes does not prolong it."""
    idle_s = 60 if head_s < 1 else 0.3
    server = server_for(answer, "127.0.0.1", free_port(), bounds=Bounds(head_s=head_s, idle_s=idle_s))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.config.port
    halves = [connect(port, "127.0.0.1", said) for said in (b"", HALF, HALF + b"\r\n{")]
    idle = [connect(port, "127.0.0.1", b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")]
    go, stay = (halves, idle) if head_s < 1 else (idle, halves)
    while any(map(is_open, go)):
        with contextlib.suppress(OSError):
            halves[1].send(b"x")
        await asyncio.sleep(0.05)
    assert all(map(is_open, stay))
    assert len(server.guests) == len(stay)
    for line in [*halves, *idle]:
        line.close()
    server.should_exit = True
    await serving
