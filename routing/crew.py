"""Everybody on duty as arrays, asked who could serve a visit with an empty day; it looks at no plan."""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing.problem import FAR, Caregiver, Meal, Problem, Visit
from routing.travel import UNREACHABLE, Ints

CODES = ("", "paid", "window", "ready", "shift", "unreachable", "ride", "bag", "pinned", "refused", "skill")
"""What stops somebody, from the least hopeless on; "" is nothing. Of several shifts the least hopeless counts."""
FREE, PAID, WINDOW, READY, SHIFT, NOWAY, RIDE, BAG, PINNED, REFUSED, SKILL = range(len(CODES))

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Errand:
    """One visit per turn (a shift of somebody): earliest start, way home, outing without the service, ride of the meal.

    Before the canteen is looked at, `there` and `outing` are the way to the first stop.
    """

    there: Ints
    home: Ints
    outing: Ints
    ride: Ints


class Crew:
    """The caregivers of a problem and their shifts. Ask `blocked`; nothing here changes."""

    def __init__(self, problem: Problem, people: Sequence[Caregiver] | None = None) -> None:
        self.problem = problem
        self.people = tuple(problem.caregivers if people is None else people)
        self.index = {person.id: i for i, person in enumerate(self.people)}
        self.canteens = {canteen.id: canteen for canteen in problem.canteens}
        turns = [(i, shift) for i, person in enumerate(self.people) for shift in person.shifts]
        self.owner = np.array([i for i, _ in turns], dtype=np.int64)
        self.begin = np.array([shift.start for _, shift in turns], dtype=np.int64)
        self.last = np.array([shift.latest for _, shift in turns], dtype=np.int64)
        self.first_turn = np.searchsorted(self.owner, np.arange(len(self.people) + 1))
        self.start = np.array([person.start for person in self.people], dtype=np.int64)
        self.end = np.array([-1 if p.end is None else p.end for p in self.people], dtype=np.int64)
        self.modes = sorted({person.mode for person in self.people})
        self.mode = np.array([self.modes.index(p.mode) for p in self.people], dtype=np.int64)
        self.bag = np.array([p.portions for p in self.people], dtype=np.int64)
        self.room = np.array([FAR if p.load is None else p.load for p in self.people], dtype=np.int64)
        self.most_paid = np.array([FAR if p.most_paid is None else p.most_paid for p in self.people], dtype=np.int64)
        self._able: dict[tuple[tuple[str, int], ...], Flags] = {}

    def able(self, skills: Mapping[str, int]) -> Flags:
        """Who has the skills at these levels, per caregiver."""
        key = tuple(sorted(skills.items()))
        if key not in self._able:
            found = [all(p.skills.get(skill, 0) >= level for skill, level in key) for p in self.people]
            self._able[key] = np.array(found, dtype=np.bool_)
        return self._able[key]

    def blocked(self, visit: Visit, half: int, among: Ints | None = None) -> Ints:
        """For each caregiver of `among` (all when None) the index into CODES of the first thing that stops them."""
        who = np.arange(len(self.people)) if among is None else among
        found = self._by_time(visit, half, who)
        for code, flags in (
            (BAG, self._no_room(visit, who)),
            (
                PINNED,
                np.full(len(who), bool(visit.pinned)) & (who != self.index.get((*visit.pinned, "", "")[half], -1)),
            ),
            (REFUSED, np.isin(who, [self.index[name] for name in visit.refused if name in self.index])),
            (SKILL, ~self.able(visit.needs[half].skills)[who]),
        ):
            found[flags] = code
        return found

    def _no_room(self, visit: Visit, who: Ints) -> Flags:
        portions = visit.meal.portions if visit.meal else 0
        return (self.bag[who] < portions) | (self.room[who] < visit.load)

    def _by_time(self, visit: Visit, half: int, who: Ints) -> Ints:
        """The least hopeless code over each one's shifts; SHIFT for those who have none."""
        result = np.full(len(who), SHIFT, dtype=np.int64)
        counts = self.first_turn[who + 1] - self.first_turn[who]
        if not counts.sum():
            return result
        seat = np.repeat(np.arange(len(who)), counts)
        turn = np.arange(len(seat)) - np.repeat(np.cumsum(counts) - counts, counts) + self.first_turn[who][seat]
        found = self._turns(visit, half, turn)
        best = np.full(len(who), len(CODES), dtype=np.int64)
        np.minimum.at(best, seat, found)
        return np.where(counts > 0, best, result)

    def _turns(self, visit: Visit, half: int, turn: Ints) -> Ints:
        person = self.owner[turn]
        begin, last, duration = self.begin[turn], self.last[turn], visit.needs[half].duration
        errand = self._errand(visit, person, begin)
        latest = last - errand.home - duration
        fits, on_duty, in_time = (np.zeros(len(turn), dtype=np.bool_) for _ in range(3))
        for start, end in spans(visit, half):
            on_duty |= (begin <= end) & (last >= start + duration)
            fits |= np.maximum(errand.there, start) <= np.minimum(end, latest)
            in_time |= np.maximum(begin + errand.outing - errand.home, start) <= np.minimum(end, latest)
        code = np.full(len(turn), FREE, dtype=np.int64)
        code[errand.outing + duration > self.most_paid[person]] = PAID
        code[~fits] = WINDOW
        code[~fits & in_time] = READY
        code[~on_duty] = SHIFT
        code[errand.outing >= UNREACHABLE] = NOWAY
        if visit.meal:
            code[(errand.ride > visit.meal.ride) & (errand.ride < UNREACHABLE)] = RIDE
        return code

    def _errand(self, visit: Visit, person: Ints, begin: Ints) -> Errand:
        """Straight to the door, or by the canteen when there is a meal to bring."""
        home, ride = np.zeros(len(person), dtype=np.int64), np.zeros(len(person), dtype=np.int64)
        out = np.zeros(len(person), dtype=np.int64)
        first = visit.place if visit.meal is None else self.canteens[visit.meal.canteen].place
        for k, mode in enumerate(self.modes):
            seats = np.flatnonzero(self.mode[person] == k)
            if not len(seats):
                continue
            starts, where = np.unique(self.start[person[seats]], return_inverse=True)
            out[seats] = self.problem.travel.legs(mode, starts, [first])[where, 0]
            if visit.meal is not None:
                ride[seats] = self.problem.travel.time(mode, first, visit.place)
            homing = seats[self.end[person[seats]] >= 0]
            ends, where = np.unique(self.end[person[homing]], return_inverse=True)
            if len(homing):
                home[homing] = self.problem.travel.legs(mode, [visit.place], ends)[0, where]
        return self._by_canteen(visit.meal, visit.access, begin, Errand(out, home, out, ride))

    def _by_canteen(self, meal: Meal | None, access: int, begin: Ints, legs: Errand) -> Errand:
        ready, loading = -FAR, 0
        if meal is not None:
            canteen = self.canteens[meal.canteen]
            ready, loading = canteen.ready, canteen.loading
        there = np.maximum(begin + legs.there, ready) + loading + legs.ride + access
        outing = legs.there + loading + legs.ride + access + legs.home
        return Errand(there, legs.home, outing, legs.ride)


def spans(visit: Visit, half: int) -> list[tuple[int, int]]:
    """(first, last) permitted start of one person: the windows, narrowed by a pinned start."""
    low, high = -FAR, FAR
    if visit.pinned_start is not None:
        low, high = (visit.pinned_start + gap * half for gap in visit.gap)
    found = [(max(window.start, low), min(window.latest, high)) for window in visit.windows]
    return [(start, end) for start, end in found if start <= end]


_last: list[tuple[weakref.ref[Problem], Crew]] = []


def crew_of(problem: Problem) -> Crew:
    """The crew of a problem, kept for the problem asked about last."""
    if _last and _last[0][0]() is problem:
        return _last[0][1]
    crew = Crew(problem)
    _last[:] = [(weakref.ref(problem), crew)]
    return crew
