"""Promise: the best places for an urgent visit are the best there are, cost what is said, and break no promise."""

from dataclasses import replace

import pytest

from bench.district import Shape, drawn_day
from routing.check import check
from routing.costs import costed
from routing.errors import ProblemError, UnknownPlace
from routing.insert import Insertion, Standing, cheapest_insertions
from routing.lifting import lifted
from routing.plan import Plan, Route, Stop
from routing.problem import Break, Need, Problem, Window
from tests.routing.slow import broken, empty_plan, options, seeded_day
from tests.routing.town import call, lin, line, rich


def grown(problem: Problem, count: int) -> Plan:
    """A plan made by insertions alone, each of them applied and judged."""
    plan = empty_plan(problem)
    for visit in problem.visits[:count]:
        standing = Standing(problem, plan)
        for option in standing.places(visit, best=1):
            new = standing.applied(visit, option)
            verdict = check(problem, new)
            assert verdict.violations == () and broken(problem, new) == []
            without = costed(problem, replace(plan, unserved={}))[0]
            assert costed(problem, replace(new, unserved={}))[0] - without == option.cost
            plan = new
    return plan


@pytest.mark.parametrize("seed", range(60))
def test_a_day_grown_by_insertions_is_valid_at_every_step(seed: int) -> None:
    """Each insertion into a seeded day passes the checker and costs exactly what it said."""
    assert grown(seeded_day(seed, 14), 14).served > 3


@pytest.mark.parametrize("seed", range(60))
def test_the_best_places_are_those_of_a_slow_search(seed: int) -> None:
    """Cost and delay of the best options equal those of trying every place with plain fixed-point timing."""
    problem = seeded_day(100 + seed, 9, 3)
    plan = grown(problem, 6)
    now = None if seed % 2 else 120
    standing = Standing(problem, plan)
    for visit in problem.visits:
        if plan.where(visit.id):
            continue
        slow: dict[frozenset[tuple[str, int]], float] = {}
        for cost, delay, new in options(problem, plan, visit, now):
            who = frozenset((route.caregiver, route.shift) for route, _ in new.where(visit.id))
            slow[who] = min(slow.get(who, float("inf")), cost + delay)
        for best in (4, 2, 1):
            quick = standing.places(visit, best=best, now=now)
            assert [option.cost + option.delay for option in quick] == sorted(slow.values())[:best], visit


@pytest.mark.parametrize("seed", range(3))
def test_a_thousand_places_begin_with_the_five_best(seed: int) -> None:
    """On a day with pairs, breaks and several windows: what is passed over when five are asked for is no better."""
    day = drawn_day(Shape(visits=240, meals=0, caregivers=60, couriers=0, again=0.0), seed)
    plan = empty_plan(day)
    for visit in day.visits[:180]:
        standing = Standing(day, plan)
        for option in standing.places(visit, best=1):
            plan = standing.applied(visit, option)
    standing, seen = Standing(day, plan), 0
    for visit in day.visits[180:]:
        few, many = (standing.places(visit, best=best, now=25_500) for best in (5, 1000))
        assert [x.cost + x.delay for x in few] == [x.cost + x.delay for x in many[:5]], visit
        seen += len(many)
    assert seen > 1000


@pytest.mark.parametrize("seed", range(8))
def test_the_clock_may_go_to_and_fro(seed: int) -> None:
    """A plan laid out once and asked at many moments, in any order, answers as one laid out for that moment alone."""
    problem = seeded_day(300 + seed, 14)
    plan = grown(problem, 10)
    kept = Standing(problem, plan)
    for now in (None, 250, 120, 400, 0, 300, None):
        for visit in problem.visits:
            if not plan.where(visit.id):
                fresh = Standing(problem, plan)
                assert kept.places(visit, best=4, now=now) == fresh.places(visit, best=4, now=now), (visit, now)


@pytest.mark.parametrize("seed", range(20))
def test_a_changed_visit_is_placed_anew(seed: int) -> None:
    """Taking a visit out moves nobody (a break may), and it goes back in at what it had cost, or cheaper."""
    problem = seeded_day(200 + seed, 12)
    plan = grown(problem, 12)
    for visit in problem.visits:
        routes = [route for route, _ in plan.where(visit.id)]
        if not routes:
            continue
        rest = lifted(problem, plan, visit.id)
        kept, was = starts(rest), starts(plan)
        assert kept.keys() == {key for key in was if key[0] != visit.id}
        assert all(kept[key] >= was[key] for key in kept)
        if all(stop.kind == "visit" for route in routes for stop in route.stops):
            assert all(kept[key] == was[key] for key in kept)
            (option,) = cheapest_insertions(problem, plan, visit, best=1)
            before, after = (costed(problem, replace(p, unserved={}))[0] for p in (rest, plan))
            assert option.cost + option.delay <= after - before


