"""uvicorn's WebSocket with a way around it: prebuilt bytes go straight to the transport; refuses to keep a task alive.

The ASGI application greets a client as always. Then it may `hold` the line: from there on frames are read by callbacks
and written as they are, so an idle client costs no task, no queue and no copy of an event. Measured: bench/hub.py.
"""

import contextlib
import logging
import socket
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from starlette.websockets import WebSocket
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.http11 import Request

from service.realtime.wire import Close

log = logging.getLogger(__name__)
QUIET = logging.getLogger("service.realtime.lines")
"""Where uvicorn would say every handshake: two thousand lines in a storm tell nobody anything."""
QUIET.setLevel(logging.WARNING)

KEY = "unwalled.line"
GRACE_S = 2.0
SLOW_GRACE_S = 0.5
UNANSWERED_MS = 5000
"""The kernel gives up on a peer that acknowledges nothing for so long: half-open connections, closed windows."""

KERNEL_BYTES = 128 * 1024
"""What the kernel keeps for one socket: left to itself it takes 4 MB for each that does not read."""


class Holder(Protocol):
    """Whoever holds a line."""

    def heard(self, text: str | None) -> None:
        """A message came; None for a binary one."""

    def writable(self) -> None:
        """The transport drains again."""

    def lost(self, unanswered: bool) -> None:
        """The connection is gone; `unanswered` when the kernel gave up on it."""

    def restart(self) -> None:
        """The server is about to stop: say goodbye."""


class Rope(Protocol):
    """What the hub needs of a line; tests tie their own."""

    @property
    def paused(self) -> bool: ...

    def write(self, frame: bytes) -> None: ...

    def end(self, code: Close, reason: str) -> None: ...


class Line(WebSocketsSansIOProtocol):
    """Give it to uvicorn as `ws`. `line_of(websocket)` finds it again inside the application."""

    holder: Holder | None = None
    scope: Any = None
    gone: Callable[[], None] | None = None
    """Called once the connection is closed, by whoever counts them."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.logger = self.conn.logger = QUIET

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.scope is not None:
            self.scope["extensions"][KEY] = self

    async def run_asgi(self) -> None:
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except Exception:
            log.exception("a socket failed")
            self.send_500_response()
        if self.holder is None and self.close_timer is None:
            self.transport.close()

    def hold(self, holder: Holder) -> None:
        """From now on everything that comes goes to `holder`, what had come already first; ASGI gets nothing more."""
        self.holder = holder
        self.scope = self.request = self.response = None  # type: ignore[assignment]
        # AttributeError, OSError: a transport without a TCP socket below (a Unix one)
        with contextlib.suppress(AttributeError, OSError):
            peer = self.transport.get_extra_info("socket")
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNANSWERED_MS)
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
        while not self.queue.empty():
            message = self.queue.get_nowait()
            if message["type"] == "websocket.disconnect":
                holder.lost(False)
            elif message["type"] == "websocket.receive":
                holder.heard(message.get("text"))
        if self.read_paused and not self.transport.is_closing():
            self.read_paused = False
            self.transport.resume_reading()

    @property
    def paused(self) -> bool:
        """Whether the transport holds more than it likes: write nothing now."""
        return not self.writable.is_set()

    def write(self, frame: bytes) -> None:
        """Send bytes that `wire.packed` made."""
        if not self.close_sent and not self.transport.is_closing():
            self.transport.write(frame)

    def write_all(self, frames: Sequence[bytes]) -> None:
        """Send some frames at once: uvloop makes one call to the kernel of it, and one of each `write`."""
        if not self.close_sent and not self.transport.is_closing():
            self.transport.writelines(frames)

    def end(self, code: Close, reason: str) -> None:
        """Close with this code; who does not answer is cut off soon after."""
        if self.close_sent or self.transport.is_closing():
            return
        self.stop_keepalive()
        with contextlib.suppress(InvalidState):
            self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        grace_s = SLOW_GRACE_S if code is Close.SLOW else GRACE_S
        self.close_timer = self.loop.call_later(grace_s, self.transport.abort)

    def send_receive_event_to_app(self) -> None:
        if self.holder is None:
            super().send_receive_event_to_app()
            return
        message = b"".join(self.frames)
        self.frames = []
        if not self.close_sent:
            binary = self.curr_msg_data_type != "text"
            self.holder.heard(None if binary else message.decode(errors="replace"))

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.holder is not None:
            self.holder.writable()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        gone, self.gone = self.gone, None
        if gone is not None:
            gone()
        holder, self.holder = self.holder, None  # no cycle is left: what gc.freeze() has frozen it never collects
        if holder is not None:
            holder.lost(isinstance(exc, TimeoutError))

    def shutdown(self) -> None:
        if self.holder is not None and not self.close_sent:
            self.holder.restart()
        else:
            super().shutdown()


def line_of(websocket: WebSocket) -> Line:
    """The line below an accepted WebSocket. Raises RuntimeError unless uvicorn was given `ws=Line`."""
    line = websocket.scope.get("extensions", {}).get(KEY)
    if not isinstance(line, Line):
        raise RuntimeError("live sockets need uvicorn with ws=service.realtime.line.Line")
    return line
