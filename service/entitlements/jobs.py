"""Timed work of the entitlements: every night one look through the register; refuses a second one of the same night."""

from typing import Any

from service.clock import Clock
from service.db import Database
from service.elders.keeping import keep_categories
from service.entitlements import actions, queries, rules
from service.errors import Conflict
from service.jobs.worker import Run
from service.town_clock import town_time


async def ask_at_night(database: Database, clock: Clock) -> bool:
    """Ask for tonight's look if it is time and nobody has; whether it was asked for."""
    now = clock.now()
    async with database.reading() as session:
        last = await queries.last_look(session)
    if not rules.is_time(now, last):
        return False
    try:
        async with database.writing() as session:
            await actions.ask_for_look(session, now)
    except Conflict:
        return False
    return True


async def look(run: Run) -> dict[str, Any]:
    """The job: bring the register's categories up to date, then look all through it and say how far it is."""
    async with run.database.reading() as session:
        today = (await town_time(session, run.clock)).today

    async def told(seen: int, new: int, ended: int) -> None:
        async with run.database.writing() as session:
            await run.progress(session, {"seen": seen, "new": new, "ended": ended})

    await keep_categories(run.database, today, run.clock.now())
    return dict(await actions.look_through(run.database, today, run.clock.now(), told))
