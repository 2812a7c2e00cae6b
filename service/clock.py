"""The only reader of the time: a monotone UTC clock that a step of the wall clock cannot turn back."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.requests import HTTPConnection

LOCAL = ZoneInfo("Asia/Shanghai")
"""The zone in which days and shifts are spoken of."""


class Clock:
    """UTC now, anchored once to the wall clock and then carried by CLOCK_BOOTTIME; tests may shift it forward."""

    def __init__(self) -> None:
        self._wall = datetime.now(UTC)
        self._boot_s = time.clock_gettime(time.CLOCK_BOOTTIME)
        self._shift = timedelta()

    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        return self._wall + timedelta(seconds=time.clock_gettime(time.CLOCK_BOOTTIME) - self._boot_s) + self._shift

    def shift(self, **forward: float) -> None:
        """Move on by a timedelta's worth (`minutes=2`). For stories that travel in time."""
        self._shift += timedelta(**forward)


def clock_of(connection: HTTPConnection) -> Clock:
    """The application's clock, as a dependency of routes."""
    clock: Clock = connection.app.state.clock
    return clock


def rfc3339(moment: datetime | None) -> str | None:
    """A moment as text with offset, to the millisecond; None stays None."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="milliseconds")
