"""The hub and the pump: one text for each event and view, nobody waits for a slow socket, no event is skipped."""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.protocol import State
from websockets.uri import parse_uri

from models.types import Role
from service.auth import Actor
from service.clock import Clock
from service.db import Database
from service.realtime import outbox
from service.realtime.assembly import Live
from service.realtime.audience import Desk, Phone
from service.realtime.connection import MAX_FRAMES, OLDEST_S, Connection
from service.realtime.hub import Hub
from service.realtime.ring import Entry
from service.realtime.wire import Close, Event
from service.settings import Settings
from tests.service.realtime.tower import FAR, WU, Tower

AT = datetime(2026, 3, 5, tzinfo=UTC)


def actor(prefixes: tuple[str, ...], provider: int | None = None, caregiver: int | None = None) -> Actor:
    return Actor(1, "n", "d", Role.DISPATCHER, provider, None, caregiver, (), prefixes, 1, "console")


def happening(
    seq: int,
    area: str | None,
    provider: int | None = None,
    caregivers: tuple[int, ...] = (),
    topic: str = "visit.late",
    padding: str = "",
) -> Event:
    return Event(seq, AT, topic, None, area, provider, caregivers, {"n": seq, "padding": padding})


class Cord:
    """A line that keeps what is written on it."""

    def __init__(self) -> None:
        self.paused = False
        self.written: list[bytes] = []
        self.ended: tuple[Close, str] | None = None

    def write(self, frame: bytes) -> None:
        self.written.append(frame)

    def end(self, code: Close, reason: str) -> None:
        self.ended = (code, reason)


def frames_on(connection: Connection) -> list[dict[str, Any]]:
    """What the other end of a cord reads, through the same parser that browsers' frames go through."""
    reader = ClientProtocol(parse_uri("ws://nowhere/"), state=State.OPEN, max_size=None)
    reader.receive_data(b"".join(connection.line.written))
    return [orjson.loads(frame.data) for frame in reader.events_received()]


def seqs_on(connection: Connection) -> list[int]:
    return [frame["seq"] for frame in frames_on(connection)]


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
        desks.append(Connection(Cord(), Desk(actor(tuple(prefixes), provider)), 1))
        hub.enter(desks[-1])
    log = [happening(seq, area, provider) for seq, (area, provider) in enumerate(events, 1)]
    hub.deliver([Entry(event) for event in log])
    assert hub.ring.encoded <= len(log)
    for desk in desks:
        mine = [e.seq for e in log if desk.audience.actor.sees(e.area_code, e.provider_id)]
        assert seqs_on(desk) == mine


def test_a_phone_gets_what_names_its_caregiver_only() -> None:
    """Not even an event without an area goes to somebody else's phone."""
    hub = Hub()
    phone = Connection(Cord(), Phone(actor((), None, 5)), 1)
    hub.enter(phone)
    log = [happening(1, None), happening(2, None, None, (4,)), happening(3, "370613000000", 9, (4, 5))]
    hub.deliver([Entry(event) for event in log])
    assert seqs_on(phone) == [3]
    hub.leave(phone)
    hub.deliver([Entry(happening(4, None, None, (5,)))])
    assert (seqs_on(phone), len(hub), hub._by_caregiver) == ([3], 0, {})


def test_a_socket_that_does_not_read_is_closed_and_the_others_are_not() -> None:
    """The bounded queue ends the slow one with 4408, by frames, bytes or age; it is named, the others go on."""
    for how, count, size in (("frames", MAX_FRAMES + 1, 1), ("bytes", 20, 16_000), ("age", 3, 1)):
        hub = Hub()
        slow, quick = (Connection(Cord(), Desk(actor(("",))), 1) for _ in range(2))
        slow.line.paused = True
        for connection in (slow, quick):
            hub.enter(connection)
        for seq in range(1, count + 1):
            hub.deliver([Entry(happening(seq, None, padding="x" * size))])
        assert hub.evict(time.monotonic() + OLDEST_S - 1) == 0
        assert hub.evict(time.monotonic() + OLDEST_S + 1) == (how == "age")
        assert (slow.closing, quick.closing, slow.line.ended) == (Close.SLOW, None, (Close.SLOW, "reads too slowly"))
        assert (seqs_on(slow), seqs_on(quick)) == ([], list(range(1, count + 1)))
        assert (hub.closed, len(hub)) == ({Close.SLOW: 1}, 1)


def test_a_line_that_drains_again_gets_everything_in_order_and_one_tick() -> None:
    """What waited is written in order once there is room, ticks that nobody could take are told once."""
    hub = Hub()
    desk = Connection(Cord(), Desk(actor(("",))), 1)
    hub.enter(desk)
    desk.line.paused = True
    hub.deliver([Entry(happening(seq, None)) for seq in (1, 2)])
    for seq in (2, 3, 4):
        hub.tick(seq)
    hub.deliver([Entry(happening(5, None))])
    assert frames_on(desk) == []
    desk.line.paused = False
    desk.writable()
    assert [(f["type"], f["seq"]) for f in frames_on(desk)] == [("event", 1), ("event", 2), ("tick", 4), ("event", 5)]
    assert not desk.stuck(time.monotonic() + 60)


def test_on_a_slow_line_a_copy_of_a_call_goes_ahead() -> None:
    """The call overtakes what waits, as a copy that moves no cursor; the event itself comes in its place."""
    hub = Hub()
    desk = Connection(Cord(), Desk(actor(("",))), 1)
    hub.enter(desk)
    desk.line.paused = True
    hub.deliver([Entry(happening(1, None)), Entry(happening(2, None, topic="incident.raised"))])
    desk.line.paused = False
    desk.writable()
    ahead, *events = frames_on(desk)
    assert (ahead["type"], "seq" in ahead, ahead["event"]) == ("ahead", False, events[1])
    assert [event["seq"] for event in events] == [1, 2]


async def test_many_desks_of_one_view_cost_one_text(tower: Tower) -> None:
    """Ten desks, two views: an event is encoded once, and reaches all who may see it."""
    desks = [await tower.opens(FAR if n % 2 else WU) for n in range(10)]
    before = tower.live.hub.ring.encoded
    await tower.say("visit.late", area=None, data={"n": 1})
    for desk in desks:
        await desk.sees("visit.late")
    assert tower.live.hub.ring.encoded == before + 1


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


async def test_a_hub_that_was_restarted_replays_what_came_before_it(tower: Tower) -> None:
    """Its memory begins with the newest events of the log, so a cursor from another life of the hub is good."""
    for number in range(20):
        await tower.say("visit.late", data={"n": number})
    desk = await tower.opens()
    await desk.until(lambda c: c.cursor == 20)
    await tower.live.pump.stop()
    await tower.live.pump.start()
    back = await tower.opens(epoch=desk.epoch, cursor=12)
    await back.sees("visit.late", 8)
    assert (back.mode, [event["seq"] for event in back.events()]) == ("replay", list(range(13, 21)))
