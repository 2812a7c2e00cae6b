"""Looks up incidents: cards, logs, what came before and today's promises; refuses to open sealed fields."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, exists, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from models import Account, Area, Assessment, Caregiver, Elder, Event, Household, Incident, Notice, Timer, Visit
from models.types import AssessmentState, IncidentState, Scale, TimerState, VisitState
from service.auth import Actor
from service.clock import LOCAL
from service.emergencies import rules
from service.errors import NotFound
from service.intake import sql
from service.intake.card import incident_card
from service.intake.play import Ask, Script
from service.intake.within import play_within
from service.paging import Page
from service.town_clock import TownTime, local_midnight

MOST_CLOSED = 100
MOST_LOGGED = 500

STILL_ARMED = Timer.state.not_in([state for state in TimerState if state is not TimerState.ARMED])
"""Armed, where a question goes by incident. Said plainly, PostgreSQL reads all armed timers by their due index for each
incident anew: 0.3 ms with ten thousand of them, a hundred times what the incident's own few cost."""


def cards() -> Select[Any]:
    """Everything that `incident_card` needs, a row an incident; a WHERE is added by its reader."""
    people = (
        Account.display.label("acknowledged_by_display"),
        Caregiver.name.label("assigned_to_name"),
        Elder.name.label("elder_name"),
        Elder.sex.label("elder_sex"),
        Elder.born_on.label("elder_born_on"),
        Elder.ability.label("elder_ability"),
        _level_until().label("elder_ability_until"),
        Elder.lives_alone.label("elder_lives_alone"),
        Elder.dialect.label("elder_dialect"),
        Elder.notes.label("elder_notes"),
    )
    home = (Household.address, Household.floor, Household.lift, Area.name.label("community"))
    place = (Household.lon.label("home_lon"), Household.lat.label("home_lat"), Household.datum.label("home_datum"))
    rung = (_of_next(Timer.rung).label("next_rung"), _of_next(Timer.due_at).label("next_rung_due_at"))
    return (
        select(*Incident.__table__.columns, *people, *home, *place, *rung)
        .select_from(Incident)
        .outerjoin(Elder, Elder.id == Incident.elder_id)
        .outerjoin(Household, Household.id == Incident.household_id)
        .outerjoin(Area, Area.code == Incident.area_code)
        .outerjoin(Account, Account.id == Incident.acknowledged_by)
        .outerjoin(Caregiver, Caregiver.id == Incident.assigned_to)
    )


def _level_until() -> ScalarSelect[Any]:
    """The last day of the result behind an elder's level, as `service.intake.sql.LEVEL_UNTIL` has it."""
    mine = select(Assessment.valid_until_on).where(Assessment.elder_id == Elder.id, Elder.ability.is_not(None))
    mine = mine.where(Assessment.scale == Scale.GBT42195, Assessment.state == AssessmentState.APPROVED)
    newest = mine.where(Assessment.ended_on.is_(None)).order_by(Assessment.assessed_on.desc())
    return newest.limit(1).correlate(Elder).scalar_subquery()


