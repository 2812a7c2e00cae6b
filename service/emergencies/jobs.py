"""Timed entries of the emergency ladder; a look first, so that a quiet town never takes the writer's turn."""

from service.clock import Clock
from service.db import Database
from service.emergencies import escalation


async def ring_timers(database: Database, clock: Clock) -> None:
    """Fire what is due; a round that was full is followed by another at once."""
    async with database.reading() as session:
        if not await escalation.anything_due(session, clock.now()):
            return
    fired = escalation.AT_ONCE
    while fired == escalation.AT_ONCE:
        async with database.writing(urgent=True) as session:
            fired = await escalation.fire_due_timers(session, clock.now())
    async with database.writing() as session:
        await escalation.reraise_stale(session, clock.now())
