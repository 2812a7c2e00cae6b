"""What the helper process answers: places for a visit, and the plan with one of them taken; it keeps nothing."""

from __future__ import annotations

from typing import Any

from routing.errors import ProblemError
from routing.insert import cheapest_insertions
from routing.lifting import lifted
from routing.ordered import Orders, ordered
from routing.problem import Problem, Visit
from routing.standing import Standing


def answer(verb: str, problem: Problem, orders: Orders, name: str, how: dict[str, Any]) -> Any:
    """The answer to one question. Raises ProblemError for an unknown visit, or an option of another plan."""
    visit = _visit(problem, name)
    plan = ordered(problem, orders)
    if verb == "places":
        return cheapest_insertions(problem, plan, visit, **how)
    if plan.where(name):
        plan = lifted(problem, plan, name)
    return Standing(problem, plan).applied(visit, how["option"])


def _visit(problem: Problem, name: str) -> Visit:
    found = next((visit for visit in problem.visits if visit.id == name), None)
    if found is None:
        raise ProblemError("visit", f"is {name!r:.60}", "the id of a visit of this problem")
    return found
