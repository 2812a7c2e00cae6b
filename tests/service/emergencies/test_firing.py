"""Batches of rungs: each told once, with the rows of a single one, whatever is wrong with a neighbour."""

import uuid
from datetime import UTC, datetime, timedelta
from itertools import islice

from sqlalchemy import func, select

from models import Contact, Event, Incident, Notice, Sequence, Timer
from models.types import TimerState
from service.channels.outbox import new_keys
from service.emergencies import firing, jobs
from service.emergencies.queries import card_of
from tests.service.accounts.desk import Desk
from tests.service.emergencies.watching import watching

MANY = 130


async def calls(desk: Desk, rungs: list[str], wait: timedelta = timedelta()) -> list[int]:
    """Open calls, the desk told already, each with one more rung that comes due `wait` from now; their ids."""
    await watching(desk.database)
    now, made = desk.clock.now(), list[int]()
    async with desk.database.writing() as session:
        for rung in rungs:
            call = Incident(
                playbook="person", kind="sos", severity=3, state="open", drill=False, press_times=[], rung=1
            )
            call.opened_at = call.last_alert_at = now
            session.add(call)
            await session.flush()
            session.add(Timer(incident_id=call.id, step=2, rung=rung, due_at=now + wait, state=TimerState.ARMED))
            made.append(call.id)
    return made


async def states(desk: Desk) -> dict[TimerState, int]:
    async with desk.database.reading() as session:
        counted = select(Timer.state, func.count()).where(Timer.cycle == 0).group_by(Timer.state)
        return dict((await session.execute(counted)).all())


async def test_one_bad_row_keeps_no_neighbour_from_being_told(desk: Desk) -> None:
    """One rung of many means nothing: it alone is set aside; every other one is told, once."""
    made = await calls(desk, ["village"] * 70 + ["no such rung"] + ["village"] * (MANY - 71))
    await jobs.ring_timers(desk.database, desk.clock)
    assert await states(desk) == {TimerState.FIRED: MANY - 1, TimerState.QUARANTINED: 1}
    async with desk.database.reading() as session:
        told = select(Event.subject).where(Event.topic == "incident.escalated")
        subjects = list(await session.scalars(told))
    assert sorted(subjects) == sorted(f"incident:{one}" for one in made)


async def test_listeners_are_rung_with_the_last_number(desk: Desk) -> None:
    """The events of a batch follow one another without a gap, and whoever listens in this process hears of the last."""
    rung: list[int] = []
    desk.database.on_commit.append(rung.append)
    await calls(desk, ["village"] * 3)
    await jobs.ring_timers(desk.database, desk.clock)
    async with desk.database.reading() as session:
        last = await session.scalar(select(Sequence.last))
        topics = dict((await session.execute(select(Event.seq, Event.topic))).all())
    assert sorted(topics) == list(range(1, 7)), "three rungs, and that nobody was there to hear them"
    assert [topics[seq] for seq in (1, 2)] == ["incident.escalated", "incident.unheard"]
    assert max(rung) == last == 6


async def test_an_event_carries_the_card_as_it_stands_afterwards(desk: Desk) -> None:
    """Also the rung that was reached, and the next turn that the same batch arms."""
    (incident_id,) = await calls(desk, ["supervisor"])
    await jobs.ring_timers(desk.database, desk.clock)
    async with desk.database.reading() as session:
        event = (await session.scalars(select(Event).where(Event.topic == "incident.escalated"))).one()
        card = await card_of(session, incident_id)
    assert event.data["incident"] == card
    assert (card["rung"], card["next_rung"]["name"]) == (2, "supervisor")


async def test_the_family_is_told_in_the_words_and_rows_of_every_notice(desk: Desk) -> None:
    """One row a person by their first channel, the next ones kept, none twice when the round is done again."""
    (incident_id,) = await calls(desk, ["family"])
    async with desk.database.writing() as session:
        (await session.get_one(Incident, incident_id)).elder_id = 1
        await session.flush()
        relatives = len((await session.scalars(select(Contact).where(Contact.elder_id == 1))).all())
        for rank in range(relatives, 3):
            more = Contact(elder_id=1, rank=rank + 1, name="于静", relation="女儿", phone_sealed=b"sealed")
            session.add(more)
    await jobs.ring_timers(desk.database, desk.clock)
    async with desk.database.reading() as session:
        rows = (await session.scalars(select(Notice).order_by(Notice.id))).all()
    assert [(row.channel, row.then, row.rung, row.must) for row in rows] == [("sms", ["voice"], "family", False)] * 3
    assert len({row.target for row in rows}) == len({row.key for row in rows}) == 3
    assert all(f"编号 {incident_id}" in row.text for row in rows)


async def test_a_rung_between_two_looks_is_told_at_its_own_moment(desk: Desk) -> None:
    """It comes due after the look has begun, and does not wait for the next one."""
    await calls(desk, ["village"], timedelta(milliseconds=150))
    async with desk.database.reading() as session:
        wait = await firing.next_due_in(session)
    assert wait is not None and timedelta() < wait <= timedelta(milliseconds=150)
    await jobs.keep_time(desk.database, desk.clock)
    assert await states(desk) == {TimerState.FIRED: 1}


def test_keys_of_notices_are_in_the_order_of_time() -> None:
    """Version 7: unique, and a later one sorts behind, so that a batch lies together in the index."""
    at = datetime(2026, 3, 5, 1, 2, 3, tzinfo=UTC)
    keys = [key for n in range(20) for key in islice(new_keys(at + timedelta(milliseconds=n)), 40)]
    assert keys == sorted(keys) and len(set(keys)) == len(keys)
    read = [uuid.UUID(key) for key in keys]
    assert {(one.version, one.variant) for one in read} == {(7, uuid.RFC_4122)}
    assert [str(one) for one in read] == keys
    other = set(islice(new_keys(at), 40))
    assert not other & set(keys), "another process at the same moment has others"
