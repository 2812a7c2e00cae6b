"""Who comes back in a crowd: one look at the log and one call to the kernel serve it, and nobody gets less for it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import given, settings
from hypothesis import strategies as st

from service.db import Database
from service.realtime.audience import Desk
from service.realtime.line import Holder, Line
from service.realtime.replays import Replays
from service.realtime.ring import Entry, Ring
from tests.service.realtime.telling import pour
from tests.service.realtime.test_hub import actor, happening
from tests.service.realtime.tower import DISTRICT, tower_on

CONSOLES, EVENTS = 50, 30
AREAS = ("370613001001", "370602001001", None)
SCOPES = (("370613",), ("370602",), ("",))


def filled(count: int, keep: int = 4096) -> Ring:
    ring = Ring(keep)
    for seq in range(1, count + 1):
        ring.extend([Entry(happening(seq, AREAS[seq % 3]))])
    return ring


def everything_after(replays: Replays, cursor: int, audience: Desk, most: int) -> tuple[list[bytes], int]:
    frames, part = list[bytes](), [b""]
    while part:
        part, cursor = replays.frames(cursor, audience, None, None, most)
        frames += part
    return frames, cursor


def test_a_crowd_of_one_scope_costs_one_look_at_each_event() -> None:
    """Fifty consoles by the same cursor, then fifty by later ones: nothing is looked at twice; one scope more is."""
    replays = Replays(filled(200))
    for cursor in [100] * CONSOLES + list(range(101, 101 + CONSOLES)):
        everything_after(replays, cursor, Desk(actor(("370613",))), 100)
    assert replays.looked == 100
    everything_after(replays, 100, Desk(actor(("370602",))), 100)
    assert replays.looked == 200


MOVES = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 40), st.integers(1, 5), st.integers(0, 3)), min_size=1, max_size=12
)


@given(MOVES)
@settings(max_examples=100, deadline=None)
def test_whoever_shares_a_list_gets_what_one_alone_would(moves: list[tuple[int, int, int, int]]) -> None:
    """Any scope, any cursor, any length of a part, while events are told and the oldest forgotten."""
    ring, last = filled(10, keep=8), 10
    replays = Replays(ring)
    for scope, back, most, told in moves:
        for _ in range(told):
            last += 1
            ring.extend([Entry(happening(last, AREAS[last % 3]))])
        desk, cursor = Desk(actor(SCOPES[scope])), max(ring.floor, last - back)
        frames, reached = everything_after(replays, cursor, desk, most)
        wanted = [entry for entry in ring.after(cursor, 100) if desk.sees(entry.event)]
        assert frames == [ring.frame(entry, desk, None) for entry in wanted]
        assert reached == last


class CountedLine(Line):
    """A line that notes how often it had handed something to the kernel when the hub took it."""

    begun: ClassVar[list[int]] = []
    calls = 0

    def write(self, frame: bytes) -> None:
        self.calls += 1
        super().write(frame)

    def write_all(self, frames: Sequence[bytes]) -> None:
        self.calls += 1
        super().write_all(frames)

    def hold(self, holder: Holder) -> None:
        CountedLine.begun.append(self.calls)
        super().hold(holder)


async def test_a_crowd_begins_with_one_write_each(database: Database, tmp_path: Path) -> None:
    """By cursor or anew: welcome, what was missed (or the state) and the first tick leave together and in order."""
    missed = ["welcome", *["event"] * (EVENTS - 10), "tick"]
    async with tower_on(database, tmp_path, CountedLine) as tower:
        await pour(database, EVENTS, area=DISTRICT)
        await tower.live.pump.catch_up()
        first = await tower.opens()
        ways: tuple[tuple[dict[str, Any], list[str]], ...]
        ways = (({"epoch": first.epoch, "cursor": 10}, missed), ({}, ["welcome", "snapshot", "tick"]))
        for resume, frames in ways:
            CountedLine.begun, looked = [], tower.live.hub.replays.looked
            tickets = [await tower.ticket() for _ in range(CONSOLES)]
            crowd = [tower.client() for _ in range(CONSOLES)]
            await asyncio.gather(*[client.hello(t, **resume) for client, t in zip(crowd, tickets, strict=True)])
            for client in crowd:
                await client.until(lambda c: any(frame["type"] == "tick" for frame in c.frames))
                assert [frame["type"] for frame in client.frames][: len(frames)] == frames
            assert CountedLine.begun == [1] * CONSOLES
            assert tower.live.hub.replays.looked - looked <= EVENTS - 10
