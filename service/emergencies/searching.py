"""The search for somebody lost: opened at the desk, told to whom the growing circle reaches, ended when found."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Caregiver, Household, Incident, LostCase, Notice, Position, Shift, Station
from models.types import Datum, IncidentState, Post
from service import audit
from service.auth import Actor
from service.channels.outbox import Occasion, Person, post
from service.clock import rfc3339
from service.db import unwalled_now
from service.emergencies import circle, escalation, recipients
from service.emergencies.circle import Coordinate
from service.emergencies.nearest import distance_m
from service.emergencies.queries import card_of, in_scope
from service.emergencies.rules import FOUND_STEP, LOST_STEP
from service.emergencies.words import notice_text
from service.errors import Conflict, NotFound
from service.organisations.queries import on_duty
from service.realtime import outbox
from service.town_clock import town_at
from service.vault import masked_name

LOST, FOUND = "lost", "found"
WIDEN_EVERY = timedelta(minutes=10)
FRESH = timedelta(minutes=30)
MOST = 200


class NoSearch(Conflict):
    """Nobody is being searched for here."""

    code = "incident.no_search"


async def open_search(
    session: AsyncSession, actor: Actor, incident_id: int, last: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """Begin, or correct, the search: {lon, lat, datum, place, seen_at, wears, mode}. Raises NotFound, Conflict."""
    incident = await _open_incident(session, actor, incident_id)
    case = await session.get(LostCase, incident_id)
    fresh = case is None
    case = case or LostCase(incident_id=incident_id, opened_at=now, opened_by=actor.account_id)
    case.last_lon, case.last_lat, case.last_datum = last["lon"], last["lat"], Datum(last["datum"])
    case.last_place, case.last_seen_at = last.get("place"), min(last["seen_at"], now)
    case.wears, case.mode = last.get("wears"), last["mode"]
    session.add(case)
    await session.flush()
    if fresh:
        await escalation.arm(session, incident.id, LOST_STEP, LOST, timedelta())
    audit.note(session, now, actor.account_id, "incident.lost", f"incident:{incident_id}")
    return await _tell(session, case, "incident.lost", now, {"who": masked_name(actor.display)})


async def widen(session: AsyncSession, incident_id: int) -> None:
    """Tell whom the circle has reached since the last time, and come back in ten minutes; nobody is told twice."""
    case = await session.get(LostCase, incident_id)
    if case is None or case.found_at is not None:
        return
    now = await unwalled_now(session)
    incident = await session.get_one(Incident, incident_id)
    reach_m = circle.radius_m(case.mode, case.last_seen_at, now)
    people = await _within(session, incident, (case.last_lon, case.last_lat), reach_m, now)
    card = await card_of(session, incident_id)
    more = f"最后在{case.last_place or '家附近'}，{case.wears}。" if case.wears else ""
    place = (incident.provider_id, incident.area_code)
    occasion = Occasion(incident_id, LOST_STEP, 0, LOST, notice_text(card, LOST, more), *place)
    told = await post(session, occasion, people, now)
    await escalation.arm(session, incident_id, LOST_STEP, LOST, WIDEN_EVERY)
    phones = [person.caregiver_id for person in people if person.caregiver_id is not None]
    await _tell(session, case, "incident.search_widened", now, {"told": told}, phones)


async def found(
    session: AsyncSession, actor: Actor, incident_id: int, where: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """The person is found and somebody is with them: everybody who was told is told so. Raises NotFound, NoSearch."""
    await _open_incident(session, actor, incident_id)
    case = await session.get(LostCase, incident_id)
    if case is None:
        raise NoSearch("nobody is being searched for here")
    if case.found_at is None:
        case.found_at, case.found_by = now, actor.account_id
        case.found_lon, case.found_lat = where.get("lon"), where.get("lat")
        case.found_datum, case.found_place = where.get("datum"), where.get("place")
        await session.flush()
        await _with_them(session, actor, incident_id, now)
        await escalation.stop_ladder(session, incident_id)
        await escalation.stop_search(session, incident_id)
        await _call_off(session, incident_id)
        audit.note(session, now, actor.account_id, "incident.found", f"incident:{incident_id}")
    return await _tell(session, case, "incident.found", now, {"who": masked_name(actor.display)})


async def still_searching(session: AsyncSession, incident_id: int) -> bool:
    """Whether a search is open that has found nobody."""
    case = await session.get(LostCase, incident_id, populate_existing=True)
    return case is not None and case.found_at is None


async def search_view(session: AsyncSession, incident_id: int, now: datetime) -> dict[str, Any] | None:
    """The search as the desk and the phones see it, with its circle as of now; None when there is none."""
    case = await session.get(LostCase, incident_id)
    return None if case is None else await _view(session, case, now)


async def _view(session: AsyncSession, case: LostCase, now: datetime) -> dict[str, Any]:
    told = select(func.count(func.distinct(Notice.target)))
    told = told.where(Notice.incident_id == case.incident_id, Notice.step == LOST_STEP)
    last = {"lon": case.last_lon, "lat": case.last_lat, "datum": case.last_datum, "place": case.last_place}
    where = {"lon": case.found_lon, "lat": case.found_lat, "datum": case.found_datum, "place": case.found_place}
    return {
        "last": last | {"seen_at": rfc3339(case.last_seen_at)},
        "wears": case.wears,
        "mode": case.mode,
        "radius_m": circle.radius_m(case.mode, case.last_seen_at, case.found_at or now),
        "speed_mps": circle.SPEED_MPS[case.mode],
        "start_m": circle.START_M,
        "largest_m": circle.LARGEST_M,
        "told": await session.scalar(told),
        "found": None if case.found_at is None else where | {"at": rfc3339(case.found_at)},
    }


async def _open_incident(session: AsyncSession, actor: Actor, incident_id: int) -> Incident:
    query = select(Incident).where(Incident.id == incident_id, in_scope(actor)).with_for_update()
    incident = (await session.scalars(query.execution_options(populate_existing=True))).first()
    if incident is None:
        raise NotFound(f"no incident {incident_id}")
    if incident.state is IncidentState.CLOSED:
        raise NoSearch("the incident is closed")
    return incident


async def _with_them(session: AsyncSession, actor: Actor, incident_id: int, now: datetime) -> None:
    """Whoever found the person is with them: that is being on scene, whatever came before."""
    before = (IncidentState.OPEN, IncidentState.ACKNOWLEDGED, IncidentState.ASSIGNED)
    move = update(Incident).where(Incident.id == incident_id, Incident.state.in_(before))
    values = {
        "state": IncidentState.ON_SCENE,
        "on_scene_at": now,
        "acknowledged_at": func.coalesce(Incident.acknowledged_at, now),
        "acknowledged_by": func.coalesce(Incident.acknowledged_by, actor.account_id),
    }
    await session.execute(move.values(values).execution_options(synchronize_session=False))


async def _call_off(session: AsyncSession, incident_id: int) -> None:
    """Tell everybody who was asked to look that they need not any more, by the ways that reached them."""
    incident = await session.get_one(Incident, incident_id, populate_existing=True)
    asked = select(Notice).where(Notice.incident_id == incident_id, Notice.step == LOST_STEP).order_by(Notice.id)
    people: dict[str, Person] = {}
    for row in await session.scalars(asked):
        ways = tuple(dict.fromkeys((row.channel.value, *row.then)))
        people[row.target] = Person(row.target, row.name, ways, row.account_id, row.caregiver_id)
    text = notice_text(await card_of(session, incident_id), FOUND)
    place = (incident.provider_id, incident.area_code)
    occasion = Occasion(incident_id, FOUND_STEP, 0, FOUND, text, *place)
    await post(session, occasion, list(people.values()), await unwalled_now(session))


async def _within(
    session: AsyncSession, incident: Incident, centre: Coordinate, reach_m: float, now: datetime
) -> list[Person]:
    """Family; whoever works, and whoever is on duty at stations and in communities, inside the circle."""
    people = await recipients.family(session, incident.elder_id, recipients.PHONES)
    for caregiver_id in await _near_caregivers(session, centre, reach_m, now):
        people.append(await recipients.caregiver(session, caregiver_id))
    for station in await _near_stations(session, centre, reach_m):
        for duty in await on_duty(session, Post.STATION, now, station_id=station.id):
            people.append(await recipients.person_on_duty(session, duty, ("push", *recipients.PHONES)))
    for code in await _near_communities(session, centre, reach_m):
        for duty in await on_duty(session, Post.VILLAGE, now, area_code=code):
            people.append(await recipients.person_on_duty(session, duty, recipients.PHONES))
    return _once(people)


def _once(people: Sequence[Person]) -> list[Person]:
    """One notice for each caregiver and number, whatever they are known as."""
    unique = {f"caregiver:{one.caregiver_id}" if one.caregiver_id else one.target: one for one in people}
    return list(unique.values())[:MOST]


def _inside(lon: Any, lat: Any, centre: Coordinate, reach_m: float) -> ColumnElement[bool]:
    (west, south), (east, north) = circle.box(centre, reach_m)
    inside: ColumnElement[bool] = lon.between(west, east) & lat.between(south, north)
    return inside


async def _near_caregivers(session: AsyncSession, centre: Coordinate, reach_m: float, now: datetime) -> list[int]:
    town = await town_at(session, now)
    query = select(Caregiver.id, Position.lon, Position.lat).join(Position, Position.caregiver_id == Caregiver.id)
    query = query.where(Position.received_at >= now - FRESH, _inside(Position.lon, Position.lat, centre, reach_m))
    query = query.join(Shift, Shift.caregiver_id == Caregiver.id)
    query = query.where(Shift.from_at <= town.at, Shift.to_at > town.at, Caregiver.left_on.is_(None))
    rows = await session.execute(query.order_by(Caregiver.id).distinct().limit(MOST))
    return [ident for ident, lon, lat in rows if distance_m(centre, (lon, lat)) <= reach_m]


async def _near_stations(session: AsyncSession, centre: Coordinate, reach_m: float) -> list[Station]:
    query = select(Station).where(_inside(Station.lon, Station.lat, centre, reach_m)).order_by(Station.id)
    rows = await session.scalars(query.limit(MOST))
    return [one for one in rows if distance_m(centre, (one.lon, one.lat)) <= reach_m]


async def _near_communities(session: AsyncSession, centre: Coordinate, reach_m: float) -> list[str]:
    """Communities that have a registered home inside the circle's box."""
    query = select(Household.area_code).where(_inside(Household.lon, Household.lat, centre, reach_m)).distinct()
    return list(await session.scalars(query.order_by(Household.area_code).limit(MOST)))


async def _tell(
    session: AsyncSession,
    case: LostCase,
    topic: str,
    now: datetime,
    more: dict[str, Any],
    phones: Sequence[int] = (),
) -> dict[str, Any]:
    card = await card_of(session, case.incident_id)
    view = await _view(session, case, now)
    sent = (card["assigned_to"] or {}).get("id")
    outbox.append(
        session,
        topic,
        {"incident": card, "lost": view, **more},
        subject=f"incident:{case.incident_id}",
        area_code=card["place"]["area_code"],
        provider_id=card["provider_id"],
        caregiver_ids=[one for one in dict.fromkeys((sent, *phones)) if one is not None],
    )
    return {**card, "lost": view}
