"""Meals that a caregiver takes along (F70): the same day with couriers alone, and with bags on caregivers' bikes."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench.contest import CORES
from bench.district import HOUR, Shape, drawn_day
from bench.effort import Effort
from bench.tables import number, table
from routing.plan import Plan, Route
from routing.problem import Caregiver, Problem, Visit
from routing.solve import solve
from routing.travel import DETOUR, EARTH_M

ENOUGH = Shape(visits=360, meals=120, caregivers=90, couriers=14)
SHORT = Shape(visits=360, meals=120, caregivers=84, couriers=8)
CROWDS = {"couriers enough": ENOUGH, "couriers short": SHORT}
PLAN_S = 20.0
NOON = (11 * HOUR, 12 * HOUR + HOUR // 2)
COURIER = 2
"""Who carries more portions than this carries nothing but meals."""
BAGS = {"couriers alone": 0, "every e-bike takes one": 1, "every e-bike takes two": 2}
HEAD = ("day", "who carries", "km", "of them couriers", "meals by caregivers", "unserved", "late min", "cost")


@dataclass(frozen=True, slots=True)
class Day:
    """What one plan drives and leaves out."""

    km: float
    courier_km: float
    taken: int
    plan: Plan


def measure(effort: Effort) -> list[str]:
    """Each day is planned once for every kind of bag, all for the same time; every plan has passed the checker."""
    seconds = effort.seconds(PLAN_S)
    rows: list[list[object]] = []
    gains: list[str] = []
    days = len(effort.pick([None], seconds * len(BAGS) * len(CROWDS), most=3)[0][1])
    for crowd, shape in CROWDS.items():
        played = [
            {
                name: driven(with_bags(at_home(drawn_day(shape, seed, "quarter")), bag), seconds)
                for name, bag in BAGS.items()
            }
            for seed in range(1, days + 1)
        ]
        for seed, found in enumerate(played, 1):
            rows += [[f"{crowd}, day {seed}", name, *_cells(day)] for name, day in found.items()]
        gains.append(f"{crowd}: {_gains(played)}")
    return [
        f"{ENOUGH.visits} visits, {ENOUGH.meals} meals, half of them for elders who are visited around noon; "
        f"{ENOUGH.couriers} couriers with a bag for ten, or {SHORT.couriers}. {seconds:.0f} s for each plan. "
        f"Kilometres are great circles x {DETOUR} along the routes, there and back.",
        "",
        *table(HEAD, rows),
        "",
        f"Kilometres saved against couriers alone, and meals or visits served more (medians): {'; '.join(gains)}.",
    ]


def _gains(played: Sequence[Mapping[str, Day]]) -> str:
    """What each kind of bag saved and served more than couriers alone, its median over the days."""
    told = []
    for name in list(BAGS)[1:]:
        pairs = [(found[next(iter(BAGS))], found[name]) for found in played]
        km = statistics.median(100 * (alone.km - day.km) / alone.km for alone, day in pairs)
        more = statistics.median(len(alone.plan.unserved) - len(day.plan.unserved) for alone, day in pairs)
        told.append(f"{name} {number(km, 1)} %, {more:+g}")
    return ", ".join(told)


def with_bags(problem: Problem, portions: int) -> Problem:
    """The day with so many portions on the bike of every caregiver who rides one; couriers keep theirs."""

    def packed(person: Caregiver) -> Caregiver:
        if person.portions > COURIER:
            return person
        return replace(person, portions=portions if person.mode == "ebike" else 0)

    return replace(problem, caregivers=tuple(packed(person) for person in problem.caregivers))


def at_home(problem: Problem) -> Problem:
    """Every second meal goes to somebody whom a caregiver visits around noon, from the canteen nearest to that home."""
    noon = [
        v for v in problem.visits if v.meal is None and any(w.start <= NOON[1] and w.due >= NOON[0] for w in v.windows)
    ]
    meals = [visit for visit in problem.visits if visit.meal is not None]
    there = dict(zip((meal.id for meal in meals[::2]), noon, strict=False))

    def moved(visit: Visit) -> Visit:
        if visit.meal is None or visit.id not in there:
            return visit
        place = there[visit.id].place
        nearest = min(problem.canteens, key=lambda kitchen: problem.travel.time("ebike", kitchen.place, place))
        return replace(visit, place=place, meal=replace(visit.meal, canteen=nearest.id))

    return replace(problem, visits=tuple(moved(visit) for visit in problem.visits))


def driven(problem: Problem, seconds: float) -> Day:
    """Plans the day and adds up what is driven."""
    return drives(problem, solve(problem, seconds=seconds, threads=CORES))


def drives(problem: Problem, plan: Plan) -> Day:
    """What a plan drives, in all and by couriers, and how many meals caregivers take."""
    people = {person.id: person for person in problem.caregivers}
    meals = {visit.id for visit in problem.visits if visit.meal is not None}
    km = {True: 0.0, False: 0.0}
    taken = 0
    for route in plan.routes:
        person = people[route.caregiver]
        courier = person.portions > COURIER
        km[courier] += _km(problem, list(_places(person, route)))
        taken += 0 if courier else sum(stop.kind == "visit" and stop.visit in meals for stop in route.stops)
    return Day(sum(km.values()), km[True], taken, plan)


def _places(person: Caregiver, route: Route) -> Iterator[int]:
    if route.stops:
        yield person.start
        yield from (stop.place for stop in route.stops if stop.kind != "break")
        yield person.start if person.end is None else person.end


def _km(problem: Problem, places: list[int]) -> float:
    at = np.radians(np.array([problem.travel.points[place] for place in places]).reshape(-1, 2))
    lon, lat = np.diff(at[:, 0]), np.diff(at[:, 1])
    half = np.sin(lat / 2) ** 2 + np.cos(at[:-1, 1]) * np.cos(at[1:, 1]) * np.sin(lon / 2) ** 2
    return float(2 * EARTH_M * DETOUR * np.arcsin(np.sqrt(half)).sum() / 1000)


def _cells(day: Day) -> list[str]:
    late = day.plan.parts.get("tardiness", 0) / 60
    left = f"{len(day.plan.unserved)}"
    return [
        number(day.km, 1),
        number(day.courier_km, 1),
        f"{day.taken}",
        left,
        number(late, 0),
        number(day.plan.cost, 0),
    ]
