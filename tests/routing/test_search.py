"""Promise: what the search believes about times and cost is what a fresh walk and the checker say."""

from dataclasses import replace

import numpy as np
import pytest

from bench.day import town_day
from routing.check import check
from routing.compiled import Compiled
from routing.engine import Auto
from routing.exact import Exact
from routing.kernel.layout import BASE, LN, PAIDS, PEOPLE, WALKS, entry
from routing.kernel.rebuild import enter, leave
from routing.kernel.undo import rollback
from routing.kernel.walk import settle
from routing.plan import Plan
from routing.problem import Link, Need, Objective, Problem, Promise, Window
from routing.report import planned
from routing.run import Run
from routing.search import Best, Search, orders_of
from tests.routing.town import call, lin, line, rich, scattered


def bound() -> Problem:
    """The rich day with links, promises, paid limits and a fair spread."""
    day = rich()
    visits = tuple(
        replace(v, promised=(Promise("chen", 120),)) if v.id == "a" else replace(v, previous=frozenset({"lin"}))
        for v in day.visits
    )
    crew = tuple(replace(person, most_paid=700) for person in day.caregivers)
    links = (Link("a", "b", 40, 200), Link("b", "pair", 60), Link("pair", "held", 30, 500))
    goal = Objective(tardiness=2, overtime=3, continuity=40, changed=100, tolerance=20, spread=1)
    return Problem("bound", 1, day.travel, crew, visits, day.canteens, goal, links=links)


PROBLEMS = {
    "rich": rich(),
    "bound": bound(),
    "classic": scattered(30, 6),
    "goods and waiting": replace(rich(), objective=Objective(waiting=1, max_idle=2, max_tardiness=3)),
    "day": town_day(40, 30, 16, 2, 4),
}


def searched(problem: Problem, steps: int, seed: int = 1, heat: float = 60.0) -> Search:
    """A search after construction and some steps."""
    search = Search(Compiled(problem), seed)
    search.build(orders_of(search.c)[0])
    search.anneal(steps, heat, heat / 20, 20)
    return search


def as_it_stands(search: Search) -> Best:
    """The orders of the plan under search, best or not."""
    state = search.state()
    return Best(0, state.seq, state.out)


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("seed", range(5))
def test_the_search_agrees_with_itself_and_the_checker(name: str, seed: int) -> None:
    """After thousands of changes and undos the cost equals that of a fresh walk, and the plan is valid."""
    problem = PROBLEMS[name]
    search = searched(problem, 40, seed)
    for _ in range(6):
        search.anneal(5, 500.0, 300.0, 30)
        fresh = Search(search.c, 1, search.P)
        assert fresh.load(as_it_stands(search))
        assert fresh.now() == search.now()
        plan = planned(fresh.state(), seed=1, engine="test")
        verdict = check(problem, plan)
        assert verdict.violations == ()
        assert verdict.cost == pytest.approx(fresh.now() / problem.objective.scale)
    search.restore()
    assert search.now() == search.best


@entry
def shaken(P, S, gone, back):  # type: ignore[no-untyped-def]
    """Takes units out, then puts some of them back, as far as that goes."""
    for unit in gone:
        leave(P, S, unit)
    if settle(P, S):
        for unit in back:
            if enter(P, S, unit, 0.2, False) < 0:
                break


@entry
def taken_back(P, S, base):  # type: ignore[no-untyped-def]
    """Takes everything back."""
    rollback(P, S, base)


@pytest.mark.parametrize("name", PROBLEMS)
def test_what_is_taken_back_leaves_nothing_behind(name: str) -> None:
    """Any units taken out, and put back or not: after the rollback every order, time and cost is what it was."""
    search = searched(PROBLEMS[name], 30)
    search.restore()
    P, S, rng = search.P, search.S, np.random.default_rng(3)
    before, score, base = search.state(), search.now(), int(S.H[BASE])
    routes, paid = S.R[:, :WALKS].copy(), S.H[S.H[PAIDS] : S.H[PAIDS] + S.H[PEOPLE]].copy()
    for _ in range(60):
        inside = sorted(set(range(len(search.c.units))) - before.out)
        gone = rng.choice(inside, min(4, len(inside)), replace=False)
        shaken(P, S, gone, gone[:0])
        assert search.state().seq != before.seq
        taken_back(P, S, base)
        shaken(P, S, gone, gone[: int(rng.integers(5))])
        taken_back(P, S, base)
        after = search.state()
        assert search.now() == score
        assert (after.seq, after.out, after.back) == (before.seq, before.out, before.back)
        served = [x for order in before.seq for x in order]
        for mine, was in ((after.start, before.start), (after.ready, before.ready), (after.late, before.late)):
            assert [mine[x] for x in served] == [was[x] for x in served]
        assert (S.R[:, :WALKS] == routes).all()
        assert (S.H[S.H[PAIDS] : S.H[PAIDS] + S.H[PEOPLE]] == paid).all()


