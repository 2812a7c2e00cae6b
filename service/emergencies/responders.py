"""Gathers who could go to an incident, from where and from what; leaves the ranking to nearest.py."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Canteen, Caregiver, Elder, Household, Incident, Plan, Position, Route, Shift, Station, Stop, Visit
from models.types import IncidentState, PlanState, VisitState
from service.auth import Actor
from service.emergencies import nearest
from service.emergencies.nearest import Candidate, Coordinate, Engagement, Responder
from service.emergencies.queries import get_card
from service.errors import Conflict, NotFound
from service.town_clock import TownTime
from service.vault import masked_name

FRESH = timedelta(minutes=10)
MOST = 20
DONE = (VisitState.FINISHED, VisitState.CONFIRMED, VisitState.CANCELLED, VisitState.MISSED)
BEGUN = (VisitState.ARRIVED, VisitState.IN_SERVICE)
HELD = (IncidentState.ASSIGNED, IncidentState.ON_SCENE)


class NoPlace(Conflict):
    """Nobody knows where the incident is, so nobody is near."""

    code = "incident.no_place"


@dataclass
class Day:
    """One caregiver's published stops: the unfinished ones, and where the last finished one was."""

    stops: list[Engagement] = field(default_factory=list)
    last: Coordinate | None = None


async def list_responders(
    session: AsyncSession, actor: Actor, incident_id: int, now: datetime, town: TownTime
) -> list[dict[str, Any]]:
    """At most 20 caregivers in scope, the suitable ones nearest first, then the others with why not.

    Raises NotFound, NoPlace.
    """
    card = await get_card(session, actor, incident_id)
    ranked = nearest.rank(await _candidates(session, actor, incident_id, now, town), _scene(card), town.at)
    return [responder_view(one) for one in ranked[:MOST]]


async def look(
    session: AsyncSession, actor: Actor, incident_id: int, caregiver_id: int, now: datetime, town: TownTime
) -> Responder | None:
    """One caregiver's way to an incident; None when nobody knows where it is. Raises NotFound, for who has left too."""
    card = await get_card(session, actor, incident_id)
    found = await _candidates(session, actor, incident_id, now, town, only=caregiver_id)
    if not found:
        raise NotFound(f"no caregiver {caregiver_id}")
    return None if card["place"]["lon"] is None else nearest.respond(found[0], _scene(card), town.at)


def responder_view(one: Responder) -> dict[str, Any]:
    """One responder on the wire."""
    return {
        "caregiver_id": one.candidate.caregiver_id,
        "name": masked_name(one.candidate.name),
        "level": one.candidate.level,
        "mode": one.candidate.mode,
        "travel_s": one.travel_s,
        "distance_m": one.distance_m,
        "doing": one.doing,
        "slips": slip_views(one),
        "fit": one.fit,
        "why": one.why,
    }


def slip_views(one: Responder) -> list[dict[str, Any]]:
    """Which visits would wait how long."""
    return [vars(slip) for slip in one.slips]


def _scene(card: dict[str, Any]) -> Coordinate:
    place = card["place"]
    if place["lon"] is None or place["lat"] is None:
        raise NoPlace("nobody knows where this incident is: ask the caller")
    return place["lon"], place["lat"]


async def _candidates(
    session: AsyncSession, actor: Actor, incident_id: int, now: datetime, town: TownTime, only: int | None = None
) -> list[Candidate]:
    query = select(Caregiver, Station).join(Station, Station.id == Caregiver.station_id)
    query = query.where(actor.scope(Caregiver.area_code, Caregiver.provider_id), Caregiver.left_on.is_(None))
    if only is not None:
        query = query.where(Caregiver.id == only)
    people = (await session.execute(query.order_by(Caregiver.id))).all()
    days = await _days(session, town, only)
    places = await _fresh_places(session, now)
    on_shift = select(Shift.caregiver_id).where(Shift.from_at <= town.at, Shift.to_at > town.at)
    working = set(await session.scalars(on_shift))
    held = select(Incident.assigned_to).where(Incident.state.in_(HELD), Incident.id != incident_id)
    busy = set(await session.scalars(held))
    return [
        Candidate(
            caregiver_id=person.id,
            name=person.name,
            level=person.level,
            mode=person.mode.value,
            place=places.get(person.id) or _planned_place(days.get(person.id), town.at) or (station.lon, station.lat),
            on_shift=person.id in working,
            trained=person.trained,
            responding=person.id in busy,
            stops=tuple(days[person.id].stops) if person.id in days else (),
        )
        for person, station in people
    ]


async def _fresh_places(session: AsyncSession, now: datetime) -> dict[int, Coordinate]:
    """Where phones said to be within the last ten minutes of real time."""
    rows = await session.scalars(select(Position).where(Position.received_at >= now - FRESH))
    return {row.caregiver_id: (row.lon, row.lat) for row in rows}


def _planned_place(day: Day | None, at: datetime) -> Coordinate | None:
    """Where the published plan has somebody: at the stop of this moment, else at the last one finished."""
    if day is None:
        return None
    here = [stop.place for stop in day.stops if stop.begun or stop.start_at <= at < stop.finish_at]
    past = [stop.place for stop in day.stops if stop.finish_at <= at]
    return here[0] if here else past[-1] if past else day.last


async def _days(session: AsyncSession, town: TownTime, only: int | None) -> dict[int, Day]:
    query = (
        select(Route.caregiver_id, Stop, Visit, Elder.name, Household, Canteen)
        .join(Stop, Stop.route_id == Route.id)
        .join(Plan, Plan.id == Route.plan_id)
        .outerjoin(Visit, Visit.id == Stop.visit_id)
        .outerjoin(Elder, Elder.id == Visit.elder_id)
        .outerjoin(Household, Household.id == Visit.household_id)
        .outerjoin(Canteen, Canteen.id == Stop.canteen_id)
        .where(Plan.state == PlanState.PUBLISHED, Plan.on_date == town.today)
        .order_by(Route.caregiver_id, Stop.position)
    )
    if only is not None:
        query = query.where(Route.caregiver_id == only)
    days: dict[int, Day] = {}
    for caregiver_id, stop, visit, name, home, canteen in await session.execute(query):
        _enter(days.setdefault(caregiver_id, Day()), stop, visit, name, home or canteen, town.at)
    return days


def _enter(
    day: Day, stop: Stop, visit: Visit | None, name: str | None, at: Household | Canteen | None, now: datetime
) -> None:
    """Add one stop to a day: finished ones leave only their place, a rest stays where the last stop was."""
    before = day.stops[-1].place if day.stops else day.last
    place = (at.lon, at.lat) if at is not None else before
    if place is None:
        return
    over = visit.state in DONE if visit is not None else stop.finish_at <= now
    if over:
        day.last = place
        return
    label = masked_name(name) if name is not None else "取餐" if stop.canteen_id is not None else "休息"
    day.stops.append(
        Engagement(
            visit_id=stop.visit_id,
            name=label,
            place=place,
            start_at=stop.start_at,
            finish_at=stop.finish_at,
            window_to_at=visit.window_to_at if visit is not None else None,
            people=visit.people if visit is not None else 1,
            begun=visit is not None and visit.state in BEGUN,
        )
    )
