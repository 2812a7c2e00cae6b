"""Judges any plan against its problem, from the problem alone; it shares no code with the search and mends nothing."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from routing.costs import costed
from routing.plan import Plan, Route, Stop
from routing.problem import FAR, Caregiver, Problem, Visit

COST_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken promise: a stable code, who breaks it, and the numbers."""

    code: str
    who: str
    detail: str

    def __str__(self) -> str:
        return f"{self.code}: {self.who}: {self.detail}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every violation found, and the cost and its parts recomputed from the problem."""

    violations: tuple[Violation, ...]
    cost: float
    parts: dict[str, float]

    @property
    def valid(self) -> bool:
        """Whether nothing is broken."""
        return not self.violations


def check(problem: Problem, plan: Plan, *, claimed: bool = True) -> Verdict:
    """Lists every violation of `plan`; with `claimed` its own cost and parts must also agree.

    Leaves both untouched; never raises for a broken plan.
    """
    judge = _Judge(problem, plan)
    found = list(judge.run())
    sound = not any(v.code in {"unknown_caregiver", "unknown_visit", "unknown_place", "unknown_stop"} for v in found)
    cost, parts = costed(problem, plan) if sound else (float("inf"), {})
    if claimed and sound:
        found += _claims(plan, cost, parts)
    return Verdict(tuple(found), cost, parts)


def _claims(plan: Plan, cost: float, parts: dict[str, float]) -> Iterator[Violation]:
    if not abs(plan.cost - cost) <= COST_TOLERANCE * max(1.0, abs(cost)):
        yield Violation("cost_differs", "plan", f"says {plan.cost}, is {cost}")
    for name in sorted({*parts, *plan.parts}):
        said, real = plan.parts.get(name), parts.get(name)
        if said is None or real is None or not abs(said - real) <= COST_TOLERANCE * max(1.0, abs(real)):
            yield Violation("parts_differ", name, f"says {said}, is {real}")


