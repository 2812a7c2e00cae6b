"""Fault 7: everything is killed and starts again ten minutes later: what is overdue fires once a step, in due order."""

import pytest

from tests.faults.ladder import beside, later, press, rungs, until
from tests.fixtures.served import Served
from tests.fixtures.town import TownBuilder
from tests.service.emergencies.watching import watching

pytestmark = pytest.mark.slow


async def test_overdue_rungs_fire_at_the_start_once_each(served: Served, served_town: TownBuilder) -> None:
    """Two calls were climbing; after the outage each gets its four rungs, in the order in which they were due."""
    database = beside(served)
    try:
        await watching(database)
        await served.start()
        first = await press(served, served_town, "chen")
        await later(database, 20)
        second = await press(served, served_town, "yu")
        await served.kill()
        assert await rungs(database) == []
        await later(database, 600)
        await served.start()

        async def all_of_them() -> list[tuple[int, str]]:
            found = await rungs(database)
            return found if len(found) >= 8 else []

        found = await until(all_of_them)
        steps = ["station", "family", "village", "supervisor"]
        assert [rung for call, rung in found if call == first] == steps
        assert [rung for call, rung in found if call == second] == steps
        assert found.index((first, "station")) < found.index((second, "station")) < found.index((first, "family"))
    finally:
        await served.kill()
        await database.close()
