"""Promise: the schema goes up, down and up again on both databases, and the models have not drifted from it."""

from datetime import UTC, datetime

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, inspect, select
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from models import Area, Base, Duty
from service.schema import migrate

AT = datetime(2026, 3, 5, tzinfo=UTC)


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


async def test_copied_tables_keep_their_rows(database_url: str) -> None:
    """Duties are where they were after the tables were copied there and back, and so are their numbers."""
    await migrate(database_url, "0012")
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        place = {"code": "370613000000", "name": "莱山区", "level": "district"}
        await connection.execute(insert(Area.__table__).values(**place))
    row = {"post": "desk", "area_code": "370613000000", "name": "值班", "from_at": AT, "to_at": AT}
    for target in ("head", "0012", "head"):
        async with engine.begin() as connection:
            await connection.execute(insert(Duty.__table__).values(**row))
        await migrate(database_url, target)
        async with engine.connect() as connection:
            kept = (await connection.execute(select(Duty.__table__.c.id).order_by("id"))).scalars().all()
            assert kept == list(range(1, len(kept) + 1))
            assert target == "0012" or await connection.run_sync(drift) == []
    assert len(kept) == 3
    await engine.dispose()
