"""Rows to a routing problem and its plan back to rows: the only file that sees both leaves; it queries nothing."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from models import Caregiver, Shift, Visit
from models.types import Family, Mode
from routing import plan as answer
from routing.insertion import Insertion
from routing.ordered import Orders, Step, ordered
from routing.problem import (
    Break,
    Canteen,
    Meal,
    Need,
    Objective,
    Problem,
    Promise,
    Window,
)
from routing.problem import Caregiver as Person
from routing.problem import Shift as Stretch
from routing.problem import Visit as Ask
from routing.travel import DETOUR, EARTH_M, PARK_S, SPEED_MPS, distances_m, straight
from service.clock import rfc3339
from service.dispatch.rows import DayRows, Frozen, Told
from service.town_clock import local_midnight

__all__ = ["DETOUR", "EARTH_M", "PARK_S", "SPEED_MPS", "day_problem", "head_values", "route_values", "unserved_values"]
"""The estimates of travel pass through here too: responders are ranked by the same ones as plans are made with."""

CARE = "care"
"""The skill whose level is the caregiver's grade: 五级 (5) is level 1, 一级 (1) is level 5."""

PRICE_S = {
    Family.URGENT: 18_000,
    Family.MEDICAL: 18_000,
    Family.BATH: 14_400,
    Family.ESCORT: 14_400,
    Family.MEAL: 10_800,
    Family.CLEAN: 7_200,
    Family.PATROL: 5_400,
    Family.VOLUNTEER: 3_600,
    Family.RESPITE: 14_400,
}
"""What leaving out a visit of a family costs, in seconds of travel that may be spent to serve it."""

LOADING_S = 180
UNWISHED_S = 300
CHANGED_S = 3600
"""So much travel is worth leaving a visit with the caregiver and, within a quarter, the time that people were told."""
OBJECTIVE = Objective(travel=1, tardiness=2, overtime=3, unserved=1, unwished=UNWISHED_S, changed=CHANGED_S)


class Places:
    """Distinct (lon, lat) points of the day, each with its index."""

    def __init__(self) -> None:
        self.points: list[tuple[float, float]] = []
        self._index: dict[tuple[float, float], int] = {}

    def index(self, lon: float, lat: float) -> int:
        """The index of a point, added when new; points closer than a metre are one."""
        key = (round(lon, 5), round(lat, 5))
        if key not in self._index:
            self._index[key] = len(self.points)
            self.points.append(key)
        return self._index[key]


@dataclass(frozen=True)
class DayProblem:
    """A problem with what is needed to read its answer: the local midnight, the points, and the frozen stops."""

    problem: Problem
    midnight: datetime
    points: list[tuple[float, float]]
    frozen: list[Frozen]
    orders: Orders
    """What is left of the plan in force, as orders."""

    def moment(self, ticks: int) -> datetime:
        """The moment, aware, of a tick after the plan's midnight."""
        return self.midnight + timedelta(seconds=ticks)


def day_problem(rows: DayRows) -> DayProblem:
    """The routing problem of a district's day: seconds after local midnight, WGS-84 places, what is frozen left out.

    Whoever has begun their day starts from their last frozen stop, not before now.
    """
    midnight = local_midnight(rows.on_date)
    places = Places()
    now = _ticks(rows.at, midnight) if rows.at > midnight else 0
    canteens = tuple(
        Canteen(f"c{row.id}", places.index(row.lon, row.lat), row.ready_min * 60, LOADING_S) for row in rows.canteens
    )
    last = {stop.caregiver_id: stop for stop in sorted(rows.frozen, key=lambda stop: stop.position)}
    people = [_person(row, rows, places, midnight, now, last.get(row.id)) for row in rows.caregivers]
    rested = {stop.caregiver_id for stop in rows.frozen if stop.kind == "break"}
    keepers = _keepers(rows.told)
    visits = [_pinned(_ask(row, rows, places, midnight, now, keepers), rows, row.id, midnight) for row in rows.visits]
    caregivers = tuple(_without_rest(person) if int(person.id[1:]) in rested else person for person in people if person)
    travel = straight(places.points or [(0.0, 0.0)], modes=[mode.value for mode in Mode])
    named = f"{rows.area_code} {rows.on_date}"
    known = {person.id for person in caregivers}
    asks = tuple(_known_only(ask, known) for ask in visits)
    problem = Problem(named, 1, travel, caregivers, asks, canteens, OBJECTIVE)
    return DayProblem(problem, midnight, places.points, rows.frozen, _orders(rows.told, midnight))


def _orders(told: list[Told], midnight: datetime) -> Orders:
    """The stops people were told of, by caregiver; the persons of a visit in the order of their numbers."""
    keepers = _keepers(told)
    orders: dict[tuple[str, int], list[Step]] = {}
    for stop in told:
        name, half = "", 0
        if stop.visit_id is not None:
            name, half = f"v{stop.visit_id}", [who for who, _ in keepers[stop.visit_id]].index(stop.caregiver_id)
        elif stop.canteen_id is not None:
            name = f"c{stop.canteen_id}"
        step = Step(stop.kind, name, half, _ticks(stop.start_at, midnight))
        orders.setdefault((f"p{stop.caregiver_id}", 0), []).append(step)
    return orders


