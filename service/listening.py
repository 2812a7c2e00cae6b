"""How the service listens, in whatever roles: one way to set up uvicorn; refuses to know what it serves."""

import logging
import os
import resource
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from service.errors import ServiceError
from service.guests import Bounds, Guest, Guests, Stage
from service.settings import Settings

log = logging.getLogger(__name__)

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


class Hatch(Protocol):
    """Takes small requests straight off the line, in front of the application and without a task for each."""

    def wants(self, url: bytes, head: Mapping[bytes, bytes]) -> bool:
        """Whether a POST with this head is for it; what is not goes the application's way."""

    def take(self, request: "Whole") -> None:
        """Answer a request, now or later, once. It must not wait."""


class _NobodyWaits:
    """What uvicorn rings when something came of a request: no task waits for that here."""

    def set(self) -> None:
        """Nothing to do."""


class Whole:
    """A request of the hatch; stands where uvicorn keeps its own kind of request until it is answered."""

    __slots__ = ("body", "disconnected", "head", "keep_alive", "line", "more_body", "response_complete", "url")
    message_event = _NobodyWaits()

    def __init__(self, line: "Visitor", url: bytes, head: Mapping[bytes, bytes], keep_alive: bool) -> None:
        self.line, self.url, self.head, self.keep_alive = line, url, head, keep_alive
        self.body, self.more_body = b"", True
        self.response_complete = self.disconnected = False

    @property
    def source(self) -> str:
        """The address that it came from."""
        return self.line.client[0] if self.line.client else ""

    def answer(self, status: int, headers: Headers, body: bytes) -> None:
        """Answer it in one write; whoever has hung up misses it."""
        if self.response_complete:
            return
        self.response_complete = True
        if not self.disconnected and not self.line.transport.is_closing():
            self.line.write_whole(status, headers, body, self.keep_alive)
            self.line.on_response_complete()


class Visitor(HttpToolsProtocol):
    """uvicorn's HTTP with every connection counted: it enters, moves on with what it does, and may have to go."""

    def __init__(self, guests: Guests, hatch: Hatch | None, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._guests, self._hatch = guests, hatch
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
        self.url, self.headers = b"", []

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        whole: Any = self._for_the_hatch()
        if whole is not None:
            self.cycle = whole
            return
        url, headers = self.url, self.headers
        super().on_message_begin()
        self.url = url
        for name, value in headers:
            super().on_header(name, value)
        scope: Any = self.scope
        scope[VISITOR] = self
        super().on_headers_complete()

    def _for_the_hatch(self) -> Whole | None:
        """The request, if the hatch may have it: whole requests one after the other, read as fast as answered."""
        if self._hatch is None or self.flow.write_paused or self.parser.get_method() != b"POST":
            return None
        head = dict(self.headers)
        if len(head) != len(self.headers) or not self._hatch.wants(self.url, head):
            return None
        behind = self.cycle is not None and not self.cycle.response_complete
        if behind or b"expect" in head or self.parser.should_upgrade():
            return None
        keep_alive = self.parser.get_http_version() != "1.0" and self.parser.should_keep_alive()
        return Whole(self, self.url, head, keep_alive)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        whole: Any = self.cycle
        if not isinstance(whole, Whole) or self._hatch is None:
            return
        if self._guest is not None:
            self._guests.move(self._guest, Stage.ANSWERED)
        try:
            self._hatch.take(whole)
        except Exception:
            log.exception("a request could not be answered")
            whole.answer(500, [(b"content-type", b"text/plain")], b"Internal Server Error")

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
        self.write_whole(status, headers, body, cycle.keep_alive)
        cycle.message_event.set()
        cycle.on_response()
        return True

    def write_whole(self, status: int, headers: Headers, body: bytes, keep_alive: bool) -> None:
        """Write an answer, and close the line after it when it is not kept."""
        parts = [STATUS_LINE[status], b"content-length: %d\r\n" % len(body)]
        for name, value in (*self.server_state.default_headers, *headers):
            parts += (name, b": ", value, b"\r\n")
        parts += (b"\r\n" if keep_alive else b"connection: close\r\n\r\n", body)
        self.transport.write(b"".join(parts))
        if not keep_alive:
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        guest, cycle = self._guest, self.cycle
        if guest is not None and guest.stage is not Stage.SOCKET and not (cycle and cycle.response_complete):
            whole = cycle is not None and not cycle.more_body
            self._guests.move(guest, Stage.ANSWERED if whole else Stage.AWAITED)

    def on_response_complete(self) -> None:
        """As uvicorn's, but for its timer a request: the sweep finds who stays idle."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif self._guest is not None:
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


def server_for(
    app: Any, host: str, port: int, ws: Any = "none", bounds: Bounds | None = None, hatch: Hatch | None = None
) -> Listener:
    """A server for this application; `ws` is the protocol of its sockets, `hatch` what takes calls before it."""
    sys.setswitchinterval(SWITCH_S)
    bounds, backlog = _fitting(bounds or Bounds())
    guests = Guests(bounds)
    return Listener(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            backlog=backlog,
            http=partial(Visitor, guests, hatch),  # type: ignore[arg-type]
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
