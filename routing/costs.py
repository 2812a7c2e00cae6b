"""The price of a finished plan in named parts, from the problem alone; used by the checker and by readers of plans."""

from __future__ import annotations

import itertools

from routing.plan import Plan, Route, Stop
from routing.problem import Problem, Visit

COUNTED = frozenset({"vehicles", "continuity", "unwished", "changed"})


def costed(problem: Problem, plan: Plan) -> tuple[float, dict[str, float]]:
    """(cost, parts) in natural units; every visit, caregiver and shift of the plan must be known to the problem."""
    raw = raw_parts(problem, plan)
    objective = problem.objective
    cost = sum(getattr(objective, name) * value for name, value in raw.items() if name not in objective.hidden)
    parts = {name: float(value if name in COUNTED else value / problem.ticks_per_s) for name, value in raw.items()}
    shown = {name: value for name, value in parts.items() if getattr(objective, name) or name in objective.hidden}
    return float(cost / objective.scale), shown


def raw_parts(problem: Problem, plan: Plan) -> dict[str, float]:
    """Every part in ticks or pieces."""
    visits = {visit.id: visit for visit in problem.visits}
    caregivers = {caregiver.id: caregiver for caregiver in problem.caregivers}
    late, waits, idle, over, travel = [0], 0, _idle_at_home(problem, plan), 0, 0.0
    continuity = unwished = changed = 0
    for route in plan.routes:
        shift = caregivers[route.caregiver].shifts[route.shift]
        travel += _travel(problem, route)
        waits += sum(stop.wait for stop in route.stops[1:])
        if route.stops:
            over += max(0, route.back - shift.end)
            resting = sum(stop.wait for stop in route.stops) + max(0, shift.end - route.back)
            idle = max(idle, route.depart - shift.start + resting)
        for stop in route.stops:
            if stop.kind == "visit":
                visit = visits[stop.visit]
                late.append(lateness(visit, stop))
                continuity += bool(visit.previous) and route.caregiver not in visit.previous
                changed += _changed(visit, stop, route.caregiver, problem.objective.tolerance)
                unwished += bool(visit.preferred) and route.caregiver not in visit.preferred
    vehicles = sum(any(stop.kind == "visit" for stop in route.stops) for route in plan.routes)
    return {
        "travel": travel, "tardiness": sum(late), "max_tardiness": max(late), "waiting": waits, "max_idle": idle,
        "overtime": over, "vehicles": vehicles, "continuity": continuity, "unwished": unwished, "changed": changed,
        "spread": spread(paid_times(problem, plan)),
        "unserved": sum(visits[name].price for name in plan.unserved if name in visits),
    }  # fmt: skip


def lateness(visit: Visit, stop: Stop) -> int:
    """Ticks after the due time of the window that the start falls into (the last one begun)."""
    begun = [window for window in visit.windows if window.start <= stop.start] or [visit.windows[0]]
    return max(0, stop.start - begun[-1].due)


def paid_times(problem: Problem, plan: Plan) -> dict[str, int]:
    """Paid ticks of every caregiver who has a shift: from leaving to being back over all routes, less breaks taken."""
    paid = {person.id: 0 for person in problem.caregivers if person.shifts}
    for route in plan.routes:
        if any(stop.kind != "break" for stop in route.stops):
            resting = sum(stop.finish - stop.start for stop in route.stops if stop.kind == "break")
            paid[route.caregiver] += route.back - route.depart - resting
    return paid


def spread(paid: dict[str, int]) -> int:
    """The most paid time less the least; 0 without caregivers."""
    return max(paid.values(), default=0) - min(paid.values(), default=0)


def _changed(visit: Visit, stop: Stop, caregiver: str, tolerance: int) -> bool:
    if not visit.promised:
        return False
    told = visit.promised[stop.half]
    return told.caregiver != caregiver or abs(stop.start - told.start) > tolerance


def _idle_at_home(problem: Problem, plan: Plan) -> int:
    sent = {(route.caregiver, route.shift) for route in plan.routes if route.stops}
    free = [s.end - s.start for c in problem.caregivers for i, s in enumerate(c.shifts) if (c.id, i) not in sent]
    return max(free, default=0)


def _travel(problem: Problem, route: Route) -> float:
    exact = problem.travel.exact
    if exact is None:
        return sum(stop.travel for stop in route.stops) + route.travel_back
    caregiver = next(c for c in problem.caregivers if c.id == route.caregiver)
    places = [caregiver.start, *(stop.place for stop in route.stops)]
    if caregiver.end is not None and route.stops:
        places.append(caregiver.end)
    return sum(float(exact[a, b]) for a, b in itertools.pairwise(places)) * problem.ticks_per_s
