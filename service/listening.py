"""How the service listens, in whatever roles: one way to set up uvicorn; refuses to know what it serves."""

import os
import resource
import socket
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from service.errors import ServiceError
from service.guests import Bounds, Guest, Guests, Stage
from service.settings import Settings

SWITCH_S = 0.0005
"""How long a thread that computes keeps the event loop out. Python's own 5 ms add up: a transaction changes threads at
every statement, so a call behind one waited 30 ms longer while a plan was being prepared."""
BACKLOG = 2048
OWN = 256
"""Descriptors for the database, files and outgoing calls."""
VISITOR = "unwalled.visitor"
"""Where the application finds the connection of a request."""
NO_PLACE = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
SWEEP_TICKS = 5
Headers = Sequence[tuple[bytes, bytes]]


class Visitor(HttpToolsProtocol):
    """uvicorn's HTTP with every connection counted: it enters, moves on with what it does, and may have to go."""

    def __init__(self, guests: Guests, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._guests = guests
        self._guest: Guest | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._guest = Guest(self.client[0] if self.client else "", transport.abort)
        if not self._guests.enter(self._guest):
            self._guest = None
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._guest is not None:
            self._guests.forget(self._guest)
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        scope: Any = self.scope
        scope[VISITOR] = self

    def is_known(self) -> None:
        """A terminal has signed on it: it stays when places run out."""
        if self._guest is not None:
            self._guest.known = True

    def answer(self, scope: Any, status: int, headers: Headers, body: bytes) -> bool:
        """Answer a request with one write, head and body; False, with nothing done, when it has to go the long way.

        Two writes are two packets and two wake-ups: a third of what a heartbeat costs.
        """
        cycle, busy = self.cycle, self.flow.write_paused or self.transport.is_closing()
        if busy or cycle is None or cycle.scope is not scope or cycle.response_started or scope["method"] == "HEAD":
            return False
        cycle.response_started = cycle.response_complete = True
        parts = [STATUS_LINE[status], b"content-length: %d\r\n" % len(body)]
        for name, value in (*self.server_state.default_headers, *headers):
            parts += (name, b": ", value, b"\r\n")
        parts += (b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n", body)
        self.transport.write(b"".join(parts))
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()
        return True

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        guest, cycle = self._guest, self.cycle
        if guest is not None and guest.stage is not Stage.SOCKET and not (cycle and cycle.response_complete):
            whole = cycle is not None and not cycle.more_body
            self._guests.move(guest, Stage.ANSWERED if whole else Stage.AWAITED)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._guest is not None and not self.pipeline:
            self._guests.move(self._guest, Stage.IDLE)

    def handle_websocket_upgrade(self) -> None:
        guest, guests = self._guest, self._guests
        if guest is None or guests.count(Stage.SOCKET) >= guests.bounds.sockets:
            self.transport.write(NO_PLACE)
            self.transport.close()
            return
        guests.move(guest, Stage.SOCKET)
        super().handle_websocket_upgrade()
        line: Any = self.transport.get_protocol()
        line.gone = partial(guests.forget, guest)


class Listener(uvicorn.Server):
    """A server that looks twice a second whose time is over."""

    def __init__(self, config: uvicorn.Config, guests: Guests) -> None:
        super().__init__(config)
        self.guests = guests

    async def on_tick(self, counter: int) -> bool:
        if counter % SWEEP_TICKS == 0:
            self.guests.sweep()
        return await super().on_tick(counter)


def server_for(app: Any, host: str, port: int, ws: Any = "none", bounds: Bounds | None = None) -> Listener:
    """A server for this application; `ws` is the protocol of its sockets, if it has any."""
    sys.setswitchinterval(SWITCH_S)
    bounds, backlog = _fitting(bounds or Bounds())
    guests = Guests(bounds)
    return Listener(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            backlog=backlog,
            http=partial(Visitor, guests),  # type: ignore[arg-type]
            ws=ws,
            ws_per_message_deflate=False,
            ws_max_size=64 * 1024,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=5,
            timeout_keep_alive=int(bounds.idle_s) + 1,
            server_header=False,
        ),
        guests,
    )


def bounds_of(settings: Settings) -> Bounds:
    """What the operator allows."""
    return Bounds(settings.most_connections, settings.most_per_address)


def _fitting(bounds: Bounds) -> tuple[Bounds, int]:
    """Take all descriptors that the system grants; bounds below them, and how many may wait to be let in.

    Shells give 1,024: a town has more terminals. Twice what may wait is kept free: so many come in one turn of the
    loop, and those that have to go for them leave in the next.
    """
    granted = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (granted, granted))
    backlog = max(16, min(BACKLOG, granted // 8))
    most = max(16, min(bounds.most, granted - OWN - 2 * backlog))
    return replace(bounds, most=most, each=min(bounds.each, most)), backlog


def free_port() -> int:
    """A loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refuse_taken(host: str, port: int) -> None:
    """Try the address before anything is opened. Raises ServiceError when it is taken or not this machine's."""
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            return
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno is not None and error.errno > 0 else str(error)
        raise ServiceError(f"cannot listen on {host}, port {port}: {reason}. Choose another with --port") from error
