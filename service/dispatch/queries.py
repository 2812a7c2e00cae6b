"""Looks up what a day is planned from and what plans say; refuses to change them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import (
    Account,
    Canteen,
    Caregiver,
    CaregiverSkill,
    Household,
    MenuItem,
    Pin,
    Plan,
    Route,
    Shift,
    Station,
    Stop,
    Unserved,
    Visit,
)
from models.types import PlanState, VisitState
from service.auth import Actor
from service.clock import rfc3339
from service.dispatch.rows import DayRows, Frozen, Pinned, Told
from service.errors import NotFound
from service.town_clock import local_midnight
from service.vault import masked_name
from service.visits.queries import CHUNK, stop_view, visit_views, visits_of_day

BEGUN = (VisitState.EN_ROUTE, VisitState.ARRIVED, VisitState.IN_SERVICE, VisitState.FINISHED, VisitState.CONFIRMED)
DISTRICT = 6
CONTINUITY = timedelta(days=14)
ROUTE_VALUES = ("caregiver_id", "leave_at", "back_at", "travel_s", "distance_m")
STOP_VALUES = (
    *("position", "kind", "visit_id", "canteen_id", "arrive_at", "start_at", "finish_at", "travel_s", "distance_m"),
    "pinned",
)
UNSERVED_VALUES = ("visit_id", "reason", "explanation", "counts")


async def day_rows(session: AsyncSession, area_code: str, on_date: date, at: datetime) -> DayRows:
    """Everything that planning `on_date` in the district `area_code` looks at, as of the town's moment `at`."""
    inside, midnight = area_code[:DISTRICT], local_midnight(on_date)
    people = select(Caregiver).where(Caregiver.area_code.startswith(inside))
    people = people.where(or_(Caregiver.left_on.is_(None), Caregiver.left_on > on_date)).order_by(Caregiver.id)
    caregivers = list(await session.scalars(people))
    shifts = select(Shift).where(Shift.from_at < midnight + timedelta(days=1), Shift.from_at >= midnight)
    frozen, told = await _in_force(session, area_code, on_date)
    fixed = {stop.visit_id for stop in frozen}
    wanted = select(Visit).where(
        Visit.service_on == on_date, Visit.area_code.startswith(inside), Visit.state == VisitState.ACCEPTED
    )
    visits = [visit for visit in await session.scalars(wanted.order_by(Visit.id)) if visit.id not in fixed]
    visited = select(Visit.household_id).where(Visit.service_on == on_date, Visit.area_code.startswith(inside))
    homes = select(Household).where(Household.id.in_(visited))
    return DayRows(
        area_code=area_code,
        on_date=on_date,
        at=at,
        caregivers=caregivers,
        shifts={shift.caregiver_id: shift for shift in await session.scalars(shifts.order_by(Shift.from_at.desc()))},
        skills=await _skills(session, on_date),
        stations={station.id: station for station in await session.scalars(select(Station))},
        canteens=list(await session.scalars(select(Canteen).order_by(Canteen.id))),
        visits=visits,
        items={item.id: item for item in await session.scalars(select(MenuItem))},
        homes={home.id: home for home in await session.scalars(homes)},
        previous=await _previous(session, on_date),
        frozen=frozen,
        told=told,
        pins=await _pins(session, [visit.id for visit in visits]),
    )


async def _skills(session: AsyncSession, on_date: date) -> dict[int, set[str]]:
    query = select(CaregiverSkill.caregiver_id, CaregiverSkill.skill).where(
        or_(CaregiverSkill.until_on.is_(None), CaregiverSkill.until_on >= on_date)
    )
    held: dict[int, set[str]] = defaultdict(set)
    for caregiver_id, skill in (await session.execute(query)).all():
        held[caregiver_id].add(skill)
    return dict(held)


async def _previous(session: AsyncSession, on_date: date) -> dict[int, set[int]]:
    query = (
        select(Visit.elder_id, Route.caregiver_id)
        .join(Stop, Stop.visit_id == Visit.id)
        .join(Route, Route.id == Stop.route_id)
        .join(Plan, Plan.id == Route.plan_id)
        .where(Plan.state == PlanState.PUBLISHED, Plan.on_date < on_date, Plan.on_date >= on_date - CONTINUITY)
    )
    known: dict[int, set[int]] = defaultdict(set)
    for elder_id, caregiver_id in (await session.execute(query)).all():
        known[elder_id].add(caregiver_id)
    return dict(known)


async def _pins(session: AsyncSession, visit_ids: Sequence[int]) -> dict[int, Pinned]:
    rows: dict[int, list[Pin]] = defaultdict(list)
    for start in range(0, len(visit_ids), CHUNK):
        query = select(Pin).where(Pin.visit_id.in_(visit_ids[start : start + CHUNK])).order_by(Pin.visit_id, Pin.half)
        for row in await session.scalars(query):
            rows[row.visit_id].append(row)
    return {
        visit_id: Pinned(tuple(row.caregiver_id for row in halves), halves[0].start_at)
        for visit_id, halves in rows.items()
    }


