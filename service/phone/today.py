"""A caregiver's own day: the published route stop by stop with how to get in; shows nothing of anybody else's."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Canteen, Caregiver, Elder, Household, MenuItem, Plan, Route, Shift, Stop, Visit
from models.types import PlanState, VisitState
from service import audit
from service.auth import Actor
from service.clock import rfc3339
from service.emergencies.detail import Seals
from service.errors import NotFound
from service.town_clock import TownTime
from service.vault import Vault

OVER = (VisitState.FINISHED, VisitState.CONFIRMED, VisitState.CANCELLED, VisitState.MISSED)


async def today_view(session: AsyncSession, actor: Actor, town: TownTime) -> dict[str, Any]:
    """The caregiver, the shift, and the stops of the published plan in order; an empty list without a plan."""
    person = await session.get(Caregiver, actor.caregiver_id)
    if person is None:
        raise NotFound("this account is no caregiver's")
    rows = (await session.execute(_stops().where(Route.caregiver_id == person.id, Plan.on_date == town.today))).all()
    partners = await _partners(session, person.id, [stop.visit_id for _, _, stop, *_ in rows if stop.visit_id])
    route = None if not rows else _route_view(rows[0][0], rows[0][1])
    return {
        "on": town.today.isoformat(),
        "clock": town.as_json(),
        "caregiver": {"id": person.id, "name": person.name, "level": person.level, "mode": person.mode.value},
        "shift": await _shift_view(session, person.id, town),
        "route": route,
        "stops": [
            _stop_view(stop, visit, elder, home, item, canteen, partners.get(stop.visit_id or 0, []))
            for _, _, stop, visit, elder, home, item, canteen in rows
        ],
    }


async def visit_detail(
    session: AsyncSession, actor: Actor, visit_id: int, vault: Vault, now: datetime
) -> dict[str, Any]:
    """One own stop with the gate code and key holder in full until it is over; each look is noted. Raises NotFound."""
    mine = _stops().where(Route.caregiver_id == actor.caregiver_id, Stop.visit_id == visit_id)
    row = (await session.execute(mine)).first()
    if row is None:
        raise NotFound(f"no visit {visit_id} on your route")
    partners = await _partners(session, actor.caregiver_id or 0, [visit_id])
    _, _, stop, visit, elder, home, item, canteen = row
    view = _stop_view(stop, visit, elder, home, item, canteen, partners.get(visit_id, []))
    if visit.state not in OVER:
        seals = Seals(vault, opened=True)
        number = seals.phone(home.key_holder_phone_sealed, "household.key_holder_phone_sealed")
        gate_code = seals.secret(home.gate_code_sealed, "household.gate_code_sealed")
        view["visit"]["access"] |= {"gate_code": gate_code, "key_holder_phone": number}
        audit.note(session, now, actor.account_id, "visit.reveal", f"visit:{visit_id}")
    return view


def _stops() -> Select[Plan, Route, Stop, Visit, Elder, Household, MenuItem, Canteen]:
    return (
        select(Plan, Route, Stop, Visit, Elder, Household, MenuItem, Canteen)
        .select_from(Stop)
        .join(Route, Route.id == Stop.route_id)
        .join(Plan, Plan.id == Route.plan_id)
        .outerjoin(Visit, Visit.id == Stop.visit_id)
        .outerjoin(Elder, Elder.id == Visit.elder_id)
        .outerjoin(Household, Household.id == Visit.household_id)
        .outerjoin(MenuItem, MenuItem.id == Visit.item_id)
        .outerjoin(Canteen, Canteen.id == Stop.canteen_id)
        .where(Plan.state == PlanState.PUBLISHED)
        .order_by(Stop.position)
    )


async def _partners(session: AsyncSession, caregiver_id: int, visit_ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    """By visit: who else the published plan sends there."""
    query = (
        select(Stop.visit_id, Caregiver.id, Caregiver.name, Stop.arrive_at)
        .join(Route, Route.id == Stop.route_id)
        .join(Plan, Plan.id == Route.plan_id)
        .join(Caregiver, Caregiver.id == Route.caregiver_id)
        .where(Stop.visit_id.in_(visit_ids), Route.caregiver_id != caregiver_id, Plan.state == PlanState.PUBLISHED)
        .order_by(Stop.visit_id, Caregiver.id)
    )
    partners: dict[int, list[dict[str, Any]]] = {}
    for visit_id, partner_id, name, arrive_at in await session.execute(query):
        partner = {"id": partner_id, "name": name, "arrive_at": rfc3339(arrive_at)}
        partners.setdefault(visit_id or 0, []).append(partner)
    return partners


async def _shift_view(session: AsyncSession, caregiver_id: int, town: TownTime) -> dict[str, Any] | None:
    """The shift that runs now, else the next one to begin."""
    query = select(Shift).where(Shift.caregiver_id == caregiver_id, Shift.to_at > town.at).order_by(Shift.from_at)
    shift = (await session.scalars(query.limit(1))).first()
    return None if shift is None else {"from": rfc3339(shift.from_at), "to": rfc3339(shift.to_at)}


def _route_view(plan: Plan, route: Route) -> dict[str, Any]:
    return {
        "plan_id": plan.id,
        "version": plan.version,
        "leave_at": rfc3339(route.leave_at),
        "back_at": rfc3339(route.back_at),
        "travel_s": route.travel_s,
        "distance_m": route.distance_m,
    }


def _stop_view(
    stop: Stop,
    visit: Visit | None,
    elder: Elder | None,
    home: Household | None,
    item: MenuItem | None,
    canteen: Canteen | None,
    partners: list[dict[str, Any]],
) -> dict[str, Any]:
    view: dict[str, Any] = {
        "position": stop.position,
        "kind": stop.kind,
        "arrive_at": rfc3339(stop.arrive_at),
        "start_at": rfc3339(stop.start_at),
        "finish_at": rfc3339(stop.finish_at),
        "travel_s": stop.travel_s,
        "distance_m": stop.distance_m,
        "visit": None,
        "canteen": None,
    }
    if canteen is not None:
        place = {"lon": canteen.lon, "lat": canteen.lat, "datum": canteen.datum.value}
        view["canteen"] = {"id": canteen.id, "name": canteen.name, "address": canteen.address, **place}
    if visit is not None and elder is not None and home is not None and item is not None:
        view["visit"] = {**_visit_view(visit, item), **_door_view(elder, home), "partners": partners}
    return view


def _visit_view(visit: Visit, item: MenuItem) -> dict[str, Any]:
    moments = ("en_route_at", "arrived_at", "started_at", "finished_at")
    return {
        "id": visit.id,
        "state": visit.state.value,
        "family": visit.family.value,
        "item": item.name_zh,
        "item_en": item.name_en,
        "people": visit.people,
        "portions": visit.portions,
        "window": [rfc3339(visit.window_from_at), rfc3339(visit.window_to_at)],
        "duration_min": visit.duration_min,
        **{name: rfc3339(getattr(visit, name)) for name in moments},
    }


def _door_view(elder: Elder, home: Household) -> dict[str, Any]:
    """Whom and where: what somebody at the door needs, no number and no code."""
    access = {"note": home.access_note, "floor": home.floor, "lift": home.lift, "min": home.access_min}
    return {
        "elder": {"name": elder.name, "sex": elder.sex, "dialect": elder.dialect, "notes": elder.notes},
        "address": home.address,
        "lon": home.lon,
        "lat": home.lat,
        "datum": home.datum.value,
        "access": {**access, "key_holder": home.key_holder},
    }
