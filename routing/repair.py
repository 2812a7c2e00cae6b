"""Adds the visits that a plan leaves out, by insertion alone: nobody who stands in it changes caregiver or order."""

from __future__ import annotations

from routing.check import check
from routing.costs import costed
from routing.errors import ProblemError
from routing.plan import Plan
from routing.problem import Problem, Visit
from routing.standing import Standing

REGRET_UP_TO = 40
"""So many visits at most are weighed against each other at a time; more are taken by price."""


def repaired(problem: Problem, plan: Plan, *, patience: int = 1) -> Plan:
    """The plan with as many of its unserved visits as are worth their price, the one that has most to lose first.

    Every step breaks no promise. Visits that hand over goods or need a canteen nobody goes to stay out.
    Source: Potvin and Rousseau (1993), regret insertion.
    """
    left = sorted((v for v in problem.visits if v.id in plan.unserved), key=lambda v: (not v.must, -v.price, v.id))
    left = [v for v in left if v.delivers is None and not any(other.delivers == v.id for other in problem.visits)]
    while left:
        standing = Standing(problem, plan)
        best: tuple[float, int, Visit, Plan] | None = None
        hopeless = []
        for n, visit in enumerate(left[:REGRET_UP_TO]):
            try:
                options = standing.places(visit, best=2, patience=patience)
            except ProblemError:
                options = []
            price = visit.price * problem.objective.unserved
            if not options or (options[0].cost > price and not visit.must):
                hopeless.append(visit)
                continue
            second = options[1].cost if len(options) > 1 else max(price, options[0].cost) + price
            regret = float("inf") if visit.must else second - options[0].cost
            if best is None or regret > best[0]:
                best = (regret, n, visit, standing.applied(visit, options[0]))
        left = [v for v in left if v not in hopeless and (best is None or v is not best[2])]
        if best is not None:
            plan = best[3]
        elif not hopeless:
            break
    return plan


def better(problem: Problem, one: Plan, other: Plan) -> Plan:
    """The valid and cheaper of two plans; the first when they are equal, or when neither is valid."""
    if not check(problem, other, claimed=False).valid:
        return one
    if not check(problem, one, claimed=False).valid:
        return other
    return other if costed(problem, other)[0] < costed(problem, one)[0] - 1e-9 else one
