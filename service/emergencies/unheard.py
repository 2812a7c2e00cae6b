"""Calls that reach nobody by the way they were sent: their ladder does not wait. Refuses to touch answered ones.

No console live for the place, or a page that nobody shows within three seconds: the people on duty at the desk are
called by telephone, and with no console at all the next rung comes at once. A rung whose every notice failed does not
wait for its successor's time either. Who presses again while nobody has answered has the rung told again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, String, cast, exists, func, literal, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Event, Incident, Notice, Receipt, Timer
from models.types import IncidentState, NoticeState, Post, TimerState
from service.channels.live import RECEIPT_S
from service.channels.outbox import Occasion, post
from service.db import unwalled_now
from service.emergencies import escalation
from service.emergencies.queries import STILL_ARMED, card_of
from service.emergencies.recipients import Directory
from service.emergencies.rules import SENT_STEP
from service.emergencies.words import notice_text
from service.intake.ladder import Rung
from service.realtime.receipts import ANY_CONSOLE
from service.realtime.watches import Watched, watched

DESK = Post.DESK.value
RING = ("voice", "sms")
RING_AGAIN = timedelta(minutes=1)
"""A button that is pressed on and on tells the same people again at most this often."""
RECENT = timedelta(minutes=10)
MOST = 50
"""Looked after at one look; the rest at the next, a quarter of a second later."""
NOT_OVER = literal_column("incident.state") != literal_column("'closed'")
"""Beside every question about open calls, in the words of the index of what is open: so that none reads through all
the calls there ever were."""
ALIVE = (NoticeState.PENDING, NoticeState.LEASED, NoticeState.SENT, NoticeState.SEEN)


@dataclass(frozen=True)
class Unheard:
    """An open call at its first rung: nobody watches its place, or nobody has shown it."""

    incident_id: int
    watched: bool


async def find_unheard(session: AsyncSession, now: datetime) -> list[Unheard]:
    """Open calls at the desk's rung that no live console covers, or that none has shown for three seconds.

    The database picks them: among thousands that wait, fifty that were shown hide no one that was not.
    """
    told = exists(select(Notice.id).where(Notice.incident_id == Incident.id, Notice.step == 0))
    fresh = [NOT_OVER, Incident.state == IncidentState.OPEN, Incident.rung == 0, ~told, exists(_armed())]
    places = (await session.execute(select(Incident.area_code, Incident.provider_id).where(*fresh).distinct())).all()
    scopes = await watched(session, now) if places else []
    alone = [place for place in places if not _covered(scopes, *place)]
    if not places:
        return []
    late = Incident.opened_at < now - timedelta(seconds=RECEIPT_S)
    query = select(Incident.id, Incident.area_code, Incident.provider_id)
    query = query.where(*fresh, or_(late & ~_shown(), *(_at(*place) for place in alone[:MOST])))
    rows = await session.execute(query.order_by(Incident.id).limit(MOST))
    return [Unheard(ident, _covered(scopes, area_code, provider_id)) for ident, area_code, provider_id in rows]


def _shown() -> ColumnElement[bool]:
    """Whether a console has shown an event of the incident since it was opened."""
    seen = select(Receipt.event_seq).join(Event, Event.seq == Receipt.event_seq)
    seen = seen.where(Event.subject == literal("incident:").concat(cast(Incident.id, String)))
    return exists(seen.where(Event.at >= Incident.opened_at, Receipt.caregiver_id == ANY_CONSOLE))


def _at(area_code: str | None, provider_id: int | None) -> ColumnElement[bool]:
    here, theirs = Incident.area_code, Incident.provider_id
    return here.is_not_distinct_from(area_code) & theirs.is_not_distinct_from(provider_id)


def _armed() -> Select[int]:
    """A rung that has not come, whether or not its time has."""
    return select(Timer.id).where(Timer.incident_id == Incident.id, STILL_ARMED, Timer.step < SENT_STEP)


def _covered(scopes: list[Watched], area_code: str | None, provider_id: int | None) -> bool:
    return any(scope.covers(area_code, provider_id) for scope in scopes)


async def go_on_by_phone(session: AsyncSession, one: Unheard) -> None:
    """Call whoever is on duty at the desk by telephone; where no console is live the next rung comes now."""
    query = select(Incident).where(Incident.id == one.incident_id, Incident.state == IncidentState.OPEN)
    incident = (await session.scalars(query.with_for_update().execution_options(populate_existing=True))).first()
    if incident is None or incident.rung != 0:
        return
    now = await unwalled_now(session)
    desk = Rung(0, DESK, 0, channels=RING)
    people = (await Directory.open(session, [incident], [desk], now)).recipients(incident, desk)
    card = await card_of(session, incident.id)
    place = (incident.provider_id, incident.area_code)
    occasion = Occasion(incident.id, 0, 0, DESK, notice_text(card, DESK), *place)
    await post(session, occasion, people, now)
    if not one.watched:
        await escalation.pull_next(session, incident.id)


async def find_failed(session: AsyncSession, now: datetime) -> list[int]:
    """Open calls on whose highest rung every notice has failed while the next rung still waits for its time."""
    on_rung = (Notice.incident_id == Incident.id) & (Notice.step == Incident.rung)
    any_told = exists(select(Notice.id).where(on_rung))
    any_alive = exists(select(Notice.id).where(on_rung, Notice.state.in_(ALIVE)))
    stuck = select(Incident.id).where(NOT_OVER, Incident.state == IncidentState.OPEN, Incident.rung > 0)
    ahead = exists(_armed().where(Timer.due_at > now))
    return list(await session.scalars(stuck.where(~any_alive, any_told, ahead).order_by(Incident.id).limit(MOST)))


async def pull(session: AsyncSession, incident_id: int) -> None:
    """The next rung is due now, if the call is still open."""
    query = select(Incident.id).where(Incident.id == incident_id, Incident.state == IncidentState.OPEN)
    if await session.scalar(query.with_for_update()) is not None:
        await escalation.pull_next(session, incident_id)


async def find_pressed_again(session: AsyncSession, now: datetime) -> list[int]:
    """Open calls that were pressed again after their rung was told, a minute ago or longer."""
    told = func.max(Timer.fired_at)
    on_rung = (Timer.incident_id == Incident.id) & (Timer.step == Incident.rung)
    query = select(Incident.id).join(Timer, on_rung)
    query = query.where(NOT_OVER, Incident.state == IncidentState.OPEN, Incident.rung > 0, Incident.presses > 1)
    query = query.where(Incident.last_alert_at > now - RECENT).group_by(Incident.id)
    query = query.having(told < func.max(Incident.last_alert_at), told <= now - RING_AGAIN)
    return list(await session.scalars(query.order_by(Incident.id).limit(MOST)))


async def ring_again(session: AsyncSession, incident_id: int) -> None:
    """Everybody on the rung that was reached is told once more, now; the ladder above goes on as it would."""
    query = select(Incident).where(Incident.id == incident_id, Incident.state == IncidentState.OPEN)
    incident = (await session.scalars(query.with_for_update().execution_options(populate_existing=True))).first()
    if incident is None:
        return
    turns = select(Timer).where(Timer.incident_id == incident_id, Timer.step == incident.rung)
    newest = (await session.scalars(turns.order_by(Timer.cycle.desc()).limit(1).with_for_update())).one()
    if newest.state is TimerState.ARMED:
        newest.due_at = min(newest.due_at, await unwalled_now(session))
    else:
        await escalation.arm(session, incident_id, newest.step, newest.rung, timedelta())
    await session.flush()
