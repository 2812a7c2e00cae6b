"""Somebody's console is live, for tests of the ladder that are not about desks nobody watches."""

from datetime import timedelta

from models import Watch
from service.db import Database


async def watching(database: Database, *prefixes: str) -> None:
    """A console of these areas (all when none is named) whose page answers for the next ten years."""
    async with database.writing() as session:
        if await session.get(Watch, ("hub", "view")) is None:
            until = database.clock.now() + timedelta(days=3650)
            scope = list(prefixes) or [""]
            session.add(Watch(hub="hub", view="view", area_prefixes=scope, consoles=1, live_until_at=until))


async def nobody_watching(database: Database) -> None:
    """That console is gone."""
    async with database.writing() as session:
        row = await session.get(Watch, ("hub", "view"))
        if row is not None:
            await session.delete(row)
