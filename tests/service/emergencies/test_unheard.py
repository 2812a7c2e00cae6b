"""Calls that no console shows are found among however many that one does show."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from models import Duty, Event, Incident, Notice, Receipt, Sequence, Timer, Watch
from models.types import Post, TimerState
from service.db import Database
from service.emergencies import jobs
from service.emergencies.unheard import MOST, Unheard, find_unheard
from tests.service.accounts.desk import ELSEWHERE, LAISHAN, Desk

LONG_AGO = timedelta(seconds=10)


async def calls(desk: Desk, count: int, shown: set[int], area_code: str = LAISHAN) -> list[int]:
    """Open calls of ten seconds ago at the desk's rung, some of them shown on a console; their ids."""
    now, made = desk.clock.now(), list[int]()
    async with desk.database.writing() as session:
        counter = await session.get_one(Sequence, 1)
        for number in range(count):
            call = Incident(
                playbook="person", kind="sos", severity=3, state="open", drill=False, press_times=[], rung=0
            )
            call.opened_at = call.last_alert_at = now - LONG_AGO
            call.area_code = area_code
            session.add(call)
            await session.flush()
            counter.last += 1
            event = Event(seq=counter.last, at=now - LONG_AGO, topic="incident.raised", subject=f"incident:{call.id}")
            event.data, event.caregiver_ids = {}, []
            timer = Timer(incident_id=call.id, step=1, rung="station", state=TimerState.ARMED)
            timer.due_at = now + timedelta(minutes=1)
            session.add_all([event, timer])
            if number in shown:
                session.add(Receipt(event_seq=counter.last, caregiver_id=0, session_id=1, seen_at=now))
            made.append(call.id)
    return made


async def found(database: Database, desk: Desk) -> list[Unheard]:
    async with database.reading() as session:
        return await find_unheard(session, desk.clock.now())


async def watch(desk: Desk, *prefixes: str) -> None:
    until = desk.clock.now() + timedelta(hours=1)
    async with desk.database.writing() as session:
        session.add(Watch(hub="h", view="v", area_prefixes=list(prefixes), consoles=1, live_until_at=until))


async def on_duty(desk: Desk) -> None:
    """Somebody with a telephone answers for the desk today."""
    now = desk.clock.now()
    duty = Duty(post=Post.DESK, area_code=LAISHAN, name="值班", from_at=now - LONG_AGO, to_at=now + timedelta(hours=8))
    duty.phone_sealed = desk.vault.seal("13900000001", "duty.phone_sealed")
    async with desk.database.writing() as session:
        session.add(duty)


async def rungs_told(desk: Desk, call: int) -> list[str]:
    async with desk.database.reading() as session:
        told = select(Notice.rung).where(Notice.incident_id == call).order_by(Notice.id)
        return list(await session.scalars(told))


async def test_many_that_were_shown_hide_none_that_was_not(desk: Desk) -> None:
    """More than one look takes were shown; the one after them was not, and is found."""
    await watch(desk, "")
    made = await calls(desk, MOST + 2, shown=set(range(MOST + 1)))
    assert await found(desk.database, desk) == [Unheard(made[-1], watched=True)]


async def test_a_place_that_nobody_watches_is_found_beside_one_that_is(desk: Desk) -> None:
    """Shown a moment ago or not: without a console that is live now a call goes on by telephone."""
    await watch(desk, LAISHAN[:6])
    await calls(desk, 2, shown={0, 1})
    (alone,) = await calls(desk, 1, shown={0}, area_code=ELSEWHERE)
    assert await found(desk.database, desk) == [Unheard(alone, watched=False)]


async def test_a_host_that_slept_telephones_the_desk_before_any_rung(desk: Desk) -> None:
    """A minute is gone at once, in the middle of a look: the station's time has come, and nobody told the desk."""
    await watch(desk, "")
    await on_duty(desk)
    watching = asyncio.create_task(jobs.keep_time(desk.database, desk.clock))
    await asyncio.sleep(jobs.LOOK_S / 2)
    (call,) = await calls(desk, 1, shown=set())
    desk.clock.shift(minutes=2)
    await watching
    assert await rungs_told(desk, call) == [], "nothing came before the desk was looked after"
    await jobs.keep_time(desk.database, desk.clock)
    assert (await rungs_told(desk, call))[0] == "desk"


async def test_a_busy_host_fires_all_the_same(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look that takes longer than a host may sleep is none that slept: the rung that is due comes at its end."""

    async def slow(_database: Database) -> None:
        await asyncio.sleep(0.1)

    monkeypatch.setattr(jobs, "hurry", slow)
    monkeypatch.setattr(jobs, "ASLEEP_S", 0.05)
    (call,) = await calls(desk, 1, shown=set())
    desk.clock.shift(minutes=2)
    await jobs.keep_time(desk.database, desk.clock)
    async with desk.database.reading() as session:
        assert (await session.get_one(Incident, call)).rung == 1
