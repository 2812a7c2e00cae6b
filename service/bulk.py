"""Writes many rows in small transactions, so that no alert waits behind them; refuses to know any table."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert

from models import Base
from service.db import Database

CHUNK = 50
"""Rows in one transaction of a writer that does not measure itself."""
AIM_S = 0.01
"""How long one transaction may work while it holds the writer."""
LEAST, FIRST, MOST = 5, 25, 200


class Bite:
    """How many rows go into the next transaction: as many as lately took 10 ms, never more than 200."""

    def __init__(self) -> None:
        self.rows = FIRST

    def took(self, seconds: float) -> None:
        """Learn from the last full bite; at most twice as many rows follow, and half as many at least."""
        fitting = self.rows * AIM_S / max(seconds, 1e-6)
        self.rows = int(min(max(fitting, self.rows / 2, LEAST), self.rows * 2, MOST))


async def add_rows(database: Database, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows whose keys are known already."""
    start, bite = 0, Bite()
    while start < len(rows):
        some = rows[start : start + bite.rows]
        async with database.writing() as session:
            began = time.monotonic()
            await session.execute(insert(table), some)
            bite.took(time.monotonic() - began)
        start += len(some)
        await asyncio.sleep(0)


async def add_numbered(database: Database, table: Any, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert rows that the database numbers; answers their ids in the order of `rows`."""
    statement = insert(table).returning(table.id, sort_by_parameter_order=True)
    ids: list[int] = []
    bite = Bite()
    while len(ids) < len(rows):
        async with database.writing() as session:
            began = time.monotonic()
            ids += await session.scalars(statement, rows[len(ids) : len(ids) + bite.rows])
            bite.took(time.monotonic() - began)
        await asyncio.sleep(0)
    return ids
