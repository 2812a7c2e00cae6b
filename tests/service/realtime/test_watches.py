"""Who watches which place, told across processes, and what was seen: the ladder relies on both."""

import asyncio
from datetime import timedelta

from service.clock import Clock
from service.db import Database
from service.realtime.receipts import first_seen, seen_since, unseen
from service.realtime.watches import any_console_live, watched
from tests.service.intake.bedside import COMMUNITY, FAR_COMMUNITY
from tests.service.realtime.tower import FAR, NEAR_PROVIDER, WU, Client, Tower


async def answers(desk: Client, seq: int = 0) -> None:
    await desk.say({"type": "here", "seq": seq, "visible": True, "sound": True})


async def watching(tower: Tower, area: str | None, provider: int | None = None, later_s: float = 0.0) -> bool:
    """Asked as another process would: from the database, by the clock."""
    async with tower.database.reading() as session:
        now = tower.database.clock.now() + timedelta(seconds=later_s)
        return await any_console_live(session, now, area, provider)


async def settles(tower: Tower, wanted: bool, area: str) -> None:
    async with asyncio.timeout(4):
        while await watching(tower, area) is not wanted:
            await asyncio.sleep(0.05)


async def test_a_console_counts_once_its_page_answers_and_until_12_s_later(tower: Tower) -> None:
    """An open socket alone watches nothing; `here` does, for 12 s, for the places its person may see."""
    desk = await tower.opens(WU)
    await tower.live.watchtower.flush(tower.live.hub.connections)
    assert not await watching(tower, COMMUNITY)
    await answers(desk)
    await settles(tower, True, COMMUNITY)
    assert not await watching(tower, FAR_COMMUNITY)
    assert await watching(tower, None)
    assert await watching(tower, COMMUNITY, later_s=9)
    assert not await watching(tower, COMMUNITY, later_s=12.1)


async def test_a_providers_console_watches_its_own_only(tower: Tower) -> None:
    """What another provider's elder needs is not watched by this one's manager."""
    await answers(await tower.opens(NEAR_PROVIDER))
    await settles(tower, True, COMMUNITY)
    assert await watching(tower, COMMUNITY, provider=1)
    assert not await watching(tower, COMMUNITY, provider=2)


async def test_the_last_console_to_leave_is_missed_at_once(tower: Tower) -> None:
    """Closing one of two leaves one; closing both ends the watch within seconds, not only when it runs out."""
    desks = [await tower.opens(FAR) for _ in range(2)]
    for desk in desks:
        await answers(desk)
    await settles(tower, True, FAR_COMMUNITY)
    async with asyncio.timeout(4):
        while True:
            async with tower.database.reading() as session:
                found = await watched(session, tower.database.clock.now())
            if [scope.consoles for scope in found] == [2]:
                break
            await answers(desks[0])
            await asyncio.sleep(0.2)
    await desks[0].leave()
    await asyncio.sleep(1.2)
    assert await watching(tower, FAR_COMMUNITY)
    await desks[1].leave()
    await settles(tower, False, FAR_COMMUNITY)


async def test_many_answers_are_few_writes(tower: Tower) -> None:
    """However often the page says that it is here, its row is written again only when it would run out sooner."""
    desk = await tower.opens(WU)
    await answers(desk)
    await settles(tower, True, COMMUNITY)
    written = 0
    for _ in range(20):
        await answers(desk)
        await asyncio.sleep(0.01)
        written += await tower.live.watchtower.flush(tower.live.hub.connections)
    assert written == 0


async def test_the_first_desk_that_sees_a_call_leaves_a_receipt(tower: Tower) -> None:
    """One row however many desks show it; none for what is not theirs, not an incident, or not sent yet."""
    wu, second, far = [await tower.opens(who) for who in (WU, WU, FAR)]
    taken = await tower.bedside.press("m1")
    await tower.say("visit.late")
    seq, late = taken["seq"], taken["seq"] + 1
    await wu.until(lambda c: (c.cursor or 0) >= late)
    before = tower.database.clock.now() - timedelta(minutes=1)
    for frame in ({"type": "seen", "seq": seq}, {"type": "seen", "seq": late}, {"type": "seen", "seq": 10**6}):
        await far.say(frame)
    await asyncio.sleep(0.3)
    async with tower.database.reading() as session:
        assert await unseen(session, [seq, late]) == {seq, late}
    for desk in (wu, second):
        await desk.say({"type": "seen", "seq": seq})
    async with asyncio.timeout(3):
        found = None
        while found is None:
            await asyncio.sleep(0.02)
            async with tower.database.reading() as session:
                found = await first_seen(session, seq)
    async with tower.database.reading() as session:
        subject = f"incident:{taken['incident']}"
        assert await seen_since(session, subject, before) == found
        assert await seen_since(session, subject, tower.database.clock.now()) is None
        assert await seen_since(session, subject, before, caregiver_id=5) is None
        assert await unseen(session, [seq, late, 10**6]) == {late, 10**6}
    assert (await tower.bedside.rows("SELECT count(*) AS n FROM receipt"))[0]["n"] == 1


async def test_another_process_reads_the_same(tower: Tower) -> None:
    """The ladder runs elsewhere: what it asks is answered by rows, not by this hub's memory."""
    await answers(await tower.opens(WU))
    await settles(tower, True, COMMUNITY)
    elsewhere = Database(tower.database.url, Clock())
    try:
        async with elsewhere.reading() as session:
            assert await any_console_live(session, tower.database.clock.now(), COMMUNITY)
    finally:
        await elsewhere.close()
