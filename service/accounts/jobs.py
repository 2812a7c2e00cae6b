"""Timed work on accounts: forgets what has run out; refuses to touch anything that still counts."""

from service.accounts.sessions import forget_old
from service.clock import Clock
from service.db import Database
from service.idempotency import forget_old_keys


async def tidy(database: Database, clock: Clock) -> None:
    """Remove used tickets, sessions over for a month, and answers kept for a day."""
    async with database.writing() as session:
        await forget_old(session, clock.now())
    async with database.writing() as session:
        await forget_old_keys(session, clock.now())
