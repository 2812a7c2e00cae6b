"""Plans anew around a caregiver who was sent to a call: their visits, and the routes of a few who are near.

Everybody else's route stays as it is, what has begun stays, and whoever keeps a visit today is preferred for it. The
result is checked like any plan and put in force only if the plan it was made from still is.
"""

import asyncio
import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from models import Plan
from service.clock import Clock, rfc3339
from service.db import Database
from service.dispatch import actions, mapping, queries
from service.dispatch.keeping import keep_draft
from service.dispatch.planner import PlanningFailed, Report, plan_problem
from service.dispatch.rows import DayRows, Frozen
from service.realtime import outbox
from service.town_clock import town_time

HELPERS = 6
"""Other routes that may take over visits: enough to place them, few enough to leave the day as people know it."""
INCIDENT = "incident"


@dataclass(frozen=True)
class Diversion:
    """Who was sent where, on the way and there between two moments of the town's time."""

    incident_id: int
    caregiver_id: int
    area_code: str
    on_date: date
    place: tuple[float, float]
    travel_s: int
    distance_m: int
    arrive_at: datetime
    free_at: datetime


@dataclass(frozen=True)
class Standing:
    """The plan in force as it stood when the diversion was planned."""

    plan_id: int
    routes: list[dict[str, Any]]
    unserved: list[dict[str, Any]]

    def keepers(self) -> dict[int, set[int]]:
        """Who goes to each visit."""
        kept: dict[int, set[int]] = {}
        for route in self.routes:
            for stop in route["stops"]:
                if stop["visit_id"] is not None:
                    kept.setdefault(stop["visit_id"], set()).add(route["caregiver_id"])
        return kept

    def starts(self) -> dict[int, datetime]:
        """When each visit begins."""
        stops = (stop for route in self.routes for stop in route["stops"] if stop["visit_id"] is not None)
        return {stop["visit_id"]: stop["start_at"] for stop in stops}


async def plan_diversion(
    database: Database,
    clock: Clock,
    diversion: Diversion,
    *,
    seconds: float,
    made_by: int | None,
    report: Report,
    cancelled: threading.Event,
) -> dict[str, Any]:
    """Plan anew and put the result in force: {plan_id, changes, unserved}. Raises PlanningFailed, PlanningStopped."""
    async with database.reading() as session:
        town = await town_time(session, clock)
        plan = await queries.find_published(session, diversion.area_code, diversion.on_date)
        if plan is None:
            raise PlanningFailed("no plan is in force for this day")
        standing = Standing(plan.id, *await queries.plan_values(session, plan.id))
        rows = await queries.day_rows(session, diversion.area_code, diversion.on_date, town.at)
    some = part_of_day(rows, standing, diversion)
    day = await asyncio.to_thread(mapping.day_problem, some)
    solved = await plan_problem(
        day.problem, seconds=seconds, seed=diversion.incident_id, engine="auto", report=report, cancelled=cancelled
    )
    changed = {person.id for person in some.caregivers}
    routes = [route for route in standing.routes if route["caregiver_id"] not in changed]
    routes += mapping.route_values(day, solved)
    left = mapping.unserved_values(solved)
    kept = {row["visit_id"] for row in left} | {visit.id for visit in some.visits}
    left += [row for row in standing.unserved if row["visit_id"] not in kept]
    head = mapping.head_values(solved) | {"area_code": diversion.area_code, "on_date": diversion.on_date}
    plan_id = await keep_draft(database, head | {"made_at": clock.now(), "made_by": made_by}, routes, left)
    changes = changes_between(standing, routes, left)
    await _publish(database, clock, standing, plan_id, diversion, changes)
    return {"plan_id": plan_id, "changes": changes, "unserved": len(left)}


def part_of_day(rows: DayRows, standing: Standing, diversion: Diversion) -> DayRows:
    """The caregiver sent, a few who are near, and what they still have to do; the call is a stop that is under way.

    Raises PlanningFailed when the caregiver has no day to plan.
    """
    keepers = standing.keepers()
    begun = {stop.visit_id for stop in rows.frozen}
    theirs = {visit for visit, people in keepers.items() if diversion.caregiver_id in people and visit not in begun}
    chosen = {diversion.caregiver_id, *_helpers(rows, diversion, theirs)}
    chosen |= {one for visit in theirs for one in keepers[visit]}
    chosen = _with_partners(chosen, keepers, begun)
    visits = [visit for visit in rows.visits if keepers.get(visit.id, set()) & chosen]
    frozen = [stop for stop in rows.frozen if stop.caregiver_id in chosen]
    before = [stop.position for stop in frozen if stop.caregiver_id == diversion.caregiver_id]
    frozen.append(_under_way(diversion, max(before, default=-1) + 1))
    caregivers = [person for person in rows.caregivers if person.id in chosen]
    if not any(person.id == diversion.caregiver_id for person in caregivers):
        raise PlanningFailed("the caregiver is not in this district")
    previous = {visit.elder_id: keepers.get(visit.id, set()) for visit in visits}
    return replace(rows, caregivers=caregivers, visits=visits, frozen=frozen, previous=previous)


