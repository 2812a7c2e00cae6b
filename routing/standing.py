"""A plan under way, laid out flat once, that answers where a visit fits best; it changes no order of stops."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from routing.costs import costed
from routing.errors import ProblemError, UnknownPlace, whole
from routing.flat import columns as f
from routing.flat.finding import find
from routing.flat.layout import Layout
from routing.flat.placing import show, undo
from routing.flat.slack import count_all, freeze
from routing.insertion import Insertion
from routing.plan import Plan, Route
from routing.problem import Problem, Visit
from routing.travel import DENSE, Ints

LONG_AGO = -(1 << 45)


class Standing:
    """The stops of a valid plan as arrays; `begun` visits are done or driven to and stay, whatever the clock says.

    Safe to ask again and again, from one thread at a time. Raises ProblemError when plan and problem disagree.
    """

    def __init__(self, problem: Problem, plan: Plan, *, begun: Collection[str] = ()) -> None:
        self.problem, self.plan = problem, plan
        self.layout = Layout(problem, plan, frozenset(begun))
        self.flat = self.layout.flat
        count_all(self.flat)
        self.layout.ease()
        self.visits = {visit.id: visit for visit in problem.visits}
        self.levels = _levels(problem)
        self.matrices = problem.travel.matrices if problem.travel.places <= DENSE else None

    def places(
        self, visit: Visit, *, best: int = 5, now: int | None = None, positions: Sequence[tuple[str, int]] = (),
        patience: int = 1, breaking: bool = False,
    ) -> list[Insertion]:  # fmt: skip
        """The `best` places for a visit that the plan does not serve, best first, one for each set of caregivers.

        The order is by cost plus `patience` x the delay of others. Stops begun by `now` stay, `positions` gives
        (caregiver, place) of people known to be elsewhere than planned. With `breaking` options that break promises are
        shown too, after all others, each marked. Meals only join a caregiver who fetches at their canteen anyway.
        Raises ProblemError for a visit that is served already or hands over goods, and for a value out of range.
        """
        self._ask(visit, whole(best, "best", 1, 1000), whole(patience, "patience", 0, 1 << 20), positions)
        self.flat.state[f.LENIENT] = breaking
        found = find(self.flat, LONG_AGO if now is None else whole(now, "now"))
        return [self._option(visit, i) for i in range(found)]

    def applied(self, visit: Visit, option: Insertion, *, now: int | None = None) -> Plan:
        """The plan with one of the `places` taken; a new visit has to be in the problem that the answer is judged by.

        Raises ProblemError when the option does not belong to this plan.
        """
        if len(option.spots) != len(visit.needs):
            raise ProblemError("option", f"has {len(option.spots)} places", "one per person of the visit")
        self._ask(visit, 1, 1, ())
        self.flat.state[f.LENIENT] = bool(option.breaks)
        freeze(self.flat, LONG_AGO if now is None else now)
        spots = [*(self.layout.spot(spot) for spot in option.spots), (-1, 0)][:2]
        self.flat.best[0] = (0, *spots[0], *spots[1])
        self.flat.state[f.FRESH] = 0
        if not show(self.flat, 0):
            undo(self.flat)
            raise ProblemError("option", "cannot be taken in this plan", "an option of this plan")
        routes = {r: self.layout.route(r, visit) for r in self._touched()}
        undo(self.flat)
        return self._with(visit, routes)

    # -- asking -----------------------------------------------------------------------------------------------------

    def _ask(self, visit: Visit, best: int, patience: int, positions: Sequence[tuple[str, int]]) -> None:
        self._refuse(visit)
        flat, layout = self.flat, self.layout
        if len(flat.best) != best:
            self.flat = flat = layout.flat = flat._replace(best=np.zeros((best, 5), np.int64))
        flat.goal[f.G_DELAY] = patience
        flat.road[:, f.SPOT] = -1
        for who, place in positions:
            if not 0 <= place < self.problem.travel.places:
                raise UnknownPlace("positions", f"{place} is not known", f"0 to {self.problem.travel.places - 1}")
            for r in layout.routes_of.get(who, ()):
                flat.road[r, f.SPOT] = place
        layout.seat(visit)
        self._legs(visit.place)
        for half in range(len(visit.needs)):
            flat.wish[half] = self._wish(visit, half)

    def _refuse(self, visit: Visit) -> None:
        if visit.id in self.layout.where:
            raise ProblemError(f"visits.{visit.id}", "is served already", "a visit that is not in the plan")
        if visit.delivers is not None or visit.id in self.layout.picked:
            raise ProblemError(f"visits.{visit.id}.delivers", "hands over goods", "a visit without a partner stop")
        if not 0 <= visit.place < self.problem.travel.places:
            raise ProblemError("visit.place", f"is {visit.place}", f"0 to {self.problem.travel.places - 1}")
        if visit.meal and visit.meal.canteen not in self.layout.canteens:
            raise ProblemError("visit.meal.canteen", f"is {visit.meal.canteen!r}", "the id of a canteen")

    def _legs(self, place: int) -> None:
        for m, mode in enumerate(self.layout.modes):
            if self.matrices is not None:
                self.flat.inward[m] = self.matrices[mode][:, place]
                self.flat.outward[m] = self.matrices[mode][place]
            else:  # legs that are computed from points are the same both ways
                self.flat.inward[m] = self.flat.outward[m] = self.problem.travel.rows(mode, [place])[0]

    def _wish(self, visit: Visit, half: int) -> Ints:
        """What each route costs for the wishes of this visit; NEVER where the caregiver may not."""
        problem, index = self.problem, self.layout.index
        people = np.arange(len(problem.caregivers))
        able = np.ones(len(people), dtype=np.bool_)
        for skill, level in visit.needs[half].skills.items():
            able &= self.levels[skill] >= level if skill in self.levels else False
        refused = [index[who] for who in visit.refused if who in index]
        able[refused] = False
        if visit.pinned:
            able &= people == index.get(visit.pinned[half], -1)
        if visit.meal:
            able &= self.layout.bags >= visit.meal.portions
        able &= self.layout.rooms >= visit.load
        wish = np.zeros(len(people), dtype=np.int64)
        for names, weight in (
            (visit.previous, problem.objective.continuity),
            (visit.preferred, problem.objective.unwished),
        ):
            if names and weight:
                wish += weight
                wish[[index[who] for who in names if who in index]] -= weight
        return np.where(able, wish, f.NEVER)[self.layout.owners]

    # -- answering --------------------------------------------------------------------------------------------------

    def _touched(self) -> list[int]:
        return [int(r) for r in self.flat.touched[: self.flat.state[f.NTOUCHED]]]

    def _option(self, visit: Visit, i: int) -> Insertion:
        flat, layout, people = self.flat, self.layout, range(len(visit.needs))
        show(flat, i)
        touched = self._touched()
        spots = tuple(layout.described(v) for v in people)
        slips = layout.slips(touched)
        breaks = layout.breaches(touched, visit) if flat.state[f.BROKEN] else ()
        detour = int((flat.sums[touched, f.TRAVEL] - flat.base[touched, f.TRAVEL]).sum())
        cost, late = int(flat.state[f.WORTH]), sum(int(flat.state[f.LATE0 + v]) for v in people)
        undo(flat)
        return Insertion(spots, cost, detour, late, sum(slip.delay for slip in slips), slips, breaks)

    def _with(self, visit: Visit, routes: Mapping[int, Route]) -> Plan:
        plan, pairs = self.plan, self.layout.pairs
        changed = {pairs[r]: route for r, route in routes.items()}
        kept = [changed.pop((route.caregiver, route.shift), route) for route in plan.routes]
        unserved = {name: reason for name, reason in plan.unserved.items() if name != visit.id}
        new = replace(plan, routes=(*kept, *(changed[key] for key in sorted(changed))), unserved=unserved)
        if visit.id not in self.visits:
            return new
        cost, parts = costed(self.problem, new)
        return replace(new, cost=cost, parts=parts)


def _levels(problem: Problem) -> dict[str, Ints]:
    """Per skill, the level of every caregiver."""
    levels: dict[str, Ints] = {}
    for i, person in enumerate(problem.caregivers):
        for skill, level in person.skills.items():
            levels.setdefault(skill, np.zeros(len(problem.caregivers), dtype=np.int64))[i] = level
    return levels
