"""Turns the search's orders into a plan that people can read, and says why each missing visit is missing."""

from __future__ import annotations

from dataclasses import replace

from routing.compiled import LOAD, VISIT, Compiled
from routing.costs import costed
from routing.plan import Plan, Reason, Route, Stage, Stop
from routing.problem import Problem
from routing.reasons import barriers, reason_of
from routing.search import Search
from routing.state import State

ASKED = 60


def planned(
    state: State, *, search: Search | None = None, stages: tuple[Stage, ...] = (), seed: int, engine: str
) -> Plan:
    """The plan of a state with its cost from the problem; without its `search` every missing visit says "open"."""
    problem = state.c.problem
    routes = tuple(_route(state, r) for r in range(state.c.R) if state.tally[r].used)
    plan = Plan(routes, _unserved(state, search), 0.0, {}, stages, seed, engine)
    cost, parts = costed(problem, plan)
    return replace(plan, cost=cost, parts=parts)


def _route(state: State, r: int) -> Route:
    c = state.c
    owner, shift = c.pairs[r]
    stops: list[Stop] = []
    at, free, depart = c.home[r], c.begin[r], c.begin[r]
    for k, x in enumerate(state.seq[r]):
        start, leg = state.start[x], state.leg[x]
        if c.place[x] < 0 and start < free:
            continue
        at = at if c.place[x] < 0 else c.place[x]
        arrive = free + leg
        if k == 0 and c.place[x] >= 0:
            arrive = start - c.acc[x]
            depart = arrive - leg
        kind = "visit" if c.kind[x] == VISIT else "load" if c.kind[x] == LOAD else "break"
        name = c.problem.visits[c.visit[x]].id if kind == "visit" else ""
        if kind == "load":
            name = c.problem.canteens[c.canteen[x]].id
        free = start + c.dur[x]
        stops.append(Stop(kind, name, c.half[x], at, leg, arrive, start - arrive - c.acc[x], start, free))
    return Route(c.problem.caregivers[owner].id, shift, depart, tuple(stops), state.home_leg(r), state.back[r])


def _unserved(state: State, search: Search | None) -> dict[str, Reason]:
    """The dearest missing visits are tried exactly, the rest told by what can be seen without trying."""
    found: dict[str, Reason] = {}
    for n, unit in enumerate(sorted(state.out, key=lambda u: -state.c.units[u].price)):
        reason = Reason("open", "not placed yet", {})
        if search is not None:
            reason = why_out(state.c, unit, search if n < ASKED else None)
        for name in state.c.units[unit].visits:
            found[name] = reason
    return found


def why_out(c: Compiled, unit: int, search: Search | None) -> Reason:
    """Why a unit stays out: what stops each caregiver, by itself or together with the plan as it stands."""
    problem: Problem = c.problem
    visit = problem.visits[c.visit[c.units[unit].tasks[0]]]
    counts = barriers(problem, visit)
    free = counts.pop("", 0)
    if free:
        fits = search is not None and search.price_of(unit) is not None
        counts["price" if fits else "busy"] += free
    return reason_of(counts, len(problem.caregivers))
