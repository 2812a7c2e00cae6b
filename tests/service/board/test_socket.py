"""The desk's live socket: nothing missed, nothing foreign, nothing twice."""

import asyncio
import time
from datetime import timedelta

import pytest
from sqlalchemy import update
from websockets.exceptions import InvalidStatus

from models import Session
from service.accounts.sessions import issue_ticket
from service.realtime.wire import Close
from tests.service.realtime.tower import FAR, NEAR_PROVIDER, ROOT, WU, Tower


async def test_a_press_reaches_the_desk_within_a_second(tower: Tower) -> None:
    """A desk that watches sees the whole incident of a signed call, well within a second."""
    desk = await tower.opens()
    pressed_at = time.monotonic()
    taken = await tower.bedside.press("m1")
    [event] = await desk.sees("incident.raised")
    assert time.monotonic() - pressed_at < 1
    assert event["seq"] == taken["seq"]
    incident = event["data"]["incident"]
    assert (incident["id"], incident["elder"]["name"], incident["next_rung"]["name"]) == (1, "陈**", "station")


async def test_a_late_desk_gets_it_in_the_snapshot(tower: Tower) -> None:
    """What happened before stands in the snapshot, tagged with its seq, and does not come again as an event."""
    taken = await tower.bedside.press("m1")
    desk = await tower.opens()
    snapshot = (await desk.until(lambda c: [f for f in c.frames if f["type"] == "snapshot"]))[0]
    assert snapshot["seq"] >= taken["seq"]
    assert [i["id"] for i in snapshot["state"]["incidents"]] == [taken["incident"]]
    await tower.bedside.press("m2")
    await desk.sees("incident.repeated")
    assert desk.events("incident.raised") == []


async def test_a_desk_that_comes_back_gets_exactly_what_it_missed(tower: Tower) -> None:
    """By epoch and cursor: every event after the cursor, in order, once; then live again."""
    desk = await tower.opens()
    await tower.bedside.press("m1")
    await desk.sees("incident.raised")
    await desk.leave()
    for number in range(5):
        await tower.say("visit.arrived", data={"n": number})
    back = await tower.opens(epoch=desk.epoch, cursor=desk.cursor)
    await back.sees("visit.arrived", 5)
    await tower.say("visit.arrived", data={"n": 5})
    events = await back.sees("visit.arrived", 6)
    assert back.mode == "replay"
    assert [event["data"]["n"] for event in events] == list(range(6))
    assert back.events("incident") == []


@pytest.mark.parametrize("case", ["epoch", "future", "scope"])
async def test_what_cannot_be_replayed_comes_as_a_snapshot(tower: Tower, case: str) -> None:
    """A foreign epoch, a cursor from the future, another scope: the whole state anew."""
    desk = await tower.opens()
    await desk.until(lambda c: c.cursor is not None)
    await desk.leave()
    epoch = "another" if case == "epoch" else desk.epoch
    cursor = 10**9 if case == "future" else desk.cursor
    back = await tower.opens(FAR if case == "scope" else WU, epoch=epoch, cursor=cursor)
    assert back.mode == "snapshot"


async def test_a_desk_never_sees_a_foreign_place(tower: Tower) -> None:
    """Each desk gets its district, a provider's people their provider's too, the admin everything; snapshots alike."""
    wu, far, root, own = [await tower.opens(who) for who in (WU, FAR, ROOT, NEAR_PROVIDER)]
    await tower.bedside.press("near")
    await tower.bedside.press("far", terminal="T-3")
    await tower.say("visit.late", provider=2)
    await tower.say("visit.late", area=None)
    for desk, incidents, visits in ((wu, 1, 2), (far, 1, 1), (root, 2, 2), (own, 1, 1)):
        await desk.sees("visit.late", visits)
        assert len(desk.events("incident.raised")) == incidents
        assert len(desk.events("visit.late")) == visits
    late = await tower.opens(FAR)
    [snapshot] = await late.until(lambda c: [f for f in c.frames if f["type"] == "snapshot"])
    assert [i["terminal_id"] for i in snapshot["state"]["incidents"]] == ["T-3"]
    assert snapshot["state"]["terminals"]["total"] == 2


