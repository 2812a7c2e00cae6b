"""Fires due timers, each exactly once and in due order; one bad row is set aside, and the supervisor told instead.

An incident's row is locked before its timers, as in `acknowledge`: either the answer comes first and nothing fires, or
the rung fires and is answered. Rows that somebody holds are left for the next round.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, literal_column, select, update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from models import Timer
from models.types import TimerState
from service.channels.outbox import post
from service.db import NOW, unwalled_now
from service.emergencies import climbing, escalation, searching
from service.emergencies.climbing import ESCALATED, Due, Event
from service.emergencies.escalation import AGAIN
from service.emergencies.queries import card_of
from service.emergencies.recipients import Directory
from service.emergencies.rules import AGAIN_AFTER, LOST_STEP, SENT_STEP
from service.emergencies.words import notice_text
from service.intake.failpoints import failpoint
from service.intake.ladder import Rung
from service.intake.play import Ask, Script, StoreDown
from service.intake.within import plan_by_keys, play_within
from service.realtime import outbox

log = logging.getLogger(__name__)

AT_ONCE = 200
"""Timers fired in one transaction: an alert never waits long for the writer, the rest follows in the next."""
SUPERVISOR = "supervisor"
ARMED = literal_column("timer.state") == literal_column("'armed'")
"""Said in so many words, as the index of armed timers has it: an embedded database reads it for nothing else."""

DUE = """
SELECT t.id AS timer_id, t.incident_id, t.step, t.cycle, t.rung,
       i.playbook, i.ladder_id, i.elder_id, i.station_id, i.provider_id, i.area_code
FROM timer t JOIN incident i ON i.id = t.incident_id
WHERE t.state = 'armed' AND t.due_at <= (SELECT unwalled_now()) AND {which}
ORDER BY t.due_at, t.id LIMIT {most} FOR NO KEY UPDATE OF i SKIP LOCKED
"""
"""Not FOR UPDATE: a notice settled meanwhile points to its incident, and would wait for the rung that waits for it."""
UNCONFIRMED = "EXISTS (SELECT 1 FROM notice n WHERE n.incident_id = i.id AND n.must AND n.confirmed_at IS NULL)"
"""On a rung where all must confirm somebody has not (`escalation.confirmations_lack`)."""
HALF_ANSWERED = f"i.state IN ('acknowledged', 'assigned') AND {UNCONFIRMED}"
UNANSWERED = f"t.step < {SENT_STEP} AND (i.state = 'open' OR ({HALF_ANSWERED}))"
FORGOTTEN = f"t.rung = '{AGAIN}' AND i.state = 'acknowledged'"
SEARCHED = f"t.step = {LOST_STEP} AND i.state <> 'closed'"
TAKE = """
UPDATE timer SET state = 'fired', fired_at = (SELECT unwalled_now())
WHERE id = ANY($1) AND state NOT IN ('fired', 'stopped', 'quarantined') RETURNING id
"""
"""Not `= 'armed'`, for which PostgreSQL reads the index of all that are armed (`queries.STILL_ARMED`)."""


async def anything_due(session: AsyncSession) -> bool:
    """Whether a timer is due: a look that takes no lock."""
    query = select(Timer.id).where(ARMED, Timer.due_at <= NOW).limit(1)
    return (await session.scalars(query)).first() is not None


async def next_due_in(session: AsyncSession) -> timedelta | None:
    """How long until the next timer that is not due yet; None when none is armed."""
    now = await unwalled_now(session)
    first = await session.scalar(select(func.min(Timer.due_at)).where(ARMED, Timer.due_at > now))
    return None if first is None else first - now


async def fire_due_timers(session: AsyncSession) -> int:
    """Fire the due rungs of incidents that nobody answered; answers how many."""
    now = await unwalled_now(session)
    await plan_by_keys(session)
    claimed = await play_within(session, _claim(UNANSWERED))
    await _guarded(session, claimed, lambda some: _climb(session, some, now))
    return len(claimed)


async def reraise_stale(session: AsyncSession) -> int:
    """Ring again for incidents answered three minutes ago that nobody was sent to, and every three minutes after."""
    claimed = await _claimed(session, FORGOTTEN)
    for one in claimed:
        await _guarded(session, [one], lambda some: _again(session, some[0]))
    return len(claimed)


async def widen_searches(session: AsyncSession) -> int:
    """Tell those whom the grown circle of a search has reached."""
    claimed = await _claimed(session, SEARCHED)
    for one in claimed:
        await _guarded(session, [one], lambda some: searching.widen(session, some[0].incident_id))
    return len(claimed)


async def _claimed(session: AsyncSession, which: str) -> list[Due]:
    await unwalled_now(session)  # what begins the transaction
    claimed: list[Due] = await play_within(session, _claim(which))
    return claimed


def _claim(which: str) -> Script:
    """Take the timers that are due, the longest waiting first; each is whoever's takes it first."""
    rows = yield Ask(DUE.format(which=which, most=AT_ONCE))
    if not rows:
        return []
    taken = yield Ask(TAKE, [[row["timer_id"] for row in rows]])
    failpoint.reach("timer_claimed")
    won = {row["id"] for row in taken}
    return [Due(**row) for row in rows if row["timer_id"] in won]


