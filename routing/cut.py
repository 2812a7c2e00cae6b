"""Cuts a day that is too large for one search into zones: who and what belongs together; it plans nothing.

A k-d cut: halves, again and again, along a direction that turns. A unit, everything linked with it and whoever is
pinned to it stay in one zone, and so do all shifts of one caregiver.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from routing.plan import Route
from routing.problem import Problem
from routing.travel import DENSE, Floats, Ints

Routes = Mapping[tuple[str, int], Route]
ONE_PIECE = 3000
"""Up to so many halves of visits a day is solved in one piece."""
ASKED, NEAREST = 200, 3
"""A visit that is out is tried in turn in so many zones, those of the so many nearest caregivers who may do it."""
ANGLE, TURN = 0.3, 0.9
"""Direction of the first cut, and how far each further round turns it, in radians."""


@dataclass(frozen=True, slots=True)
class Hold:
    """What is fixed of a visit while its other half, or a visit linked with it, stands in another zone."""

    halves: tuple[int, ...]
    who: tuple[str, ...]
    start: int


@dataclass(frozen=True)
class Zone:
    """Indices of caregivers and visits, ascending; `held` visits keep their caregivers and their time."""

    people: Sequence[int]
    visits: Sequence[int]
    held: Mapping[int, Hold] = field(default_factory=dict)


def halves_of(problem: Problem) -> int:
    """How many persons the visits ask for in all."""
    return sum(len(visit.needs) for visit in problem.visits)


def large(problem: Problem) -> bool:
    """Whether the day is cut: too many halves for one search, or too many places for one matrix."""
    return halves_of(problem) > ONE_PIECE or problem.travel.places > DENSE


class Atlas:
    """Where everybody is and what belongs together, in one problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.at = located(problem)
        self.index = {visit.id: v for v, visit in enumerate(problem.visits)}
        self.person = {person.id: c for c, person in enumerate(problem.caregivers)}
        self.ties = [(self.index[link.first], self.index[link.second]) for link in problem.links]
        goods = [(v, self.index[visit.delivers]) for v, visit in enumerate(problem.visits) if visit.delivers]
        self.linked: dict[int, set[int]] = {}
        for a, b in self.ties:
            self.linked.setdefault(a, set()).add(b)
            self.linked.setdefault(b, set()).add(a)
        self.pins = [(v, self.person[who]) for v, visit in enumerate(problem.visits) for who in visit.pinned]
        self.bonds = grouped(len(problem.visits), [*self.ties, *goods])
        teams = [[self.person[who] for who in visit.pinned] for visit in problem.visits if len(visit.pinned) == 2]
        self.teams = grouped(len(problem.caregivers), [(a, b) for a, b in teams])
        self.homes = np.array([person.start for person in problem.caregivers], np.int64)
        self._able: dict[Hashable, Ints] = {}

    def fresh(self, count: int) -> list[Zone]:
        """Zones of a day without a plan: each kind of caregiver and visit is shared out evenly, by place."""
        visits, people = self.problem.visits, self.problem.caregivers
        n = len(visits)
        edges = [(v, self.bonds[v]) for v in range(n)] + [(v, n + c) for v, c in self.pins]
        places = np.concatenate([np.array([visit.place for visit in visits], np.int64), self.homes])
        kinds = [
            f"{visit.meal is not None} {[sorted(need.skills.items()) for need in visit.needs]}" for visit in visits
        ]
        kinds += [f"{sorted(person.skills.items())} {person.portions > 1}" for person in people]
        zone = self._share(self.at[places], kinds, grouped(n + len(people), edges), count, ANGLE)
        return [
            Zone(np.flatnonzero(zone[n:] == z).tolist(), np.flatnonzero(zone[:n] == z).tolist()) for z in range(count)
        ]

    def again(self, routes: Routes, count: int, turn: int) -> list[Zone]:
        """Zones of a planned day: routes by their middles; what is cut apart is held, what is out goes where it fits.

        A visit that is out stays out of every zone when what it is tied to stands in several.
        """
        middles = self._middles(routes)
        zone = self._share(middles, ["" for _ in middles], self.teams, count, ANGLE + TURN * turn)
        stands = self._stands(routes, zone)
        held: list[dict[int, Hold]] = [{} for _ in range(count)]
        inside: list[set[int]] = [set() for _ in range(count)]
        for v, halves in stands.items():
            zones = {z for _, _, _, z in halves}
            far = any({z for _, _, _, z in stands[w]} != zones for w in self.linked.get(v, ()) if w in stands)
            for z in zones:
                inside[z].add(v)
                mine = sorted(half for half in halves if half[3] == z)
                if far or len(zones) > 1:
                    held[z][v] = Hold(tuple(h for h, _, _, _ in mine), tuple(w for _, w, _, _ in mine), mine[0][2])
        for v, z in self._sent(stands, zone, middles, turn).items():
            inside[z].add(v)
        return [Zone(np.flatnonzero(zone == z).tolist(), sorted(inside[z]), held[z]) for z in range(count)]

    def _share(self, at: Floats, kinds: Sequence[str], groups: Ints, count: int, angle: float) -> Ints:
        """The zone of each node; nodes of one group share the one of their middle."""
        names, first, member = np.unique(groups, return_index=True, return_inverse=True)
        sums = np.stack([np.bincount(member, at[:, axis], len(names)) for axis in range(2)], axis=1)
        _, codes = np.unique(np.array([kinds[i] for i in first], dtype=np.str_), return_inverse=True)
        middles = sums / np.maximum(np.bincount(member, minlength=len(names)), 1)[:, None]
        chosen: Ints = split(middles, codes, count, angle)[member]
        return chosen

    def _middles(self, routes: Routes) -> Floats:
        """The mean place of each caregiver's stops, or the start of who has none."""
        stops: list[list[int]] = [[] for _ in self.problem.caregivers]
        for (who, _), route in routes.items():
            stops[self.person[who]] += [stop.place for stop in route.stops]
        middles = [self.at[mine or [home]].mean(axis=0) for mine, home in zip(stops, self.homes, strict=True)]
        return np.array(middles, np.float64).reshape(-1, 2)

    def _stands(self, routes: Routes, zone: Ints) -> dict[int, list[tuple[int, str, int, int]]]:
        """(half, caregiver, start, zone) of every half that is served, by visit."""
        found: dict[int, list[tuple[int, str, int, int]]] = {}
        for (who, _), route in routes.items():
            z = int(zone[self.person[who]])
            for stop in route.stops:
                if stop.kind == "visit":
                    found.setdefault(self.index[stop.visit], []).append((stop.half, who, stop.start, z))
        return found

    def _sent(
        self, stands: Mapping[int, Sequence[tuple[int, str, int, int]]], zone: Ints, middles: Floats, turn: int
    ) -> dict[int, int]:
        """Where each visit that is out may be tried: beside what it is tied to, else beside who is near and able."""
        groups: dict[int, list[int]] = {}
        for v in range(len(self.problem.visits)):
            if v not in stands:
                groups.setdefault(int(self.bonds[v]), []).append(v)
        sent: dict[int, int] = {}
        for mine in groups.values():
            bound = {z for v in mine for w in self.linked.get(v, ()) if w in stands for *_, z in stands[w]}
            bound |= {int(zone[self.person[who]]) for v in mine for who in self.problem.visits[v].pinned}
            if not bound:
                bound = {self._near(mine[0], zone, middles, turn)}
            if len(bound) == 1 and min(bound) >= 0:
                sent |= dict.fromkeys(mine, min(bound))
        return sent

    def _near(self, v: int, zone: Ints, middles: Floats, turn: int) -> int:
        """The zone of a near route whose caregiver may do it, another zone each turn; -1 when nobody may."""
        visit = self.problem.visits[v]
        portions = visit.meal.portions if visit.meal else 0
        key = (portions, *sorted(visit.needs[0].skills.items()))
        if key not in self._able:
            skills = visit.needs[0].skills.items()
            self._able[key] = np.array(
                [
                    c for c, person in enumerate(self.problem.caregivers)
                    if person.portions >= portions and all(person.skills.get(s, 0) >= level for s, level in skills)
                ], np.int64,
            )  # fmt: skip
        able = self._able[key]
        if not len(able):
            return -1
        order = np.argsort(((middles[able] - self.at[visit.place]) ** 2).sum(axis=1), kind="stable")
        zones = list(dict.fromkeys(zone[able[order[:ASKED]]].tolist()))
        return int(zones[turn % min(len(zones), NEAREST)])


