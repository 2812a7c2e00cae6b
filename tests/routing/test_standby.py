"""Promise: places for a visit come from a process of its own, as if asked directly, and it ends with its parent."""

import os
import signal
import time
from collections.abc import Iterator

import pytest

from routing.check import check
from routing.errors import ProblemError, SolverCrashed
from routing.insert import cheapest_insertions
from routing.ordered import Orders, Step, ordered
from routing.plan import Plan
from routing.problem import Break, Need, Problem
from routing.standby import Standby
from tests.routing.slow import seeded_day
from tests.routing.test_insert import grown
from tests.routing.town import call, lin, line


@pytest.fixture
def standby() -> Iterator[Standby]:
    """A helper that is gone after the test."""
    helper = Standby(idle_s=30.0)
    yield helper
    helper.close()


def orders_of(plan: Plan) -> Orders:
    """The orders of a plan, with the starts it has."""
    return {
        (route.caregiver, route.shift): [Step(stop.kind, stop.visit, stop.half, stop.start) for stop in route.stops]
        for route in plan.routes
    }


@pytest.mark.parametrize("seed", range(20))
def test_a_plan_survives_being_told_as_orders(seed: int) -> None:
    """Orders with their starts give the same stops again, and without starts a plan that is no later anywhere."""
    problem = seeded_day(500 + seed, 14)
    plan = grown(problem, 14)
    again = ordered(problem, orders_of(plan))
    assert check(problem, again).valid
    assert {(r.caregiver, r.shift, r.stops) for r in again.routes} == {
        (r.caregiver, r.shift, r.stops) for r in plan.routes
    }
    free = {key: [Step(s.kind, s.name, s.half) for s in steps] for key, steps in orders_of(plan).items()}
    starts = {(s.visit, s.half): s.start for r in plan.routes for s in r.stops if s.kind == "visit"}
    for route in ordered(problem, free).routes:
        assert all(stop.start <= starts[stop.visit, stop.half] for stop in route.stops if stop.kind == "visit")


def test_what_the_problem_does_not_know_is_left_out() -> None:
    """Strange visits, strange people and halves without their partner have no stop."""
    both = call("p", 2, needs=(Need(10, {"care": 1}), Need(10, {"care": 1})))
    problem = Problem("known", 1, line(4), (lin(rest=Break(10, 50, 90)),), (call("a", 1), both))
    steps = [Step("visit", "gone"), Step("break"), Step("visit", "a"), Step("visit", "p", 1)]
    plan = ordered(problem, {("lin", 0): steps, ("nobody", 0): [Step("visit", "a")]})
    assert [(stop.kind, stop.visit) for stop in plan.routes[0].stops] == [("break", ""), ("visit", "a")]
    assert set(plan.unserved) == {"p"}


def test_the_helper_answers_as_if_asked_directly(standby: Standby) -> None:
    """Same options in the same order; the one taken gives a plan that passes the checker."""
    problem = seeded_day(7, 12)
    plan = grown(problem, 9)
    for visit in problem.visits:
        if plan.where(visit.id):
            continue
        found = standby.places(problem, orders_of(plan), visit.id, best=3)
        assert found == cheapest_insertions(problem, plan, visit, best=3)
        for option in found[:1]:
            assert check(problem, standby.taken(problem, orders_of(plan), visit.id, option)).valid
    with pytest.raises(ProblemError, match="visit"):
        standby.places(problem, orders_of(plan), "nothing")


def test_a_killed_helper_is_told_and_replaced(standby: Standby) -> None:
    """When the process dies the question fails, and the next one is answered by another process."""
    problem = Problem("one", 1, line(4), (lin(),), (call("a", 1),))
    assert len(standby.places(problem, {}, "a")) == 1
    assert standby.child is not None
    first = standby.child.pid
    os.kill(first, signal.SIGSTOP)
    standby.answer_s = 0.2
    with pytest.raises(SolverCrashed):
        standby.places(problem, {}, "a")
    standby.answer_s = 60.0
    assert len(standby.places(problem, {}, "a")) == 1 and standby.child.pid != first


def test_an_idle_helper_gives_its_memory_back() -> None:
    """After a while without questions the process ends by itself."""
    helper = Standby(idle_s=0.2)
    problem = Problem("one", 1, line(4), (lin(),), (call("a", 1),))
    assert len(helper.places(problem, {}, "a")) == 1
    assert helper.child is not None
    until = time.monotonic() + 20
    while helper.child.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    assert helper.child.poll() == 0
    helper.close()
