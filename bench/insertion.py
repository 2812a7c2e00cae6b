"""How long it takes to find where one urgent visit fits best: the compiled search alone, and the whole call."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bench.contest import CORES
from bench.district import Shape, drawn_day
from bench.effort import Effort
from bench.tables import table
from routing.finding import find
from routing.flat import Flat, compiled
from routing.plan import Plan
from routing.problem import Problem, Visit
from routing.solve import solve
from routing.standing import LONG_AGO, Standing

SHAPE = Shape(visits=1250, meals=100, caregivers=220, couriers=7)
ASKED = 250
PLAN_S = 10.0
ROUNDS = 20
BEST = 5


@compiled
def again(flat: Flat, now: int, rounds: int) -> int:
    """The same question `rounds` times, without coming back to Python."""
    found = 0
    for _ in range(rounds):
        found += find(flat, now)
    return found


def measure(effort: Effort) -> list[str]:
    """1,000 planned visits; each of 250 others is asked for, five best places each."""
    problem, asked = held_back()
    plan = solve(problem, seconds=effort.seconds(PLAN_S), threads=CORES)
    standing = Standing(problem, plan)
    rows = []
    for name, people in (("one person", 1), ("two persons", 2)):
        visits = [visit for visit in asked if len(visit.needs) == people]
        alone, whole = timed(standing, visits)
        rows.append([name, len(visits), *_percentiles(alone), *_percentiles(whole)])
    head = ("visit", "asked", "search p50 us", "p99", "call p50 us", "p99")
    return [
        f"{len(problem.visits)} visits and meals planned, {len(plan.routes)} routes, {BEST} best places, slacks made "
        f"anew for every question. Search: compiled code alone, mean of {ROUNDS}; call: `Standing.places` from Python. "
        f"Preparing a plan to be asked takes {prepared(problem, plan):.1f} ms.",
        "",
        *table(head, rows),
    ]


def held_back() -> tuple[Problem, list[Visit]]:
    """A day without 250 of its care visits, and those."""
    day = drawn_day(SHAPE, name="insertion")
    linked = {name for link in day.links for name in (link.first, link.second)}
    free = [visit for visit in day.visits if visit.meal is None and visit.id not in linked]
    asked = free[:: max(1, len(free) // ASKED)][:ASKED]
    out = {visit.id for visit in asked}
    return replace(day, visits=tuple(visit for visit in day.visits if visit.id not in out)), asked


def timed(standing: Standing, visits: Sequence[Visit]) -> tuple[list[float], list[float]]:
    """Microseconds of the compiled search and of the whole call, for each visit."""
    alone, whole = [], []
    for turn in range(2):  # the first turn warms caches and compiles
        for visit in visits:
            began = time.perf_counter_ns()
            standing.places(visit, best=BEST)
            called = time.perf_counter_ns()
            again(standing.flat, LONG_AGO, ROUNDS)
            if turn:
                alone.append((time.perf_counter_ns() - called) / 1000 / ROUNDS)
                whole.append((called - began) / 1000)
    return alone, whole


def prepared(problem: Problem, plan: Plan) -> float:
    """Milliseconds to lay a plan out."""
    began = time.perf_counter_ns()
    Standing(problem, plan)
    return (time.perf_counter_ns() - began) / 1e6


def _percentiles(values: Sequence[float]) -> list[str]:
    return [f"{np.percentile(values, share):.1f}" for share in (50, 99)] if values else ["-", "-"]
