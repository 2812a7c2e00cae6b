"""Brings the database to the newest schema, in process; refuses to touch a database from a newer version."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from service.db import Database
from service.errors import ServiceError


class SchemaTooNew(ServiceError):
    """The database was made by a newer version of the service."""

    code, status = "schema.too_new", 500


def configuration() -> Config:
    """Alembic's configuration for the migrations beside this package (checkout) or inside it (wheel)."""
    inside = Path(__file__).parent / "migrations"
    beside = Path(__file__).parents[1] / "migrations"
    config = Config()
    config.set_main_option("script_location", str(inside if inside.exists() else beside))
    config.set_main_option("path_separator", "os")
    return config


async def migrate(url: str, target: str = "head") -> None:
    """Upgrade (or, with a revision below, downgrade) the database at `url`. Raises SchemaTooNew."""
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_run, target)
    finally:
        await engine.dispose()


async def is_known(database: Database) -> bool:
    """Whether the database stands at a revision that this program has; not so once a newer one has migrated it."""
    async with database.reading() as session:
        current = (await session.execute(text("SELECT version_num FROM alembic_version"))).scalar_one_or_none()
    return current in _revisions()


@cache
def _revisions() -> frozenset[str]:
    return frozenset(script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions())


def _run(connection: Connection, target: str) -> None:
    config = configuration()
    config.attributes["connection"] = connection
    order = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]
    current = _current(connection)
    if current is not None and current not in order:
        raise SchemaTooNew(f"the database is at revision {current}, unknown to this version: update the program")
    down = target == "base" or (target in order and current in order and order.index(target) < order.index(current))
    try:
        (command.downgrade if down else command.upgrade)(config, target)
    except CommandError as error:
        raise SchemaTooNew(str(error)) from error


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
