"""Where one urgent or changed visit fits best into a plan that is under way, and who has to wait for it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from routing.insertion import Insertion, Slip, Spot
from routing.lifting import lifted
from routing.ordered import ordered
from routing.plan import Plan
from routing.problem import Problem, Visit
from routing.standing import Standing

__all__ = ["Insertion", "Slip", "Spot", "Standing", "cheapest_insertions", "rehearse"]


def cheapest_insertions(
    problem: Problem, plan: Plan, visit: Visit, *, best: int = 5, now: int | None = None,
    positions: Sequence[tuple[str, int]] = (), begun: Collection[str] = (), patience: int = 1, breaking: bool = False,
) -> list[Insertion]:  # fmt: skip
    """The `best` places for a visit of one or two persons, best first, one for each set of caregivers.

    `visit` need not belong to the problem; one that the plan serves already is taken out first (positions count without
    it). Stops that have begun by `now`, and `begun` visits, stay; nobody starts earlier than planned and orders stay.
    No promise is broken unless `breaking`, which shows such options too, after all others and marked. Somebody with
    several visits to place keeps a `Standing` instead. Raises ProblemError.
    """
    if any(stop.visit == visit.id for route in plan.routes for stop in route.stops if stop.kind == "visit"):
        plan = lifted(problem, plan, visit.id)
    standing = Standing(problem, plan, begun=begun)
    return standing.places(visit, best=best, now=now, positions=positions, patience=patience, breaking=breaking)


def rehearse(problem: Problem) -> None:
    """Asks for places for every visit of a small problem, so that all functions are compiled once and kept on disk."""
    plan = ordered(problem, {})
    for visit in problem.visits:
        if visit.delivers is None and not any(other.delivers == visit.id for other in problem.visits):
            standing = Standing(problem, plan)
            for option in standing.places(visit, best=1):
                plan = standing.applied(visit, option)
