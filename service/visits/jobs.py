"""Timed work on visits: who is late or missed, on the town's clock."""

from service.clock import Clock
from service.db import Database
from service.town_clock import town_time
from service.visits import actions


async def mark_late(database: Database, clock: Clock) -> None:
    """Raise late and missed visits, at most 50 in one transaction."""
    async with database.writing() as session:
        await actions.mark_late(session, await town_time(session, clock))
