"""The only reader of the time: a monotone UTC clock that a step of the wall clock cannot turn back."""

import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from starlette.requests import HTTPConnection

LOCAL = ZoneInfo("Asia/Shanghai")
"""The zone in which days and shifts are spoken of."""


class Clock:
    """UTC now, anchored once to the wall clock and then carried by CLOCK_BOOTTIME; tests may shift it forward.

    On PostgreSQL service.timekeeper anchors it to the database's clock, so that all hosts agree whatever theirs says.
    """

    def __init__(self, wall: datetime | None = None) -> None:
        self._wall = wall or datetime.now(UTC)
        self._boot_s = time.clock_gettime(time.CLOCK_BOOTTIME)
        self._shift = timedelta()
        self.distrusted_until: datetime | None = None

    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        return self._wall + timedelta(seconds=time.clock_gettime(time.CLOCK_BOOTTIME) - self._boot_s) + self._shift

    def shift(self, **forward: float) -> None:
        """Move on by a timedelta's worth (`minutes=2`). For stories that travel in time."""
        self._shift += timedelta(**forward)

    @property
    def shift_s(self) -> float:
        """By how many seconds a story has moved on; 0.0 outside tests."""
        return self._shift.total_seconds()

    def anchor(self, moment: datetime) -> timedelta:
        """Go on from `moment` (not shifted) from now on; gives by how much it stood ahead of what was believed."""
        believed = self.now() - self._shift
        self._wall, self._boot_s = moment, time.clock_gettime(time.CLOCK_BOOTTIME)
        return moment - believed

    def distrust(self, lasting: timedelta) -> None:
        """The time jumped: nobody is called silent or lost by it for this long. Calls and ladders go on."""
        self.distrusted_until = self.now() + lasting

    @property
    def trusted(self) -> bool:
        """Whether silence may be judged by this clock now."""
        return self.distrusted_until is None or self.now() >= self.distrusted_until


def clock_of(connection: HTTPConnection) -> Clock:
    """The application's clock, as a dependency of routes."""
    clock: Clock = connection.app.state.clock
    return clock


def rfc3339(moment: datetime | None) -> str | None:
    """A moment as text with offset, to the millisecond; None stays None."""
    return None if moment is None else moment_text(moment)


@lru_cache(maxsize=256)
def moment_text(moment: datetime) -> str:
    """The same where there is one; a batch of calls says the same few again and again."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
