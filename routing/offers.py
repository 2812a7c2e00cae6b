"""Which places in a plan's orders a visit left out could take if somebody gave way; it times nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from routing.plan import Plan, Route, Stop
from routing.problem import Caregiver, Problem, Shift, Visit
from routing.relaxation import LEVEL, PINNED, REFUSED, Give

NEAR = 2
"""Left out for the new visit may be one of so many stops before and after it."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One half of the visit before stop `position` of route `route`, in place of stop `without` (-1: of nobody).

    `rested` at the end of a route after a break that the plan has no need of.
    """

    half: int
    route: int
    position: int
    without: int
    rested: bool = False


class Offers:
    """The routes of a plan (an empty one for every unused shift), and what each could offer to one visit."""

    def __init__(self, problem: Problem, plan: Plan, visit: Visit) -> None:
        self.problem, self.visit = problem, visit
        self.people = {person.id: person for person in problem.caregivers}
        self.known = {v.id: v for v in problem.visits}
        planned = {(route.caregiver, route.shift): route for route in plan.routes}
        self.routes = [
            planned.get((person.id, i)) or Route(person.id, i, shift.start, (), 0, shift.start)
            for person in problem.caregivers for i, shift in enumerate(person.shifts)
        ]  # fmt: skip

    def shift(self, r: int) -> tuple[Caregiver, Shift]:
        person = self.people[self.routes[r].caregiver]
        return person, person.shifts[self.routes[r].shift]

    def nearest(self, reach: int) -> list[int]:
        """The routes with the least way to the visit, among those who could do a half of it at all."""
        ways = []
        for r, route in enumerate(self.routes):
            person, _ = self.shift(r)
            if all(self.lacks(person, half) is None for half in range(len(self.visit.needs))):
                continue
            places = [person.start, *(stop.place for stop in route.stops)]
            ways.append((min(self.problem.travel.time(person.mode, at, self.visit.place) for at in places), r))
        return sorted(r for _, r in sorted(ways)[:reach])

    def lacks(self, person: Caregiver, half: int) -> list[Give] | None:
        """What has to give for this person to do this half at all; None when a skill is missing or a bag too small."""
        gives = []
        for skill, level in self.visit.needs[half].skills.items():
            held = person.skills.get(skill, 0)
            if held == 0:
                return None
            if held < level:
                gives.append(Give(LEVEL, level - held, person.id, skill))
        if person.id in self.visit.refused:
            gives.append(Give(REFUSED, 1, person.id))
        if self.visit.pinned and self.visit.pinned[half] != person.id:
            gives.append(Give(PINNED, 1, person.id))
        if self.visit.meal is not None and self.visit.meal.portions > person.portions:
            return None
        return None if person.load is not None and self.visit.load > person.load else gives

    def spots(self, half: int, looked: Sequence[int]) -> Iterator[Spot]:
        for r in looked:
            if self.lacks(self.shift(r)[0], half) is None:
                continue
            stops = self.routes[r].stops
            for p in range(len(stops) + 1):
                if not self._fed(r, p) or not self._carried(r, p):
                    continue
                near = range(max(0, p - NEAR), min(len(stops), p + NEAR))
                for without in (-1, *(k for k in near if self._cheaper(stops[k]))):
                    yield Spot(half, r, p, without)
            if stops and self.may_rest(r):
                yield Spot(half, r, len(stops), -1, rested=True)

    def may_rest(self, r: int) -> bool:
        """Whether a break belongs to the shift and none is planned."""
        return self.shift(r)[1].rest is not None and all(stop.kind != "break" for stop in self.routes[r].stops)

    def _cheaper(self, stop: Stop) -> bool:
        """Whether a stop may be left out for the visit: one person, nothing tied to it, a lower price."""
        visit = self.known.get(stop.visit) if stop.kind == "visit" else None
        if visit is None or visit.must or visit.pinned or len(visit.needs) == 2 or visit.delivers or visit.meal:
            return False
        tied = any(other.delivers == visit.id for other in self.problem.visits)
        return not tied and visit.price < self.visit.price

    def _fed(self, r: int, p: int) -> bool:
        """For a meal: whether the run at this position fetches at its canteen and has room for it."""
        meal = self.visit.meal
        if meal is None:
            return True
        source, bag = "", meal.portions
        for k, stop in enumerate(self.routes[r].stops):
            if stop.kind == "load" and k >= p:
                break
            if stop.kind == "load":
                source, bag = stop.visit, meal.portions
            elif stop.kind == "visit" and (served := self.known[stop.visit].meal) is not None:
                bag += served.portions
        return source == meal.canteen and bag <= self.shift(r)[0].portions

    def _carried(self, r: int, p: int) -> bool:
        """Whether goods for the visit fit from the start of the route to this position."""
        room = self.shift(r)[0].load
        if not self.visit.load or room is None:
            return True
        picked = {v.delivers for v in self.problem.visits if v.delivers}
        stops = [self.known[s.visit] for s in self.routes[r].stops if s.kind == "visit"]
        plain = [v for v in stops if v.delivers is None and v.id not in picked]
        if any(v.delivers or v.id in picked for v in stops):
            return False
        return sum(v.load for v in plain) + self.visit.load <= room and p >= 0
