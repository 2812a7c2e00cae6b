"""Picks out, many visits at once, those that somebody could plainly serve; a yes is certain, a no means ask again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from routing.crew import Crew, Flags, spans
from routing.problem import FAR, Problem, Visit
from routing.travel import UNREACHABLE, Ints

FIRST, WORTH = 12, 8
"""So many caregivers are asked about all visits at once, and so many more for each visit that is left: asking about one
visit by itself takes as long."""
TURN = (5**0.5 - 1) / 2

Ask = tuple[Visit, int]
"""A visit and which of its persons."""


def plainly_served(problem: Problem, crew: Crew, asks: Sequence[Ask]) -> Flags:
    """Per ask, whether as many caregivers as the visit needs (or the pinned one) could serve it with an empty day."""
    columns = _Columns(problem, crew, asks)
    found = np.zeros(len(asks), dtype=np.int64)
    wanted = np.array([1 if visit.pinned else len(visit.needs) for visit, _ in asks], dtype=np.int64)
    groups: dict[tuple[tuple[str, int], ...], list[int]] = {}
    pinned: dict[str, list[int]] = {}
    for i, (visit, half) in enumerate(asks):
        if not visit.pinned:
            groups.setdefault(tuple(sorted(visit.needs[half].skills.items())), []).append(i)
        elif visit.pinned[half] in crew.index:
            pinned.setdefault(visit.pinned[half], []).append(i)
    for skills, members in groups.items():
        left = np.array(members, dtype=np.int64)
        for k, who in enumerate(_scattered(np.flatnonzero(crew.able(dict(skills))))):
            if not len(left) or k >= FIRST + WORTH * len(left):
                break
            found[left] += columns.served(who, left)
            left = left[found[left] < wanted[left]]
    for name, members in pinned.items():
        who, theirs = crew.index[name], np.array(members, dtype=np.int64)
        able = [bool(crew.able(visit.needs[half].skills)[who]) for visit, half in (asks[i] for i in members)]
        found[theirs] += columns.served(who, theirs) & np.array(able, dtype=np.bool_)
    return found >= wanted


def _scattered(who: Ints) -> list[int]:
    """Everybody in an order that goes to and fro through the list, where neighbours often live near each other."""
    return [int(i) for i in who[np.argsort(np.arange(len(who)) * TURN % 1, kind="stable")]]


class _Columns:
    """What is asked, one entry an ask; windows one row each, those that are missing can never be met."""

    def __init__(self, problem: Problem, crew: Crew, asks: Sequence[Ask]) -> None:
        self.problem, self.crew = problem, crew
        self.kitchens = {canteen.id: k for k, canteen in enumerate(problem.canteens)}
        doors, self.access, self.duration, self.load, self.portions, kitchen, self.most_ride = np.array(
            [self._row(visit, half) for visit, half in asks], dtype=np.int64
        ).reshape(-1, 7).T  # fmt: skip
        fetched = kitchen >= 0
        place, ready, loading = np.array(
            [*((canteen.place, canteen.ready, canteen.loading) for canteen in problem.canteens), (0, -FAR, 0)], np.int64
        ).T
        self.doors, self.kitchen = doors, kitchen
        self.first: Ints = np.where(fetched, place[kitchen], doors)
        self.ready, self.loading = ready[kitchen], loading[kitchen]
        starts = [spans(visit, half) for visit, half in asks]
        most = max((len(found) for found in starts), default=0)
        rows = [[*found, *[(FAR, -FAR)] * (most - len(found))] for found in starts]
        self.windows = np.array(rows, dtype=np.int64).reshape(len(asks), most, 2)
        self.refused: dict[str, list[int]] = {}
        for i, (visit, _) in enumerate(asks):
            for name in visit.refused:
                self.refused.setdefault(name, []).append(i)
        self.rides: dict[str, Ints] = {}

    def _row(self, visit: Visit, half: int) -> tuple[int, ...]:
        meal = visit.meal
        kitchen = self.kitchens[meal.canteen] if meal else -1
        portions, ride = (meal.portions, meal.ride) if meal else (0, 0)
        return visit.place, visit.access, visit.needs[half].duration, visit.load, portions, kitchen, ride

    def _ride(self, mode: str) -> Ints:
        """Per ask, how long a meal rides from its canteen to the door; 0 where there is none."""
        if mode not in self.rides:
            rides = np.zeros(len(self.doors), dtype=np.int64)
            for k in np.unique(self.kitchen[self.kitchen >= 0]):
                mine = np.flatnonzero(self.kitchen == k)
                origin = self.problem.canteens[int(k)].place
                rides[mine] = self.problem.travel.legs(mode, [origin], self.doors[mine])[0]
            self.rides[mode] = rides
        return self.rides[mode]

    def served(self, who: int, chosen: Ints) -> Flags:
        """Which of the chosen asks this caregiver could serve with an empty day, skills and pins aside."""
        person, travel = self.crew.people[who], self.problem.travel
        out = travel.legs(person.mode, [person.start], self.first[chosen])[0]
        home: Ints = np.zeros(len(chosen), dtype=np.int64)
        if person.end is not None:
            home = travel.legs(person.mode, self.doors[chosen], [person.end])[:, 0]
        ride, duration = self._ride(person.mode)[chosen], self.duration[chosen]
        further = self.loading[chosen] + ride + self.access[chosen]
        fits = np.zeros(len(chosen), dtype=np.bool_)
        for shift in person.shifts:
            there = np.maximum(shift.start + out, self.ready[chosen]) + further
            latest = shift.latest - home - duration
            for begin, end in self.windows[chosen].transpose(1, 2, 0):
                fits |= np.maximum(there, begin) <= np.minimum(end, latest)
        outing = out + further + home
        fits &= (outing < UNREACHABLE) & (ride <= self.most_ride[chosen])
        fits &= outing + duration <= (FAR if person.most_paid is None else person.most_paid)
        fits &= self.load[chosen] <= (FAR if person.load is None else person.load)
        fits &= self.portions[chosen] <= person.portions
        if person.id in self.refused:
            fits &= ~np.isin(chosen, self.refused[person.id])
        return fits
