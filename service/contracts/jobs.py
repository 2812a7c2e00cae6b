"""Timed work on contracts: tells once of contracts whose renewal is due, on the town's clock."""

from service.clock import Clock
from service.contracts import actions
from service.db import Database
from service.town_clock import town_time


async def remind(database: Database, clock: Clock) -> None:
    """At most 50 reminders in one transaction; most runs have none and write nothing."""
    async with database.reading() as session:
        waiting = await actions.reminders_due(session, (await town_time(session, clock)).today)
    if waiting:
        async with database.writing() as session:
            await actions.remind(session, clock.now(), (await town_time(session, clock)).today)
