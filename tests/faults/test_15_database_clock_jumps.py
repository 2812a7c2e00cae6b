"""Fault 15: the database's own clock jumps: no step of a call is skipped, none fires twice, and the jump is flagged."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import AuditRow
from service.db import Database
from service.emergencies import jobs
from service.timekeeper import look
from tests.faults.ladder import rungs
from tests.service.accounts.desk import Desk, open_desk
from tests.service.emergencies.test_escalation import raise_call, ring

STEPS = ["station", "family", "village", "supervisor"]


@pytest.fixture
async def desk(database: Database) -> Desk:
    return await open_desk(database, database.clock)


async def test_an_hour_ahead_fires_each_step_once(desk: Desk) -> None:
    """What was armed for the next minutes is due at once: early, in order, once."""
    await raise_call(desk)
    for _ in range(3):
        await ring(desk, hours=1)
        if _ == 0:
            assert [rung for _, rung in await rungs(desk.database)] == STEPS
    assert [rung for _, rung in await rungs(desk.database)][:4] == STEPS


async def test_an_hour_back_delays_no_step_by_more_than_its_own_wait(desk: Desk) -> None:
    """The next rung waits its minute once more, not an hour; then the others follow."""
    await raise_call(desk)
    await ring(desk, seconds=61)
    await ring(desk, hours=-1)
    assert [rung for _, rung in await rungs(desk.database)] == ["station"]
    await ring(desk, minutes=6, seconds=1)
    assert [rung for _, rung in await rungs(desk.database)] == STEPS
    await jobs.ring_timers(desk.database, desk.clock)
    assert [rung for _, rung in await rungs(desk.database)] == STEPS


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_the_jump_is_flagged_and_nobody_is_called_silent_by_it(database: Database) -> None:
    """Between two looks the database moved by an hour against CLOCK_BOOTTIME: noted, and silence is not judged."""
    clock = database.clock
    assert not await look(database, clock)
    clock.anchor(clock.now() - timedelta(seconds=clock.shift_s) - timedelta(hours=1))
    assert clock.trusted
    assert await look(database, clock)
    assert not clock.trusted
    async with database.reading() as session:
        details = await session.scalars(select(AuditRow.detail).where(AuditRow.action == "clock.jumped"))
        assert [round(float(str(detail).split()[0])) for detail in details] == [3600]
    clock.shift(minutes=2)
    assert clock.trusted
