"""Arms and stops the timers of an incident; refuses to fire any (firing.py does)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from models import Incident, Ladder, Notice, Timer
from models.types import TimerState
from service.channels import outbox
from service.clock import LOCAL
from service.db import NOW, unwalled_now
from service.emergencies.queries import STILL_ARMED
from service.emergencies.rules import AGAIN_AFTER, AGAIN_STEP, LOST_STEP, SENT_STEP
from service.intake import ladder as ladders
from service.intake.ladder import LADDERS
from service.intake.play import Ask, Row, Script
from service.intake.within import play_within

AGAIN = "again"
JUMP = timedelta(seconds=2)
"""Hosts that share a database are never so far apart (service.timekeeper)."""


async def choose_ladder(
    session: AsyncSession, area_code: str | None, kind: str, playbook: str, now: datetime
) -> ladders.Ladder:
    """The ladder in force for a call of this kind from this area at this moment."""
    columns = select(*Ladder.__table__.columns).where(Ladder.retired_at.is_(None))
    rows = [dict(row) for row in (await session.execute(columns)).mappings()]
    local = now.astimezone(LOCAL)
    return ladders.choose(ladders.readable(rows), area_code, kind, playbook, local.hour * 60 + local.minute)


async def ladder_of(session: AsyncSession, incident: Incident) -> ladders.Ladder:
    """The version of the ladder that this incident began with, whatever has become of it since."""
    columns = select(*Ladder.__table__.columns).where(Ladder.id == incident.ladder_id)
    known = ladders_from([dict(row) for row in (await session.execute(columns)).mappings()])
    return known.get(incident.ladder_id) or LADDERS[incident.playbook]


async def arm_ladder(session: AsyncSession, incident_id: int, ladder: ladders.Ladder) -> None:
    """Arm the rungs of a new incident; the desk, the first, is reached by the event that opens it."""
    now = await unwalled_now(session)
    for rung in ladder.rungs:
        desk = rung.step == 0
        timer = Timer(incident_id=incident_id, step=rung.step, cycle=0, rung=rung.name, armed_at=now)
        timer.due_at = now if desk else now + timedelta(seconds=rung.after_s)
        timer.state, timer.fired_at = (TimerState.FIRED, now) if desk else (TimerState.ARMED, None)
        session.add(timer)
    await session.flush()


async def stop_ladder(session: AsyncSession, incident_id: int) -> None:
    """Somebody came first: nothing that is armed fires any more but a search, nothing that waits goes out."""
    await _stop_timers(session, (Timer.incident_id == incident_id) & (Timer.step < LOST_STEP))
    await outbox.stop(session, incident_id)


async def stop_search(session: AsyncSession, incident_id: int) -> None:
    """The search has ended."""
    await _stop_timers(session, (Timer.incident_id == incident_id) & (Timer.step >= LOST_STEP))


async def answered(session: AsyncSession, incident_id: int) -> None:
    """Somebody answered: the ladder stops, unless a rung on which all must confirm still waits for somebody."""
    await _stop_timers(session, (Timer.incident_id == incident_id) & (Timer.rung == AGAIN))
    if not await session.scalar(select(confirmations_lack(incident_id))):
        await stop_rungs(session, incident_id)


async def stop_rungs(session: AsyncSession, incident_id: int) -> None:
    """No rung fires and no notice goes out any more; the timer that rings an answered call again stays."""
    await _stop_timers(session, (Timer.incident_id == incident_id) & (Timer.step < SENT_STEP))
    await outbox.stop(session, incident_id)


def confirmations_lack(incident_id: int | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Whether somebody on a rung of the mode `all` has not confirmed yet."""
    asked = select(Notice.id).where(Notice.incident_id == incident_id, Notice.must.is_(True))
    return exists(asked.where(Notice.confirmed_at.is_(None)))


async def _stop_timers(session: AsyncSession, which: ColumnElement[bool]) -> None:
    armed = update(Timer).where(which, STILL_ARMED).values(state=TimerState.STOPPED)
    await session.execute(armed.execution_options(synchronize_session=False))


async def arm_again(session: AsyncSession, incident_id: int, *, at_once: bool = False) -> None:
    """Ring again three minutes from now, or at once, unless the incident has moved on by then."""
    wait = timedelta() if at_once else AGAIN_AFTER
    await arm(session, incident_id, AGAIN_STEP, AGAIN, wait)


async def arm(session: AsyncSession, incident_id: int, step: int, rung: str, wait: timedelta) -> None:
    """Arm the next turn of a step, `wait` from now by the database's clock."""
    now = await unwalled_now(session)
    timer = Timer(incident_id=incident_id, step=step, cycle=await next_cycle(session, incident_id, step), rung=rung)
    timer.armed_at, timer.due_at, timer.state = now, now + wait, TimerState.ARMED
    session.add(timer)
    await session.flush()


async def mend_jump(session: AsyncSession) -> int:
    """After the time fell back, wait no longer than was meant: timers armed in the future begin anew from now.

    Gives how many. Nothing is skipped and nothing fires twice: only `due_at` moves.
    """
    now = await unwalled_now(session)
    strange = select(Timer).where(Timer.state == TimerState.ARMED, Timer.armed_at > now + JUMP)
    timers = (await session.scalars(strange.with_for_update(skip_locked=True))).all()
    for timer in timers:
        wait = timer.due_at - timer.armed_at if timer.armed_at is not None else timedelta()
        timer.armed_at, timer.due_at = now, now + wait
    await session.flush()
    return len(timers)


async def anything_ahead(session: AsyncSession) -> bool:
    """Whether a timer says that it was armed in the future."""
    query = select(Timer.id).where(Timer.state == TimerState.ARMED, Timer.armed_at > NOW).limit(1)
    return (await session.scalars(query)).first() is not None


async def next_cycle(session: AsyncSession, incident_id: int, step: int) -> int:
    """The number of a step's next turn."""
    last = select(Timer.cycle).where(Timer.incident_id == incident_id, Timer.step == step)
    cycle = (await session.scalars(last.order_by(Timer.cycle.desc()).limit(1))).first()
    return 0 if cycle is None else cycle + 1


async def pull_next(session: AsyncSession, incident_id: int) -> bool:
    """Nobody could be told: the next rung is due now, if it is not already. False when none is armed."""
    now = await unwalled_now(session)
    return bool(await play_within(session, pull([incident_id], now)))


PULL = """
UPDATE timer SET due_at = CASE WHEN due_at > $3 THEN $3 ELSE due_at END
WHERE state NOT IN ('fired', 'stopped', 'quarantined') AND id IN (
    SELECT r.id FROM (
        SELECT n.id, row_number() OVER (PARTITION BY n.incident_id ORDER BY n.due_at, n.step) AS place FROM timer n
        WHERE n.incident_id = ANY($1) AND n.state NOT IN ('fired', 'stopped', 'quarantined') AND n.step < $2
    ) r WHERE r.place = 1
) RETURNING incident_id
"""


def pull(incident_ids: Sequence[int], now: datetime) -> Script:
    """A script that does the same for many; gives the set of those that have a next rung."""
    rows = yield Ask(PULL, [list(incident_ids), SENT_STEP, now])
    return {row["incident_id"] for row in rows}


LADDERS_BY_ID = "SELECT id, area_code, kind, from_min, to_min, rungs FROM ladder WHERE id = ANY($1)"


def ladders_from(rows: Iterable[Row]) -> dict[int | None, ladders.Ladder]:
    """Of rows of LADDERS_BY_ID, those that can be read and have rungs."""
    return {ladder.id: ladder for ladder in ladders.readable(rows) if ladder.rungs}
