"""Looks up caregivers, their shifts and what they are doing; refuses to assign them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Caregiver, Incident, Plan, Position, Route, Shift, Station, Stop, Visit
from models.types import IncidentState, PlanState, VisitState
from service.auth import Actor
from service.clock import rfc3339
from service.town_clock import TownTime, local_midnight
from service.vault import masked_name

AT_THE_DOOR = (VisitState.ARRIVED, VisitState.IN_SERVICE)


async def list_caregivers(session: AsyncSession, actor: Actor) -> Sequence[Caregiver]:
    """Caregivers in scope who have not left, by id."""
    query = select(Caregiver).where(
        actor.scope(Caregiver.area_code, Caregiver.provider_id), Caregiver.left_on.is_(None)
    )
    return (await session.scalars(query.order_by(Caregiver.id))).all()


async def shifts_of_day(session: AsyncSession, town: TownTime) -> dict[int, Shift]:
    """By caregiver: the shift that touches the town's today (the one running now, else the first)."""
    midnight = local_midnight(town.today)
    query = select(Shift).where(Shift.from_at < midnight + timedelta(days=1), Shift.to_at > midnight)
    found: dict[int, Shift] = {}
    for shift in await session.scalars(query.order_by(Shift.from_at)):
        running = shift.from_at <= town.at < shift.to_at
        if shift.caregiver_id not in found or running:
            found[shift.caregiver_id] = shift
    return found


async def caregiver_views(session: AsyncSession, actor: Actor, town: TownTime) -> list[dict[str, Any]]:
    """Every caregiver in scope with place, shift and what they are doing now."""
    people = await list_caregivers(session, actor)
    shifts, doing = await shifts_of_day(session, town), await doing_now(session, town)
    positions = {row.caregiver_id: row for row in await session.scalars(select(Position))}
    stations = {row.id: row for row in await session.scalars(select(Station))}
    return [
        caregiver_view(
            person, shifts.get(person.id), positions.get(person.id), stations[person.station_id], doing, town
        )
        for person in people
    ]


async def one_view(session: AsyncSession, person: Caregiver, town: TownTime) -> dict[str, Any]:
    """One caregiver with place, shift and what they are doing now."""
    shift = (await shifts_of_day(session, town)).get(person.id)
    position = await session.get(Position, person.id, populate_existing=True)
    station = await session.get_one(Station, person.station_id)
    return caregiver_view(person, shift, position, station, await doing_now(session, town), town)


async def doing_now(session: AsyncSession, town: TownTime) -> dict[int, str]:
    """By caregiver: responding, serving or moving, from open incidents and the published plans of the day."""
    query = (
        select(Route.caregiver_id, Visit.state)
        .join(Stop, Stop.route_id == Route.id)
        .join(Plan, Plan.id == Route.plan_id)
        .join(Visit, Visit.id == Stop.visit_id)
        .where(Plan.on_date == town.today, Plan.state == PlanState.PUBLISHED)
        .where(Visit.state.in_([VisitState.EN_ROUTE, *AT_THE_DOOR]))
    )
    doing: dict[int, str] = {}
    for caregiver_id, state in (await session.execute(query)).all():
        if doing.get(caregiver_id) != "serving":
            doing[caregiver_id] = "serving" if state in AT_THE_DOOR else "moving"
    busy = select(Incident.assigned_to).where(
        Incident.state.in_([IncidentState.ASSIGNED, IncidentState.ON_SCENE]), Incident.assigned_to.is_not(None)
    )
    doing.update({caregiver_id: "responding" for caregiver_id in await session.scalars(busy) if caregiver_id})
    return doing


def caregiver_view(
    person: Caregiver,
    shift: Shift | None,
    position: Position | None,
    station: Station,
    doing: dict[int, str],
    town: TownTime,
) -> dict[str, Any]:
    """One caregiver for the desk. Without a position of their own they stand at their station, without a time."""
    on_shift = shift is not None and shift.from_at <= town.at < shift.to_at
    place = position or station
    return {
        "id": person.id,
        "name": masked_name(person.name),
        "surname": masked_name(person.name)[:-2],
        "level": person.level,
        "mode": person.mode,
        "courier": person.courier,
        "station_id": person.station_id,
        "state": doing.get(person.id, "idle" if on_shift else "off"),
        "lon": place.lon,
        "lat": place.lat,
        "datum": place.datum,
        "position_at": rfc3339(position.at) if position else None,
        "shift": _span(shift.from_at, shift.to_at) if shift else None,
        "break": _span(shift.break_from_at, shift.break_to_at) if shift and shift.break_from_at else None,
    }


def _span(start: Any, end: Any) -> dict[str, Any]:
    return {"from": rfc3339(start), "to": rfc3339(end)}