def _keepers(told: list[Told]) -> dict[int, list[tuple[int, datetime]]]:
    """Who was to come to each visit, and when."""
    found: dict[int, list[tuple[int, datetime]]] = {}
    for stop in sorted(told, key=lambda stop: stop.caregiver_id):
        if stop.visit_id is not None:
            found.setdefault(stop.visit_id, []).append((stop.caregiver_id, stop.start_at))
    return found


def standing_plan(day: DayProblem) -> answer.Plan | None:
    """What is left of the plan in force, timed as of now; None when there is none."""
    return ordered(day.problem, day.orders) if day.orders else None


def _ticks(moment: datetime, midnight: datetime) -> int:
    return round((moment - midnight).total_seconds())


def _person(
    row: Caregiver, rows: DayRows, places: Places, midnight: datetime, now: int, last: Frozen | None
) -> Person | None:
    shift = rows.shifts.get(row.id)
    if shift is None:
        return None
    station = rows.stations[row.station_id]
    home = places.index(station.lon, station.lat)
    start, end = max(now, _ticks(shift.from_at, midnight)), _ticks(shift.to_at, midnight)
    begin = home
    if last is not None:
        start = max(start, _ticks(last.finish_at, midnight))
        begin = places.index(*last.at) if last.at else home
    if start >= end:
        return None
    skills = dict.fromkeys(rows.skills.get(row.id, ()), 1)
    if row.trained:
        skills[CARE] = 6 - row.level
    return Person(
        id=f"p{row.id}",
        shifts=(Stretch.hard(start, end, _rest(shift, midnight, start)),),
        start=begin,
        end=home,
        skills=skills,
        mode=row.mode.value,
        portions=row.bag_portions,
    )


def _rest(shift: Shift, midnight: datetime, start: int) -> Break | None:
    if not shift.break_min or shift.break_from_at is None or shift.break_to_at is None:
        return None
    earliest, until = _ticks(shift.break_from_at, midnight), _ticks(shift.break_to_at, midnight)
    latest = until - shift.break_min * 60
    return Break(shift.break_min * 60, max(earliest, start), latest) if latest >= max(earliest, start) else None


def _without_rest(person: Person) -> Person:
    stretch = person.shifts[0]
    return replace(person, shifts=(Stretch.hard(stretch.start, stretch.end),))


def _pinned(ask: Ask, rows: DayRows, visit_id: int, midnight: datetime) -> Ask:
    """The visit as a dispatcher has fixed it; a start that can no longer be kept is not."""
    pin = rows.pins.get(visit_id)
    if pin is None or len(pin.caregiver_ids) != len(ask.needs):
        return ask
    start = None if pin.start_at is None else _ticks(pin.start_at, midnight)
    if start is not None and not any(window.start <= start <= window.latest for window in ask.windows):
        start = None
    return replace(ask, pinned=tuple(f"p{who}" for who in pin.caregiver_ids), pinned_start=start)


def _ask(
    row: Visit, rows: DayRows, places: Places, midnight: datetime, now: int,
    keepers: dict[int, list[tuple[int, datetime]]],
) -> Ask:  # fmt: skip
    home, item = rows.homes[row.household_id], rows.items[row.item_id]
    skills = {CARE: 6 - item.level}
    if item.skill:
        skills[item.skill] = 1
    start, end = max(now, _ticks(row.window_from_at, midnight)), max(now, _ticks(row.window_to_at, midnight))
    meal = None
    if row.family is Family.MEAL and row.canteen_id is not None:
        ride = next(c.ride_max_min for c in rows.canteens if c.id == row.canteen_id)
        meal, skills = Meal(f"c{row.canteen_id}", row.portions, ride * 60), {}
    people = 1 if meal else row.people
    told = keepers.get(row.id, [])
    promised = tuple(Promise(f"p{who}", _ticks(start_at, midnight)) for who, start_at in told)
    return Ask(
        id=f"v{row.id}",
        place=places.index(home.lon, home.lat),
        needs=(Need(row.duration_min * 60, skills),) * people,
        promised=promised if len(promised) == people else (),
        windows=(Window.hard(start, end),),
        price=PRICE_S[row.family],
        previous=frozenset(f"p{who}" for who in rows.previous.get(row.elder_id, ())),
        access=home.access_min * 60,
        meal=meal,
    )


def _known_only(ask: Ask, known: set[str]) -> Ask:
    """Without people who are not on duty: nobody can be sent, or kept to, who is not there."""
    if not {promise.caregiver for promise in ask.promised} <= known:
        ask = replace(ask, promised=())
    if not set(ask.pinned) <= known:
        ask = replace(ask, pinned=(), pinned_start=None)
    return ask if ask.previous <= known else replace(ask, previous=ask.previous & known)


