"""The plan-world clock: real time, or the demo's one row read by every process; refuses to touch calls and sessions."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from models import DemoClock
from service.clock import LOCAL, Clock, rfc3339


@dataclass(frozen=True)
class TownTime:
    """The town's moment `at` (UTC) as of now, and how fast it runs. Drives plans, visits and lateness only."""

    at: datetime
    demo: bool = False
    speed: float = 1.0
    paused: bool = False

    @property
    def today(self) -> date:
        """The town's local date."""
        return self.at.astimezone(LOCAL).date()

    def after(self, real: timedelta) -> "TownTime":
        """The town's time once this much real time has passed."""
        return replace(self, at=self.at if self.paused else self.at + real * self.speed)

    def as_json(self) -> dict[str, Any]:
        return {"at": rfc3339(self.at), "demo": self.demo, "speed": self.speed, "paused": self.paused}


async def town_time(session: AsyncSession, clock: Clock) -> TownTime:
    """The town's time now: the demo clock's where there is one, else the real one."""
    return await town_at(session, clock.now())


async def town_at(session: AsyncSession, now: datetime) -> TownTime:
    """The town's time at the real moment `now`."""
    row = await session.get(DemoClock, 1)
    if row is None:
        return TownTime(now)
    run = timedelta() if row.paused else (now - row.anchor_at) * row.speed
    return TownTime(row.town_at + run, demo=True, speed=row.speed, paused=row.paused)


def local_midnight(day: date) -> datetime:
    """The moment, in UTC, at which `day` begins in the town."""
    return datetime(day.year, day.month, day.day, tzinfo=LOCAL)
