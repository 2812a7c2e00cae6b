"""Reckons a plan's price for the checker, from the problem's legs and the plan's starts; shares nothing with costs.py.

Reports print the price of costs.py. A plan whose two prices differ is not published, so a slip in either is seen.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from routing.plan import Plan, Route, Stop
from routing.problem import PARTS, Caregiver, Problem, Shift, Visit

PIECES = ("vehicles", "continuity", "unwished", "changed")


@dataclass
class Bill:
    """Sums over a plan, in ticks and pieces."""

    problem: Problem
    sums: Counter[str] = field(default_factory=Counter)
    travelled: float = 0.0
    latest: int = 0
    idlest: int = 0

    def add(self, caregiver: Caregiver, route: Route, visits: dict[str, Visit]) -> None:
        """One route: its legs, waits, lateness and pieces."""
        place, free = caregiver.start, route.depart
        legs, waits = 0.0, list[int]()
        for stop in route.stops:
            visit = visits[stop.visit] if stop.kind == "visit" else None
            leg = self.problem.travel.time(caregiver.mode, place, stop.place)
            legs += self._length(leg, place, stop.place)
            waits.append(stop.start - (visit.access if visit else 0) - free - leg)
            place, free = stop.place, stop.finish
            if visit is not None:
                self._visit(visit, stop, caregiver.id)
        if not route.stops:
            return
        if caregiver.end is not None:
            legs += self._length(self.problem.travel.time(caregiver.mode, place, caregiver.end), place, caregiver.end)
        self.travelled += legs
        self.sums["waiting"] += sum(waits[1:])
        self.sums["vehicles"] += any(stop.kind == "visit" for stop in route.stops)
        self._shift(caregiver.shifts[route.shift], route, sum(waits))

    def _length(self, leg: int, origin: int, target: int) -> float:
        exact = self.problem.travel.exact
        return leg if exact is None else float(exact[origin, target]) * self.problem.ticks_per_s

    def _shift(self, shift: Shift, route: Route, waits: int) -> None:
        self.sums["overtime"] += max(0, route.back - shift.end)
        self.idlest = max(self.idlest, (route.depart - shift.start) + waits + max(0, shift.end - route.back))

    def _visit(self, visit: Visit, stop: Stop, who: str) -> None:
        due = visit.windows[0].due
        for window in visit.windows:
            if window.start <= stop.start:
                due = window.due
        late = max(0, stop.start - due)
        self.sums["tardiness"] += late
        self.latest = max(self.latest, late)
        self.sums["continuity"] += len(visit.previous) > 0 and who not in visit.previous
        self.sums["unwished"] += len(visit.preferred) > 0 and who not in visit.preferred
        if visit.promised:
            told = visit.promised[stop.half]
            moved = abs(stop.start - told.start) > self.problem.objective.tolerance
            self.sums["changed"] += moved or told.caregiver != who


def paid_ticks(plan: Plan) -> Counter[str]:
    """Ticks between leaving and being back, less breaks, of everybody who is sent to more than a break."""
    paid: Counter[str] = Counter()
    for route in plan.routes:
        rests = [stop.finish - stop.start for stop in route.stops if stop.kind == "break"]
        if len(rests) < len(route.stops):
            paid[route.caregiver] += route.back - route.depart - sum(rests)
    return paid


def reckoned(problem: Problem, plan: Plan) -> tuple[float, dict[str, float]]:
    """(cost, parts) in natural units; every visit, caregiver, shift and place of the plan must be known."""
    bill = Bill(problem)
    people = {caregiver.id: caregiver for caregiver in problem.caregivers}
    visits = {visit.id: visit for visit in problem.visits}
    for route in plan.routes:
        bill.add(people[route.caregiver], route, visits)
    paid = paid_ticks(plan)
    worked = [paid[person.id] for person in problem.caregivers if person.shifts]
    values: dict[str, float] = {part: bill.sums[part] for part in PARTS}
    values |= {
        "travel": bill.travelled,
        "max_tardiness": bill.latest,
        "max_idle": max(bill.idlest, _at_home(problem, plan)),
        "spread": max(worked) - min(worked) if worked else 0,
        "unserved": sum(visits[name].price for name in plan.unserved if name in visits),
    }
    goal = problem.objective
    weights = {part: int(getattr(goal, part)) for part in PARTS}
    cost = sum(weights[part] * value for part, value in values.items() if part not in goal.hidden) / goal.scale
    shown = {part: value for part, value in values.items() if weights[part] or part in goal.hidden}
    per = problem.ticks_per_s
    return float(cost), {part: float(v if part in PIECES else v / per) for part, v in shown.items()}


def _at_home(problem: Problem, plan: Plan) -> int:
    """The longest shift of somebody who is not sent anywhere in it."""
    sent = {(route.caregiver, route.shift) for route in plan.routes if route.stops}
    idle = 0
    for person in problem.caregivers:
        for i, shift in enumerate(person.shifts):
            if (person.id, i) not in sent:
                idle = max(idle, shift.end - shift.start)
    return idle
