"""Writes many rows in small transactions, so that no alert waits behind them; refuses to know any table."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert

from models import Base
from service.db import Database

CHUNK = 50
"""Rows in one transaction."""


async def add_rows(database: Database, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows whose keys are known already."""
    for start in range(0, len(rows), CHUNK):
        async with database.writing() as session:
            await session.execute(insert(table), rows[start : start + CHUNK])
        await asyncio.sleep(0)


async def add_numbered(database: Database, table: Any, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert rows that the database numbers; answers their ids in the order of `rows`."""
    statement = insert(table).returning(table.id, sort_by_parameter_order=True)
    ids: list[int] = []
    for start in range(0, len(rows), CHUNK):
        async with database.writing() as session:
            ids += await session.scalars(statement, rows[start : start + CHUNK])
        await asyncio.sleep(0)
    return ids
