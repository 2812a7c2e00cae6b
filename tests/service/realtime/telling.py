"""Events told straight into the log, for tests that care how they travel and not what they mean."""

import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from service.db import Database
from service.realtime import outbox

SILENT_EVENT = """
INSERT INTO event (seq, at, topic, subject, area_code, provider_id, caregiver_ids, data)
SELECT last, :at, :topic, NULL, :area, NULL, '[]', '{"n": 0}' FROM sequence WHERE id = 1
"""


async def last_seq(session: AsyncSession) -> int:
    """The highest number given out."""
    return int((await session.execute(text("SELECT last FROM sequence WHERE id = 1"))).scalar_one())


async def pour(database: Database, count: int, *, area: str, pause_s: float = 0.0, padding: str = "") -> None:
    """Tell so many events, numbered in `n`, one commit each."""
    for number in range(count):
        async with database.writing() as session:
            outbox.append(session, "visit.late", {"n": number, "padding": padding}, area_code=area)
        await asyncio.sleep(pause_s)


async def tell_without_a_bell(database: Database, topic: str, area: str) -> None:
    """One event committed by somebody whose doorbell is lost: no NOTIFY, no bell in this process."""
    async with database.writing() as session:
        await session.execute(text("UPDATE sequence SET last = last + 1"))
        statement = text(SILENT_EVENT).bindparams(at=_moment(database), topic=topic, area=area)
        await session.execute(statement)


def _moment(database: Database) -> object:
    now = database.clock.now()
    return now.strftime("%Y-%m-%d %H:%M:%S.%f") if database.embedded else now