def _of_next(column: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
    """Of the incident's next timer; asked for, not joined: PostgreSQL would read all timers there are to join one."""
    mine = select(column).where(Timer.incident_id == Incident.id, STILL_ARMED)
    return mine.order_by(Timer.due_at, Timer.step).limit(1).correlate(Incident).scalar_subquery()


async def card_of(session: AsyncSession, incident_id: int) -> dict[str, Any]:
    """One incident's card, whoever asks (events carry it)."""
    row = (await session.execute(cards().where(Incident.id == incident_id))).mappings().one()
    return incident_card(row)


async def cards_of(session: AsyncSession, incident_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """The cards of a few incidents by id (at most some hundreds), within a transaction that has begun."""
    rows = await play_within(session, _ask_cards(list(incident_ids)))
    return {row["id"]: incident_card(row) for row in rows}


def _ask_cards(ids: list[int]) -> Script:
    return (yield Ask(sql.CARDS, [ids]))


async def get_card(session: AsyncSession, actor: Actor, incident_id: int) -> dict[str, Any]:
    """One incident's card, within the actor's scope. Raises NotFound."""
    query = cards().where(Incident.id == incident_id, in_scope(actor))
    row = (await session.execute(query)).mappings().first()
    if row is None:
        raise NotFound(f"no incident {incident_id}")
    return incident_card(row)


def in_scope(actor: Actor) -> ColumnElement[bool]:
    """Incidents that an actor may see: a caregiver those they were sent or called to, others by area and provider."""
    if actor.kind == "phone":
        return false() if actor.caregiver_id is None else _called(actor.caregiver_id)
    return actor.scope(Incident.area_code, Incident.provider_id)


def _called(caregiver_id: int) -> ColumnElement[bool]:
    """Those that a caregiver was sent to, or told of by the ladder."""
    told = select(Notice.id).where(Notice.incident_id == Incident.id, Notice.caregiver_id == caregiver_id)
    still_theirs = or_(Notice.step < rules.SENT_STEP, Notice.step == rules.LOST_STEP)
    return or_(Incident.assigned_to == caregiver_id, exists(told.where(still_theirs)))


async def incident_views(session: AsyncSession, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """The cards of the board: every incident not closed, and those closed since local midnight (the newest 100)."""
    open_ones = cards().where(in_scope(actor), Incident.state != IncidentState.CLOSED).order_by(Incident.id)
    midnight = local_midnight(now.astimezone(LOCAL).date())
    closed = cards().where(in_scope(actor), Incident.state == IncidentState.CLOSED, Incident.closed_at >= midnight)
    closed = closed.order_by(Incident.closed_at.desc()).limit(MOST_CLOSED)
    rows = [*(await session.execute(open_ones)).mappings(), *(await session.execute(closed)).mappings()]
    return [incident_card(row) for row in rows]


async def own_incidents(session: AsyncSession, caregiver_id: int) -> list[dict[str, Any]]:
    """The cards of a caregiver's phone: those not closed that they were sent or called to."""
    mine = cards().where(_called(caregiver_id), Incident.state != IncidentState.CLOSED)
    return [incident_card(row) for row in (await session.execute(mine.order_by(Incident.id))).mappings()]


async def list_incidents(
    session: AsyncSession, actor: Actor, page: Page, states: Sequence[IncidentState], elder_id: int | None = None
) -> tuple[list[dict[str, Any]], str | None]:
    """Incidents in scope by id, in `states` when any are named, of one elder when told; and the next cursor."""
    query = cards().where(in_scope(actor), Incident.id > page.cursor)
    if states:
        query = query.where(Incident.state.in_(states))
    if elder_id is not None:
        query = query.where(Incident.elder_id == elder_id)
    rows = (await session.execute(query.order_by(Incident.id).limit(page.limit + 1))).mappings().all()
    items = [incident_card(row) for row in rows[: page.limit]]
    return items, str(items[-1]["id"]) if len(rows) > page.limit else None


async def log_of(session: AsyncSession, incident_id: int) -> list[dict[str, Any]]:
    """What happened to an incident, in order: moment, topic and a sentence each, from the event log."""
    query = select(Event.at, Event.topic, Event.data).where(Event.subject == f"incident:{incident_id}")
    rows = await session.execute(query.order_by(Event.seq).limit(MOST_LOGGED))
    return [rules.log_line(at, topic, data) for at, topic, data in rows]


async def history_of(session: AsyncSession, incident_id: int, elder_id: int | None) -> list[dict[str, Any]]:
    """The elder's five incidents before this one: id, kind, when, outcome."""
    if elder_id is None:
        return []
    query = (
        select(Incident.id, Incident.kind, Incident.opened_at, Incident.outcome)
        .where(Incident.elder_id == elder_id, Incident.id < incident_id, Incident.drill.is_(False))
        .order_by(Incident.id.desc())
        .limit(5)
    )
    return [rules.earlier_view(*row) for row in await session.execute(query)]


async def sla(session: AsyncSession, actor: Actor, now: datetime, town: TownTime | None = None) -> dict[str, list[int]]:
    """Today's promises as [met, total]: answered in 60 s, on site in 45 min (real time), visits on time (town time).

    Drills do not count; an incident counts once its promise is kept or broken.
    """
    midnight = local_midnight(now.astimezone(LOCAL).date())
    calls = select(Incident.opened_at, Incident.acknowledged_at, Incident.on_scene_at, Incident.outcome)
    calls = calls.where(Incident.opened_at >= midnight, Incident.drill.is_(False), in_scope(actor))
    today = town.today if town is not None else now.astimezone(LOCAL).date()
    at = town.at if town is not None else now
    visits = select(Visit.arrived_at, Visit.window_to_at).where(
        Visit.service_on == today,
        Visit.state != VisitState.CANCELLED,
        Visit.arrived_at.is_not(None) | (Visit.window_to_at < at),
        actor.scope(Visit.area_code, Visit.provider_id),
    )
    promises = rules.promises([rules.Call(*row) for row in await session.execute(calls)], now)
    arrivals = [(arrived_at, due_at) for arrived_at, due_at in await session.execute(visits)]
    on_time = sum(arrived_at is not None and arrived_at <= due_at for arrived_at, due_at in arrivals)
    return {**promises, "on_time": [on_time, len(arrivals)]}
