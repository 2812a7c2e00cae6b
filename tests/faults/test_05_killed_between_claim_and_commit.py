"""Fault 5: -9 between the claim of a due timer and its commit: the lock is gone, another fires it, exactly once."""

import pytest

from service.clock import Clock
from service.db import Database
from service.emergencies import jobs
from tests.faults.ladder import beside, press, rungs, timers, until
from tests.fixtures.served import Served
from tests.fixtures.town import TownBuilder
from tests.service.emergencies.watching import watching

pytestmark = pytest.mark.slow
KILLED = {"UNWALLED_FAIL": "timer_claimed:1", "UNWALLED_TESTING": "1"}


async def test_another_process_fires_what_the_killed_one_had_claimed(served: Served, served_town: TownBuilder) -> None:
    """Nobody watches the desk, so the station is due at once; the process dies with the claim in its hands."""
    await served.start(**KILLED)
    incident = await press(served, served_town)
    await served.gone()
    database = beside(served)
    try:
        assert await rungs(database) == []
        armed = [state for step, _, state in await timers(database) if step == 1]
        assert armed == ["armed"], "what was not committed has not happened"
        await jobs.ring_timers(database, Clock())
        assert await rungs(database) == [(incident, "station")]
        await jobs.ring_timers(database, Clock())
        assert await rungs(database) == [(incident, "station")]
    finally:
        await database.close()


async def test_the_same_process_started_again_goes_on(served: Served, served_town: TownBuilder) -> None:
    """Started again without the failpoint, it fires the rung by itself, once."""
    await served.start(**KILLED)
    incident = await press(served, served_town)
    await served.gone()
    database = Database(served.database_url, Clock())
    try:
        await watching(database)
        await served.start()
        found = await until(lambda: rungs(database))
        assert found == [(incident, "station")]
    finally:
        await database.close()
