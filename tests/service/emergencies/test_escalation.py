"""The ladder: every rung once and in time, whatever happens to the processes; answered calls are not forgotten."""

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from models import Event, Incident, Timer
from models.types import Outcome, TimerState
from service.clock import Clock
from service.db import Database
from service.emergencies import actions, firing, hotline, jobs
from tests.service.accounts.desk import Desk, add_caregiver
from tests.service.emergencies.watching import watching


async def raise_call(desk: Desk, kind: str = "sos") -> int:
    await watching(desk.database)
    actor = await desk.actor("wu")
    async with desk.database.writing() as session:
        card = await hotline.open_incident(session, actor, 1, kind, None, desk.clock.now())
    return int(card["id"])


async def acknowledge(desk: Desk, incident_id: int) -> None:
    actor = await desk.actor("wu")
    async with desk.database.writing() as session:
        await actions.acknowledge(session, actor, incident_id, desk.clock.now())


async def rungs(desk: Desk, topic: str = "incident.escalated") -> list[Any]:
    async with desk.database.reading() as session:
        found = await session.scalars(select(Event.data).where(Event.topic == topic).order_by(Event.seq))
        return [data.get("rung") for data in found]


async def ring(desk: Desk, **later: float) -> None:
    desk.clock.shift(**later)
    await jobs.ring_timers(desk.database, desk.clock)


async def test_rungs_fire_in_order_when_nobody_answers(desk: Desk) -> None:
    """Desk at once, station at 60 s, family at 120, village at 240, supervisor at 360; the card shows where it is."""
    incident_id = await raise_call(desk)
    await ring(desk, seconds=59)
    assert await rungs(desk) == []
    for seconds, expected in ((1.1, ["station"]), (60, ["station", "family"]), (120, ["station", "family", "village"])):
        await ring(desk, seconds=seconds)
        assert await rungs(desk) == expected
    await ring(desk, seconds=120)
    assert await rungs(desk) == ["station", "family", "village", "supervisor"]
    async with desk.database.reading() as session:
        assert (await session.get_one(Incident, incident_id)).rung == 4


async def test_after_the_last_rung_it_goes_on(desk: Desk) -> None:
    """A call that nobody answers is never left in silence: the supervisor is called again every three minutes."""
    await raise_call(desk)
    for _ in range(4):
        await ring(desk, minutes=6)
    assert (await rungs(desk)).count("supervisor") == 4


async def quiet_above(desk: Desk) -> None:
    """The rungs that are still to come wait for an hour."""
    async with desk.database.writing() as session:
        later = desk.clock.now() + timedelta(hours=1)
        await session.execute(update(Timer).where(Timer.state == TimerState.ARMED).values(due_at=later))


async def test_who_presses_again_has_the_rung_told_again(desk: Desk) -> None:
    """Once the station was told, another press tells it again, at most once a minute, and not once somebody answers."""
    incident_id = await raise_call(desk)
    await ring(desk, seconds=61)
    await quiet_above(desk)
    await ring(desk, seconds=30)
    await raise_call(desk)
    await ring(desk, seconds=1)
    assert await rungs(desk) == ["station"]
    await ring(desk, seconds=30)
    assert await rungs(desk) == ["station", "station"]
    await quiet_above(desk)
    await ring(desk, seconds=70)
    assert await rungs(desk) == ["station", "station"], "one press, once told"
    await raise_call(desk)
    await acknowledge(desk, incident_id)
    await ring(desk, seconds=1)
    assert await rungs(desk) == ["station", "station"]


async def test_after_the_last_rung_a_press_does_not_wait_three_minutes(desk: Desk) -> None:
    """The supervisor was told, and would be again in three minutes: a press a minute later brings that forward."""
    await raise_call(desk)
    for _ in range(4):
        await ring(desk, minutes=6)
    told = (await rungs(desk)).count("supervisor")
    await raise_call(desk)
    await ring(desk, seconds=61)
    assert (await rungs(desk)).count("supervisor") == told + 1


async def test_smoke_tells_the_family_at_once(desk: Desk) -> None:
    """For smoke and gas the family is told with the desk, before the station."""
    await raise_call(desk, "smoke")
    await ring(desk, seconds=0.3)
    assert await rungs(desk) == ["family"]


