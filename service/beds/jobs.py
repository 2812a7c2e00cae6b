"""Timed work on beds: one whose devices have all passed goes on by itself, one whose rest has come rests."""

from datetime import timedelta

from service.beds import moving, pausing, queries
from service.clock import Clock
from service.db import Database
from service.town_clock import town_time

HAND_FIRST = timedelta(minutes=2)
"""Whoever stands at the bed takes the step by hand; nobody else has to remember it."""


async def follow_tests(database: Database, clock: Clock) -> None:
    """Move on what is ready, each bed by itself; most runs find none and write nothing."""
    async with database.reading() as session:
        today = (await town_time(session, clock)).today
        ready = await queries.all_tested(session, today, clock.now() - HAND_FIRST)
    for bed_id in ready:
        async with database.writing() as session:
            await moving.follow_tests(session, bed_id, clock.now(), await town_time(session, clock))


async def begin_rests(database: Database, clock: Clock) -> None:
    """Suspend every bed whose planned rest begins today, each by itself; most runs find none and write nothing."""
    async with database.reading() as session:
        due = await queries.due_rests(session, (await town_time(session, clock)).today)
    for bed_id in due:
        async with database.writing() as session:
            await pausing.begin_rest(session, bed_id, clock.now(), await town_time(session, clock))
