"""One zone of a large day as a small problem with its own search; what it gives back speaks of the whole day."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module

import numpy as np

from routing.compiled import Compiled
from routing.cut import Hold, Routes, Zone
from routing.explain import orders_in
from routing.plan import Plan, Route, Stop
from routing.problem import Caregiver, Problem, Visit
from routing.report import planned
from routing.run import Run
from routing.search import Best, Search, orders_of
from routing.travel import Ints, Travel

SMALLS = 100
ROUND_S, ROUND_STEPS = 0.08, 50


@dataclass
class Budget:
    """What one zone may spend: seconds since `began`, or steps, whichever ends first."""

    run: Run
    seconds: float | None
    steps: int | None
    began: float = 0.0
    done: int = 0

    def share(self) -> float:
        """How much is spent, 0 to 1."""
        if self.run.stopped():
            return 1.0
        by_steps = self.done / self.steps if self.steps else float(self.steps is not None)
        by_clock = 0.0 if self.seconds is None else (time.monotonic() - self.began) / max(self.seconds, 1e-3)
        return min(1.0, max(by_steps, by_clock))


class Piece:
    """A zone's own day: compiled once, built or loaded, annealed, told."""

    def __init__(self, whole: Problem, zone: Zone, seed: int) -> None:
        self.whole, self.zone = whole, zone
        self.problem, self.places = small(whole, zone)
        self.c = Compiled(self.problem)
        self.search, self.seed = Search(self.c, seed), seed
        # the same legs in half the memory: all zones of a day are kept beside each other
        self.c.D = self.search.P.D  # type: ignore[assignment]
        self.held = {whole.visits[v].id: hold for v, hold in zone.held.items()}

    def build(self) -> None:
        """A first plan, from whatever is loaded."""
        self.search.build(orders_of(self.c)[0])

    def load(self, routes: Routes) -> bool:
        """Goes on from the whole day's routes; False when they cannot be timed here."""
        mine = []
        for person in self.problem.caregivers:
            for shift in range(len(person.shifts)):
                route = routes.get((person.id, shift))
                if route is not None:
                    mine.append(replace(route, stops=tuple(self._inward(route.stops))))
        return self.search.load(orders_in(self.c, Plan(tuple(mine), {}, 0.0, {})))

    def _inward(self, stops: Iterable[Stop]) -> Iterable[Stop]:
        for stop in stops:
            hold = self.held.get(stop.visit) if stop.kind == "visit" else None
            yield stop if hold is None else replace(stop, half=hold.halves.index(stop.half))

    def anneal(self, budget: Budget, hot: float, cold: float) -> None:
        """Cools from `hot` to `cold` mean legs over the budget."""
        steps = ROUND_STEPS
        while (share := budget.share()) < 1.0:
            if budget.steps is not None:
                steps = min(ROUND_STEPS, budget.steps - budget.done)
            began = time.monotonic()
            heat = hot * (cold / hot) ** share * self.search.leg()
            self.search.anneal(steps, heat, heat, SMALLS)
            budget.done += steps
            if budget.steps is None:
                steps = int(min(max(steps * ROUND_S / max(time.monotonic() - began, 1e-3), 1), 4 * steps))

    def refine(self, budget: Budget) -> None:
        """CP-SAT re-solves neighbourhoods of the best plan over the budget, whose steps are neighbourhoods."""
        self.search.restore()
        exact = import_module("routing.exact").Exact(self.seed)
        while budget.share() < 1.0:
            left = 1.0 if budget.seconds is None else budget.began + budget.seconds - time.monotonic()
            exact.step(self.search, max(0.05, min(1.0, left)), budget.seconds is not None)
            budget.done += 1

    def told(self) -> tuple[list[Route], set[str], set[str]]:
        """The best routes, who is out, and who of them would fit at a price. Raises RuntimeError, which is a bug."""
        best: Best = self.search.kept()
        if not self.search.load(best):
            raise RuntimeError("the best orders of a zone do not fit any more")
        plan = planned(self.search.state(), seed=0, engine="auto")
        dear = {
            name for u in sorted(best.out) if self.search.price_of(u) is not None for name in self.c.units[u].visits
        }
        return [self._outward(route) for route in plan.routes], set(plan.unserved), dear

    def _outward(self, route: Route) -> Route:
        stops = []
        for stop in route.stops:
            hold = self.held.get(stop.visit) if stop.kind == "visit" else None
            half = stop.half if hold is None else hold.halves[stop.half]
            stops.append(replace(stop, place=int(self.places[stop.place]), half=half))
        return replace(route, stops=tuple(stops))


def small(whole: Problem, zone: Zone) -> tuple[Problem, Ints]:
    """The zone as a problem, and the place in the whole day of each of its places."""
    people = [whole.caregivers[c] for c in zone.people]
    visits = [whole.visits[v] for v in zone.visits]
    fetched = {visit.meal.canteen for visit in visits if visit.meal}
    canteens = [canteen for canteen in whole.canteens if canteen.id in fetched]
    used = (
        {v.place for v in visits} | {k.place for k in canteens} | {p.start if p.end is None else p.end for p in people}
    )
    places = np.array(sorted(used | {person.start for person in people}), np.int64)
    local = {place: i for i, place in enumerate(places.tolist())}
    crew = [replace(p, start=local[p.start], end=None if p.end is None else local[p.end]) for p in people]
    away = Caregiver(_stranger(whole), (), 0, None, mode=people[0].mode)
    known = frozenset(person.id for person in people)
    asked = [_visit(whole.visits[v], local, known, away.id, zone.held.get(v)) for v in zone.visits]
    free = {
        v.id
        for i, v in zip(zone.visits, visits, strict=True)
        if i not in zone.held or len(v.needs) == len(zone.held[i].halves)
    }
    links = tuple(link for link in whole.links if link.first in free and link.second in free)
    kitchens = tuple(replace(canteen, place=local[canteen.place]) for canteen in canteens)
    return replace(
        whole, travel=_travel(whole, people, places), caregivers=(*crew, away), visits=tuple(asked), canteens=kitchens,
        links=links, labels={},
    ), places  # fmt: skip


def _stranger(whole: Problem) -> str:
    """A name that no caregiver of the day has: somebody of another zone, whom a wish may still be for."""
    known, name = {person.id for person in whole.caregivers}, "elsewhere"
    while name in known:
        name += "'"
    return name


def _visit(visit: Visit, local: Mapping[int, int], known: frozenset[str], away: str, hold: Hold | None) -> Visit:
    """The visit in its zone: wishes for people elsewhere stay wishes, what is held has its caregivers and its time."""
    previous, preferred = (
        names if names <= known else (names & known) | {away} for names in (visit.previous, visit.preferred)
    )
    inside = replace(
        visit, place=local[visit.place], refused=visit.refused & known, previous=previous, preferred=preferred
    )
    if hold is None:
        return inside
    return replace(
        inside, needs=tuple(visit.needs[half] for half in hold.halves), pinned=hold.who, pinned_start=hold.start,
        gap=visit.gap if len(hold.halves) == 2 else (0, 0), must=True,
        promised=tuple(visit.promised[half] for half in hold.halves if visit.promised),
    )  # fmt: skip


def _travel(whole: Problem, people: Iterable[Caregiver], places: Ints) -> Travel:
    modes = sorted({person.mode for person in people})
    exact = None if whole.travel.exact is None else whole.travel.exact[np.ix_(places, places)]
    return Travel({mode: whole.travel.block(mode, places) for mode in modes}, exact)
