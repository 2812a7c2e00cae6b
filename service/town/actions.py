"""Turns the demo's clock: speed, pause, moment; refuses where there is no demo."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from models import DemoClock
from service.clock import Clock
from service.errors import NotFound
from service.realtime import outbox
from service.town_clock import TownTime, town_time


async def set_clock(
    session: AsyncSession, clock: Clock, speed: float | None, paused: bool | None, at: datetime | None
) -> TownTime:
    """Anchor the demo's clock anew with what is given (1 to 120 times real time). Raises NotFound without a demo."""
    row = await session.get(DemoClock, 1)
    if row is None:
        raise NotFound("there is no demo clock here: this service runs on real time")
    town = await town_time(session, clock)
    row.anchor_at, row.town_at = clock.now(), at or town.at
    row.speed = row.speed if speed is None else speed
    row.paused = row.paused if paused is None else paused
    await session.flush()
    changed = await town_time(session, clock)
    outbox.append(session, "town.clock", {"clock": changed.as_json()}, subject="town:clock")
    return changed
