"""Looks up visits with the stops that the published plan gives them; refuses to change them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Elder, Household, MenuItem, Plan, Route, Stop, Visit
from models.types import PlanState, VisitState
from service.auth import Actor
from service.clock import rfc3339
from service.errors import NotFound
from service.vault import masked_name

CHUNK = 400
"""Ids in one IN list: SQLite's oldest limit on variables is 999."""


async def get_visit(session: AsyncSession, visit_id: int) -> Visit:
    """One visit by id, whoever asks. Raises NotFound."""
    visit = await session.get(Visit, visit_id)
    if visit is None:
        raise NotFound(f"no visit {visit_id}")
    return visit


async def find_visit_of_order(session: AsyncSession, order_id: int) -> Visit | None:
    """The visit that an order asked for, if it has one."""
    return (await session.scalars(select(Visit).where(Visit.order_id == order_id))).first()


async def caregivers_of(session: AsyncSession, visit_id: int) -> list[int]:
    """The caregivers whom the published plan sends to this visit."""
    query = (
        select(Route.caregiver_id)
        .join(Stop, Stop.route_id == Route.id)
        .join(Plan, Plan.id == Route.plan_id)
        .where(Stop.visit_id == visit_id, Plan.state == PlanState.PUBLISHED)
    )
    return list(await session.scalars(query.order_by(Route.caregiver_id)))


async def visits_of_day(session: AsyncSession, actor: Actor, day: date) -> Sequence[Visit]:
    """Visits in scope on the local date `day`, cancelled ones left out, by window."""
    query = (
        select(Visit)
        .where(Visit.service_on == day, actor.scope(Visit.area_code, Visit.provider_id))
        .where(Visit.state != VisitState.CANCELLED)
    )
    return (await session.scalars(query.order_by(Visit.window_from_at, Visit.id))).all()


async def visit_views(session: AsyncSession, visits: Sequence[Visit]) -> list[dict[str, Any]]:
    """Visits as the desk shows them: who (masked), what, where, when, and the stops of the published plan."""
    stops = await _stops(session, [visit.id for visit in visits])
    elders = await _by_id(session, Elder, {visit.elder_id for visit in visits})
    homes = await _by_id(session, Household, {visit.household_id for visit in visits})
    items = {item.id: item for item in await session.scalars(select(MenuItem))}
    return [
        _view(visit, elders[visit.elder_id], homes[visit.household_id], items[visit.item_id], stops[visit.id])
        for visit in visits
    ]


async def visit_view(session: AsyncSession, visit: Visit) -> dict[str, Any]:
    """One visit as the desk shows it."""
    return (await visit_views(session, [visit]))[0]


async def _by_id(session: AsyncSession, table: Any, ids: set[int]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), CHUNK):
        rows = await session.scalars(select(table).where(table.id.in_(wanted[start : start + CHUNK])))
        found.update({row.id: row for row in rows})
    return found


async def _stops(session: AsyncSession, ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for start in range(0, len(ids), CHUNK):
        query = (
            select(Stop, Route.caregiver_id)
            .join(Route, Route.id == Stop.route_id)
            .join(Plan, Plan.id == Route.plan_id)
            .where(Stop.visit_id.in_(ids[start : start + CHUNK]), Plan.state == PlanState.PUBLISHED)
            .order_by(Stop.visit_id, Route.caregiver_id)
        )
        for stop, caregiver_id in (await session.execute(query)).all():
            found[stop.visit_id or 0].append(stop_view(stop, caregiver_id))
    return found


def stop_view(stop: Stop, caregiver_id: int) -> dict[str, Any]:
    """One stop of a route on the wire."""
    return {
        "caregiver_id": caregiver_id,
        "position": stop.position,
        "arrive_at": rfc3339(stop.arrive_at),
        "start_at": rfc3339(stop.start_at),
        "finish_at": rfc3339(stop.finish_at),
        "travel_s": stop.travel_s,
        "distance_m": stop.distance_m,
        "pinned": stop.pinned,
    }


def _view(visit: Visit, elder: Elder, home: Household, item: MenuItem, stops: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": visit.id,
        "elder_id": visit.elder_id,
        "name": masked_name(elder.name),
        "family": visit.family,
        "item": item.name_zh,
        "item_en": item.name_en,
        "people": visit.people,
        "portions": visit.portions,
        "state": visit.state,
        "address": home.address,
        "lon": home.lon,
        "lat": home.lat,
        "datum": home.datum,
        "window": [rfc3339(visit.window_from_at), rfc3339(visit.window_to_at)],
        "duration_min": visit.duration_min,
        "late_min": visit.late_min,
        "stops": stops,
        "en_route_at": rfc3339(visit.en_route_at),
        "arrived_at": rfc3339(visit.arrived_at),
        "started_at": rfc3339(visit.started_at),
        "finished_at": rfc3339(visit.finished_at),
    }


async def overdue(session: AsyncSession, day: date) -> list[tuple[Visit, Any]]:
    """Visits of `day` not yet begun, each with its planned start (None when no plan serves it)."""
    planned = (
        select(Stop.visit_id, Stop.start_at)
        .join(Route, Route.id == Stop.route_id)
        .join(Plan, Plan.id == Route.plan_id)
        .where(Plan.state == PlanState.PUBLISHED, Plan.on_date == day)
        .subquery()
    )
    query = (
        select(Visit, planned.c.start_at)
        .outerjoin(planned, planned.c.visit_id == Visit.id)
        .where(Visit.service_on == day, Visit.state.in_([VisitState.ACCEPTED, VisitState.EN_ROUTE]))
    )
    return [(visit, start) for visit, start in (await session.execute(query)).all()]