def starts(plan: Plan) -> dict[tuple[str, int], int]:
    """When service starts, per person of a visit."""
    return {(s.visit, s.half): s.start for r in plan.routes for s in r.stops if s.kind == "visit"}


def busy() -> tuple[Problem, Plan]:
    """Lin with two visits at place 2, the second with little time to spare, and Chen with none."""
    visits = (call("a", 2, 100, 130), call("b", 2, 200, 260, windows=(Window(200, 201, 202),)))
    problem = Problem("urgent", 1, line(6), (lin(), lin("chen", skills={"meals": 1})), visits)
    return problem, grown(problem, 2)


def test_an_option_that_breaks_a_promise_is_shown_only_when_asked_for() -> None:
    """The visit that would start too late is named, the option marked, and last in the list."""
    problem, plan = busy()
    rush = call("rush", 5, 130, 160, windows=(Window(130, 140, 160),))
    assert cheapest_insertions(problem, plan, rush, now=125) == []
    (option, *_) = cheapest_insertions(problem, plan, rush, now=125, breaking=True)
    assert option.breaks == ("after_window: b",)
    (slip,) = option.slips
    assert (slip.visit, slip.breaks, slip.delay) == ("b", True, option.delay) and option.told == ("lin",)


def test_the_past_stays() -> None:
    """Nothing is put before a stop that has begun, a begun visit is not passed, and nobody unskilled is named."""
    problem, plan = busy()
    ask = call("x", 3, 0, 900)
    (option,) = cheapest_insertions(problem, plan, ask, now=205)
    assert (option.caregiver, option.position) == ("lin", 2) and option.start >= 230
    (held,) = cheapest_insertions(problem, plan, ask, begun=("b",))
    assert held.position == 2 and held.slips == ()


def test_where_people_are_counts() -> None:
    """Somebody known to be near is cheaper than the plan believes; their old place no longer matters."""
    problem, plan = busy()
    ask = call("x", 5, 0, 900)
    (far,) = cheapest_insertions(problem, plan, ask, now=300)
    (near,) = cheapest_insertions(problem, plan, ask, now=300, positions=(("lin", 4),))
    assert near.start == far.start - 20


def test_a_break_that_becomes_due_is_taken() -> None:
    """Somebody who would have been home before the break needs one when the urgent visit keeps them out."""
    crew = (lin(end=900, rest=Break(30, 300, 400)),)
    problem = Problem("late", 1, line(4), crew, (call("a", 1, 100, 200), call("x", 2, 380, 700)))
    plan = grown(problem, 1)
    assert all(stop.kind == "visit" for route in plan.routes for stop in route.stops)
    standing = Standing(problem, plan)
    (option,) = standing.places(problem.visits[1], best=1)
    new = standing.applied(problem.visits[1], option)
    assert check(problem, new).valid and any(s.kind == "break" for r in new.routes for s in r.stops)


def test_a_meal_joins_somebody_who_is_at_the_canteen_anyway() -> None:
    """A hot meal goes along on a run of its canteen, within ride and bag, and nowhere else."""
    problem = rich()
    stops = (
        Stop("load", "kitchen", 0, 1, 10, 250, 0, 250, 260),
        Stop("visit", "meal", 0, 2, 10, 270, 30, 300, 305),
        Stop("visit", "soup", 0, 3, 10, 315, 0, 315, 320),
    )
    plan = replace(empty_plan(problem), routes=(Route("bag", 0, 240, stops, 30, 350),))
    meal = replace(problem.visits[5], id="third")
    (option,) = cheapest_insertions(problem, plan, meal)
    assert option.caregiver == "bag"
    assert cheapest_insertions(problem, plan, replace(meal, meal=replace(meal.meal, ride=1))) == []  # type: ignore[type-var]
    assert cheapest_insertions(problem, plan, replace(meal, meal=replace(meal.meal, portions=3))) == []  # type: ignore[type-var]


def test_what_cannot_be_asked_is_named() -> None:
    """Goods that are handed over, strange places and options of another plan are refused by name."""
    problem, plan = busy()
    with pytest.raises(ProblemError, match="place"):
        cheapest_insertions(problem, plan, call("x", 99))
    with pytest.raises(UnknownPlace):
        cheapest_insertions(problem, plan, call("x", 1), now=1, positions=(("lin", 77),))
    with pytest.raises(ProblemError, match="goods"):
        cheapest_insertions(problem, plan, call("x", 1, delivers="a"))
    with pytest.raises(ProblemError, match="option"):
        Standing(problem, plan).applied(call("x", 1), replace(option_of(problem, plan), spots=()))


def option_of(problem: Problem, plan: Plan) -> Insertion:
    """Any option."""
    return cheapest_insertions(problem, plan, call("x", 1, needs=(Need(1, {"care": 1}),)))[0]
