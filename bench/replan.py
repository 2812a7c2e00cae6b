"""One caregiver calls off in the morning: how much of everybody else's day does the new plan disturb?"""

from __future__ import annotations

import statistics
from dataclasses import dataclass, replace

from bench.contest import CORES
from bench.day import town_day
from bench.effort import Effort
from bench.tables import number, table
from routing.errors import RoutingError
from routing.plan import Plan
from routing.problem import Problem, Promise
from routing.solve import solve

PLAN_S, REPLAN_S = 20.0, 10.0
CHANGED = 1800
MOVED_S = 15 * 60


@dataclass(frozen=True)
class Disturbed:
    """Of the visits of everybody else: how many, how many got another person, moved over 15 min, are not served."""

    kept: int
    other: int
    moved: int
    lost: int

    @property
    def share(self) -> float:
        """Percent of the kept visits that somebody has to be told about."""
        return 100 * (self.other + self.moved + self.lost) / max(1, self.kept)


def measure(effort: Effort) -> list[str]:
    """The town's 60 caregivers; each seed plans the day, loses the busiest carer and plans again."""
    plan_s, again_s = effort.seconds(PLAN_S), effort.seconds(REPLAN_S)
    rows, shares = [], []
    for problem, seeds in effort.pick([town_day()], plan_s + 2 * again_s, most=3):
        for seed in seeds:
            plan = solve(problem, seconds=plan_s, seed=seed, threads=CORES)
            for name, weight in (("promises count", CHANGED), ("nothing promised", 0)):
                try:
                    found = told(problem, plan, again_s, seed, weight)
                except RoutingError as reason:
                    rows.append([seed, name, f"{reason}"[:60], "-", "-", "-", "-"])
                    continue
                shares += [found.share] if weight else []
                rows.append([seed, name, found.kept, found.other, found.moved, found.lost, number(found.share, 1)])
    lines = [f"Planned for {plan_s:.0f} s, planned again for {again_s:.0f} s without the busiest carer.", ""]
    lines += table(("seed", "again", "visits of the others", "another person", "moved over 15 min", "lost", "%"), rows)
    return [*lines, "", f"Median with promises: {number(statistics.median(shares), 1)} %."] if shares else lines


def told(problem: Problem, plan: Plan, seconds: float, seed: int, weight: int) -> Disturbed:
    """Plans again without the busiest carer, from the plan as it stands; a broken promise weighs `weight` ticks."""
    gone = busiest(plan, problem)
    people = tuple(replace(person, shifts=()) if person.id == gone else person for person in problem.caregivers)
    goal = replace(problem.objective, changed=weight, tolerance=MOVED_S)
    visits = tuple(replace(visit, promised=_promises(plan, visit.id)) for visit in problem.visits)
    again = replace(problem, caregivers=people, visits=visits, objective=goal)
    return disturbed(plan, solve(again, seconds=seconds, seed=seed, threads=CORES, start=plan), gone)


def busiest(plan: Plan, problem: Problem) -> str:
    """The carer (no courier) with most stops."""
    carers = {person.id for person in problem.caregivers if person.portions <= 1}
    return max((r for r in plan.routes if r.caregiver in carers), key=lambda r: (len(r.stops), r.caregiver)).caregiver


def disturbed(old: Plan, new: Plan, gone: str) -> Disturbed:
    """Compares the visits in which `gone` had no part."""
    before, after = _served(old), _served(new)
    kept = {key: value for key, value in before.items() if gone not in {who for who, _ in value}}
    lost = sum(key not in after for key in kept)
    pairs = [(value, after[key]) for key, value in kept.items() if key in after]
    other = sum({who for who, _ in a} != {who for who, _ in b} for a, b in pairs)
    moved = sum(
        {who for who, _ in a} == {who for who, _ in b} and abs(min(t for _, t in a) - min(t for _, t in b)) > MOVED_S
        for a, b in pairs
    )
    return Disturbed(len(kept), other, moved, lost)


def _served(plan: Plan) -> dict[str, list[tuple[str, int]]]:
    found: dict[str, list[tuple[str, int]]] = {}
    for route in plan.routes:
        for stop in route.stops:
            if stop.kind == "visit":
                found.setdefault(stop.visit, []).append((route.caregiver, stop.start))
    return found


def _promises(plan: Plan, visit: str) -> tuple[Promise, ...]:
    halves = sorted((route.stops[i].half, route.caregiver, route.stops[i].start) for route, i in plan.where(visit))
    return tuple(Promise(who, start) for _, who, start in halves)