async def test_each_rung_fires_once_however_many_processes_look(desk: Desk) -> None:
    """Ten processes look at the same moment: one event a rung."""
    await raise_call(desk)
    desk.clock.shift(minutes=10)
    await asyncio.gather(*[jobs.ring_timers(desk.database, desk.clock) for _ in range(10)])
    for _ in range(4):
        await ring(desk, seconds=1)
    assert await rungs(desk) == ["station", "family", "village", "supervisor"]


async def test_the_ladder_survives_the_end_of_every_process(desk: Desk, database_url: str) -> None:
    """Timers are rows: whoever starts after an outage fires what is overdue, each step once, in due order."""
    await raise_call(desk)
    later = Clock()
    later.shift(seconds=(desk.clock.now() - later.now()).total_seconds() + 600)
    reborn = Database(database_url, later)
    try:
        for _ in range(3):
            await jobs.ring_timers(reborn, later)
    finally:
        await reborn.close()
    assert await rungs(desk) == ["station", "family", "village", "supervisor"]


async def test_an_answer_at_the_moment_of_a_rung_is_one_order(desk: Desk) -> None:
    """Answer and rung race: either nothing fires or exactly one rung fires before the answer."""
    for _ in range(8):
        incident_id = await raise_call(desk)
        before = len(await rungs(desk))
        desk.clock.shift(seconds=61)
        await asyncio.gather(acknowledge(desk, incident_id), jobs.ring_timers(desk.database, desk.clock))
        assert len(await rungs(desk)) - before <= 1
        actor = await desk.actor("wu")
        async with desk.database.writing() as session:
            await actions.close(session, actor, incident_id, Outcome.FALSE_ALARM, None, desk.clock.now())
        async with desk.database.reading() as session:
            query = select(Timer.id).where(Timer.incident_id == incident_id, Timer.state == TimerState.ARMED)
            assert (await session.scalars(query)).all() == []


async def test_an_answered_call_without_progress_rings_again_every_three_minutes(desk: Desk) -> None:
    """Answered and forgotten: it rings again after three minutes, once each time, until somebody is sent."""
    await add_caregiver(desk, 5, "lin")
    incident_id = await raise_call(desk)
    await acknowledge(desk, incident_id)
    await ring(desk, seconds=179)
    assert await rungs(desk, "incident.reraised") == []
    for expected in (1, 2):
        await ring(desk, seconds=181)
        await ring(desk, seconds=0)
        assert len(await rungs(desk, "incident.reraised")) == expected
    actor = await desk.actor("wu")
    async with desk.database.writing() as session:
        await actions.assign(session, actor, incident_id, 5, desk.clock.now(), travel_s=60)
    await ring(desk, hours=1)
    assert len(await rungs(desk, "incident.reraised")) == 2
    assert await rungs(desk) == []


async def test_a_flood_of_due_rungs_is_fired_in_small_transactions(desk: Desk) -> None:
    """More than one transaction's worth of due rungs all fire in one round, oldest first."""
    now = desk.clock.now()
    async with desk.database.writing() as session:
        for number in range(130):
            call = Incident(playbook="person", kind="sos", severity=3, state="open", drill=False, press_times=[])
            call.opened_at = call.last_alert_at = now
            session.add(call)
            await session.flush()
            due = now - timedelta(seconds=200 - number)
            session.add(Timer(incident_id=call.id, step=1, rung="station", due_at=due, state=TimerState.ARMED))
    await ring(desk, seconds=0)
    async with desk.database.reading() as session:
        subjects = (
            await session.scalars(select(Event.subject).where(Event.topic == "incident.escalated").order_by(Event.seq))
        ).all()
    assert len(subjects) == 130 == len(set(subjects))
    assert [int(str(subject).split(":")[1]) for subject in subjects] == sorted(
        int(str(subject).split(":")[1]) for subject in subjects
    )


async def test_a_quiet_town_takes_no_writers_turn(desk: Desk) -> None:
    """With nothing due, the look every quarter second never asks for the writer."""
    async with desk.database.gate.turn():
        await asyncio.wait_for(jobs.ring_timers(desk.database, desk.clock), 2)


def test_a_round_is_small_enough_for_the_writer() -> None:
    """One transaction of rungs stays small, so that an alert's answer never waits long behind it."""
    assert firing.AT_ONCE <= 200
