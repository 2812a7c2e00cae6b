"""Whose database is this: nobody's, the demo's, or a real one's; refuses to let the demo touch a real one."""

from enum import StrEnum

from sqlalchemy import delete, select

from models import Base, DemoClock, Sequence
from service.db import Database
from service.errors import Conflict

OWN = frozenset({Sequence.__tablename__, "pulse", "watch", "audit_seal"})
"""What a service writes by itself as soon as it runs: nobody's data."""
UNFINISHED = 0.0
"""The speed on the clock of a town that is still being made: no town that stands has it."""


class Ground(StrEnum):
    """What the demo finds when it starts."""

    EMPTY = "empty"
    UNFINISHED = "unfinished"
    STANDS = "stands"


class ForeignDatabase(Conflict):
    """The database holds something that the demo has not made."""

    code = "demo.foreign_database"


async def refuse_foreign(database: Database) -> Ground:
    """Tell an empty database, a demo town and an unfinished one apart. Raises ForeignDatabase for anything else."""
    async with database.reading() as session:
        clock = await session.get(DemoClock, 1)
        if clock is not None:
            return Ground.UNFINISHED if clock.speed == UNFINISHED else Ground.STANDS
        for table in Base.metadata.sorted_tables:
            if table.name in OWN:
                continue
            if (await session.execute(select(1).select_from(table).limit(1))).first() is not None:
                raise ForeignDatabase(
                    f"the database {_safe(database.url)} holds rows ({table.name}) that the demo has not made: "
                    "--demo needs a database of its own. Give it another UNWALLED_HOME or UNWALLED_DATABASE_URL"
                )
    return Ground.EMPTY


async def clear_unfinished(database: Database) -> None:
    """Take away a town whose making was interrupted; its clock goes last, so that an interruption here is seen too."""
    tables = [t for t in reversed(Base.metadata.sorted_tables) if t.name not in OWN]
    tables.sort(key=lambda table: table.name == DemoClock.__tablename__)
    for table in tables:
        async with database.writing() as session:
            await session.execute(delete(table))


def _safe(url: str) -> str:
    """A database URL without its password."""
    scheme, _, rest = url.partition("://")
    return f"{scheme.split('+')[0]}://{rest.rpartition('@')[2]}"
