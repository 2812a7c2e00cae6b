"""One caregiver calls off: how much of everybody else's day does the new plan disturb, and what does it cost?"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace

from bench.contest import CORES
from bench.day import HOUR, town_day
from bench.effort import Effort
from bench.tables import number, table
from routing.changes import DROPPED, KEPT, MOVED, OTHER, Change, compared
from routing.errors import RoutingError
from routing.plan import Plan
from routing.problem import Problem
from routing.replan import replan
from routing.solve import solve

PLAN_S, REPLAN_S = 20.0, 10.0
TIMES = {"before the day": 6 * HOUR, "at ten": 10 * HOUR}
HEAD = (
    "seed",
    "who plans again",
    "could stay",
    "another person",
    "moved over 15 min",
    "dropped",
    "disturbed %",
    "cost",
)


def measure(effort: Effort) -> list[str]:
    """The town's 60 caregivers; each seed plans the day, loses the busiest carer and plans again in two ways."""
    plan_s, again_s = effort.seconds(PLAN_S), effort.seconds(REPLAN_S)
    rows: list[list[object]] = []
    shares: list[float] = []
    problem = town_day()
    for _, seeds in effort.pick([problem], plan_s + 3 * again_s, most=3):
        for seed in seeds:
            plan = solve(problem, seconds=plan_s, seed=seed, threads=CORES)
            rows.append([seed, "the plan in force", plan.served, "-", "-", "-", "-", number(plan.cost, 0)])
            for name, now in TIMES.items():
                row, share = under_way(problem, plan, now, again_s, seed)
                rows.append([seed, f"replan, {name}", *row])
                shares += [] if share is None else [share]
            rows.append([seed, "solve, from nothing", *anew(problem, plan, again_s, seed)])
    lines = [f"Planned for {plan_s:.0f} s; planned again for {again_s:.0f} s without the busiest carer.", ""]
    lines += [*table(HEAD, rows), ""]
    middle = f"Median disturbed by replan: {number(statistics.median(shares), 1)} %." if shares else "No valid plan."
    return [*lines, f"{middle} Counted over the visits in which the absent carer had no part."]


def under_way(problem: Problem, plan: Plan, now: int, seconds: float, seed: int) -> tuple[list[str], float | None]:
    """`replan` as of `now`."""
    try:
        found = replan(problem, plan, now, gone={busiest(problem, plan)}, seconds=seconds, seed=seed)
    except RoutingError as reason:
        return [f"{reason}"[:60], *["-"] * 5], None
    cells = _cells([change for change in found.changes if change.visit not in found.released])
    return [*cells, number(100 * found.disturbed, 1), number(found.plan.cost, 0)], 100 * found.disturbed


def anew(problem: Problem, plan: Plan, seconds: float, seed: int) -> list[str]:
    """The day planned from nothing without the carer, as somebody without `replan` would."""
    gone = busiest(problem, plan)
    people = tuple(replace(p, shifts=()) if p.id == gone else p for p in problem.caregivers)
    new = solve(replace(problem, caregivers=people), seconds=seconds, seed=seed, threads=CORES)
    changes = [c for c in compared(plan, new, problem.objective.tolerance) if gone not in {who for who, _ in c.was}]
    held = [change for change in changes if change.kind in (KEPT, MOVED, OTHER)]
    share = 100 * sum(change.kind != KEPT for change in held) / max(1, len(held))
    return [*_cells(changes), number(share, 1), number(new.cost, 0)]


def _cells(changes: Sequence[Change]) -> list[str]:
    kinds = [change.kind for change in changes]
    could = sum(kind in (KEPT, MOVED, OTHER, DROPPED) for kind in kinds)
    return [f"{could}", *(f"{kinds.count(kind)}" for kind in (OTHER, MOVED, DROPPED))]


def busiest(problem: Problem, plan: Plan) -> str:
    """The carer (no courier) with most stops."""
    carers = {person.id for person in problem.caregivers if person.portions <= 1}
    return max((r for r in plan.routes if r.caregiver in carers), key=lambda r: (len(r.stops), r.caregiver)).caregiver