async def _climb(session: AsyncSession, claimed: list[Due], now: datetime) -> None:
    outbox.numbered(session, await play_within(session, climbing.climb(claimed, now)))


async def _guarded(session: AsyncSession, some: list[Due], work: Callable[[list[Due]], Awaitable[None]]) -> None:
    """Do the timers' work in a savepoint. When it cannot be done, halve them until the one that cannot stands alone:
    it is set aside, and the supervisor told."""
    if not some:
        return
    events = session.info.setdefault("events", [])
    before = len(events)
    try:
        async with session.begin_nested():
            await work(some)
    except (OperationalError, InterfaceError, StoreDown):
        raise  # the database's trouble, not this row's: the whole round is tried again
    except Exception as error:
        del events[before:]
        if len(some) == 1:
            one = some[0]
            log.exception("a timer cannot be fired", extra={"timer": one.timer_id, "incident": one.incident_id})
            await _set_aside(session, one, f"{type(error).__name__}: {error}"[:200])
            return
        middle = len(some) // 2
        await _guarded(session, some[:middle], work)
        await _guarded(session, some[middle:], work)


async def _again(session: AsyncSession, one: Due) -> None:
    await escalation.arm_again(session, one.incident_id)
    card = await card_of(session, one.incident_id)
    more: dict[str, Any] = {"rung": one.rung, "step": one.step}
    _append(session, climbing.telling("incident.reraised", card, [], more))


async def _set_aside(session: AsyncSession, one: Due, problem: str) -> None:
    """Quarantine a timer; the supervisor is told instead, the next rung comes now, and every console is alarmed."""
    broken = update(Timer).where(Timer.id == one.timer_id).values(state=TimerState.QUARANTINED, problem=problem)
    await session.execute(broken.execution_options(synchronize_session=False))
    now = await unwalled_now(session)
    fallback = Rung(one.step, SUPERVISOR, 0, channels=climbing.usual(SUPERVISOR))
    people = (await Directory.open(session, [one], [fallback], now)).recipients(one, fallback)
    card = await card_of(session, one.incident_id)
    await post(session, climbing.occasion(one, notice_text(card, SUPERVISOR)), people, now)
    if one.rung == AGAIN:
        await escalation.arm_again(session, one.incident_id)
    elif not await escalation.pull_next(session, one.incident_id):
        await escalation.arm(session, one.incident_id, one.step, SUPERVISOR, AGAIN_AFTER)
    more: dict[str, Any] = {"rung": SUPERVISOR, "step": one.step, "problem": problem}
    _append(session, climbing.telling(ESCALATED, card, people, more))
    if not people:
        _append(session, climbing.alarm(card, problem))


def _append(session: AsyncSession, event: Event) -> None:
    outbox.append(session, event.pop("topic"), event.pop("data"), **event)