def route_values(day: DayProblem, plan: answer.Plan) -> list[dict[str, Any]]:
    """Routes of the plan, frozen stops first, as values for Route rows with their `stops` as values for Stop rows."""
    frozen: dict[int, list[Frozen]] = {}
    for stop in sorted(day.frozen, key=lambda stop: (stop.caregiver_id, stop.position)):
        frozen.setdefault(stop.caregiver_id, []).append(stop)
    values = []
    planned = {int(route.caregiver[1:]): route for route in plan.routes}
    modes = {int(person.id[1:]): person for person in day.problem.caregivers}
    for caregiver_id in sorted(frozen.keys() | planned.keys()):
        stops = [_frozen_values(stop) for stop in frozen.get(caregiver_id, [])]
        route = planned.get(caregiver_id)
        if route is not None and route.stops:
            stops += _stop_values(day, route, modes[caregiver_id].start)
        if stops:
            values.append(_route_values(day, caregiver_id, stops, route))
    return values


def _route_values(
    day: DayProblem, caregiver_id: int, stops: list[dict[str, Any]], route: answer.Route | None
) -> dict[str, Any]:
    for position, stop in enumerate(stops):
        stop["position"] = position
    first = stops[0]
    back_s = route.travel_back if route is not None and route.stops else 0
    return {
        "caregiver_id": caregiver_id,
        "leave_at": first["arrive_at"] - timedelta(seconds=first["travel_s"]),
        "back_at": day.moment(route.back) if route is not None and route.stops else stops[-1]["finish_at"],
        "travel_s": sum(stop["travel_s"] for stop in stops) + back_s,
        "distance_m": sum(stop["distance_m"] for stop in stops),
        "stops": stops,
    }


def _frozen_values(stop: Frozen) -> dict[str, Any]:
    return {
        "kind": stop.kind,
        "visit_id": stop.visit_id,
        "canteen_id": stop.canteen_id,
        "arrive_at": stop.arrive_at,
        "start_at": stop.start_at,
        "finish_at": stop.finish_at,
        "travel_s": stop.travel_s,
        "distance_m": stop.distance_m,
        "pinned": True,
    }


def _stop_values(day: DayProblem, route: answer.Route, place: int) -> list[dict[str, Any]]:
    values, fixed = [], {visit.id for visit in day.problem.visits if visit.pinned}
    for stop in route.stops:
        values.append(
            {
                "kind": stop.kind,
                "visit_id": int(stop.visit[1:]) if stop.kind == "visit" else None,
                "canteen_id": int(stop.visit[1:]) if stop.kind == "load" else None,
                "arrive_at": day.moment(stop.arrive),
                "start_at": day.moment(stop.start),
                "finish_at": day.moment(stop.finish),
                "travel_s": stop.travel,
                "distance_m": metres(day.points[place], day.points[stop.place]),
                "pinned": stop.kind == "visit" and stop.visit in fixed,
            }
        )
        place = stop.place
    return values


def metres(a: tuple[float, float], b: tuple[float, float]) -> int:
    """Estimated road metres between two WGS-84 points."""
    return round(float(distances_m([a, b])[0, 1]) * DETOUR) if a != b else 0


def place_values(day: DayProblem, options: list[Insertion]) -> list[dict[str, Any]]:
    """Places for a visit as the desk shows them: who comes when, what it costs, whom it delays, who must be told."""
    return [
        {
            "caregivers": [
                {
                    "caregiver_id": int(spot.caregiver[1:]),
                    "position": spot.position,
                    "arrive_at": rfc3339(day.moment(spot.arrive)),
                    "start_at": rfc3339(day.moment(spot.start)),
                }
                for spot in option.spots
            ],
            "cost_s": option.cost,
            "detour_s": option.detour,
            "late_s": option.late,
            "delay_s": option.delay,
            "slips": [
                {
                    "visit_id": int(slip.visit[1:]),
                    "caregiver_id": int(slip.caregiver[1:]),
                    "delay_s": slip.delay,
                    "breaks": slip.breaks,
                }
                for slip in option.slips
            ],
            "told": [int(who[1:]) for who in option.told],
            "breaks": [{"code": code, "who": who} for code, who in (text.split(": ", 1) for text in option.breaks)],
        }
        for option in options
    ]


def unserved_values(plan: answer.Plan) -> list[dict[str, Any]]:
    """Every visit left out with its reason, as values for Unserved rows."""
    return [
        {"visit_id": int(visit[1:]), "reason": why.code, "explanation": why.text, "counts": dict(why.counts)}
        for visit, why in plan.unserved.items()
    ]


def head_values(plan: answer.Plan) -> dict[str, Any]:
    """How a plan was made and what it costs, as values for a Plan row."""
    return {
        "engine": plan.engine,
        "seed": plan.seed,
        "cost": float(plan.cost),
        "parts": {name: float(value) for name, value in plan.parts.items()},
        "stages": [
            {"name": stage.name, "seconds": round(stage.seconds, 2), "before": stage.before, "after": stage.after}
            for stage in plan.stages
        ],
    }
