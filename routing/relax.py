"""The least that has to give so that a visit left out gets in, each answer proved by applying it and checking again."""

from __future__ import annotations

from dataclasses import replace

from routing.check import check
from routing.costs import costed
from routing.elastic import Elastic, Found
from routing.errors import ProblemError
from routing.lifting import lifted
from routing.offers import Spot
from routing.plan import Plan, Reason, Route, Stop
from routing.problem import Problem, Visit
from routing.relaxation import DROPPED, KINDS, Give, Prices, Relaxation, relaxed
from routing.standing import Standing

__all__ = ["Give", "Prices", "Relaxation", "cheapest_relaxation", "relaxations"]

FOR_ANOTHER = Reason("dropped", "left out for a visit that costs more to leave out")


def cheapest_relaxation(problem: Problem, plan: Plan, visit: str, *, seconds: float = 2.0) -> Relaxation | None:
    """What has to give least so that `visit` gets in; None when nothing found within the limits would let it in.

    See `relaxations`; this is its first, found alone.
    """
    wanted = _wanted(problem, plan, visit)
    if wanted is None:
        return None
    asked = _Asked(problem, plan, wanted, 24, None)
    return asked.as_it_is() or asked.found(None, seconds)


def relaxations(
    problem: Problem, plan: Plan, visit: str, *, reach: int = 24, seconds: float = 2.0, prices: Prices | None = None
) -> list[Relaxation]:
    """Ways to let in a visit that a valid plan leaves out, cheapest first: the best of all, and of each kind alone.

    Everybody else keeps caregiver and order, and times move within their windows. Looked at are the `reach` routes with
    the least way to the visit; `seconds` is CP-SAT's deterministic time per answer, so that equal questions have equal
    answers. Every answer has passed the checker for the problem with these things given.
    Raises ProblemError for a visit that is unknown or served.
    """
    wanted = _wanted(problem, plan, visit)
    if wanted is None:
        return []
    asked = _Asked(problem, plan, wanted, reach, prices)
    found = [asked.as_it_is() or asked.found(None, seconds)]
    if found[0] is not None and found[0].gives:
        found += [asked.found(kind, seconds) for kind in KINDS]
    best: dict[tuple[Give, ...], Relaxation] = {}
    for answer in found:
        if answer is not None:
            best.setdefault(answer.gives, answer)
    return sorted(best.values(), key=lambda answer: answer.cost)


def _wanted(problem: Problem, plan: Plan, visit: str) -> Visit | None:
    """The visit; None when it hands over goods, for which no way is looked for."""
    wanted = next((v for v in problem.visits if v.id == visit), None)
    if wanted is None or plan.where(visit):
        raise ProblemError("visit", f"is {visit!r:.60}", "a visit of this problem that the plan leaves out")
    hands_over = wanted.delivers is not None or any(v.delivers == visit for v in problem.visits)
    return None if hands_over else wanted


class _Asked:
    """One question: the visit, the model (made when needed), and the proof of every answer."""

    def __init__(self, problem: Problem, plan: Plan, visit: Visit, reach: int, prices: Prices | None) -> None:
        self.problem, self.plan, self.visit, self.reach = problem, plan, visit, reach
        self.prices = prices or Prices(3600 * problem.ticks_per_s)
        self.model: Elastic | None = None

    def as_it_is(self) -> Relaxation | None:
        """The visit where it fits without anything giving: it was left out for its price."""
        return self._placed((), self.problem, self.plan)

    def found(self, only: str | None, seconds: float) -> Relaxation | None:
        """The cheapest answer, of one kind or of all, that stands up to the checker."""
        self.model = self.model or Elastic(self.problem, self.plan, self.visit, self.reach, self.prices)
        found = self.model.solve(only, seconds)
        if found is None:
            return None
        problem = relaxed(self.problem, self.visit.id, found.gives)
        plan = self.plan
        for give in found.gives:
            if give.kind == DROPPED:
                plan = lifted(problem, plan, give.who)
                plan = replace(plan, unserved={**plan.unserved, give.who: FOR_ANOTHER})
        return self._placed(found.gives, problem, plan) or self._timed(found, problem)

    def _placed(self, gives: tuple[Give, ...], problem: Problem, plan: Plan) -> Relaxation | None:
        """Proved by insertion: nobody starts earlier than planned."""
        visit = next(v for v in problem.visits if v.id == self.visit.id)
        standing = Standing(problem, plan)
        for option in standing.places(visit, best=1):
            return self._proved(gives, problem, standing.applied(visit, option))
        return None

    def _timed(self, found: Found, problem: Problem) -> Relaxation | None:
        """Proved with the times of the model: others may start earlier, too."""
        assert self.model is not None  # noqa: S101 - it made what was found
        spots = {spot.route: spot for spot in found.spots}
        routes = []
        for r, route in enumerate(self.model.routes):
            renewed = self._route(r, spots.get(r), found) if r in self.model.looked else route
            if renewed.stops:
                routes.append(renewed)
        dropped = {give.who: FOR_ANOTHER for give in found.gives if give.kind == DROPPED}
        out = {name: why for name, why in self.plan.unserved.items() if name != self.visit.id}
        return self._proved(found.gives, problem, replace(self.plan, routes=tuple(routes), unserved={**out, **dropped}))

    def _route(self, r: int, spot: Spot | None, found: Found) -> Route:
        """A route as the model timed it."""
        assert self.model is not None  # noqa: S101 - it made what was found
        model, route = self.model, self.model.routes[r]
        person = next(person for person in self.problem.caregivers if person.id == route.caregiver)
        stops: list[Stop] = []
        place, free, depart = person.start, 0, 0
        for key in model.order(r, spot):
            kind, here, duration, access = model.element(key)
            if kind == "break" and r in found.unrested:
                continue
            here = place if kind == "break" else here
            leg = self.problem.travel.time(person.mode, place, here)
            start = found.starts[key]
            if not stops:
                depart = free = start - access - leg
            name, half = (self.visit.id, key[1]) if key[0] < 0 else ("", 0)
            if key[0] >= 0 and kind != "break":
                name, half = route.stops[key[1]].visit, route.stops[key[1]].half
            wait = start - access - free - leg
            stops.append(Stop(kind, name, half, here, leg, free + leg, wait, start, start + duration))
            place, free = here, start + duration
        shift = person.shifts[route.shift]
        if r in found.ends and shift.rest is not None and stops:
            start = found.ends[r]
            stops.append(Stop("break", "", 0, place, 0, free, start - free, start, start + shift.rest.duration))
            free = start + shift.rest.duration
        home = 0 if person.end is None or not stops else self.problem.travel.time(person.mode, place, person.end)
        return Route(route.caregiver, route.shift, depart, tuple(stops), home, free + home)

    def _proved(self, gives: tuple[Give, ...], problem: Problem, plan: Plan) -> Relaxation | None:
        """The answer, when the checker finds nothing; None else."""
        if check(problem, plan, claimed=False).violations:
            return None
        cost, parts = costed(problem, plan)
        price = self.visit.price * self.problem.objective.unserved / self.problem.objective.scale
        extra = cost - costed(self.problem, self.plan)[0] + price
        total = sum(self.prices.of(self.problem, give) for give in gives)
        return Relaxation(self.visit.id, gives, total, extra, problem, replace(plan, cost=cost, parts=parts))