async def test_a_placeless_call_is_seen_by_everybody(tower: Tower) -> None:
    """A terminal that nobody has placed: better seen twice than never."""
    desks = [await tower.opens(who) for who in (WU, FAR)]
    taken = [await tower.bedside.press(f"m{n}", terminal="T-9") for n in range(2)]
    assert taken[0]["incident"] == taken[1]["incident"]
    for desk in desks:
        await desk.sees("incident.raised")


async def test_a_ticket_opens_one_socket_once(tower: Tower) -> None:
    """Two pages race with one ticket: exactly one gets in; an old or invented ticket gets nobody in."""
    ticket = await tower.ticket()
    pages = [await tower.client().hello(ticket) for _ in range(2)]
    for page in pages:
        await page.until(lambda c: c.mode or c.closed)
    assert sorted(page.closed or 0 for page in pages) == [0, Close.SESSION_OVER]
    invented = await tower.client().hello("no such ticket")
    assert await invented.until(lambda c: c.closed) == Close.SESSION_OVER
    async with tower.database.writing() as session:
        stale = await issue_ticket(session, WU, tower.database.clock.now() - timedelta(seconds=31))
    late = await tower.client().hello(stale)
    assert await late.until(lambda c: c.closed) == Close.SESSION_OVER


async def test_foreign_pages_are_refused_at_the_handshake(tower: Tower) -> None:
    """Another origin, null, a look-alike, another port or upper case: 403 before anything is said."""
    own = tower.address
    foreign = ("http://evil.example", "null", f"http://{own}.evil.example", "http://127.0.0.1:1", f"HTTP://{own}")
    for origin in (*foreign, f"ftp://{own}", f"http://x@{own}", ""):
        with pytest.raises(InvalidStatus) as refused:
            await tower.client(origin).hello("x")
        assert refused.value.response.status_code == 403


@pytest.mark.parametrize("frame", ["{", "[]", b"\x00", '{"type":"here"}', '{"type":"hello"}', "x" * 5000])
async def test_a_bad_first_frame_closes_with_its_reason(tower: Tower, frame: str | bytes) -> None:
    """What is no hello is refused with 4400."""
    client = tower.client()
    await client.hello(await tower.ticket())
    await client.until(lambda c: c.mode)
    await client.say(frame if frame != '{"type":"here"}' else '{"type":"here","seq":-1}')
    assert await client.until(lambda c: c.closed) == Close.BAD_FRAME


async def test_an_ended_session_closes_its_sockets_at_once(tower: Tower) -> None:
    """Sign out, and every socket of that session closes within two seconds; others stay."""
    gone, stays = await tower.opens(WU), await tower.opens(FAR)
    async with tower.database.writing() as session:
        await session.execute(update(Session).where(Session.id == WU).values(ended_at=tower.database.clock.now()))
    await tower.say("session.ended", area=None, subject=f"session:{WU}")
    assert await gone.until(lambda c: c.closed, seconds=2) == Close.SESSION_OVER
    await asyncio.sleep(0.1)
    assert stays.closed is None
    assert stays.events("session") == []


async def test_a_changed_scope_closes_to_begin_anew(tower: Tower) -> None:
    """A desk that gets another area is sent to fetch a new snapshot."""
    desk = await tower.opens(WU)
    await tower.bedside.change("UPDATE account_area SET area_code = '370602000000' WHERE account_id = 1")
    await tower.live.recheck(tower.live.hub.connections)
    assert await desk.until(lambda c: c.closed) == Close.SCOPE


async def test_the_fleets_numbers_are_counted_for_whoever_looks(tower: Tower) -> None:
    """A terminal that comes back tells each desk the numbers of its own scope, as a fresh snapshot would."""
    await tower.bedside.change("UPDATE terminal SET online = false WHERE id = 'T-1'")
    wu, root = await tower.opens(WU), await tower.opens(ROOT)
    await tower.bedside.press("b1", "battery", battery=12)
    for desk, total in ((wu, 3), (root, 4)):
        online = (await desk.sees("terminal.online"))[0]["data"]["terminals"]
        assert online == {"total": total, "online": total, "low_battery": 1}
