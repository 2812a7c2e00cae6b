"""Puts a planned day into its middle: what should be done by a moment is done, everybody stands where they would be."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from models import Canteen, Caregiver, Household, Plan, Position, Route, Shift, Station, Stop, Visit
from models.types import Datum, VisitState
from service.bulk import CHUNK
from service.db import Database

Row = dict[str, Any]
Point = tuple[float, float]


@dataclass(frozen=True)
class Step:
    """One stop of somebody's route with where it is and, for a visit, whose."""

    caregiver_id: int
    visit_id: int | None
    place: Point | None
    leave_at: datetime
    arrive_at: datetime
    start_at: datetime
    finish_at: datetime


async def begin_day(database: Database, plans: list[int], town_at: datetime, now: datetime) -> int:
    """Bring the visits of these plans, and everybody's position, to the town's moment; answers how many have begun."""
    routes = await _routes(database, plans)
    changes = _visit_changes([step for route in routes.values() for step in route], town_at)
    for start in range(0, len(changes), CHUNK):
        async with database.writing() as session:
            await session.execute(update(Visit), changes[start : start + CHUNK])
    stations, on_shift = await _crew(database, town_at)
    rows = [
        _position(who, place_at(routes.get(who, []), home, town_at), town_at, now)
        for who, home in stations.items()
        if who in on_shift or who in routes
    ]
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        async with database.writing() as session:
            await session.execute(
                delete(Position).where(Position.caregiver_id.in_([row["caregiver_id"] for row in chunk]))
            )
            await session.execute(insert(Position), chunk)
    return len(changes)


def place_at(route: list[Step], home: Point, moment: datetime) -> Point:
    """Where somebody following the plan is at a moment: at a stop, on the straight way to one, or at the station."""
    here = home
    for step in route:
        there = step.place or here
        if moment < step.leave_at:
            return here
        if moment < step.arrive_at:
            share = (moment - step.leave_at) / (step.arrive_at - step.leave_at)
            return here[0] + (there[0] - here[0]) * share, here[1] + (there[1] - here[1]) * share
        here = there
    return here


def _visit_changes(steps: list[Step], town_at: datetime) -> list[Row]:
    """The state of each visit as of a moment; with two people it begins when the later one is there."""
    pairs: dict[int, list[Step]] = defaultdict(list)
    for step in steps:
        if step.visit_id is not None:
            pairs[step.visit_id].append(step)
    found = [_visit_at(visit, both, town_at) for visit, both in pairs.items()]
    return [change for change in found if change is not None]


def _visit_at(visit_id: int, steps: list[Step], town_at: datetime) -> Row | None:
    leave_at, arrive_at = min(step.leave_at for step in steps), max(step.arrive_at for step in steps)
    start_at, finish_at = max(step.start_at for step in steps), max(step.finish_at for step in steps)
    ladder = (
        (VisitState.EN_ROUTE, "en_route_at", leave_at),
        (VisitState.ARRIVED, "arrived_at", arrive_at),
        (VisitState.IN_SERVICE, "started_at", start_at),
        (VisitState.FINISHED, "finished_at", finish_at),
    )
    reached = [rung for rung in ladder if rung[2] <= town_at]
    if not reached:
        return None
    moments: Row = {column: None for _, column, _ in ladder} | {column: moment for _, column, moment in reached}
    return {"id": visit_id, "state": reached[-1][0], **moments}


async def _routes(database: Database, plans: list[int]) -> dict[int, list[Step]]:
    query = (
        select(Route.caregiver_id, Stop, Household.lon, Household.lat, Canteen.lon, Canteen.lat)
        .join(Route, Route.id == Stop.route_id)
        .join(Plan, Plan.id == Route.plan_id)
        .outerjoin(Visit, Visit.id == Stop.visit_id)
        .outerjoin(Household, Household.id == Visit.household_id)
        .outerjoin(Canteen, Canteen.id == Stop.canteen_id)
        .where(Plan.id.in_(plans))
        .order_by(Route.caregiver_id, Stop.position)
    )
    routes: dict[int, list[Step]] = defaultdict(list)
    async with database.reading() as session:
        for who, stop, lon, lat, canteen_lon, canteen_lat in await session.execute(query):
            place = (lon, lat) if lon is not None else (canteen_lon, canteen_lat) if canteen_lon is not None else None
            leave_at = stop.arrive_at - timedelta(seconds=stop.travel_s)
            routes[who].append(Step(who, stop.visit_id, place, leave_at, stop.arrive_at, stop.start_at, stop.finish_at))
    return dict(routes)


async def _crew(database: Database, town_at: datetime) -> tuple[dict[int, Point], set[int]]:
    """By caregiver: where their station is; and who is on shift at the moment."""
    homes = select(Caregiver.id, Station.lon, Station.lat).join(Station, Station.id == Caregiver.station_id)
    working = select(Shift.caregiver_id).where(Shift.from_at <= town_at, Shift.to_at > town_at)
    async with database.reading() as session:
        stations = {who: (lon, lat) for who, lon, lat in await session.execute(homes)}
        return stations, set(await session.scalars(working))


def _position(caregiver_id: int, place: Point, town_at: datetime, now: datetime) -> Row:
    lon, lat = round(place[0], 6), round(place[1], 6)
    return {
        "caregiver_id": caregiver_id,
        "lon": lon,
        "lat": lat,
        "datum": Datum.WGS84,
        "accuracy_m": 12.0,
        "at": town_at,
        "received_at": now,
    }
