"""Fault 38: lines of the audit trail are changed, removed, added, or an older copy is put back: found, calls go on."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, update

from models import AuditRow, AuditSeal
from service import audit
from service.db import Database
from tests.service.accounts.desk import Desk, open_desk
from tests.service.emergencies.test_escalation import raise_call

LINES = 30


@pytest.fixture
async def desk(database: Database) -> Desk:
    """A trail of three seals of ten lines each."""
    desk = await open_desk(database, database.clock)
    for number in range(LINES):
        async with database.writing() as session:
            audit.note(session, database.clock.now(), 1, "test.line", f"thing:{number}")
        if number % 10 == 9:
            database.clock.shift(minutes=1)
            async with database.writing() as session:
                assert await audit.seal(session, database.clock.now()) is not None
    return desk


async def breaks(database: Database, anchor: bytes | None = None) -> list[int]:
    async with database.reading() as session:
        return [one.seal for one in await audit.verify(session, anchor)]


async def some_line(database: Database) -> AuditRow:
    async with database.reading() as session:
        return (await session.scalars(select(AuditRow).where(AuditRow.subject == "thing:14"))).one()


async def test_an_untouched_trail_holds(desk: Desk) -> None:
    """No break, and nothing younger than half a minute is sealed."""
    assert await breaks(desk.database) == []
    async with desk.database.writing() as session:
        audit.note(session, desk.clock.now(), 1, "test.line", "young")
    async with desk.database.writing() as session:
        assert await audit.seal(session, desk.clock.now()) is None


async def test_a_changed_line_is_found(desk: Desk) -> None:
    """Another account's number in one line of the second stretch."""
    line = await some_line(desk.database)
    async with desk.database.writing() as session:
        await session.execute(update(AuditRow).where(AuditRow.id == line.id).values(account_id=2))
    assert await breaks(desk.database) == [2]


async def test_a_removed_and_an_added_line_are_found(desk: Desk) -> None:
    """Removed; and put back with other words under the same number."""
    line = await some_line(desk.database)
    async with desk.database.writing() as session:
        await session.execute(delete(AuditRow).where(AuditRow.id == line.id))
    assert await breaks(desk.database) == [2]
    async with desk.database.writing() as session:
        await session.execute(insert(AuditRow).values(id=line.id, at=line.at, account_id=1, action="test.lime"))
    assert await breaks(desk.database) == [2]


async def test_two_lines_that_changed_places_are_found(desk: Desk) -> None:
    """Their moments are exchanged, nothing else."""
    line = await some_line(desk.database)
    async with desk.database.writing() as session:
        moved = update(AuditRow).where(AuditRow.id == line.id)
        await session.execute(moved.values(at=line.at - timedelta(microseconds=1)))
    assert await breaks(desk.database) == [2]


async def test_a_seal_that_was_forged_does_not_join(desk: Desk) -> None:
    """Who changes a line and its seal breaks the next one; who cuts the end off is betrayed by the anchor."""
    async with desk.database.reading() as session:
        end = await audit.newest_seal(session)
    assert end is not None
    async with desk.database.writing() as session:
        await session.execute(update(AuditSeal).where(AuditSeal.id == 2).values(hash=b"x" * 32))
    assert set(await breaks(desk.database)) >= {2, 3}
    async with desk.database.writing() as session:
        await session.execute(delete(AuditSeal).where(AuditSeal.id >= 2))
    assert await breaks(desk.database) == [], "an older copy holds by itself"
    assert await breaks(desk.database, end.hash) == [1], "but not against a hash that was kept elsewhere"


async def test_calls_are_taken_with_a_broken_trail(desk: Desk) -> None:
    """Nobody in need waits for bookkeeping."""
    async with desk.database.writing() as session:
        await session.execute(update(AuditRow).values(action="gone"))
    assert await breaks(desk.database) != []
    assert await raise_call(desk) > 0
