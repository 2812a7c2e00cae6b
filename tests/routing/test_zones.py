"""Promise: a day cut into zones is as valid as one in one piece, hardly dearer, repeatable, and can be stopped."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from bench.day import town_day
from bench.district import Shape, drawn_day
from routing.check import check
from routing.computed import estimated
from routing.cut import Atlas, grouped, large, split
from routing.engine import Auto
from routing.piece import Budget, Piece, small
from routing.plan import Plan
from routing.problem import Caregiver, Link, Objective, Problem, Shift
from routing.run import Run
from routing.solve import solve
from routing.travel import DENSE
from routing.zones import Zones
from tests.routing.town import call, lin, line, rich

LITTLE = Shape(visits=300, meals=80, caregivers=66, couriers=6, again=0.2, pairs=0.15)


def run(iterations: int, *, threads: int = 2, start: Plan | None = None, stop: Callable[[], bool] | None = None) -> Run:
    """A run that only its iterations end, or `stop`."""
    return Run(None, iterations, 1, lambda *_: None, stop or (lambda: False), threads, start)


def valid(problem: Problem, plan: Plan) -> Plan:
    """The plan, once the checker has found nothing and every missing visit says why."""
    assert [str(v) for v in check(problem, plan).violations] == []
    assert plan.served + len(plan.unserved) == len(problem.visits)
    assert all(reason.code != "open" and reason.text for reason in plan.unserved.values())
    return plan


@pytest.fixture(scope="module")
def town() -> Problem:
    """A town with pairs, breaks, meals and couriers."""
    return town_day(440, 160, 100, seed=2)


@pytest.fixture(scope="module")
def cut(town: Problem) -> Plan:
    """That town planned in four zones."""
    return valid(town, Zones(town, run(2000), 160).solve())


def test_zones_cost_hardly_more_than_one_piece(town: Problem, cut: Plan) -> None:
    """With the same iterations in all, the cut day costs at most a tenth more."""
    whole = Auto(town, run(2000, threads=1)).solve()
    assert cut.cost <= 1.1 * whole.cost
    assert cut.ended == "iterations" and cut.iterations >= 2000


def test_cp_sat_has_a_part_of_a_large_day_too(cut: Plan) -> None:
    """The plan tells how many neighbourhoods were re-solved exactly, and that none made it dearer."""
    exact = next(stage for stage in cut.stages if stage.name == "exact")
    assert exact.tries >= 1 and exact.after <= exact.before


def test_the_same_seed_and_iterations_give_the_same_plan(town: Problem, cut: Plan) -> None:
    """However many threads the zones are spread over."""
    again = Zones(town, run(2000, threads=1), 160).solve()
    assert (again.routes, again.unserved, again.cost) == (cut.routes, cut.unserved, cut.cost)


def test_everything_of_a_district_survives_the_cuts() -> None:
    """Spacings, split shifts, bounds on paid time, second windows and pairs, over five rounds of six zones."""
    day = drawn_day(LITTLE, 2)
    assert day.links and any(person.most_paid for person in day.caregivers)
    plan = valid(day, Zones(day, run(1200), 75).solve())
    assert plan.served > 0.5 * len(day.visits)
    assert [stage.name for stage in plan.stages] == ["construct", "anneal", "exact"]


def test_goods_and_pins_survive_the_cuts() -> None:
    """A pick-up stays with its delivery, a pinned visit with its caregiver, though zones hold three visits each."""
    plan = valid(rich(), Zones(rich(), run(200), 3).solve())
    held = [route.caregiver for route, _ in plan.where("held")]
    assert held == ["chen"] or "held" in plan.unserved


def test_a_pair_cut_apart_stays_as_it_is(town: Problem) -> None:
    """Both caregivers and both times are the same after each zone has been searched by itself."""
    rough = Zones(town, run(60), 320).solve()
    routes = {(route.caregiver, route.shift): route for route in rough.routes}
    zones = Atlas(town).again(routes, 8, 2)
    apart = {v for zone in zones for v in zone.held}
    assert apart
    before = {town.visits[v].id: stands(rough, town.visits[v].id) for v in apart}
    for z, zone in enumerate(zones):
        piece = Piece(town, zone, z)
        assert piece.load(routes)
        piece.anneal(Budget(run(100), None, 100), 1.0, 0.1)
        found, _, _ = piece.told()
        mine = {town.caregivers[c].id for c in zone.people}
        routes = {key: route for key, route in routes.items() if key[0] not in mine}
        routes |= {(route.caregiver, route.shift): route for route in found}
    after = replace(rough, routes=tuple(routes.values()))
    assert {name: stands(after, name) for name in before} == before
    assert any(route not in rough.routes for route in after.routes)


def stands(plan: Plan, visit: str) -> list[tuple[str, int, int]]:
    """(caregiver, half, start) of a visit."""
    return sorted((r.caregiver, r.stops[i].half, r.stops[i].start) for r, i in plan.where(visit))


def test_a_visit_tied_to_one_cut_apart_keeps_its_spacing() -> None:
    """Two linked visits on routes in two zones are held in both; the third, which is out, stays out of both."""
    visits = tuple(call(name, place) for name, place in (("a", 1), ("b", 9), ("c", 5)))
    people = tuple(replace(lin(name), start=home, end=home) for name, home in (("west", 0), ("east", 10)))
    links = (Link("a", "b", 100), Link("a", "c", 10), Link("b", "c", 10))
    problem = Problem("tied", 1, line(11), people, visits, links=links)
    pinned = (replace(visits[0], pinned=("west",)), replace(visits[1], pinned=("east",)))
    plan = Auto(replace(problem, visits=pinned, links=links[:1]), run(20)).solve()
    assert plan.served == 2
    routes = {(route.caregiver, route.shift): route for route in plan.routes}
    west, east = Atlas(problem).again(routes, 2, 0)
    assert sorted([*west.held, *east.held]) == [0, 1]
    assert 2 not in west.visits and 2 not in east.visits


def test_improving_a_plan_never_makes_it_dearer(town: Problem, cut: Plan) -> None:
    """From a valid plan the cut day goes on; from a broken one it plans anew what is broken."""
    better = valid(town, Zones(town, run(300, start=cut), 160).solve())
    assert better.cost <= cut.cost
    late = tuple(replace(r, stops=tuple(replace(s, start=s.start + 9) for s in r.stops)) for r in cut.routes)
    valid(town, Zones(town, run(100, start=replace(cut, routes=late)), 160).solve())


def test_stopping_gives_the_best_so_far(town: Problem) -> None:
    """Stopped after the first news, the plan is there, valid, and says what ended it."""
    heard: list[str] = []
    news = Run(None, 10**6, 1, lambda phase, *_: heard.append(phase), lambda: bool(heard), 2)
    plan = valid(town, Zones(town, news, 160).solve())
    assert heard[0] == "construct" and plan.ended == "stopped" and plan.iterations < 10**6


def test_a_day_without_people_or_without_visits() -> None:
    """Zones of nothing are no reason to fail."""
    visits = tuple(call(f"v{i}", i) for i in range(6))
    nobody = Problem("nobody", 1, line(6), (), visits)
    assert set(Zones(nobody, run(10), 2).solve().unserved) == {visit.id for visit in visits}
    idle = Problem("idle", 1, line(6), (lin(), lin("chen")), ())
    assert Zones(idle, run(10), 2).solve().routes == ()


def test_many_places_are_planned_without_matrices() -> None:
    """More places than a matrix may have go to the zones by themselves, through the solving process."""
    rng = np.random.default_rng(5)
    places = [(121.4 + float(x), 37.4 + float(y)) for x, y in rng.random((DENSE + 50, 2)) * 0.05]
    people = tuple(Caregiver(f"c{i}", (Shift.hard(0, 30_000),), i, i, {"care": 1}, "ebike") for i in range(8))
    visits = tuple(call(f"v{i}", 100 * i, 0, 20_000) for i in range(30))
    day = Problem("wide", 1, estimated(places), people, visits, objective=Objective())
    assert large(day) and not large(rich())
    assert valid(day, solve(day, iterations=200)).served == 30


def test_a_wish_for_somebody_elsewhere_stays_a_wish() -> None:
    """In the zone of others it still counts as not fulfilled, and a refusal of somebody elsewhere is gone."""
    people = (lin("here"), lin("there"))
    visits = (call("v", 1, previous=frozenset({"there"}), refused=frozenset({"there"})),)
    visits = (replace(visits[0], refused=frozenset()), call("w", 2, refused=frozenset({"there"})))
    day = Problem("wish", 1, line(3), people, visits, objective=Objective(continuity=7))
    zone = replace(Atlas(day).fresh(1)[0], people=[0])
    inside, _ = small(day, zone)
    assert [person.id for person in inside.caregivers if person.shifts] == ["here"]
    assert inside.visits[1].refused == frozenset()
    piece = Piece(day, zone, 1)
    assert piece.c.wish[0].tolist() == [7] and piece.c.wish[1].tolist() == [0]


def test_a_cut_shares_every_kind_out_evenly() -> None:
    """Three zones of two kinds of points differ by at most one of each kind; what is joined has one label."""
    rng = np.random.default_rng(1)
    kinds = np.repeat([0, 1], [60, 31]).astype(np.int64)
    zone = split(rng.random((91, 2)), kinds, 3, 0.3)
    for kind in (0, 1):
        counts = np.bincount(zone[kinds == kind], minlength=3)
        assert counts.max() - counts.min() <= 1
    labels = grouped(5, [(0, 1), (3, 1)])
    assert labels[0] == labels[1] == labels[3] and len(set(labels.tolist())) == 3


def test_linked_visits_are_never_cut_apart_at_first() -> None:
    """Units and what is linked with them stand in one zone, and everybody stands in exactly one."""
    day = drawn_day(LITTLE, 2)
    zones = Atlas(day).fresh(6)
    home = {day.visits[v].id: z for z, zone in enumerate(zones) for v in zone.visits}
    assert len(home) == len(day.visits) == sum(len(zone.visits) for zone in zones)
    assert sorted(c for zone in zones for c in zone.people) == list(range(len(day.caregivers)))
    assert all(home[link.first] == home[link.second] for link in day.links)
