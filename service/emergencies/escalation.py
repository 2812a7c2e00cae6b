"""The ladder's timers: fires each due rung once, rings an answered incident again; refuses to fire for a closed one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Incident, Timer
from models.types import IncidentState, TimerState
from service.emergencies.queries import cards_of
from service.emergencies.rules import AGAIN_AFTER
from service.intake.ladder import LADDERS
from service.realtime import outbox

AGAIN, AGAIN_STEP = "again", 100
AT_ONCE = 20
"""Rungs fired in one transaction: an alert never waits long for the writer, the rest follows in the next."""


@dataclass(frozen=True)
class Due:
    """A timer whose moment has come."""

    timer_id: int
    incident_id: int
    step: int
    rung: str


async def arm_ladder(session: AsyncSession, incident_id: int, playbook: str, now: datetime) -> None:
    """Arm the rungs of a new incident; the desk, the first, is reached by the event that opens it."""
    for rung in LADDERS[playbook]:
        desk = rung.step == 0
        timer = Timer(incident_id=incident_id, step=rung.step, cycle=0, rung=rung.name)
        timer.due_at = now if desk else now + timedelta(seconds=rung.after_s)
        timer.state, timer.fired_at = (TimerState.FIRED, now) if desk else (TimerState.ARMED, None)
        session.add(timer)
    await session.flush()


async def stop_ladder(session: AsyncSession, incident_id: int) -> None:
    """Somebody came first: nothing that is armed for this incident fires any more."""
    armed = update(Timer).where(Timer.incident_id == incident_id, Timer.state == TimerState.ARMED)
    await session.execute(armed.values(state=TimerState.STOPPED).execution_options(synchronize_session=False))


async def arm_again(session: AsyncSession, incident_id: int, since: datetime) -> None:
    """Ring again three minutes after `since` unless the incident has moved on by then."""
    last = select(Timer.cycle).where(Timer.incident_id == incident_id, Timer.step == AGAIN_STEP)
    cycle = (await session.scalars(last.order_by(Timer.cycle.desc()).limit(1))).first()
    timer = Timer(incident_id=incident_id, step=AGAIN_STEP, cycle=0 if cycle is None else cycle + 1, rung=AGAIN)
    timer.due_at, timer.state = since + AGAIN_AFTER, TimerState.ARMED
    session.add(timer)
    await session.flush()


async def anything_due(session: AsyncSession, now: datetime) -> bool:
    """Whether a timer is due: a look that takes no lock."""
    query = select(Timer.id).where(Timer.state == TimerState.ARMED, Timer.due_at <= now).limit(1)
    return (await session.scalars(query)).first() is not None


async def fire_due_timers(session: AsyncSession, now: datetime) -> int:
    """Fire the due rungs of incidents that nobody answered, in due order, each exactly once; answers how many.

    The incident's row is locked before its timers, as in `acknowledge`: either the answer comes first and nothing
    fires, or the rung fires and is answered. Rows that somebody holds are left for the next round.
    """
    claimed = await _claim(session, now, IncidentState.OPEN, Timer.rung != AGAIN)
    if claimed:
        await _raise_rungs(session, claimed)
        await _tell(session, "incident.escalated", claimed)
    return len(claimed)


async def reraise_stale(session: AsyncSession, now: datetime) -> int:
    """Ring again for incidents answered three minutes ago that nobody was sent to, and every three minutes after."""
    claimed = await _claim(session, now, IncidentState.ACKNOWLEDGED, Timer.rung == AGAIN)
    for one in claimed:
        await arm_again(session, one.incident_id, now)
    if claimed:
        await _tell(session, "incident.reraised", claimed)
    return len(claimed)


async def _claim(session: AsyncSession, now: datetime, state: IncidentState, which: ColumnElement[bool]) -> list[Due]:
    due = (
        select(Timer.id, Timer.incident_id, Timer.step, Timer.rung)
        .join(Incident, Incident.id == Timer.incident_id)
        .where(Timer.state == TimerState.ARMED, Timer.due_at <= now, Incident.state == state, which)
        .order_by(Timer.due_at, Timer.id)
        .limit(AT_ONCE)
        .with_for_update(of=Incident, skip_locked=True)
    )
    found = [Due(*row) for row in await session.execute(due)]
    if not found:
        return []
    mine = update(Timer).where(Timer.id.in_([one.timer_id for one in found]), Timer.state == TimerState.ARMED)
    fired = mine.values(state=TimerState.FIRED, fired_at=now).returning(Timer.id)
    won = set(await session.scalars(fired.execution_options(synchronize_session=False)))
    return [one for one in found if one.timer_id in won]


async def _raise_rungs(session: AsyncSession, claimed: Sequence[Due]) -> None:
    """Set each incident to the highest rung that has fired, in one statement for all."""
    highest: dict[int, int] = {}
    for one in claimed:
        highest[one.incident_id] = max(one.step, highest.get(one.incident_id, 0))
    step = case(highest, value=Incident.id)
    higher = update(Incident).where(Incident.id.in_(highest), Incident.rung < step).values(rung=step)
    await session.execute(higher.execution_options(synchronize_session=False))


async def _tell(session: AsyncSession, topic: str, claimed: Sequence[Due]) -> None:
    """One event for each timer, in due order, with the whole card; all cards are read at once."""
    shown = await cards_of(session, {one.incident_id for one in claimed})
    for one in claimed:
        card = shown[one.incident_id]
        sent = (card["assigned_to"] or {}).get("id")
        outbox.append(
            session,
            topic,
            {"incident": card, "rung": one.rung, "step": one.step},
            subject=f"incident:{one.incident_id}",
            area_code=card["place"]["area_code"],
            provider_id=card["provider_id"],
            caregiver_ids=[] if sent is None else [sent],
        )