def located(problem: Problem) -> Floats:
    """A flat map of the places: from their points, else from the ways to two places that are far apart."""
    points = problem.travel.points
    if points:
        lon, lat = np.array(points, np.float64).T
        return np.stack([lon * math.cos(math.radians(float(lat.mean()))), lat], axis=1)
    mode, everywhere = problem.travel.modes[0], np.arange(problem.travel.places)
    first = int(problem.travel.legs(mode, [0], everywhere)[0].argmax())
    one = problem.travel.legs(mode, [first], everywhere)[0]
    other = problem.travel.legs(mode, [int(one.argmax())], everywhere)[0]
    return np.stack([one - other, one + other], axis=1).astype(np.float64)


def grouped(count: int, edges: Iterable[tuple[int, int]]) -> Ints:
    """A label for each of `count` nodes; those that edges join, directly or not, share one."""
    parent = list(range(count))

    def top(a: int) -> int:
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        return a

    for a, b in edges:
        parent[top(int(a))] = top(int(b))
    return np.array([top(a) for a in range(count)], np.int64)


def split(at: Floats, kinds: Ints, count: int, angle: float) -> Ints:
    """A zone from 0 to count - 1 for each point; every kind is shared out evenly. Source: Bentley (1975), k-d trees."""
    zone = np.zeros(len(at), np.int64)
    if count < 2 or not len(at):
        return zone
    few = count // 2
    near = _side(at @ np.array([math.cos(angle), math.sin(angle)]), kinds, few / count)
    zone[near] = split(at[near], kinds[near], few, angle + math.pi / 2)
    zone[~near] = few + split(at[~near], kinds[~near], count - few, angle + math.pi / 2)
    return zone


def _side(along: Floats, kinds: Ints, share: float) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether each point is among the first `share` of its kind; the one in the middle goes by the middle of all."""
    middle = float(np.quantile(along, share))
    order = np.lexsort((along, kinds))
    mine = kinds[order]
    begin, end = np.searchsorted(mine, mine, "left"), np.searchsorted(mine, mine, "right")
    rank = np.arange(len(order)) - begin
    wanted = share * (end - begin)
    near = np.zeros(len(along), np.bool_)
    near[order] = (rank + 1 <= wanted) | ((rank < wanted) & (along[order] < middle))
    return near
