"""A CP-SAT model of one more visit in a plan where something may give: a window, a shift, a level, a break, a visit.

Caregivers and order of all others stay, their times may move within their windows on the routes looked at. A place is
an option: a route, a position, and at most one neighbour left out for it. Source of the model: elastic programming,
Chinneck (2008), "Feasibility and Infeasibility in Optimization".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ortools.sat.python import cp_model

from routing.offers import Offers, Spot
from routing.plan import Plan
from routing.problem import FAR, Problem, Visit
from routing.relaxation import (
    ALONE,
    DROPPED,
    EARLIER,
    KINDS,
    LATER,
    LONGER,
    UNPAID,
    UNRESTED,
    Give,
    Prices,
)  # fmt: skip

Key = tuple[int, int]
"""(route, stop) of the plan; (-1, half) for the new visit."""


@dataclass(frozen=True, slots=True)
class Found:
    """A solution: where each half goes, what gives, and when everything on the routes looked at starts.

    `unrested` routes go without their break, `ends` tells when a break begins that is taken at the end, unplanned.
    """

    spots: tuple[Spot, ...]
    gives: tuple[Give, ...]
    starts: dict[Key, int]
    unrested: frozenset[int]
    ends: dict[int, int]


class Elastic(Offers):
    """The model for one visit of one or two persons; `solve` looks for what has to give least."""

    def __init__(self, problem: Problem, plan: Plan, visit: Visit, reach: int, prices: Prices) -> None:
        super().__init__(problem, plan, visit)
        self.prices = prices
        self.canteens = {canteen.id: canteen for canteen in problem.canteens}
        self.cp = cp_model.CpModel()
        self.looked = self.nearest(reach)
        self.end = 2 * max([r.back for r in plan.routes] + [w.start for w in visit.windows] + [1]) + 30 * prices.hour
        self.starts: dict[Key, Any] = {}
        self.given: dict[str, list[tuple[Any, Give]]] = {kind: [] for kind in KINDS}
        self.cost: list[Any] = []
        self.allowed = {kind: self.cp.new_bool_var(kind) for kind in KINDS}
        self.options: dict[Spot, Any] = {}
        self.unrested: dict[int, Any] = {}
        self.ends: dict[tuple[int, Spot | None], tuple[Any, Any]] = {}
        for r in self.looked:
            self._times(r)
        self._guests()
        self._bonds()
        for r in self.looked:
            self._route(r)

    # -- times ------------------------------------------------------------------------------------------------------

    def _give(self, var: Any, give: Give) -> None:
        """Notes that `var` (times the amount, for what is counted in ticks) gives this, when its kind is allowed."""
        self.given[give.kind].append((var, give))
        self.cp.add(var <= 0).only_enforce_if(~self.allowed[give.kind])
        self.cost.append(var * self.prices.of(self.problem, give))

    def _times(self, r: int) -> None:
        _, shift = self.shift(r)
        for k, stop in enumerate(self.routes[r].stops):
            if stop.kind == "visit":
                visit = self.known[stop.visit]
                spans = [[w.start, min(w.latest, self.end)] for w in visit.windows]
                if visit.pinned_start is not None and stop.half == 0:
                    spans = [[visit.pinned_start, visit.pinned_start]]
            elif stop.kind == "load":
                spans = [[self.canteens[stop.visit].ready, self.end]]
            else:
                spans = [[min(shift.start, stop.start), self.end]]
            domain = cp_model.Domain.from_intervals(spans)
            self.starts[r, k] = self.cp.new_int_var_from_domain(domain, f"s{r}.{k}")
            self.cp.add_hint(self.starts[r, k], stop.start)
        if self.may_rest(r):
            self.starts[r, len(self.routes[r].stops)] = self.cp.new_int_var(-self.end, self.end, f"b{r}")

    def _guests(self) -> None:
        """The starts of the visit, its windows, and one option per half, or one person in place of two."""
        cp, visit = self.cp, self.visit
        early, late = (cp.new_int_var(0, 12 * self.prices.hour, name) for name in (EARLIER, LATER))
        self._give(early, Give(EARLIER, 1))
        self._give(late, Give(LATER, 1))
        alone = cp.new_bool_var(ALONE) if len(visit.needs) == 2 else None
        if alone is not None:
            self._give(alone, Give(ALONE, 1))
        spans = [(w.start, min(w.latest, self.end)) for w in visit.windows]
        for half in range(len(visit.needs)):
            start = self.starts[-1, half] = cp.new_int_var(-self.end, self.end, f"x{half}")
            pinned = visit.pinned_start if half == 0 else None
            chosen = [cp.new_bool_var(f"w{half}.{i}") for i in range(len(spans))]
            cp.add_exactly_one(chosen)
            for (low, high), literal in zip(spans if pinned is None else [(pinned, pinned)], chosen, strict=False):
                cp.add(start >= low - early).only_enforce_if(literal)
                cp.add(start <= high + late).only_enforce_if(literal)
            options = [self._option(spot) for spot in self.spots(half, self.looked)]
            cp.add(sum(options) == (1 if half == 0 or alone is None else 1 - alone))
        if len(visit.needs) == 2 and alone is not None:
            low, high = visit.gap
            cp.add(self.starts[-1, 1] - self.starts[-1, 0] >= low).only_enforce_if(~alone)
            cp.add(self.starts[-1, 1] - self.starts[-1, 0] <= high).only_enforce_if(~alone)
            for who in self.people:
                both = [o for spot, o in self.options.items() if self.routes[spot.route].caregiver == who]
                cp.add_at_most_one(both)

    def _option(self, spot: Spot) -> Any:
        literal = self.options[spot] = self.cp.new_bool_var("")
        person = self.shift(spot.route)[0]
        for give in self.lacks(person, spot.half) or []:
            self._give(literal, give)
        if spot.without >= 0:
            self._give(literal, Give(DROPPED, 1, self.routes[spot.route].stops[spot.without].visit))
        return literal

    def _bonds(self) -> None:
        """Partners of pairs and linked visits, on the routes looked at and beyond."""
        where: dict[tuple[str, int], Any] = {}
        for r, route in enumerate(self.routes):
            for k, stop in enumerate(route.stops):
                if stop.kind == "visit":
                    where[stop.visit, stop.half] = self.starts.get((r, k), stop.start)
        where[self.visit.id, 0] = self.starts[-1, 0]
        bonds = [
            ((v.id, 0), (v.id, 1), *v.gap) for v in self.problem.visits if len(v.needs) == 2 and v is not self.visit
        ]
        bonds += [((link.first, 0), (link.second, 0), link.low, link.high) for link in self.problem.links]
        dropped = {give.who: [] for give in (g for _, g in self.given[DROPPED])}  # type: dict[str, list[Any]]
        for var, give in self.given[DROPPED]:
            dropped[give.who].append(var)
        for a, b, low, high in bonds:
            if a not in where or b not in where or (isinstance(where[a], int) and isinstance(where[b], int)):
                continue
            out = [~var for name in (a[0], b[0]) for var in dropped.get(name, ())]
            self.cp.add(where[b] - where[a] >= low).only_enforce_if(out)
            if high < FAR:
                self.cp.add(where[b] - where[a] <= high).only_enforce_if(out)

    # -- orders -----------------------------------------------------------------------------------------------------

    def _route(self, r: int) -> None:
        """Order, travel, break, way home and pay of a route, as planned and with each of its options."""
        person, shift = self.shift(r)
        options = [(spot, literal) for spot, literal in self.options.items() if spot.route == r]
        none = self.cp.new_bool_var("")
        self.cp.add(none + sum(literal for _, literal in options) >= 1)
        longer = self.cp.new_int_var(0, 12 * self.prices.hour, "")
        self._give(longer, Give(LONGER, 1, person.id))
        if shift.rest is not None:
            self.unrested[r] = self.cp.new_bool_var("")
            self._give(self.unrested[r], Give(UNRESTED, 1, person.id))
        self._ordered(r, None, none, longer)
        for spot, literal in options:
            self._ordered(r, spot, literal, longer)

    def order(self, r: int, spot: Spot | None) -> list[Key]:
        """The stops of a route, in order, as planned or with one option."""
        keys: list[Key] = [(r, k) for k in range(len(self.routes[r].stops))]
        if spot is not None:
            if spot.rested:
                keys.append((r, len(keys)))
            keys.insert(spot.position + spot.rested, (-1, spot.half))
            if spot.without >= 0:
                keys.remove((r, spot.without))
        return keys

    def _ordered(self, r: int, spot: Spot | None, literal: Any, longer: Any) -> None:
        """Everything that holds on route r when its stops stand in the order of one option."""
        cp, (person, shift), unrested = self.cp, self.shift(r), self.unrested.get(r)
        keys = self.order(r, spot)
        if not keys:
            return
        free: Any = self._leaves_from(r)
        place, rest, rested, kitchen = person.start, shift.rest, False, None
        first: Any = None
        for key in keys:
            kind, here, duration, access = self.element(key)
            here = place if kind == "break" else here
            leg, start = self.problem.travel.time(person.mode, place, here), self.starts[key]
            cp.add(start >= free + leg + access).only_enforce_if(literal)
            first = start - access - leg if first is None else first
            meal = self._meal(key)
            if meal is not None and kitchen is not None:
                cp.add(free + leg - kitchen <= meal).only_enforce_if(literal)
            if kind == "break" and rest is not None and unrested is not None:
                rested = True
                cp.add(start >= rest.earliest).only_enforce_if(literal, ~unrested)
                cp.add(start <= rest.latest).only_enforce_if(literal, ~unrested)
                free = start + duration - duration * unrested
            else:
                free = start + duration
            kitchen = free if kind == "load" else kitchen
            place = here
        home = 0 if person.end is None else self.problem.travel.time(person.mode, place, person.end)
        back = free + home if rested or unrested is None else self._home(r, spot, literal, free, home, first)
        cp.add(back <= min(self._until(r), self.end) + longer).only_enforce_if(literal)
        self._pay(r, literal, first, back, rested)

    def element(self, key: Key) -> tuple[str, int, int, int]:
        """(kind, place, duration, access) of a stop or of a half of the visit."""
        r, k = key
        if r < 0:
            return "visit", self.visit.place, self.visit.needs[k].duration, self.visit.access
        if k == len(self.routes[r].stops):
            rest = self.shift(r)[1].rest
            return "break", -1, rest.duration if rest is not None else 0, 0
        stop = self.routes[r].stops[k]
        access = self.known[stop.visit].access if stop.kind == "visit" else 0
        return stop.kind, stop.place, stop.finish - stop.start, access

    def _meal(self, key: Key) -> int | None:
        r, k = key
        if r >= 0 and k == len(self.routes[r].stops):
            return None
        visit = self.visit if r < 0 else self.known.get(self.routes[r].stops[k].visit)
        return visit.meal.ride if visit is not None and visit.meal is not None else None

    def _leaves_from(self, r: int) -> int:
        """From when the caregiver may leave: the shift's start, or home from the shift before as planned."""
        route, (_, shift) = self.routes[r], self.shift(r)
        before = [q.back for q in self.routes if q.caregiver == route.caregiver and q.shift < route.shift and q.stops]
        return max([shift.start, *before])

    def _until(self, r: int) -> int:
        """When the caregiver has to be back: the shift's end, or in time for the shift after as planned."""
        route, (_, shift) = self.routes[r], self.shift(r)
        after = [q.depart for q in self.routes if q.caregiver == route.caregiver and q.shift > route.shift and q.stops]
        return min([shift.latest, *after])

    def _home(self, r: int, spot: Spot | None, literal: Any, free: Any, home: int, first: Any) -> Any:
        """When the caregiver is back, after a break at the end unless home, or only leaving, by its latest start."""
        cp, rest, unrested = self.cp, self.shift(r)[1].rest, self.unrested[r]
        assert rest is not None  # noqa: S101 - asked for by the caller
        taken, away = cp.new_bool_var(""), cp.new_bool_var("")
        start, back = cp.new_int_var(-self.end, self.end, ""), cp.new_int_var(-self.end, 2 * self.end, "")
        cp.add(free + home <= rest.latest).only_enforce_if(literal, ~taken, ~away, ~unrested)
        cp.add(first > rest.latest).only_enforce_if(literal, away)
        cp.add(back == free + home).only_enforce_if(literal, ~taken)
        cp.add(start >= free).only_enforce_if(literal, taken)
        cp.add(start >= rest.earliest).only_enforce_if(literal, taken)
        cp.add(start <= rest.latest).only_enforce_if(literal, taken)
        cp.add(back == start + rest.duration + home).only_enforce_if(literal, taken)
        cp.add_implication(unrested, ~taken)
        self.ends[r, spot] = (taken, start)
        return back

    def _pay(self, r: int, literal: Any, first: Any, back: Any, rested: bool) -> None:
        """The caregiver's paid limit, other shifts as planned."""
        person, shift = self.shift(r)
        if person.most_paid is None:
            return
        others = 0
        for route in self.routes:
            if route.caregiver == person.id and route.shift != self.routes[r].shift and route.stops:
                breaks = sum(stop.finish - stop.start for stop in route.stops if stop.kind == "break")
                others += route.back - route.depart - breaks
        spared: Any = 0
        if rested and shift.rest is not None:
            spared = shift.rest.duration - shift.rest.duration * self.unrested[r]
        more = self.cp.new_int_var(0, 12 * self.prices.hour, "")
        self._give(more, Give(UNPAID, 1, person.id))
        self.cp.add(back - first - spared + others <= person.most_paid + more).only_enforce_if(literal)

    # -- solving ----------------------------------------------------------------------------------------------------

    def solve(self, only: str | None, seconds: float) -> Found | None:
        """What has to give least; with `only` nothing but that kind may. None when there is no way within the limit."""
        if not self.looked:
            return None
        cp = self.cp
        cp.clear_assumptions()
        cp.add_assumptions([var if only in (None, kind) else ~var for kind, var in self.allowed.items()])
        cp.minimize(sum(self.cost))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.max_deterministic_time = seconds
        if solver.solve(cp) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        return self._read(solver)

    def _read(self, solver: cp_model.CpSolver) -> Found:
        """What the solver found, in the words of the plan."""
        spots = tuple(spot for spot, literal in self.options.items() if solver.boolean_value(literal))
        gives = []
        for given in self.given.values():
            for var, give in given:
                amount = solver.value(var)
                if amount:
                    gives.append(Give(give.kind, give.amount * amount, give.who, give.skill))
        starts = {key: solver.value(var) for key, var in self.starts.items()}
        spared = frozenset(r for r, var in self.unrested.items() if solver.boolean_value(var))
        chosen = {spot.route: spot for spot in spots}
        ends = {
            r: solver.value(start) for (r, spot), (taken, start) in self.ends.items()
            if spot == chosen.get(r) and solver.boolean_value(taken)
        }  # fmt: skip
        return Found(
            tuple(sorted(spots, key=lambda spot: spot.half)), tuple(dict.fromkeys(gives)), starts, spared, ends
        )