async def pin_view(session: AsyncSession, visit_id: int) -> dict[str, Any]:
    """What is fixed by hand for a visit: {visit_id, caregiver_ids, start_at}; nobody and null when nothing is."""
    pinned = (await _pins(session, [visit_id])).get(visit_id, Pinned((), None))
    return {
        "visit_id": visit_id,
        "caregiver_ids": list(pinned.caregiver_ids),
        "start_at": rfc3339(pinned.start_at),
    }


async def shift_on(session: AsyncSession, caregiver_id: int, on_date: date) -> Shift | None:
    """A caregiver's shift on a date."""
    midnight = local_midnight(on_date)
    query = select(Shift).where(Shift.caregiver_id == caregiver_id, Shift.from_at >= midnight)
    return (await session.scalars(query.where(Shift.from_at < midnight + timedelta(days=1)))).first()


async def _in_force(session: AsyncSession, area_code: str, on_date: date) -> tuple[list[Frozen], list[Told]]:
    """Stops of the published plan: those that stay (up to the last begun visit, and what is aboard), and the rest."""
    query = (
        select(Stop, Route.caregiver_id, Visit, Household)
        .join(Route, Route.id == Stop.route_id)
        .join(Plan, Plan.id == Route.plan_id)
        .outerjoin(Visit, Visit.id == Stop.visit_id)
        .outerjoin(Household, Household.id == Visit.household_id)
        .where(Plan.area_code == area_code, Plan.on_date == on_date, Plan.state == PlanState.PUBLISHED)
        .order_by(Route.caregiver_id, Stop.position)
    )
    routes: dict[int, list[Any]] = defaultdict(list)
    for row in (await session.execute(query)).all():
        routes[row[1]].append(row)
    frozen: list[Frozen] = []
    told: list[Told] = []
    for stops in routes.values():
        n = _staying(stops)
        frozen += [_as_frozen(*row) for row in stops[:n]]
        told += [Told(who, stop.kind, stop.visit_id, stop.canteen_id, stop.start_at) for stop, who, _, _ in stops[n:]]
    return frozen, told


def _staying(stops: Sequence[Any]) -> int:
    """How many stops of a route stay: up to the last visit begun, and on to the last meal that is aboard by then."""
    n = max((i for i, row in enumerate(stops, start=1) if row[2] is not None and row[2].state in BEGUN), default=0)
    aboard = any(row[0].canteen_id is not None for row in stops[:n])
    for i, (stop, _, visit, _) in enumerate(stops[n:], start=n + 1):
        if not aboard or stop.canteen_id is not None:
            break
        if visit is not None and visit.canteen_id is not None and visit.state is VisitState.ACCEPTED:
            n = i
    return n


def _as_frozen(stop: Stop, caregiver_id: int, visit: Visit | None, home: Household | None) -> Frozen:
    shift = timedelta()
    if visit is not None and visit.started_at is not None:
        shift = visit.started_at - stop.start_at
    finish = visit.finished_at if visit is not None and visit.finished_at is not None else stop.finish_at + shift
    return Frozen(
        caregiver_id=caregiver_id,
        position=stop.position,
        kind=stop.kind,
        visit_id=stop.visit_id,
        canteen_id=stop.canteen_id,
        arrive_at=stop.arrive_at,
        start_at=stop.start_at,
        finish_at=max(finish, stop.start_at),
        travel_s=stop.travel_s,
        distance_m=stop.distance_m,
        at=(home.lon, home.lat) if home is not None else None,
    )


async def get_plan(session: AsyncSession, actor: Actor, plan_id: int) -> Plan:
    """One plan in scope. Raises NotFound, also for one outside it."""
    plan = (await session.scalars(select(Plan).where(Plan.id == plan_id, actor.scope(Plan.area_code)))).first()
    if plan is None:
        raise NotFound(f"no plan {plan_id}")
    return plan


async def list_plans(session: AsyncSession, actor: Actor, on_date: date, area_code: str | None) -> Sequence[Plan]:
    """Versions of a day in scope, newest first."""
    query = select(Plan).where(Plan.on_date == on_date, actor.scope(Plan.area_code))
    if area_code:
        query = query.where(Plan.area_code == area_code)
    return (await session.scalars(query.order_by(Plan.id.desc()).limit(100))).all()


async def caregivers_of_plan(session: AsyncSession, plan_id: int) -> list[int]:
    """Whom a plan sends out."""
    return list(await session.scalars(select(Route.caregiver_id).where(Route.plan_id == plan_id)))


async def find_published(session: AsyncSession, area_code: str, on_date: date) -> Plan | None:
    """The plan in force for a district's day."""
    query = select(Plan).where(Plan.area_code == area_code, Plan.on_date == on_date, Plan.state == PlanState.PUBLISHED)
    return (await session.scalars(query)).first()


