"""Arms and stops the timers of an incident; refuses to fire any (firing.py does)."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, exists, func, select, update
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
    known = await ladders_by_id(session, {incident.ladder_id} - {None})
    return known.get(incident.ladder_id) or LADDERS[incident.playbook]


async def ladders_by_id(session: AsyncSession, ids: Collection[int | None]) -> dict[int | None, ladders.Ladder]:
    """Those of these versions that can be read and have rungs."""
    if not ids:
        return {}
    columns = select(*Ladder.__table__.columns).where(Ladder.id.in_(ids))
    kept = ladders.readable([dict(row) for row in (await session.execute(columns)).mappings()])
    return {ladder.id: ladder for ladder in kept if ladder.rungs}


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
    return bool(await pull_all(session, [incident_id]))


async def pull_all(session: AsyncSession, incident_ids: Collection[int]) -> set[int]:
    """The same for many in one statement; gives those that have a next rung."""
    if not incident_ids:
        return set()
    now = await unwalled_now(session)
    place = func.row_number().over(partition_by=Timer.incident_id, order_by=(Timer.due_at, Timer.step))
    armed = select(Timer.id, place.label("place")).where(STILL_ARMED, Timer.step < SENT_STEP)
    ranked = armed.where(Timer.incident_id.in_(incident_ids)).subquery()
    following = select(ranked.c.id).where(ranked.c.place == 1)
    pulled = update(Timer).where(Timer.id.in_(following), Timer.state == TimerState.ARMED)
    pulled = pulled.values(due_at=case((Timer.due_at > now, now), else_=Timer.due_at))
    done = pulled.returning(Timer.incident_id).execution_options(synchronize_session=False)
    return set(await session.scalars(done))
