"""Timed entries of the emergency ladder; a look first, so that a quiet town never takes the writer's turn."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from service.clock import Clock
from service.db import Database, unwalled_now
from service.emergencies import escalation, firing, unheard

Fire = Callable[[AsyncSession], Awaitable[int]]
LINES = 4
"""Batches under way at once on PostgreSQL: made, written, waiting for the disk. The embedded writer is one."""
LOOK_S = 0.25
FIRES: tuple[Fire, ...] = (firing.fire_due_timers, firing.reraise_stale, firing.widen_searches)


async def keep_time(database: Database, _clock: Clock) -> None:
    """One look at calls that reach nobody, and until the next one whatever comes due, each at its own moment."""
    until = time.monotonic() + LOOK_S
    await hurry(database)
    while True:
        fired = await fire_due(database)
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


async def ring_timers(database: Database, _clock: Clock) -> None:
    """One look: see to calls that reach nobody, then fire what is due."""
    await hurry(database)
    await fire_due(database)


async def fire_due(database: Database) -> bool:
    """Fire what is due; a round that was full is followed by others at once. Whether there was anything."""
    async with database.reading() as session:
        if not await firing.anything_due(session):
            return False
    return any([await _drain(database, fire) for fire in FIRES])


async def _drain(database: Database, fire: Fire) -> bool:
    count = await _round(database, fire)
    if count == firing.AT_ONCE:
        async with asyncio.TaskGroup() as lines:
            for _ in range(1 if database.embedded else LINES):
                lines.create_task(_go_on(database, fire))
    return count > 0


async def _go_on(database: Database, fire: Fire) -> None:
    while await _round(database, fire) == firing.AT_ONCE:
        pass


async def _round(database: Database, fire: Fire) -> int:
    async with database.writing(urgent=True) as session:
        return await fire(session)


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
