"""Promise: what the search believes about times and cost is what a fresh walk and the checker say."""

import numpy as np
import pytest

from bench.day import town_day
from routing.check import check
from routing.compiled import Compiled
from routing.engine import Auto
from routing.exact import Exact
from routing.moves import Finder, removed
from routing.plan import Plan
from routing.problem import Need, Problem, Window
from routing.report import planned
from routing.run import Run
from routing.search import Search, rebuilt
from tests.routing.town import call, lin, line, rich, scattered


def searched(problem: Problem, steps: int, seed: int = 1) -> Search:
    """A search after construction and some steps."""
    search = Search(Compiled(problem), seed)
    search.build(search.orders()[0])
    for _ in range(steps):
        search.step(5.0)
        search.swap_tails(20.0)
    return search


@pytest.mark.parametrize(
    "problem", [rich(), scattered(30, 6), town_day(40, 30, 16, 2, 4)], ids=["rich", "classic", "day"]
)
def test_the_state_agrees_with_itself_and_the_checker(problem: Problem) -> None:
    """After hundreds of changes and undos the cost equals that of a fresh walk, and the plan is valid."""
    search = searched(problem, 150)
    search.restore()
    fresh = rebuilt(search.c, search.best)
    assert fresh.score() == search.best.score
    plan = planned(fresh, seed=1, engine="test")
    verdict = check(problem, plan)
    assert verdict.violations == ()
    goal = problem.objective
    assert verdict.cost == pytest.approx(fresh.score() / goal.scale)


def test_rollback_restores_everything() -> None:
    """Taking visits out and rolling back leaves orders, times and cost as they were."""
    search = searched(scattered(25, 5), 20)
    state = search.state
    before = (state.score(), [list(q) for q in state.seq], list(state.start), list(state.late), set(state.out))
    mark = state.mark()
    for unit in range(0, 25, 3):
        removed(state, unit)
    for unit in sorted(state.out):
        search.enter(unit, search.rng)
    state.rollback(mark)
    served = [x for x in range(search.c.halves) if state.where[x] >= 0]
    assert (state.score(), state.seq, state.out) == (before[0], before[1], before[4])
    assert [state.start[x] for x in served] == [before[2][x] for x in served]


def test_a_knot_of_two_pairs_is_refused() -> None:
    """Two pairs met in opposite order by the same two people can never be timed."""
    both = {"needs": (Need(10, {"care": 1}), Need(10, {"care": 1})), "windows": (Window(0, 50, 1 << 40),)}
    problem = Problem(
        "knot", 1, line(4), (lin(end=10**9), lin("chen", end=10**9)), (call("p", 1, **both), call("q", 2, **both))
    )
    search = Search(Compiled(problem), 1)
    state = search.state
    state.flip(0)
    state.flip(1)
    assert not state.reorder({0: [0, 2], 1: [3, 1]})
    search = Search(Compiled(problem), 1)
    search.build([0, 1])
    assert not search.best.out


@pytest.mark.parametrize("seed", range(4))
def test_exact_neighbourhoods_agree_with_the_exact_walk(seed: int) -> None:
    """Whatever CP-SAT proposes is timed by the walk, never accepted when dearer, and stays valid."""
    problem = scattered(24, 5, seed) if seed else rich()
    search = searched(problem, 5, seed)
    exact = Exact(seed)
    for _ in range(6):
        before = search.state.score()
        exact.step(search, 0.3, clock=False)
        assert search.state.score() <= before
    search.note()
    plan = planned(rebuilt(search.c, search.best), seed=seed, engine="test")
    assert check(problem, plan).valid


def test_the_ranking_finds_the_cheapest_place_of_a_single_visit() -> None:
    """Without pairs the few exactly timed places contain the best of all places."""
    problem = scattered(20, 4, 3, pairs=0.0)
    search = searched(problem, 10)
    state = search.state
    for unit in range(20):
        removed(state, unit)
        finder = Finder(state)
        spot = finder.best(unit)
        x = search.c.units[unit].tasks[0]
        before = state.score()
        scores = [
            finder.try_out([(x, r, i)])
            for r in range(search.c.R)
            if search.c.able[x, r]
            for i in range(len(state.seq[r]) + 1)
        ]
        best = min(score for score in scores if score is not None)
        assert spot is not None and spot.delta <= (best - before) + abs(best - before) // 4 + 5
        finder.place(unit, spot)


def run(problem: Problem, iterations: int) -> Plan:
    """The default engine in this process."""
    return Auto(problem, Run(None, iterations, 1, lambda *_: None, lambda: False)).solve()


def test_an_unserved_visit_always_has_a_reason() -> None:
    """A skill that nobody has, a window outside every shift, a full day: each is told apart with counts."""
    visits = [
        call("rare", 1, needs=(Need(20, {"surgery": 1}),)),
        call("night", 1, 5000, 6000),
        call("unwanted", 1, refused=frozenset({"lin"})),
        call("cheap", 5, price=1),
        call("fine", 1),
        *(call(f"same{i}", 2, 100, 100) for i in range(3)),
    ]
    plan = run(Problem("reasons", 1, line(6), (lin(),), tuple(visits)), 30)
    codes = {name: reason.code for name, reason in plan.unserved.items()}
    assert codes["rare"] == "skill" and codes["night"] == "shift" and codes["unwanted"] == "refused"
    assert codes["cheap"] == "price" and "fine" not in codes
    assert sum(codes.get(f"same{i}") == "busy" for i in range(3)) == 2
    assert all(reason.text and sum(reason.counts.values()) == 1 for reason in plan.unserved.values())


@pytest.mark.parametrize("problem", [
    Problem("empty", 1, line(2), (lin(),), ()),
    Problem("nobody", 1, line(2), (), (call("v", 1),)),
    Problem("nothing", 1, line(2), (), ()),
], ids=lambda problem: problem.name)  # fmt: skip
def test_empty_days_are_days(problem: Problem) -> None:
    """No visits, no caregivers or neither: a valid plan comes out, with a reason for what is missing."""
    plan = run(problem, 3)
    assert check(problem, plan).valid
    assert {name: reason.code for name, reason in plan.unserved.items()} == {v.id: "nobody" for v in problem.visits}


def test_several_windows_and_an_open_end() -> None:
    """A visit with two windows is served in one of them; a route without an end place ends at its last stop."""
    from_here = lin(end=1000)
    open_end = type(from_here)("lin", from_here.shifts, 0, None, {"care": 1}, "walk")
    two = call("two", 1, windows=(Window.hard(0, 5), Window.hard(300, 310)))
    problem = Problem("two", 1, line(4), (open_end,), (two, call("late", 3)))
    plan = run(problem, 20)
    assert check(problem, plan).valid and not plan.unserved
    (route,) = plan.routes
    assert route.travel_back == 0 and route.back == route.stops[-1].finish
    (stop,) = [s for s in route.stops if s.visit == "two"]
    assert 300 <= stop.start <= 310


@pytest.mark.parametrize("seed", [1, 2])
def test_a_town_day_is_built_at_once(seed: int) -> None:
    """260 visits, 300 meals, 60 caregivers: construction alone gives a valid plan with nearly all care visits."""
    problem = town_day(seed=seed)
    plan = run(problem, 0)
    assert check(problem, plan).valid
    missing = [name for name in plan.unserved if name.startswith("v")]
    assert len(missing) <= 26
    assert np.isfinite(plan.cost) and all(reason.code != "open" for reason in plan.unserved.values())
