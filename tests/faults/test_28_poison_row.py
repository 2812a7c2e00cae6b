"""Fault 28: one row of the ladder cannot be fired: it is set aside, the supervisor is told instead, others go on."""

import pytest
from sqlalchemy import select, update

from models import Incident, Ladder, Timer
from models.types import TimerState
from service.emergencies import jobs
from tests.fixtures.gateway import Gateway
from tests.fixtures.rescue import NUMBERS, desk_is_called
from tests.fixtures.town import TownBuilder
from tests.service.emergencies.watching import watching

pytestmark = pytest.mark.slow


async def state_of(town: TownBuilder, incident: int, step: int) -> tuple[TimerState, str | None]:
    async with town.database.reading() as session:
        row = (await session.scalars(select(Timer).where(Timer.incident_id == incident, Timer.step == step))).first()
        assert row is not None
        return row.state, row.problem


async def test_a_rung_that_means_nothing_is_quarantined_and_the_supervisor_called(
    rescue: TownBuilder, gateway: Gateway
) -> None:
    """Chen's station rung was broken by a bad import; Yu's call beside it climbs as ever, and Chen's goes on above."""
    await watching(rescue.database)
    chen = (await rescue.terminal("chen").presses_call())["incident"]
    yu = (await rescue.terminal("yu").presses_call())["incident"]
    async with rescue.database.writing() as session:
        broken = update(Timer).where(Timer.incident_id == chen, Timer.step == 1).values(rung="no such rung")
        await session.execute(broken)
    await desk_is_called(rescue, gateway, chen, yu)
    rescue.clock.shift(seconds=57)
    for _ in range(3):
        await jobs.ring_timers(rescue.database, rescue.clock)
    rescue.clock.shift(seconds=4)
    await gateway.pages("sms", NUMBERS["sun"], incident=chen)
    state, problem = await state_of(rescue, chen, 1)
    assert state is TimerState.QUARANTINED and problem is not None and "no such rung" in problem
    assert (await state_of(rescue, yu, 1))[0] is TimerState.FIRED
    assert (await state_of(rescue, chen, 2))[0] is TimerState.FIRED, "the next rung came at once"
    await gateway.pages("sms", NUMBERS["daughter"], incident=chen)
    for name in ("lin", "gao"):
        await gateway.pages("sms", NUMBERS[name], incident=yu)


async def test_a_ladder_that_cannot_be_read_is_passed_over(rescue: TownBuilder) -> None:
    """The district's ladder has lost its words: calls are still taken, and climb by the built-in one."""
    await watching(rescue.database)
    async with rescue.database.writing() as session:
        ladder = Ladder(area_code="370613000000", version=1, rungs=[{"after_s": "soon"}], made_at=rescue.clock.now())
        session.add(ladder)
    incident = (await rescue.terminal("chen").presses_call())["incident"]
    async with rescue.database.reading() as session:
        assert (await session.get_one(Incident, incident)).ladder_id is None
        armed = select(Timer.rung).where(Timer.incident_id == incident).order_by(Timer.step)
        assert list(await session.scalars(armed)) == ["desk", "station", "family", "village", "supervisor"]
