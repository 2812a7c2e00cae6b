"""Who holds a connection, and who has to go when the places run out; knows no socket, so that rules can be tested.

Strangers cannot use up what calls for help need: a newcomer always gets in, and the one least likely to be a call has
to go for it. Nobody waits for ever for a request that does not come.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum


class Stage(IntEnum):
    """What a connection is doing, the first to go first. Those being answered, or calling again, never have to go."""

    AWAITED = 0
    """Connected, and no whole request has come yet."""
    IDLE = 1
    """Answered, and nothing has come since."""
    SOCKET = 2
    """Became a live socket of a desk or a phone."""
    KNOWN_IDLE = 3
    """Answered a terminal whose signature was right."""
    KNOWN_AWAITED = 4
    """The same, and its next request has begun."""
    ANSWERED = 5
    """A whole request is being answered."""


MAY_GO = (Stage.AWAITED, Stage.IDLE, Stage.SOCKET, Stage.KNOWN_IDLE)


@dataclass(frozen=True)
class Bounds:
    """How many connections may be open in all and from one address, and how long one may take, in seconds."""

    most: int = 65_536
    """Each costs some 10 KB beside its descriptor."""
    each: int = 32_768
    """Many terminals share an address behind a carrier or a proxy: half of all, so that nobody takes them all."""
    head_s: float = 10.0
    """For a whole request to come, from its first byte or from the connection's first moment."""
    idle_s: float = 65.0
    answer_s: float = 120.0
    """For an answer to be made and read."""

    @property
    def sockets(self) -> int:
        """How many of them may be live sockets: the rest is kept for calls."""
        return max(1, self.most * 3 // 4)


@dataclass(eq=False, slots=True)
class Guest:
    """One connection. `leave` closes it; `known` once a terminal has signed on it."""

    address: str
    leave: Callable[[], None]
    stage: Stage = Stage.AWAITED
    known: bool = False


class Guests:
    """All connections of one process, by stage in the order in which they came to it."""

    def __init__(self, bounds: Bounds, now: Callable[[], float] = time.monotonic) -> None:
        self.bounds, self._now = bounds, now
        self._stages: dict[Stage, dict[Guest, float]] = {stage: {} for stage in Stage}
        self._from: Counter[str] = Counter()
        self.turned_out = 0

    def __len__(self) -> int:
        return sum(map(len, self._stages.values()))

    def count(self, stage: Stage) -> int:
        """How many are at this stage."""
        return len(self._stages[stage])

    def enter(self, guest: Guest) -> bool:
        """Let one in; whoever has to go for it is told to leave. False when nobody may go: it has no place."""
        if self._from[guest.address] >= self.bounds.each and not self._make_room(guest.address):
            self.turned_out += 1
            return False
        if len(self) >= self.bounds.most and not self._make_room():
            self.turned_out += 1
            return False
        self._from[guest.address] += 1
        self._stages[guest.stage][guest] = self._now()
        return True

    def move(self, guest: Guest, stage: Stage) -> None:
        """It goes on to a stage; one that has gone already is left alone."""
        if guest.known:
            stage = _OF_KNOWN.get(stage, stage)
        if guest.stage is not stage and self._stages[guest.stage].pop(guest, None) is not None:
            guest.stage = stage
            self._stages[stage][guest] = self._now()

    def forget(self, guest: Guest) -> None:
        """Its connection is closed."""
        if self._stages[guest.stage].pop(guest, None) is not None:
            self._from[guest.address] -= 1
            if not self._from[guest.address]:
                del self._from[guest.address]

    def sweep(self) -> None:
        """Tell those to leave whose time is over."""
        bounds = self.bounds
        for stages, most_s in (
            ((Stage.AWAITED, Stage.KNOWN_AWAITED), bounds.head_s),
            ((Stage.IDLE, Stage.KNOWN_IDLE), bounds.idle_s),
            ((Stage.ANSWERED,), bounds.answer_s),
        ):
            for stage in stages:
                for guest in list(self._older(stage, self._now() - most_s)):
                    self._turn_out(guest)

    def _older(self, stage: Stage, than: float) -> Iterator[Guest]:
        for guest, since in self._stages[stage].items():
            if since > than:
                return
            yield guest

    def _make_room(self, address: str | None = None) -> bool:
        for stage in MAY_GO:
            for guest in self._stages[stage]:
                if address is None or guest.address == address:
                    self._turn_out(guest)
                    return True
        return False

    def _turn_out(self, guest: Guest) -> None:
        self.turned_out += 1
        self.forget(guest)
        guest.leave()


_OF_KNOWN = {Stage.AWAITED: Stage.KNOWN_AWAITED, Stage.IDLE: Stage.KNOWN_IDLE}