def test_a_knot_of_two_pairs_is_refused() -> None:
    """Two pairs met in opposite order by the same two people can never be timed."""
    both = {"needs": (Need(10, {"care": 1}), Need(10, {"care": 1})), "windows": (Window(0, 50, 1 << 40),)}
    problem = Problem(
        "knot", 1, line(4), (lin(end=10**9), lin("chen", end=10**9)), (call("p", 1, **both), call("q", 2, **both))
    )
    search = Search(Compiled(problem), 1)
    assert not search.load(Best(0, [[0, 2], [3, 1]], set()))
    assert search.state().out == {0, 1}
    search.build([0, 1])
    assert not search.kept().out


@pytest.mark.parametrize("seed", range(4))
def test_exact_neighbourhoods_agree_with_the_exact_walk(seed: int) -> None:
    """Whatever CP-SAT proposes is timed by the walk, never accepted when dearer, and stays valid."""
    problem = (rich(), scattered(24, 5, 1), bound(), scattered(24, 5, 3))[seed]
    search = searched(problem, 2, seed, heat=1.0)
    exact = Exact(seed)
    for _ in range(6):
        before = search.now()
        exact.step(search, 0.3, clock=False)
        assert search.now() <= before
    plan = planned(search.state(), seed=seed, engine="test")
    assert check(problem, plan).valid


@pytest.mark.parametrize("seed", range(1, 7))
def test_building_finds_the_cheapest_place_of_a_single_visit(seed: int) -> None:
    """Without pairs the place taken is the best of all places, tried one by one exactly.

    Where the highest lateness counts, which insertion does not weigh, the search has to make up for it.
    """
    problem = replace(scattered(20, 4, seed, pairs=0.0), objective=Objective(overtime=0))
    search = searched(problem, 10)
    search.restore()
    for unit in range(20):
        kept = as_it_stands(search)
        x = search.c.units[unit].tasks[0]
        kept.orders = [[y for y in order if y != x] for order in kept.orders]
        kept.out.add(unit)
        assert search.load(kept)
        tried = [
            search.price_at(x, r, i)
            for r in range(search.c.R)
            if search.c.able[x, r]
            for i in range(search.S.R[r, LN] + 1)
        ]
        assert search.price_of(unit) == min(cost for cost in tried if cost is not None)
        search.build([unit])
        assert not search.state().out


def run(problem: Problem, iterations: int, threads: int = 1) -> Plan:
    """The default engine in this process."""
    return Auto(problem, Run(None, iterations, 1, lambda *_: None, lambda: False, threads)).solve()


def test_two_threads_give_the_same_plan_each_time() -> None:
    """Threads exchange at fixed steps, so that seed, iterations and their number decide alone."""
    problem = scattered(30, 6)
    one, two = (run(problem, 600, threads=2) for _ in range(2))
    assert (one.routes, one.cost) == (two.routes, two.cost)


def test_a_plan_to_start_from_is_not_made_worse() -> None:
    """Starting from a good plan ends at least as good, also when a visit is new."""
    problem = scattered(30, 6)
    good = run(problem, 2000)
    again = Auto(problem, Run(None, 50, 2, lambda *_: None, lambda: False, 1, good)).solve()
    assert again.cost <= good.cost + 1e-9
    assert again.stages[0].name == "start"


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
    Problem("one", 1, line(2), (lin(),), (call("v", 1),)),
], ids=lambda problem: problem.name)  # fmt: skip
def test_empty_days_are_days(problem: Problem) -> None:
    """No visits, no caregivers, one of each or neither: a valid plan, with a reason for what is missing."""
    plan = run(problem, 3)
    assert check(problem, plan).valid
    missing = {} if problem.caregivers else {v.id: "nobody" for v in problem.visits}
    assert {name: reason.code for name, reason in plan.unserved.items()} == missing


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
