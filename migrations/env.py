"""Runs the migrations on the connection handed in by the service, or on the one that the settings name."""

import asyncio
from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from models import Base
from models.types import UtcDateTime
from service.settings import Settings


def plain(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own types as plain ones, so that a migration stays true when models/types.py moves on."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, sa.Enum):
        return f"sa.String(length={item.length})"
    return False


def run(connection: Connection) -> None:
    """Migrate on this connection, in one transaction; SQLite tables are copied where ALTER cannot do it."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=plain,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_alone() -> None:
    """Open the configured database for a command line call of alembic."""
    engine = create_async_engine(Settings.from_environment().database_url)
    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


handed_in = context.config.attributes.get("connection")
if handed_in is not None:
    run(handed_in)
else:
    asyncio.run(run_alone())
