"""Promise: the schema goes up, down and up again on both databases, and the models have not drifted from it."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from models import Base
from service.schema import migrate


def drift(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
    return list(compare_metadata(context, Base.metadata))


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


async def test_down_to_nothing_and_up_again(database_url: str) -> None:
    """Every migration can be undone and done again."""
    engine = create_async_engine(database_url)
    await migrate(database_url, "base")
    async with engine.connect() as connection:
        assert await connection.run_sync(tables) == set()
    await migrate(database_url)
    async with engine.connect() as connection:
        assert await connection.run_sync(tables) == set(Base.metadata.tables)
    await engine.dispose()


async def test_no_drift(database_url: str) -> None:
    """What the migrations build is what the models say."""
    engine = create_async_engine(database_url)
    async with engine.connect() as connection:
        assert await connection.run_sync(drift) == []
    await engine.dispose()
