"""Timed entries of the emergency ladder; a look first, so that a quiet town never takes the writer's turn."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from service.clock import Clock
from service.db import Database, unwalled_now
from service.emergencies import escalation, firing, unheard

Fire = Callable[[AsyncSession], Awaitable[int]]
LINES = 4
"""Batches under way at once on PostgreSQL: made, written, waiting for the disk. The embedded writer is one."""
LOOK_S = 0.25
ASLEEP = timedelta(seconds=1)
"""Longer than this after a look the host slept, or was too busy: no rung comes before the next one, so that a call
that reached nobody is telephoned to the desk first."""
NEVER = datetime.max.replace(tzinfo=UTC)
FIRES: tuple[Fire, ...] = (firing.fire_due_timers, firing.reraise_stale, firing.widen_searches)


async def keep_time(database: Database, clock: Clock) -> None:
    """One look at calls that reach nobody, and until the next one whatever comes due, each at its own moment."""
    until, last = time.monotonic() + LOOK_S, clock.now() + ASLEEP
    await hurry(database)
    while clock.now() < last:
        fired = await fire_due(database, clock, last)
        left_s = until - time.monotonic()
        wait_s = 0.0 if fired else await _until_next(database)
        if wait_s >= left_s:
            await asyncio.sleep(max(0.0, left_s))
            return
        await asyncio.sleep(wait_s)


async def _until_next(database: Database) -> float:
    async with database.reading() as session:
        wait = await firing.next_due_in(session)
    return LOOK_S if wait is None else wait.total_seconds()


async def ring_timers(database: Database, clock: Clock) -> None:
    """One look: see to calls that reach nobody, then fire what is due."""
    await hurry(database)
    await fire_due(database, clock, NEVER)


async def fire_due(database: Database, clock: Clock, last: datetime) -> bool:
    """Fire what is due, nothing once it is `last`; a full round is followed by others. Whether there was anything."""
    async with database.reading() as session:
        if not await firing.anything_due(session):
            return False
    rounds = Rounds(database, clock, last)
    return any([await rounds.drain(fire) for fire in FIRES])


@dataclass(frozen=True)
class Rounds:
    """Batches of due timers, one transaction each, until a moment."""

    database: Database
    clock: Clock
    last: datetime

    async def drain(self, fire: Fire) -> bool:
        """Round after round while each is full; whether there was anything."""
        count = await self._one(fire)
        if count == firing.AT_ONCE:
            async with asyncio.TaskGroup() as lines:
                for _ in range(1 if self.database.embedded else LINES):
                    lines.create_task(self._go_on(fire))
        return count > 0

    async def _go_on(self, fire: Fire) -> None:
        while await self._one(fire) == firing.AT_ONCE:
            pass

    async def _one(self, fire: Fire) -> int:
        async with self.database.writing(urgent=True) as session:
            return await fire(session) if self.clock.now() < self.last else 0


async def hurry(database: Database) -> None:
    """Calls that reach nobody by the way they were sent do not wait for the next rung's time."""
    async with database.reading() as session:
        now = await unwalled_now(session)
        ahead = await escalation.anything_ahead(session)
        silent, failed = await unheard.find_unheard(session, now), await unheard.find_failed(session, now)
        pressed = await unheard.find_pressed_again(session, now)
    if ahead:
        async with database.writing(urgent=True) as session:
            await escalation.mend_jump(session)
    for one in silent:
        async with database.writing(urgent=True) as session:
            await unheard.go_on_by_phone(session, one)
    for incident_id in failed:
        async with database.writing(urgent=True) as session:
            await unheard.pull(session, incident_id)
    for incident_id in pressed:
        async with database.writing(urgent=True) as session:
            await unheard.ring_again(session, incident_id)
