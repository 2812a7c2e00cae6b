"""Fault 14: a host's wall clock is an hour off, or stands at 29 February: the ladder goes by the database."""

from datetime import UTC, datetime, timedelta

import pytest

from service.clock import Clock
from service.db import Database, unwalled_now
from service.emergencies import jobs
from service.timekeeper import anchor
from tests.faults.ladder import later, rungs
from tests.service.accounts.desk import open_desk
from tests.service.emergencies.test_escalation import raise_call

OFF = [timedelta(hours=1), timedelta(hours=-1), datetime(2028, 2, 29, 12, tzinfo=UTC) - datetime.now(UTC)]


@pytest.mark.parametrize("off", OFF, ids=["an hour fast", "an hour slow", "a leap day"])
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_rungs_come_by_the_databases_clock(database_url: str, off: timedelta) -> None:
    """The host's clock is wrong before the process starts: anchored to the database's, it arms and fires in time."""
    clock = Clock(datetime.now(UTC) + off)
    database = Database(database_url, clock)
    try:
        assert abs(await anchor(database, clock) + off) < timedelta(seconds=2)
        async with database.reading() as session:
            assert abs(clock.now() - await unwalled_now(session)) < timedelta(seconds=2)
        desk = await open_desk(database, clock)
        incident = await raise_call(desk)
        await later(database, 50)
        await jobs.ring_timers(database, clock)
        assert await rungs(database) == []
        await later(database, 11)
        await jobs.ring_timers(database, clock)
        assert await rungs(database) == [(incident, "station")]
    finally:
        await database.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("off", OFF[:2], ids=["an hour fast", "an hour slow"])
async def test_an_embedded_service_started_with_a_wrong_clock_waits_no_longer(
    database_url: str, off: timedelta
) -> None:
    """The clock is stepped while the service is down: a rung comes early or waits its own time, never an hour."""
    clock = Clock()
    database = Database(database_url, clock)
    incident = await raise_call(await open_desk(database, clock))
    await database.close()
    stepped = Clock(datetime.now(UTC) + off)
    reborn = Database(database_url, stepped)
    try:
        await jobs.ring_timers(reborn, stepped)
        stepped.shift(seconds=61)
        await jobs.ring_timers(reborn, stepped)
        assert (await rungs(reborn))[0] == (incident, "station")
        stepped.shift(minutes=6)
        await jobs.ring_timers(reborn, stepped)
        assert [rung for _, rung in await rungs(reborn)][:4] == ["station", "family", "village", "supervisor"]
    finally:
        await reborn.close()


async def test_a_step_while_it_runs_is_not_noticed() -> None:
    """Between two readings the clock is carried by CLOCK_BOOTTIME: no step of the wall clock can reach it."""
    clock = Clock(datetime(2020, 1, 1, tzinfo=UTC))
    first, second = clock.now(), clock.now()
    assert datetime(2020, 1, 1, tzinfo=UTC) <= first <= second < datetime(2020, 1, 1, 0, 1, tzinfo=UTC)
