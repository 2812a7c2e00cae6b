"""Promise: the town's clock runs as the demo says and nowhere else; calls never follow it."""

from datetime import UTC, datetime, timedelta

from models import DemoClock
from tests.fixtures.town import TownBuilder


async def test_without_a_demo_the_town_lives_on_real_time(town: TownBuilder) -> None:
    """There is no clock to turn."""
    desk = await town.desk("wu")
    clock = (await desk.get("/api/demo/clock")).json()
    assert not clock["demo"]
    assert abs(datetime.fromisoformat(clock["at"]) - town.clock.now()) < timedelta(seconds=5)
    assert (await desk.post("/api/demo/clock", json={"speed": 60})).status_code == 404


async def test_the_demo_clock_runs_pauses_and_jumps(town: TownBuilder) -> None:
    """Sixty times as fast, then still, then set to another moment; a speed beyond 120 is refused by name."""
    start = datetime(2026, 7, 16, 1, 30, tzinfo=UTC)
    async with town.database.writing() as session:
        row = DemoClock(id=1, anchor_at=town.clock.now(), town_at=start, speed=60, paused=False, seed=1)
        session.add(row)
    desk = await town.desk("wu")
    town.clock.shift(minutes=1)
    clock = (await desk.get("/api/demo/clock")).json()
    assert timedelta(minutes=59) < datetime.fromisoformat(clock["at"]) - start < timedelta(minutes=70)
    still = (await desk.post("/api/demo/clock", json={"paused": True, "at": start.isoformat()})).json()
    town.clock.shift(minutes=1)
    assert (await desk.get("/api/demo/clock")).json()["at"] == still["at"]
    refused = await desk.post("/api/demo/clock", json={"speed": 121})
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "speed")
