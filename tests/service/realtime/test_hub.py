"""The hub and the pump: one text for each event and view, nobody waits for a slow socket, no event is skipped."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from models.types import Role
from service.auth import Actor
from service.clock import Clock
from service.db import Database
from service.realtime import outbox
from service.realtime.assembly import Live
from service.realtime.audience import Desk, Phone
from service.realtime.hub import MAX_QUEUE, Connection, Hub
from service.realtime.wire import Close, Event
from service.settings import Settings
from tests.service.realtime.tower import FAR, WU, Tower

AT = datetime(2026, 3, 5, tzinfo=UTC)


def actor(prefixes: tuple[str, ...], provider: int | None = None, caregiver: int | None = None) -> Actor:
    return Actor(1, "n", "d", Role.DISPATCHER, provider, None, caregiver, (), prefixes, 1, "console")


def happening(seq: int, area: str | None, provider: int | None = None, caregivers: tuple[int, ...] = ()) -> Event:
    return Event(seq, AT, "visit.late", None, area, provider, caregivers, {"n": seq})


AREAS = st.sampled_from([None, "370613000000", "370613001000", "370613001001", "370602000000", "370602001001"])
PROVIDERS = st.none() | st.integers(1, 2)
SCOPES = st.tuples(st.sets(st.sampled_from(["370613", "370613001", "370602", ""]), min_size=1, max_size=2), PROVIDERS)


@given(st.lists(st.tuples(AREAS, PROVIDERS), max_size=20), st.lists(SCOPES, min_size=1, max_size=6))
def test_no_desk_ever_gets_what_is_out_of_its_scope(
    events: list[tuple[str | None, int | None]], scopes: list[tuple[set[str], int | None]]
) -> None:
    """Whatever is sent to whatever desks: each gets exactly its own, in order, encoded once a view at most."""
    hub, desks = Hub(), []
    for prefixes, provider in scopes:
        desks.append(Connection(Desk(actor(tuple(prefixes), provider)), 1))
        hub.enter(desks[-1], None)
    log = [happening(seq, area, provider) for seq, (area, provider) in enumerate(events, 1)]
    hub.deliver(log, {})
    assert hub.encoded <= len(log)
    for desk in desks:
        mine = [e.seq for e in log if desk.audience.actor.sees(e.area_code, e.provider_id)]
        assert [seq for seq, _ in desk._queue] == mine


def test_a_phone_gets_what_names_its_caregiver_only() -> None:
    """Not even an event without an area goes to somebody else's phone."""
    hub = Hub()
    phone = Connection(Phone(actor((), None, 5)), 1)
    hub.enter(phone, None)
    hub.deliver([happening(1, None), happening(2, None, None, (4,)), happening(3, "370613000000", 9, (4, 5))], {})
    assert [seq for seq, _ in phone._queue] == [3]


async def test_a_socket_that_does_not_read_is_closed_and_the_others_are_not(tower: Tower) -> None:
    """The bounded queue ends the slow one with 4408; its cursor brings it back without a gap."""
    hub = Hub()
    slow, quick = (Connection(Desk(actor(("",))), 1) for _ in range(2))
    for connection in (slow, quick):
        hub.enter(connection, None)
    got = 0
    for seq in range(1, MAX_QUEUE + 10):
        hub.deliver([happening(seq, None)], {})
        got += len(await quick.frames())
    assert (slow.closing, quick.closing, got) == (Close.SLOW, None, MAX_QUEUE + 9)
    hub.leave(slow)
    assert hub.evicted == 1


async def test_many_desks_of_one_view_cost_one_text(tower: Tower) -> None:
    """Ten desks, two views: an event is encoded once, and reaches all who may see it."""
    desks = [await tower.opens(FAR if n % 2 else WU) for n in range(10)]
    before = tower.live.hub.encoded
    await tower.say("visit.late", area=None, data={"n": 1})
    for desk in desks:
        await desk.sees("visit.late")
    assert tower.live.hub.encoded == before + 1


async def test_desks_that_come_and_go_miss_nothing(tower: Tower) -> None:
    """While events pour in, a desk leaves and comes back again and again: its log equals the log of the town."""
    sent = 60

    async def pour() -> None:
        for number in range(sent):
            await tower.say("visit.late", data={"n": number})
            await asyncio.sleep(0.004)

    pouring = asyncio.create_task(pour())
    desk = await tower.opens()
    await desk.until(lambda c: c.cursor is not None)
    start = next(f for f in desk.frames if f["type"] == "snapshot")["seq"]
    log = []
    while not pouring.done() or desk.cursor is None or desk.cursor < start:
        await asyncio.sleep(0.03)
        await desk.leave()
        log += desk.events("visit")
        desk = await tower.opens(epoch=desk.epoch, cursor=desk.cursor)
        assert desk.mode == "replay"
        desk.cursor = desk.cursor if desk.cursor is not None else (log[-1]["seq"] if log else start)
    await pouring
    last = (await tower.bedside.rows("SELECT last FROM sequence"))[0]["last"]
    await desk.until(lambda c: (c.cursor or 0) >= last)
    log += desk.events("visit")
    assert [event["seq"] for event in log] == list(range(start + 1, last + 1))


async def test_another_process_is_heard_by_its_bell_or_at_the_latest_within_a_second(
    database: Database, tmp_path: Path
) -> None:
    """An event committed elsewhere, even without any bell, is in the hub within 1.1 s or so."""
    live = Live(database, database.clock, Settings(tmp_path, database.url, "a" * 40))
    await live.start()
    elsewhere = Database(database.url, Clock())
    try:
        async with elsewhere.writing() as session:
            outbox.append(session, "visit.late", {})
        async with asyncio.timeout(3):
            while live.pump.last == 0:
                await asyncio.sleep(0.02)
    finally:
        await live.stop()
        await elsewhere.close()


async def test_replay_from_memory_and_from_the_log_agree(tower: Tower) -> None:
    """Whether the ring still holds the events or not, the same ones come."""
    for number in range(20):
        await tower.say("visit.late", data={"n": number})
    await tower.live.pump.catch_up()
    from_memory = await tower.live.pump.between(5, 15)
    tower.live.pump._ring.clear()
    assert from_memory == await tower.live.pump.between(5, 15)
    assert await tower.live.pump.between(0, 10_000) is None
    async with tower.database.reading() as session:
        assert (await session.execute(text("SELECT count(*) FROM event"))).scalar_one() == 20