def _helpers(rows: DayRows, diversion: Diversion, visits: Collection[int]) -> list[int]:
    """Who works today and has their station nearest to the visits that may have to be taken over."""
    homes = [rows.homes[visit.household_id] for visit in rows.visits if visit.id in visits]
    if not homes:
        return []
    middle = (sum(home.lon for home in homes) / len(homes), sum(home.lat for home in homes) / len(homes))
    away = {
        person.id: mapping.metres(middle, (rows.stations[person.station_id].lon, rows.stations[person.station_id].lat))
        for person in rows.caregivers
        if person.id in rows.shifts and person.id != diversion.caregiver_id
    }
    return sorted(away, key=lambda one: (away[one], one))[:HELPERS]


def _with_partners(chosen: set[int], keepers: dict[int, set[int]], begun: Collection[int | None]) -> set[int]:
    """Two who go to one visit are planned together."""
    pairs = [people for visit, people in keepers.items() if len(people) > 1 and visit not in begun]
    grown = set(chosen)
    while True:
        more = set().union(*(people for people in pairs if people & grown)) - grown
        if not more:
            return grown
        grown |= more


def _under_way(diversion: Diversion, position: int) -> Frozen:
    return Frozen(
        caregiver_id=diversion.caregiver_id,
        position=position,
        kind=INCIDENT,
        visit_id=None,
        canteen_id=None,
        arrive_at=diversion.arrive_at,
        start_at=diversion.arrive_at,
        finish_at=diversion.free_at,
        travel_s=diversion.travel_s,
        distance_m=diversion.distance_m,
        at=diversion.place,
    )


def changes_between(
    standing: Standing, routes: Iterable[dict[str, Any]], left: Iterable[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Every visit that goes to somebody else, begins five minutes or more off, or is not served any more."""
    after = Standing(0, list(routes), [])
    before_who, before_at, after_who, after_at = standing.keepers(), standing.starts(), after.keepers(), after.starts()
    dropped = {row["visit_id"]: row["explanation"] for row in left}
    changes = []
    for visit_id in sorted(before_at):
        moved = after_at.get(visit_id)
        shifted = moved is not None and abs((moved - before_at[visit_id]).total_seconds()) >= 300
        if before_who[visit_id] == after_who.get(visit_id) and not shifted:
            continue
        changes.append(
            {
                "visit_id": visit_id,
                "from": sorted(before_who[visit_id]),
                "to": sorted(after_who.get(visit_id, set())),
                "before_at": rfc3339(before_at[visit_id]),
                "after_at": rfc3339(moved),
                "why": dropped.get(visit_id),
            }
        )
    return changes


async def _publish(
    database: Database,
    clock: Clock,
    standing: Standing,
    plan_id: int,
    diversion: Diversion,
    changes: list[dict[str, Any]],
) -> None:
    """Put the plan in force unless another one was meanwhile; the desks hear what has changed for whom."""
    async with database.writing() as session:
        now_in_force = await queries.find_published(session, diversion.area_code, diversion.on_date)
        if now_in_force is None or now_in_force.id != standing.plan_id:
            await actions.drop_draft(session, plan_id)
        else:
            await _in_force(session, plan_id, clock, diversion, changes)
            return
    raise PlanningFailed("another plan was put in force meanwhile: divert again if need be")


async def _in_force(
    session: AsyncSession, plan_id: int, clock: Clock, diversion: Diversion, changes: list[dict[str, Any]]
) -> Plan:
    plan = await actions.publish_plan(session, None, plan_id, clock.now())
    data = {"incident_id": diversion.incident_id, "caregiver_id": diversion.caregiver_id, "changes": changes}
    subject = f"plan:{plan_id}"
    outbox.append(session, "plan.diverted", data, subject=subject, area_code=diversion.area_code)
    return plan
