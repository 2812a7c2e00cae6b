"""One socket as the hub knows it: writes through while its line drains, keeps a bounded queue while it does not."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from service.realtime.audience import Audience, Refiner
from service.realtime.line import Rope
from service.realtime.wire import GONE_S, BadFrame, Close, read_frame, reason_for, seq_of

MAX_FRAMES = 256
MAX_BYTES = 256 * 1024
OLDEST_S = 5.0


@dataclass(slots=True)
class Waiting:
    """A frame that the line would not take, and since when."""

    frame: bytes
    since: float
    tick: bool = False
    ahead: bool = False


class Connection:
    """`holder` of a line. It never waits: what does not fit ends the socket, whose cursor brings it back."""

    def __init__(self, line: Rope, audience: Audience, session_id: int, refiner: Refiner | None = None) -> None:
        self.line, self.audience, self.session_id, self.refiner = line, audience, session_id, refiner
        self.closing: Close | None = None
        self.visible = self.sound = False
        self.here_at: float | None = None
        self.on_left: Callable[[Connection], None] = _nothing
        self.on_seen: Callable[[Connection, int], None] = _nothing
        self.on_retry: Callable[[], float] = lambda: 0.0
        self._waiting: deque[Waiting] = deque()
        self._bytes = 0
        self._paused_at: float | None = None

    def push(self, frame: bytes, *, ahead: bytes | None = None, tick: bool = False) -> None:
        """Send now, or queue on a line that is full. `ahead` is a copy that then overtakes what waits."""
        if self.closing is not None:
            return
        if not self._waiting and not self.line.paused:
            self.line.write(frame)
            return
        now = time.monotonic()
        if self._paused_at is None:
            self._paused_at = now
        if ahead is not None:
            self._queue(Waiting(ahead, now, ahead=True))
        if tick and self._waiting and self._waiting[-1].tick:
            self._bytes -= len(self._waiting.pop().frame)
        self._queue(Waiting(frame, now, tick=tick))

    def _queue(self, waiting: Waiting) -> None:
        if len(self._waiting) >= MAX_FRAMES or self._bytes + len(waiting.frame) > MAX_BYTES:
            self.end(Close.SLOW)
            return
        place = len(self._waiting)
        if waiting.ahead:
            place = sum(1 for other in self._waiting if other.ahead)
        self._waiting.insert(place, waiting)
        self._bytes += len(waiting.frame)

    def writable(self) -> None:
        """The line drains: write on."""
        while self._waiting and not self.line.paused and self.closing is None:
            waiting = self._waiting.popleft()
            self._bytes -= len(waiting.frame)
            self.line.write(waiting.frame)
        if not self.line.paused:
            self._paused_at = None

    def stuck(self, now: float) -> bool:
        """Whether the line has been full for 5 s, or the oldest frame has waited so long."""
        if self._paused_at is None:
            return False
        oldest = min((waiting.since for waiting in self._waiting), default=self._paused_at)
        return now - min(oldest, self._paused_at) > OLDEST_S

    def end(self, code: Close, more: str | None = None) -> None:
        """Close with this code; what waits is not sent any more."""
        if self.closing is not None:
            return
        self.closing = code
        self._waiting.clear()
        self._bytes = 0
        retry = self.on_retry() if code in (Close.RESTART, Close.BUSY) else None
        self.line.end(code, reason_for(code, retry, more))
        self.on_left(self)

    def restart(self) -> None:
        """The server stops."""
        self.end(Close.RESTART)

    def lost(self, unanswered: bool = False) -> None:
        """The other side has gone; who answered nothing for 5 s counts as too slow."""
        if self.closing is None:
            self.closing = Close.SLOW if unanswered else Close.GONE
            self._waiting.clear()
            self.on_left(self)

    def heard(self, text: str | None) -> None:
        """One message of the client; one that is not in the protocol ends the socket."""
        if self.closing is not None:
            return
        try:
            if text is None:
                raise BadFrame("text frames are expected")
            self._take(read_frame(text))
        except BadFrame as error:
            self.end(Close.BAD_FRAME, str(error))

    def _take(self, frame: dict[str, Any]) -> None:
        seq = seq_of(frame) if frame["type"] in ("here", "seen") else 0
        if frame["type"] == "here":
            self.visible, self.sound = frame.get("visible") is not False, frame.get("sound") is not False
            self.here_at = time.monotonic()
        elif frame["type"] == "seen":
            self.on_seen(self, seq)
        else:
            raise BadFrame(f"type: {frame['type'][:20]!r} is not known; accepted: here, seen")

    def live_for_s(self) -> float:
        """For how many seconds the page still counts as live: 12 s from its last `here`, 0 before the first."""
        if self.closing is not None or self.here_at is None:
            return 0.0
        return max(0.0, self.here_at + GONE_S - time.monotonic())


def _nothing(*_: Any) -> None:
    return None
