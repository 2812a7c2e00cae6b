"""Timed work on assessments: two falls within 30 days call for a new one; refuses to call twice for the same falls."""

from service.assessments.coverage import find_falls
from service.clock import Clock
from service.db import Database

MOST = 50


async def call_for_new(database: Database, clock: Clock) -> int:
    """Note whom falls call for, at most 50 in one transaction; gives how many were new."""
    async with database.reading() as session:
        found = await find_falls(session, clock.now())
    for start in range(0, len(found), MOST):
        async with database.writing() as session:
            session.add_all(found[start : start + MOST])
    return len(found)
