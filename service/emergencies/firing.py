"""Fires due timers, each exactly once and in due order; one bad row is set aside, and the supervisor told instead.

An incident's row is locked before its timers, as in `acknowledge`: either the answer comes first and nothing fires, or
the rung fires and is answered. Rows that somebody holds are left for the next round.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from models import Incident, Timer
from models.types import IncidentState, TimerState
from service.channels.outbox import Occasion, Person, post, post_all
from service.db import NOW, unwalled_now
from service.emergencies import escalation, searching
from service.emergencies.escalation import AGAIN
from service.emergencies.queries import card_of, cards_of
from service.emergencies.recipients import Directory
from service.emergencies.rules import AGAIN_AFTER, LOST_STEP, SENT_STEP
from service.emergencies.words import notice_text
from service.intake import sql
from service.intake.failpoints import failpoint
from service.intake.ladder import ALL, CHANNELS, LADDERS, Ladder, Rung
from service.intake.play import Ask, Script, StoreDown, Tell
from service.intake.within import play_within
from service.realtime import outbox

log = logging.getLogger(__name__)

AT_ONCE = 200
"""Timers fired in one transaction: an alert never waits long for the writer, the rest follows in the next."""
SUPERVISOR = "supervisor"


@dataclass(frozen=True)
class Due:
    """A timer whose moment has come."""

    timer_id: int
    incident_id: int
    step: int
    cycle: int
    rung: str


async def anything_due(session: AsyncSession) -> bool:
    """Whether a timer is due: a look that takes no lock."""
    query = select(Timer.id).where(Timer.state == TimerState.ARMED, Timer.due_at <= NOW).limit(1)
    return (await session.scalars(query)).first() is not None


async def fire_due_timers(session: AsyncSession) -> int:
    """Fire the due rungs of incidents that nobody answered; answers how many."""
    unanswered = or_(Incident.state == IncidentState.OPEN, _half_answered())
    claimed = await _claim(session, unanswered & (Timer.step < SENT_STEP))
    await _guarded(session, claimed, lambda some: _climb(session, some))
    return len(claimed)


async def reraise_stale(session: AsyncSession) -> int:
    """Ring again for incidents answered three minutes ago that nobody was sent to, and every three minutes after."""
    waiting = (Incident.state == IncidentState.ACKNOWLEDGED) & (Timer.rung == AGAIN)
    claimed = await _claim(session, waiting)
    for one in claimed:
        await _guarded(session, [one], lambda some: _again(session, some[0]))
    return len(claimed)


async def widen_searches(session: AsyncSession) -> int:
    """Tell those whom the grown circle of a search has reached."""
    claimed = await _claim(session, (Incident.state != IncidentState.CLOSED) & (Timer.step == LOST_STEP))
    for one in claimed:
        await _guarded(session, [one], lambda some: searching.widen(session, some[0].incident_id))
    return len(claimed)


def _half_answered() -> ColumnElement[bool]:
    """Answered, but on a rung where all must confirm somebody has not."""
    handled = Incident.state.in_((IncidentState.ACKNOWLEDGED, IncidentState.ASSIGNED))
    return handled & escalation.confirmations_lack(Incident.id)


async def _claim(session: AsyncSession, which: ColumnElement[bool]) -> list[Due]:
    due = (
        select(Timer.id, Timer.incident_id, Timer.step, Timer.cycle, Timer.rung)
        .join(Incident, Incident.id == Timer.incident_id)
        .where(Timer.state == TimerState.ARMED, Timer.due_at <= NOW, which)
        .order_by(Timer.due_at, Timer.id)
        .limit(AT_ONCE)
        .with_for_update(of=Incident, skip_locked=True)
    )
    found = [Due(*row) for row in await session.execute(due)]
    if not found:
        return []
    mine = update(Timer).where(Timer.id.in_([one.timer_id for one in found]), Timer.state == TimerState.ARMED)
    fired = mine.values(state=TimerState.FIRED, fired_at=NOW).returning(Timer.id)
    won = set(await session.scalars(fired.execution_options(synchronize_session=False)))
    failpoint.reach("timer_claimed")
    return [one for one in found if one.timer_id in won]


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


async def _climb(session: AsyncSession, claimed: list[Due]) -> None:
    """Tell everybody on the rungs; with nobody to tell, or on a last rung, see to it that somebody is told next."""
    now = await unwalled_now(session)
    cases, ends = await play_within(session, _begin(claimed))
    ladders = await escalation.ladders_by_id(session, {case.ladder_id for case in cases.values()} - {None})
    rungs = [_rung(ladders.get(cases[one.incident_id].ladder_id), cases[one.incident_id], one) for one in claimed]
    directory = await Directory.open(session, cases.values(), set(rungs), now)
    people = [directory.recipients(cases[one.incident_id], rung) for one, rung in zip(claimed, rungs, strict=True)]
    lonely = {one.incident_id for one, some in zip(claimed, people, strict=True) if not some}
    silent = lonely - await escalation.pull_all(session, lonely)
    await play_within(session, _ring_on(claimed, ends, now))
    cards = await cards_of(session, cases)
    posted = []
    for one, rung, some in zip(claimed, rungs, people, strict=True):
        card = cards[one.incident_id]
        text = notice_text(card, rung.name)
        posted.append((_occasion(cases[one.incident_id], one, text, must=rung.mode == ALL), some))
        _tell("incident.escalated", session, card, some, {"rung": one.rung, "step": one.step, "cycle": one.cycle})
        if not some and one.incident_id in silent:
            _alarm(session, card, f"nobody on the rung {one.rung}, and none after it")
    await post_all(session, posted, now)


@dataclass(frozen=True, slots=True)
class Case:
    """What of an incident decides who is told."""

    id: int
    playbook: str
    ladder_id: int | None
    elder_id: int | None
    station_id: int | None
    provider_id: int | None
    area_code: str | None


CASES = """
SELECT id, playbook, ladder_id, elder_id, station_id, provider_id, area_code FROM incident WHERE id = ANY($1)
"""
ENDS = "SELECT incident_id, max(step) AS step FROM timer WHERE incident_id = ANY($1) AND step < $2 GROUP BY incident_id"
RAISE = "UPDATE incident SET rung = $2 WHERE id = $1 AND rung < $2"


def _begin(claimed: list[Due]) -> Script:
    """Set each incident to the highest rung that has fired; gives the cases, and the last step of each ladder."""
    highest: dict[int, int] = {}
    for one in claimed:
        highest[one.incident_id] = max(one.step, highest.get(one.incident_id, 0))
    yield Tell(RAISE, list(highest.items()))
    cases = yield Ask(CASES, [list(highest)])
    ends = yield Ask(ENDS, [list(highest), SENT_STEP])
    return {row["id"]: Case(**row) for row in cases}, {row["incident_id"]: row["step"] for row in ends}


def _rung(ladder: Ladder | None, case: Case, one: Due) -> Rung:
    rungs = (ladder or LADDERS[case.playbook]).rungs
    known = next((rung for rung in rungs if rung.step == one.step and rung.name == one.rung), None)
    rung = known or Rung(one.step, one.rung, 0)
    return rung if rung.channels else Rung(rung.step, rung.name, rung.after_s, rung.mode, CHANNELS.get(rung.name, ()))


def _ring_on(claimed: list[Due], ends: dict[int, int], now: datetime) -> Script:
    """After the last rung it goes on every three minutes: no ladder ends in silence."""
    turn = (now + AGAIN_AFTER, TimerState.ARMED, now, None)  # due_at, state, armed_at, fired_at
    turns = [
        (one.incident_id, one.step, one.cycle + 1, one.rung, *turn)
        for one in claimed
        if ends[one.incident_id] == one.step
    ]
    yield Tell(sql.insert("timer", sql.TIMER_COLUMNS), turns)


async def _again(session: AsyncSession, one: Due) -> None:
    await escalation.arm_again(session, one.incident_id)
    card = await card_of(session, one.incident_id)
    _tell("incident.reraised", session, card, [], {"rung": one.rung, "step": one.step})


async def _set_aside(session: AsyncSession, one: Due, problem: str) -> None:
    """Quarantine a timer; the supervisor is told instead, the next rung comes now, and every console is alarmed."""
    broken = update(Timer).where(Timer.id == one.timer_id).values(state=TimerState.QUARANTINED, problem=problem)
    await session.execute(broken.execution_options(synchronize_session=False))
    incident = await session.get_one(Incident, one.incident_id, populate_existing=True)
    now = await unwalled_now(session)
    fallback = Rung(one.step, SUPERVISOR, 0, channels=CHANNELS[SUPERVISOR])
    people = (await Directory.open(session, [incident], [fallback], now)).recipients(incident, fallback)
    card = await card_of(session, incident.id)
    await post(session, _occasion(incident, one, notice_text(card, SUPERVISOR)), people, now)
    if one.rung == AGAIN:
        await escalation.arm_again(session, incident.id)
    elif not await escalation.pull_next(session, incident.id):
        await escalation.arm(session, incident.id, one.step, SUPERVISOR, AGAIN_AFTER)
    _tell("incident.escalated", session, card, people, {"rung": SUPERVISOR, "step": one.step, "problem": problem})
    if not people:
        _alarm(session, card, problem)


def _occasion(incident: Case | Incident, one: Due, text: str, *, must: bool = False) -> Occasion:
    place = (incident.provider_id, incident.area_code)
    return Occasion(incident.id, one.step, one.cycle, one.rung, text, *place, must)


def _tell(topic: str, session: AsyncSession, card: dict[str, Any], people: list[Person], more: dict[str, Any]) -> None:
    """Append the event for the desks in scope, the caregiver sent, and those told by the app."""
    sent = (card["assigned_to"] or {}).get("id")
    phones = [sent, *(person.caregiver_id for person in people)]
    outbox.append(
        session,
        topic,
        {"incident": card, **more, "told": [person.name for person in people]},
        subject=f"incident:{card['id']}",
        area_code=card["place"]["area_code"],
        provider_id=card["provider_id"],
        caregiver_ids=[one for one in dict.fromkeys(phones) if one is not None],
    )


def _alarm(session: AsyncSession, card: dict[str, Any], problem: str) -> None:
    """Nobody could be told on the last rung: every desk anywhere hears that a call is unheard, and only that."""
    bare = {"id": card["id"], "kind": card["kind"], "opened_at": card["opened_at"], "drill": card["drill"]}
    bare["area_code"] = (card["place"]["area_code"] or "")[:6] or None
    outbox.append(session, "incident.unheard", {"call": bare, "problem": problem}, subject=f"unheard:{card['id']}")
