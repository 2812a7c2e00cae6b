"""The fleet's health: what wants something, by model and in the list, and how often a first attempt arrives."""

from datetime import timedelta

from service.devices import health, queries
from tests.faults.test_20_our_own_outage import INTERVAL_S, passes
from tests.service.devices.test_fleet import actor
from tests.service.intake.bedside import HEARTBEATS, Bedside


async def fleet(bedside: Bedside, who: str = "") -> dict[str, object]:
    async with bedside.database.reading() as session:
        [model] = await health.fleet_health(session, actor(who), bedside.database.clock.now())
    return model


async def listed(bedside: Bedside, what: str) -> list[str]:
    async with bedside.database.reading() as session:
        which = health.wanting(what, bedside.database.clock.now())
        rows, _ = await queries.list_terminals(session, actor(""), "", 50, which)
    return [row["id"] for row in rows]


async def test_delivered_but_never_tested(bedside: Bedside) -> None:
    """A terminal leaves the list with its first passed test, and comes back as due after a month."""
    assert (await fleet(bedside))["never_tested"] == 4
    await bedside.press("t1", "test")
    await bedside.press("t2", "test", terminal="T-2", extra={"passed": False})
    assert await listed(bedside, "never_tested") == ["T-2", "T-3", "T-9"]
    assert await listed(bedside, "test_due") == []
    bedside.database.clock.shift(days=32)
    assert await listed(bedside, "test_due") == ["T-1"]
    assert ((await fleet(bedside))["never_tested"], (await fleet(bedside))["test_due"]) == (3, 1)


async def test_a_lost_attempt_is_known_by_its_counter(bedside: Bedside) -> None:
    """Four messages: one after a lost one, one whose answer was lost: half of them arrived at once."""
    await bedside.press("m1", counter=1)
    await bedside.press("m2", counter=3)
    await bedside.press("m3", counter=4)
    await bedside.press("m3", counter=5)
    await bedside.press("m4", counter=6)
    found = await fleet(bedside)
    assert (found["messages"], found["first_attempt"]) == (4, 0.5)
    assert [row["gap"] for row in await bedside.rows("SELECT gap FROM alert ORDER BY id")] == [0, 1, 0, 0]
    assert (await fleet(bedside, "370602"))["messages"] == 0


async def test_weak_and_silent_ones_are_listed(bedside: Bedside) -> None:
    """A low battery and a long silence each have their list; a foreign desk does not see them."""
    await bedside.send({"battery": 9}, path=HEARTBEATS)
    await bedside.intake.heartbeats.flush()
    assert await listed(bedside, "low_battery") == ["T-1"]
    await passes(bedside, INTERVAL_S + timedelta(seconds=60).total_seconds())
    assert await listed(bedside, "offline") == ["T-1", "T-2", "T-3", "T-9"]
    assert (await fleet(bedside, "370602"))["offline"] == 2


async def test_an_outage_of_ours_shows_each_desk_its_own_silent_ones(bedside: Bedside) -> None:
    """The list of an outage within the scope of who asks."""
    await bedside.intake.heartbeats.stop()
    bedside.database.clock.shift(minutes=20)
    await bedside.intake.heartbeats.start()
    await bedside.send({}, terminal="T-2", path=HEARTBEATS)
    await bedside.intake.heartbeats.flush()
    await passes(bedside, INTERVAL_S + 20)
    async with bedside.database.reading() as session:
        [all_of_it] = await health.outage_views(session, actor(""))
        [theirs] = await health.outage_views(session, actor("370602"))
    assert all_of_it["silent"] == ["T-1", "T-3", "T-9"]
    assert theirs["silent"] == ["T-3", "T-9"]