class _Judge:
    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem, self.plan = problem, plan
        self.visits = {visit.id: visit for visit in problem.visits}
        self.caregivers = {caregiver.id: caregiver for caregiver in problem.caregivers}
        self.canteens = {canteen.id: canteen for canteen in problem.canteens}
        self.seen: dict[tuple[str, int], tuple[str, Stop]] = {}

    def run(self) -> Iterator[Violation]:
        routes = Counter((route.caregiver, route.shift) for route in self.plan.routes)
        for (who, shift), times in routes.items():
            if times > 1:
                yield Violation("route_twice", who, f"shift {shift} has {times} routes")
        for route in self.plan.routes:
            caregiver = self.caregivers.get(route.caregiver)
            if caregiver is None or not 0 <= route.shift < len(caregiver.shifts):
                yield Violation("unknown_caregiver", route.caregiver, f"or unknown shift {route.shift}")
                continue
            known = list(self._known(route))
            yield from known
            if not known:
                yield from self._route(caregiver, route)
        yield from self._overlaps()
        yield from self._coverage()
        for visit in self.problem.visits:
            yield from self._visit(visit)

    def _known(self, route: Route) -> Iterator[Violation]:
        for stop in route.stops:
            if not 0 <= stop.place < self.problem.travel.places:
                yield Violation("unknown_place", stop.visit, f"place {stop.place}")
            if stop.kind == "visit":
                visit = self.visits.get(stop.visit)
                if visit is None or not 0 <= stop.half < len(visit.needs):
                    yield Violation("unknown_visit", stop.visit, f"half {stop.half} in the route of {route.caregiver}")
            elif stop.kind not in ("break", "load") or (stop.kind == "load" and stop.visit not in self.canteens):
                yield Violation("unknown_stop", route.caregiver, f"{stop.kind} {stop.visit}")

    def _route(self, caregiver: Caregiver, route: Route) -> Iterator[Violation]:
        shift = caregiver.shifts[route.shift]
        if route.depart < shift.start:
            yield Violation("shift_start", caregiver.id, f"leaves at {route.depart}, shift starts {shift.start}")
        place, free = caregiver.start, route.depart
        for stop in route.stops:
            yield from self._stop(caregiver, stop, place, free)
            place, free = stop.place, stop.finish
        home = 0 if caregiver.end is None else self.problem.travel.time(caregiver.mode, place, caregiver.end)
        if not route.stops:
            home = 0
        if route.travel_back != home or route.back < free + home:
            yield Violation("travel", caregiver.id, f"back at {route.back}, possible {free + home}")
        if route.back > shift.latest:
            yield Violation("shift_end", caregiver.id, f"back at {route.back}, latest {shift.latest}")
        yield from self._rest(caregiver, route)
        yield from self._goods(caregiver, route)
        yield from self._meals(caregiver, route)

    def _stop(self, caregiver: Caregiver, stop: Stop, place: int, free: int) -> Iterator[Violation]:
        who = f"{stop.visit or stop.kind} by {caregiver.id}"
        leg = self.problem.travel.time(caregiver.mode, place, stop.place)
        access, duration = 0, stop.finish - stop.start
        if stop.kind == "visit":
            visit = self.visits[stop.visit]
            access, duration = visit.access, visit.needs[stop.half].duration
            if stop.place != visit.place:
                yield Violation("place", who, f"at {stop.place}, lives at {visit.place}")
        elif stop.kind == "break" and stop.place != place:
            yield Violation("break_place", who, f"at {stop.place}, is at {place}")
        elif stop.kind == "load":
            canteen = self.canteens[stop.visit]
            duration = canteen.loading
            if stop.place != canteen.place:
                yield Violation("place", who, f"at {stop.place}, kitchen at {canteen.place}")
            if stop.start < canteen.ready:
                yield Violation("not_ready", who, f"starts {stop.start}, ready {canteen.ready}")
        if stop.travel != leg or stop.arrive < free + leg:
            yield Violation(
                "travel", who, f"arrives {stop.arrive} after {stop.travel}, possible {free + leg} after {leg}"
            )
        if stop.wait < 0 or stop.start != stop.arrive + access + stop.wait:
            yield Violation(
                "start", who, f"starts {stop.start}, arrives {stop.arrive}, access {access}, waits {stop.wait}"
            )
        if stop.finish - stop.start != duration:
            yield Violation("duration", who, f"lasts {stop.finish - stop.start}, needs {duration}")

    def _rest(self, caregiver: Caregiver, route: Route) -> Iterator[Violation]:
        rest = caregiver.shifts[route.shift].rest
        taken = [stop for stop in route.stops if stop.kind == "break"]
        if rest is None or len(taken) > 1:
            if taken:
                yield Violation("break_extra", caregiver.id, f"{len(taken)} breaks")
            return
        if not taken:
            if route.stops and route.back > rest.latest and route.depart <= rest.latest:
                yield Violation("break_missing", caregiver.id, f"no break of {rest.duration}")
            return
        if taken[0].finish - taken[0].start != rest.duration:
            yield Violation("break_duration", caregiver.id, f"{taken[0].finish - taken[0].start}, not {rest.duration}")
        if not rest.earliest <= taken[0].start <= rest.latest:
            yield Violation("break_window", caregiver.id, f"at {taken[0].start}, in {rest.earliest}-{rest.latest}")

    def _goods(self, caregiver: Caregiver, route: Route) -> Iterator[Violation]:
        stops = [self.visits[stop.visit] for stop in route.stops if stop.kind == "visit"]
        picked_up = {visit.delivers for visit in self.problem.visits if visit.delivers}
        aboard = sum(v.load for v in stops if v.delivers is None and v.id not in picked_up)
        peak, loaded = aboard, set()
        for visit in stops:
            if visit.id in picked_up:
                aboard += visit.load
                loaded.add(visit.id)
            else:
                if visit.delivers is not None and visit.delivers not in loaded:
                    yield Violation("order", f"{visit.id} by {caregiver.id}", f"{visit.delivers} was not taken aboard")
                aboard -= visit.load
            peak = max(peak, aboard)
        if caregiver.load is not None and peak > caregiver.load:
            yield Violation("capacity", caregiver.id, f"{peak} aboard, room for {caregiver.load}")
        delivered = {visit.delivers for visit in stops}
        for name in sorted(loaded - delivered):
            yield Violation("order", f"{name} by {caregiver.id}", "taken aboard and not delivered")

    def _meals(self, caregiver: Caregiver, route: Route) -> Iterator[Violation]:
        kitchen: Stop | None = None
        bag = 0
        for stop in route.stops:
            if stop.kind == "load":
                kitchen, bag = stop, 0
            visit = self.visits[stop.visit] if stop.kind == "visit" else None
            if visit is None or visit.meal is None:
                continue
            who, meal = f"{visit.id} by {caregiver.id}", visit.meal
            bag += meal.portions
            if kitchen is None or kitchen.visit != meal.canteen:
                yield Violation("meal_source", who, f"was not fetched at {meal.canteen}")
                continue
            if bag > caregiver.portions:
                yield Violation("bag", who, f"{bag} portions, room for {caregiver.portions}")
            if stop.arrive - kitchen.finish > meal.ride:
                yield Violation("ride", who, f"rides {stop.arrive - kitchen.finish}, at most {meal.ride}")

    def _overlaps(self) -> Iterator[Violation]:
        spans: dict[str, list[tuple[int, int]]] = {}
        for route in self.plan.routes:
            if route.stops:
                spans.setdefault(route.caregiver, []).append((route.depart, route.back))
        for who, times in spans.items():
            times.sort()
            for (_, back), (depart, _) in itertools.pairwise(times):
                if depart < back:
                    yield Violation("overlap", who, f"leaves at {depart}, back only at {back}")

    def _coverage(self) -> Iterator[Violation]:
        for route in self.plan.routes:
            for stop in route.stops:
                if stop.kind != "visit":
                    continue
                if (stop.visit, stop.half) in self.seen:
                    yield Violation("served_twice", stop.visit, f"half {stop.half}")
                self.seen[stop.visit, stop.half] = (route.caregiver, stop)
        for name in self.plan.unserved:
            if name not in self.visits:
                yield Violation("unknown_visit", name, "among the unserved")

    def _visit(self, visit: Visit) -> Iterator[Violation]:
        halves = [self.seen.get((visit.id, half)) for half in range(len(visit.needs))]
        present = [half for half in halves if half is not None]
        if visit.id in self.plan.unserved:
            if present:
                yield Violation("served_and_unserved", visit.id, "stands in a route and among the unserved")
            if visit.must:
                yield Violation("must_unserved", visit.id, "has to be served")
            return
        if len(present) < len(halves):
            code = "half_missing" if present else "unaccounted"
            yield Violation(code, visit.id, f"{len(present)} of {len(halves)} persons")
        for half, entry in enumerate(halves):
            if entry is not None:
                yield from self._half(visit, half, *entry)
        if len(present) == 2:
            (first, one), (second, two) = present
            low, high = visit.gap
            if first == second:
                yield Violation("same_caregiver", visit.id, first)
            if not low <= two.start - one.start <= high:
                yield Violation("gap", visit.id, f"{two.start - one.start}, allowed {low} to {high}")

    def _half(self, visit: Visit, half: int, who: str, stop: Stop) -> Iterator[Violation]:
        caregiver = self.caregivers.get(who)
        if caregiver is None:
            return
        name = f"{visit.id} by {who}"
        for skill, level in visit.needs[half].skills.items():
            if caregiver.skills.get(skill, 0) < level:
                yield Violation("skill", name, f"{skill} {level} needed, has {caregiver.skills.get(skill, 0)}")
        if who in visit.refused:
            yield Violation("refused", name, "was refused")
        if visit.pinned and visit.pinned[half] != who:
            yield Violation("pinned", name, f"is pinned to {visit.pinned[half]}")
        if visit.pinned_start is not None and half == 0 and stop.start != visit.pinned_start:
            yield Violation("pinned_start", name, f"at {stop.start}, pinned to {visit.pinned_start}")
        if stop.start < visit.windows[0].start:
            yield Violation("before_window", name, f"starts {stop.start}, window {visit.windows[0].start}")
        elif not any(w.start <= stop.start <= min(w.latest, FAR) for w in visit.windows):
            yield Violation("after_window", name, f"starts {stop.start}, latest {visit.windows[-1].latest}")