async def plan_values(session: AsyncSession, plan_id: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """A plan's routes with their stops, and what it leaves out, as values for rows of another plan."""
    stops: dict[int, list[dict[str, Any]]] = defaultdict(list)
    of_plan = select(Stop).join(Route, Route.id == Stop.route_id).where(Route.plan_id == plan_id)
    for stop in await session.scalars(of_plan.order_by(Stop.route_id, Stop.position)):
        stops[stop.route_id].append({name: getattr(stop, name) for name in STOP_VALUES})
    routes = await session.scalars(select(Route).where(Route.plan_id == plan_id).order_by(Route.caregiver_id))
    values = [{name: getattr(route, name) for name in ROUTE_VALUES} | {"stops": stops[route.id]} for route in routes]
    left = await session.scalars(select(Unserved).where(Unserved.plan_id == plan_id).order_by(Unserved.visit_id))
    return values, [{name: getattr(row, name) for name in UNSERVED_VALUES} for row in left]


async def next_version(session: AsyncSession, area_code: str, on_date: date) -> int:
    """The number that the next plan of a day gets."""
    query = select(func.max(Plan.version)).where(Plan.area_code == area_code, Plan.on_date == on_date)
    return (await session.scalar(query) or 0) + 1


async def plan_view(session: AsyncSession, plan: Plan) -> dict[str, Any]:
    """A plan's head: version, state, cost in named parts, stages, who published it when."""
    by = await session.get(Account, plan.published_by) if plan.published_by else None
    served = select(func.count(func.distinct(Stop.visit_id))).join(Route, Route.id == Stop.route_id)
    return {
        "id": plan.id,
        "version": plan.version,
        "on_date": plan.on_date.isoformat(),
        "area_code": plan.area_code,
        "state": plan.state,
        "engine": plan.engine,
        "cost": plan.cost,
        "parts": plan.parts,
        "stages": plan.stages,
        "made_at": rfc3339(plan.made_at),
        "published_at": rfc3339(plan.published_at),
        "published_by": masked_name(by.display) if by else None,
        "served": await session.scalar(served.where(Route.plan_id == plan.id, Stop.visit_id.is_not(None))),
        "unserved": await session.scalar(select(func.count()).where(Unserved.plan_id == plan.id)),
    }


async def routes_view(session: AsyncSession, plan_id: int) -> list[dict[str, Any]]:
    """Routes of a plan with every stop in order, breaks and loading of meals among them."""
    routes = {r.id: r for r in await session.scalars(select(Route).where(Route.plan_id == plan_id))}
    stops: dict[int, list[dict[str, Any]]] = defaultdict(list)
    query = select(Stop).join(Route, Route.id == Stop.route_id).where(Route.plan_id == plan_id)
    for stop in await session.scalars(query.order_by(Stop.route_id, Stop.position)):
        more = {"kind": stop.kind, "visit_id": stop.visit_id, "canteen_id": stop.canteen_id}
        stops[stop.route_id].append({**stop_view(stop, routes[stop.route_id].caregiver_id), **more})
    return [
        {
            "caregiver_id": route.caregiver_id,
            "leave_at": rfc3339(route.leave_at),
            "back_at": rfc3339(route.back_at),
            "travel_s": route.travel_s,
            "distance_m": route.distance_m,
            "stops": stops[route.id],
        }
        for route in sorted(routes.values(), key=lambda route: route.caregiver_id)
    ]


async def unserved_view(session: AsyncSession, plan_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Visits that plans leave out, each with its reason."""
    query = (
        select(Unserved)
        .join(Visit, Visit.id == Unserved.visit_id)
        .where(Unserved.plan_id.in_(plan_ids), Visit.state == VisitState.ACCEPTED)
    )
    return [
        {"visit_id": row.visit_id, "reason": row.reason, "text": row.explanation, "counts": row.counts}
        for row in await session.scalars(query.order_by(Unserved.visit_id))
    ]


async def day_view(session: AsyncSession, actor: Actor, day: date) -> dict[str, Any]:
    """The day as the desk shows it: published plans in scope, visits with their stops, what is not served."""
    query = select(Plan).where(Plan.on_date == day, Plan.state == PlanState.PUBLISHED, actor.scope(Plan.area_code))
    plans = (await session.scalars(query.order_by(Plan.area_code))).all()
    views = [await plan_view(session, plan) for plan in plans]
    breaks = select(Stop, Route.caregiver_id).join(Route, Route.id == Stop.route_id)
    breaks = breaks.where(Route.plan_id.in_([plan.id for plan in plans]), Stop.visit_id.is_(None))
    return {
        "plan": views[0] if views else None,
        "plans": views,
        "visits": await visit_views(session, await visits_of_day(session, actor, day)),
        "pauses": [
            {**stop_view(stop, who), "kind": stop.kind, "canteen_id": stop.canteen_id}
            for stop, who in (await session.execute(breaks.order_by(Stop.id))).all()
        ],
        "unserved": await unserved_view(session, [plan.id for plan in plans]),
    }
