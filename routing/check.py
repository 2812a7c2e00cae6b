"""Judges any plan against its problem, from the problem alone; it shares no code with the search and mends nothing.

Routes by themselves are judged in rounds.py, the price is reckoned in bill.py; none of them imports the search, or
costs.py, whose price the plan brings along.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator

from routing.bill import paid_ticks, reckoned
from routing.plan import Plan, Stop
from routing.problem import FAR, Link, Problem, Visit
from routing.rounds import Rounds
from routing.verdict import Verdict, Violation

__all__ = ["Verdict", "Violation", "check"]

COST_TOLERANCE = 1e-6
STRANGE = frozenset({"unknown_caregiver", "unknown_visit", "unknown_place", "unknown_stop", "not_whole"})
"""With one of these in it a plan has no price."""


def check(problem: Problem, plan: Plan, *, claimed: bool = True) -> Verdict:
    """Lists every violation of `plan`; with `claimed` its own cost and parts must also agree.

    Leaves both untouched; never raises for a broken plan.
    """
    found = list(_Judge(problem, plan).run())
    sound = not any(violation.code in STRANGE for violation in found)
    cost, parts = reckoned(problem, plan) if sound else (float("inf"), {})
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
        canteens = {canteen.id: canteen for canteen in problem.canteens}
        fetched = frozenset(visit.delivers for visit in problem.visits if visit.delivers)
        self.rounds = Rounds(problem, self.visits, canteens, fetched)
        self.seen: dict[tuple[str, int], tuple[str, Stop]] = {}

    def run(self) -> Iterator[Violation]:
        broken = list(self._routes())
        yield from broken
        if any(violation.code == "not_whole" for violation in broken):
            return
        yield from self._overlaps()
        yield from self._paid()
        yield from self._coverage()
        for visit in self.problem.visits:
            yield from self._visit(visit)
        for link in self.problem.links:
            yield from self._link(link)

    def _routes(self) -> Iterator[Violation]:
        times = Counter((route.caregiver, route.shift) for route in self.plan.routes)
        for (who, shift), count in times.items():
            if count > 1:
                yield Violation("route_twice", who, f"shift {shift} has {count} routes")
        for route in self.plan.routes:
            caregiver = self.caregivers.get(route.caregiver)
            if caregiver is None or not 0 <= route.shift < len(caregiver.shifts):
                yield Violation("unknown_caregiver", route.caregiver, f"or unknown shift {route.shift}")
                continue
            strange = list(self.rounds.strange(route))
            yield from strange or self.rounds.judge(caregiver, route)

    def _overlaps(self) -> Iterator[Violation]:
        spans: dict[str, list[tuple[int, int]]] = {}
        for route in self.plan.routes:
            if route.stops:
                spans.setdefault(route.caregiver, []).append((route.depart, route.back))
        for who, times in spans.items():
            for (_, back), (depart, _) in itertools.pairwise(sorted(times)):
                if depart < back:
                    yield Violation("overlap", who, f"leaves at {depart}, back only at {back}")

    def _paid(self) -> Iterator[Violation]:
        for who, ticks in paid_ticks(self.plan).items():
            person = self.caregivers.get(who)
            if person is not None and person.most_paid is not None and ticks > person.most_paid:
                yield Violation("most_paid", who, f"paid for {ticks}, at most {person.most_paid}")

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
                yield from self._person(visit, half, entry[0])
                yield from self._window(visit, half, *entry)
        if len(present) == 2:
            (first, one), (second, two) = present
            low, high = visit.gap
            if first == second:
                yield Violation("same_caregiver", visit.id, first)
            if not low <= two.start - one.start <= high:
                yield Violation("gap", visit.id, f"{two.start - one.start}, allowed {low} to {high}")

    def _person(self, visit: Visit, half: int, who: str) -> Iterator[Violation]:
        caregiver, name = self.caregivers.get(who), f"{visit.id} by {who}"
        if caregiver is None:
            return
        for skill, level in visit.needs[half].skills.items():
            if caregiver.skills.get(skill, 0) < level:
                yield Violation("skill", name, f"{skill} {level} needed, has {caregiver.skills.get(skill, 0)}")
        if who in visit.refused:
            yield Violation("refused", name, "was refused")
        if visit.pinned and visit.pinned[half] != who:
            yield Violation("pinned", name, f"is pinned to {visit.pinned[half]}")

    def _window(self, visit: Visit, half: int, who: str, stop: Stop) -> Iterator[Violation]:
        name, begun = f"{visit.id} by {who}", [w for w in visit.windows if w.start <= stop.start]
        if visit.pinned_start is not None and half == 0 and stop.start != visit.pinned_start:
            yield Violation("pinned_start", name, f"at {stop.start}, pinned to {visit.pinned_start}")
        if not begun:
            yield Violation("before_window", name, f"starts {stop.start}, window {visit.windows[0].start}")
        elif stop.start > min(begun[-1].latest, FAR):
            yield Violation("after_window", name, f"starts {stop.start}, latest {begun[-1].latest}")

    def _link(self, link: Link) -> Iterator[Violation]:
        ends = self.seen.get((link.first, 0)), self.seen.get((link.second, 0))
        if ends[0] is None or ends[1] is None:
            return
        apart = ends[1][1].start - ends[0][1].start
        if not link.low <= apart <= link.high:
            allowed = f"{link.low} to {link.high}" if link.high < FAR else f"at least {link.low}"
            yield Violation("link", f"{link.first} and {link.second}", f"{apart} apart, allowed {allowed}")
