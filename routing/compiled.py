"""A problem as flat lists of tasks and routes for the search; it decides nothing and is made once per solve."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from routing.problem import FAR, Caregiver, Need, Problem, Shift, Visit

MUST = 10**13
VISIT, REST, LOAD = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Unit:
    """What is inserted and removed together: one visit, its two halves, or a pick-up with its delivery."""

    kind: str
    tasks: tuple[int, ...]
    visits: tuple[str, ...]
    price: int


class Compiled:
    """Tasks (halves of visits, then one break per route, then spare canteen stops) and routes (one per shift).

    Lists indexed by task: place (-1 for a break), dur, e, due, lat, acc, mate, lead, gmin, gmax, kind, qty, canteen,
    portions, ride, windows (None when there is one). By route: begin, end, end_hard (the next shift's start included),
    home, goal (-1 open), mode...
    """

    def __init__(self, problem: Problem) -> None:
        self.problem, self.goal_weights = problem, problem.objective
        self.pairs = [(c, i) for c, person in enumerate(problem.caregivers) for i in range(len(person.shifts))]
        self.modes = sorted(problem.travel.matrices)
        self.D = np.stack([problem.travel.matrices[mode] for mode in self.modes])
        self.place: list[int] = []
        self.dur: list[int] = []
        self.e: list[int] = []
        self.due: list[int] = []
        self.lat: list[int] = []
        self.acc: list[int] = []
        self.kind: list[int] = []
        self.qty: list[int] = []
        self.canteen: list[int] = []
        self.portions: list[int] = []
        self.ride: list[int] = []
        self.mate: list[int] = []
        self.lead: list[bool] = []
        self.gmin: list[int] = []
        self.gmax: list[int] = []
        self.windows: list[tuple[tuple[int, int, int], ...] | None] = []
        self.visit: list[int] = []
        self.half: list[int] = []
        self.pick: list[int] = []
        self.drop: list[int] = []
        self._routes()
        self._visits()
        self.halves = len(self.place)
        self._rests()
        self.spare: list[list[int]] = [self._loads(i) for i in range(len(problem.canteens))]
        self._who()
        self._units()
        self.links = self._links()

    def _links(self) -> list[tuple[int, int, int, int]]:
        """(task, task, low, high): start of the second less start of the first, first persons."""
        first: dict[str, int] = {}
        for x in range(self.halves):
            first.setdefault(self.problem.visits[self.visit[x]].id, x)
        return [(first[link.first], first[link.second], link.low, link.high) for link in self.problem.links]

    def _routes(self) -> None:
        people = self.problem.caregivers
        owners: list[tuple[Caregiver, Shift]] = [(people[c], people[c].shifts[i]) for c, i in self.pairs]
        self.R = len(owners)
        self.owner = [c for c, _ in self.pairs]
        self.begin = [shift.start for _, shift in owners]
        self.end = [shift.end for _, shift in owners]
        self.end_hard = [shift.latest for _, shift in owners]
        for r, (c, i) in enumerate(self.pairs[:-1]):
            if self.pairs[r + 1] == (c, i + 1):
                self.end_hard[r] = min(self.end_hard[r], self.begin[r + 1])
        self.home = [person.start for person, _ in owners]
        self.goal = [-1 if person.end is None else person.end for person, _ in owners]
        self.mode = [self.modes.index(person.mode) for person, _ in owners]
        self.room = [FAR if person.load is None else person.load for person, _ in owners]
        self.bag = [person.portions for person, _ in owners]
        self.token = [-1] * self.R

    def _add(self, kind: int, place: int, dur: int, window: tuple[int, int, int]) -> int:
        for column, value in (
            (self.kind, kind), (self.place, place), (self.dur, dur), (self.e, window[0]), (self.due, window[1]),
            (self.lat, window[2]), (self.acc, 0), (self.qty, 0), (self.canteen, -1), (self.portions, 0), (self.ride, 0),
            (self.mate, -1), (self.gmin, 0), (self.gmax, 0), (self.visit, -1), (self.half, 0), (self.pick, -1),
            (self.drop, -1),
        ):  # fmt: skip
            column.append(value)
        self.lead.append(True)
        self.windows.append(None)
        return len(self.place) - 1

    def _visits(self) -> None:
        canteens = {canteen.id: i for i, canteen in enumerate(self.problem.canteens)}
        for v, visit in enumerate(self.problem.visits):
            for h, need in enumerate(visit.needs):
                x = self._half(v, h, visit, need)
                if visit.meal:
                    self.canteen[x] = canteens[visit.meal.canteen]
                    self.portions[x], self.ride[x] = visit.meal.portions, visit.meal.ride
            if len(visit.needs) == 2:
                self.mate[x], self.mate[x - 1] = x - 1, x

    def _half(self, v: int, h: int, visit: Visit, need: Need) -> int:
        first, last = visit.windows[0], visit.windows[-1]
        x = self._add(VISIT, visit.place, need.duration, (first.start, first.due, last.latest))
        self.visit[x], self.half[x], self.lead[x] = v, h, h == 0
        self.acc[x], self.qty[x], (self.gmin[x], self.gmax[x]) = visit.access, visit.load, visit.gap
        if visit.pinned_start is not None and h == 0:
            self.e[x] = max(visit.pinned_start, first.start)
            self.lat[x] = min(visit.pinned_start, last.latest)
        if len(visit.windows) > 1:
            wins = [(max(w.start, self.e[x]), w.due, min(w.latest, self.lat[x])) for w in visit.windows]
            self.windows[x] = tuple(w for w in wins if w[0] <= w[2]) or (wins[0],)
        return x

    def _rests(self) -> None:
        for r, (c, i) in enumerate(self.pairs):
            rest = self.problem.caregivers[c].shifts[i].rest
            if rest is not None and rest.latest >= self.begin[r]:
                self.token[r] = self._add(REST, -1, rest.duration, (rest.earliest, rest.latest, rest.latest))

    def _loads(self, index: int) -> list[int]:
        canteen = self.problem.canteens[index]
        spare = []
        for _ in range(sum(c == index for c in self.canteen[: self.halves])):
            x = self._add(LOAD, canteen.place, canteen.loading, (canteen.ready, FAR, FAR))
            self.canteen[x] = index
            spare.append(x)
        return spare[::-1]

    def _who(self) -> None:
        """able[x, r] and wish[x, r] (what continuity and wishes cost) for halves of visits."""
        people, goal, owner = self.problem.caregivers, self.goal_weights, np.array(self.owner, np.int64)
        index = {person.id: i for i, person in enumerate(people)}
        self.able: npt.NDArray[np.bool_] = np.zeros((self.halves, self.R), dtype=np.bool_)
        self.wish: npt.NDArray[np.int64] = np.zeros((self.halves, self.R), dtype=np.int64)
        known: dict[tuple[object, ...], npt.NDArray[np.bool_]] = {}
        for x in range(self.halves if self.R else 0):
            visit = self.problem.visits[self.visit[x]]
            need = visit.needs[self.half[x]]
            key = (*sorted(need.skills.items()), None, visit.load, visit.meal.portions if visit.meal else 0)
            if key not in known:
                free = replace(visit, refused=frozenset(), pinned=())
                known[key] = np.array([allowed(free, self.half[x], person) for person in people])
            row = known[key]
            if visit.refused or visit.pinned:
                row = row.copy()
                row[[index[name] for name in visit.refused]] = False
                if visit.pinned:
                    row &= np.arange(len(people)) == index[visit.pinned[self.half[x]]]
            self.able[x] = row[owner]
            for weight, names in ((goal.continuity, visit.previous), (goal.unwished, visit.preferred)):
                if names and weight:
                    cost = np.full(len(people), weight, np.int64)
                    cost[[index[name] for name in names]] = 0
                    self.wish[x] += cost[owner]

    def travel(self, r: int, origin: int, target: int) -> int:
        """Ticks of one leg for the caregiver of route r."""
        return int(self.D[self.mode[r], origin, target])

    def _units(self) -> None:
        tasks: dict[str, list[int]] = {}
        for x in range(self.halves):
            tasks.setdefault(self.problem.visits[self.visit[x]].id, []).append(x)
        goods = {visit.delivers: visit.id for visit in self.problem.visits if visit.delivers}
        self.units: list[Unit] = []
        self.unit = [-1] * len(self.place)
        for visit in self.problem.visits:
            if visit.delivers:
                continue
            names = (visit.id, goods[visit.id]) if visit.id in goods else (visit.id,)
            members = tuple(x for name in names for x in tasks[name])
            kind = "goods" if len(names) == 2 else "pair" if len(members) == 2 else "meal" if visit.meal else "single"
            if kind == "goods":
                self.drop[members[0]], self.pick[members[1]] = members[1], members[0]
            chosen = [v for v in self.problem.visits if v.id in names] if kind == "goods" else [visit]
            price = sum(v.price for v in chosen) * self.goal_weights.unserved
            price += MUST * any(v.must for v in chosen)
            for x in members:
                self.unit[x] = len(self.units)
            self.units.append(Unit(kind, members, names, price))


def allowed(visit: Visit, half: int, caregiver: Caregiver) -> bool:
    """Whether this person may do this half at all: skills, refusals, pins, and a bag or room big enough."""
    skilled = all(caregiver.skills.get(skill, 0) >= level for skill, level in visit.needs[half].skills.items())
    free = caregiver.id not in visit.refused and (not visit.pinned or visit.pinned[half] == caregiver.id)
    room = caregiver.load is None or visit.load <= caregiver.load
    return skilled and free and room and (visit.meal is None or visit.meal.portions <= caregiver.portions)
