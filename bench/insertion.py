"""How long it takes to find where one urgent visit fits best: the compiled search alone, and the whole call."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numba import njit

from bench.contest import CORES
from bench.district import Shape, drawn_day
from bench.effort import Effort
from bench.tables import table
from routing.flat.columns import AT, COUNT, FRESH, MODE, OFF, OLD, ONWARD, Flat
from routing.flat.finding import find
from routing.plan import Plan
from routing.problem import Problem, Visit
from routing.solve import solve
from routing.standing import LONG_AGO, Standing

SHAPE = Shape(visits=1250, meals=100, caregivers=220, couriers=7)
SINGLES, PAIRS = 200, 50
PLAN_S = 10.0
ROUNDS, BATCHES = 10, 3
BEST = 5


def _repeat(flat: Flat, now: int, times: int, stale: bool) -> int:
    """The same question several times without coming back to Python; `stale` makes the slacks anew each time."""
    found = 0
    for _ in range(times):
        if stale:
            flat.state[FRESH] = 0
        found += find(flat, now)
    return found


def _pass(flat: Flat, times: int) -> int:
    """The least detour over every place of every route, and nothing else: what no search can do without."""
    least = 1 << 50
    for _ in range(times):
        for r in range(flat.road.shape[0]):
            mode, first = flat.road[r, MODE], flat.road[r, OFF] + r
            for i in range(first, first + flat.road[r, COUNT] + 1):
                onward = max(0, flat.gap[i, ONWARD])
                detour = flat.inward[mode, flat.gap[i, AT]] + flat.outward[mode, onward] - flat.gap[i, OLD]
                if detour < least:
                    least = detour
                    flat.best[0, 0] = detour
    return least


# never from a cache: it would keep an older search
repeat: Any = njit(_repeat)
bare: Any = njit(_pass)


def measure(effort: Effort) -> list[str]:
    """1,000 planned visits; each of 250 others is asked for, five best places each."""
    problem, asked = held_back()
    plan = solve(problem, seconds=effort.seconds(PLAN_S), threads=CORES)
    standing = Standing(problem, plan)
    rows = []
    for name, people in (("one person", 1), ("two persons", 2)):
        visits = [visit for visit in asked if len(visit.needs) == people]
        timed(standing, visits)  # compiles, and warms the caches
        spent = timed(standing, visits)
        rows.append([name, len(visits), *(cell for values in spent for cell in _percentiles(values))])
    head = ("visit", "asked", "search p50 us", "p99", "with slacks made anew p50", "p99", "call p50 us", "p99")
    return [
        f"{len(problem.visits)} visits and meals planned, {len(plan.routes)} routes, {BEST} best places. Search: "
        f"compiled code alone, mean of {ROUNDS} times, the quickest of {BATCHES} batches for each visit; call: "
        f"`Standing.places` from Python. Laying a plan out to be asked takes {prepared(problem, plan):.1f} ms. "
        f"A bare pass over all {len(standing.flat.gap)} places that only looks for the least detour takes "
        f"{unavoidable(standing):.1f} us here.",
        "",
        *table(head, rows),
    ]


def held_back() -> tuple[Problem, list[Visit]]:
    """A day without 250 of its care visits, 50 of them for two persons, and those."""
    day = drawn_day(SHAPE, name="insertion")
    linked = {name for link in day.links for name in (link.first, link.second)}
    free = [visit for visit in day.visits if visit.meal is None and visit.id not in linked]
    asked = [v for v in free if len(v.needs) == 1][:SINGLES] + [v for v in free if len(v.needs) == 2][:PAIRS]
    out = {visit.id for visit in asked}
    return replace(day, visits=tuple(visit for visit in day.visits if visit.id not in out)), asked


def timed(standing: Standing, visits: Sequence[Visit]) -> tuple[list[float], list[float], list[float]]:
    """Microseconds for each visit: the compiled search, the same with slacks made anew, the whole call."""
    alone, anew, whole = list[float](), list[float](), list[float]()
    for visit in visits:
        began = time.perf_counter_ns()
        standing.places(visit, best=BEST)
        whole.append((time.perf_counter_ns() - began) / 1000)
        alone.append(least(standing, stale=False))
        anew.append(least(standing, stale=True))
    return alone, anew, whole


def least(standing: Standing, *, stale: bool) -> float:
    """Microseconds of one search for the visit asked last: the quickest of some batches, free of other work."""
    spent = []
    for _ in range(BATCHES):
        began = time.perf_counter_ns()
        repeat(standing.flat, LONG_AGO, ROUNDS, stale)
        spent.append((time.perf_counter_ns() - began) / 1000 / ROUNDS)
    return min(spent)


def unavoidable(standing: Standing) -> float:
    """Microseconds of one bare pass: the quickest of some batches."""
    spent = []
    for _ in range(BATCHES + 1):
        began = time.perf_counter_ns()
        bare(standing.flat, 10 * ROUNDS)
        spent.append((time.perf_counter_ns() - began) / 1000 / (10 * ROUNDS))
    return min(spent[1:])


def prepared(problem: Problem, plan: Plan) -> float:
    """Milliseconds to lay a plan out."""
    began = time.perf_counter_ns()
    Standing(problem, plan)
    return (time.perf_counter_ns() - began) / 1e6


def _percentiles(values: Sequence[float]) -> list[str]:
    return [f"{np.percentile(values, share):.1f}" for share in (50, 99)] if values else ["-", "-"]
