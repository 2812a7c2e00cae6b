"""Finds places for one visit in the plan in force and puts one of them in force; moves nobody who need not move."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from models import Visit
from models.types import VisitState
from service.auth import Actor
from service.clock import Clock
from service.db import Database
from service.dispatch import actions, mapping, queries
from service.dispatch.keeping import keep_draft
from service.dispatch.planner import PlanningFailed, find_places, take_place
from service.dispatch.rows import DayRows
from service.errors import Conflict, NotFound
from service.town_clock import town_time
from service.visits.queries import get_visit

MANY = 60
"""So many places are looked at for the one with the caregivers that a dispatcher chose."""


class NoPlan(Conflict):
    """No plan is in force on the day of the visit, or another one than the places were shown for."""

    code = "plan.not_in_force"


class Begun(Conflict):
    """A visit that has begun, or is closed, has no other place."""

    code = "visit.begun"


class NoPlace(Conflict):
    """The caregivers chosen have no place for the visit any more."""

    code = "visit.no_place"


@dataclass(frozen=True)
class Asked:
    """A visit with the plan in force on its day, as rows of the moment."""

    visit: Visit
    plan_id: int
    area_code: str
    rows: DayRows


async def visit_in_scope(session: AsyncSession, actor: Actor | None, visit_id: int) -> Visit:
    """One visit. Raises NotFound, also for one outside the scope."""
    visit = await get_visit(session, visit_id)
    if actor is not None and not actor.sees(visit.area_code, visit.provider_id):
        raise NotFound(f"no visit {visit_id}")
    return visit


async def open_visit(session: AsyncSession, actor: Actor | None, visit_id: int) -> Visit:
    """One visit that has not begun. Raises NotFound, Begun."""
    visit = await visit_in_scope(session, actor, visit_id)
    if visit.state is not VisitState.ACCEPTED:
        raise Begun(f"visit {visit_id} is {visit.state}", state=visit.state.value)
    return visit


async def look(session: AsyncSession, actor: Actor | None, clock: Clock, visit_id: int) -> Asked:
    """The visit in the plan in force. Raises NotFound outside the scope, Begun, NoPlan."""
    visit = await open_visit(session, actor, visit_id)
    area_code = visit.area_code[: queries.DISTRICT].ljust(len(visit.area_code), "0")
    plan = await queries.find_published(session, area_code, visit.service_on)
    if plan is None:
        raise NoPlan(f"no plan is in force on {visit.service_on}")
    town = await town_time(session, clock)
    rows = await queries.day_rows(session, area_code, visit.service_on, town.at)
    return Asked(visit, plan.id, area_code, rows)


async def places_of(
    database: Database, actor: Actor, clock: Clock, visit_id: int, best: int, breaking: bool
) -> dict[str, Any]:
    """The best places, best first: {plan_id, places}. Orders and everybody else's caregiver stay as they are.

    No session is held while they are looked for. Raises what `look` raises, and PlanningFailed.
    """
    async with database.reading() as session:
        asked = await look(session, actor, clock, visit_id)
    day = mapping.day_problem(asked.rows)
    options = await find_places(day.problem, day.orders, f"v{asked.visit.id}", best, breaking)
    return {"plan_id": asked.plan_id, "places": mapping.place_values(day, options)}


async def place_visit(
    database: Database, clock: Clock, visit_id: int, plan_id: int, caregiver_ids: list[int], made_by: int | None
) -> dict[str, Any]:
    """Give the visit its best place with these caregivers, as a new version in force: {plan_id, place}.

    Routes that the visit does not touch are copied as they are. Raises NoPlan when another is in force by now, NoPlace.
    """
    async with database.reading() as session:
        asked = await look(session, None, clock, visit_id)
        before, left = await queries.plan_values(session, asked.plan_id)
    if asked.plan_id != plan_id:
        raise NoPlan(f"plan {asked.plan_id} is in force by now", state=str(asked.plan_id))
    day, name, wanted = mapping.day_problem(asked.rows), f"v{visit_id}", {f"p{who}" for who in caregiver_ids}
    options = await find_places(day.problem, day.orders, name, MANY, False)
    option = next((one for one in options if {spot.caregiver for spot in one.spots} == wanted), None)
    if option is None:
        raise NoPlace(f"visit {visit_id} has no place with {sorted(caregiver_ids)} any more")
    plan = await take_place(day.problem, day.orders, name, option)
    keepers = {stop.caregiver_id for stop in asked.rows.told if stop.visit_id == visit_id}
    touched = {int(who[1:]) for who in option.told} | keepers
    routes = [route for route in before if route["caregiver_id"] not in touched]
    routes += [route for route in mapping.route_values(day, plan) if route["caregiver_id"] in touched]
    left = [row for row in left if row["visit_id"] != visit_id]
    head = mapping.head_values(plan) | {"engine": "insert", "stages": []}
    head |= {
        "area_code": asked.area_code,
        "on_date": asked.visit.service_on,
        "made_at": clock.now(),
        "made_by": made_by,
    }
    new_id = await keep_draft(database, head, routes, left)
    await _in_force(database, clock, asked.area_code, asked.visit.service_on, plan_id, new_id)
    return {"plan_id": new_id, "place": mapping.place_values(day, [option])[0]}


async def _in_force(database: Database, clock: Clock, area_code: str, on_date: date, before: int, plan_id: int) -> None:
    """Publish unless another plan was put in force meanwhile."""
    async with database.writing() as session:
        now_in_force = await queries.find_published(session, area_code, on_date)
        if now_in_force is not None and now_in_force.id == before:
            await actions.publish_plan(session, None, plan_id, clock.now())
            return
        await actions.drop_draft(session, plan_id)
    raise PlanningFailed("another plan was put in force meanwhile: look for a place again")
