"""Timed entries of the emergency ladder; a look first, so that a quiet town never takes the writer's turn."""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from service.clock import Clock
from service.db import Database, unwalled_now
from service.emergencies import escalation, firing, unheard

Fire = Callable[[AsyncSession], Awaitable[int]]
LINES = 2
"""Batches under way at once on PostgreSQL: one is written while the next is made. The embedded writer is one."""


async def ring_timers(database: Database, _clock: Clock) -> None:
    """Fire what is due; a round that was full is followed by others at once."""
    await hurry(database)
    async with database.reading() as session:
        if not await firing.anything_due(session):
            return
    for fire in (firing.fire_due_timers, firing.reraise_stale, firing.widen_searches):
        if await _round(database, fire) == firing.AT_ONCE:
            async with asyncio.TaskGroup() as lines:
                for _ in range(1 if database.embedded else LINES):
                    lines.create_task(_drain(database, fire))


async def _drain(database: Database, fire: Fire) -> None:
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
