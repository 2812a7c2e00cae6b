"""Promise: the generated days are the same for everybody, hold what they say, and the hot meals can all arrive hot."""

import json
from pathlib import Path

import numpy as np
import pytest

from bench import carried, hotmeal
from bench.district import CITY, REDUCED, SMALL, Shape, drawn_day
from bench.plain import plain_of
from routing.formats import parse_problem
from routing.plan import Plan, Route, Stop
from routing.problem import FAR, Problem
from routing.travel import PARK_S, SPEED_MPS

LITTLE = Shape(visits=300, meals=80, caregivers=60, couriers=6)


def same(one: Problem, two: Problem) -> bool:
    """Whether two problems ask the same."""
    told = [(p.caregivers, p.visits, p.canteens, p.links, p.objective, p.travel.places) for p in (one, two)]
    if told[0] != told[1]:
        return False
    legs = [p.travel.block("ebike", range(0, one.travel.places, 7)) for p in (one, two)]
    return bool(np.array_equal(*legs))


def test_the_same_seed_is_the_same_day() -> None:
    """Drawing twice gives the same day, another seed another one."""
    assert same(drawn_day(LITTLE, 3), drawn_day(LITTLE, 3))
    assert not same(drawn_day(LITTLE, 3), drawn_day(LITTLE, 4))


def test_a_district_holds_everything() -> None:
    """Pairs near their share, meals, breaks, split shifts, wishes, refusals, both kinds of windows, spacings."""
    day = drawn_day(LITTLE)
    visits, people = [v for v in day.visits if v.meal is None], day.caregivers
    assert len(visits) == 300 and len(day.visits) == 380 and len(people) == 60
    assert 0.04 < sum(len(v.needs) == 2 for v in visits) / 300 < 0.12
    assert sum(person.portions == 10 for person in people) == 6
    assert any(person.portions == 1 for person in people) and any(person.most_paid for person in people)
    assert {"walk", "ebike", "car"} <= {person.mode for person in people}
    assert any(len(person.shifts) == 2 for person in people) and any(person.shifts[0].rest for person in people)
    hard = sum(v.windows[0].due == v.windows[0].latest for v in visits)
    assert 0.2 < hard / 300 < 0.4 and any(len(v.windows) == 2 for v in visits)
    assert any(v.refused for v in visits) and any(v.preferred for v in visits)
    assert 0.4 < sum(bool(v.previous) for v in visits) / 300 < 0.6
    assert {v.price for v in visits if len(v.needs) == 1} == {3600, 7200, 18000}
    assert not any(v.refused & (v.previous | v.preferred) for v in visits)
    assert {v.needs[0].skills["care"] for v in visits} == {1, 2, 3}
    by_id = {v.id: v for v in visits}
    assert day.links and all(by_id[x.first].place == by_id[x.second].place for x in day.links)


@pytest.mark.parametrize("shape", [SMALL, REDUCED], ids=["small", "reduced"])
def test_a_reduced_day_can_be_played_by_everybody(shape: Shape) -> None:
    """Nothing in it is refused by the arrays that peers are given."""
    arrays = plain_of(drawn_day(shape))
    assert arrays.visits == shape.visits and arrays.people == shape.caregivers and len(arrays.able) == 3


@pytest.mark.slow
def test_a_city_is_drawn_without_matrices() -> None:
    """20,000 visits and 2,000 meals for 3,400 caregivers; legs are computed when asked for."""
    city = drawn_day(CITY, name="city")
    assert len(city.visits) == 22_000 and len(city.caregivers) == 3_400
    assert city.travel.block("car", [0, 1, 2]).shape == (3, 3)


LILIM = """3 200 1
0 40 50 0 0 1000 0 0 0
1 45 50 10 0 200 10 0 2
2 45 60 -10 100 300 10 1 0
3 30 50 20 0 100 10 0 4
4 20 50 -20 400 600 10 3 0
"""


def test_a_ride_limit_is_built_as_described() -> None:
    """The least ride is direct, or longer when the windows force it; the slack is a share of the median direct ride."""
    problem = parse_problem(LILIM, "lilim")
    for limit, share in (("tight", 0.5), ("usual", 1.0), ("loose", 2.0)):
        hot = hotmeal.hot(problem, limit)
        spans = {link.second: (link.high - link.low) / 10_000 for link in hot.links}
        assert spans["2"] == 10 + share * 10
        assert spans["4"] == 400 - (100 + 10) + share * 10
        assert len(hot.caregivers) == 2 and all(link.low == 100_000 for link in hot.links)


def test_cold_meals_are_seen_from_times_alone() -> None:
    """A plan that drives about with a meal is told so by somebody who only reads its times."""
    hot = hotmeal.hot(parse_problem(LILIM, "lilim"))

    def timed(arrive: int) -> Plan:
        first = Stop("visit", "1", 0, 1, 0, 0, 0, 0, 100_000)
        second = Stop("visit", "2", 0, 2, 0, arrive, 0, arrive, arrive + 100_000)
        return Plan((Route("1", 0, 0, (first, second), 0, 0),), {}, 0.0, {})

    assert hotmeal.cold_meals(hot, timed(300_000)) == []
    assert "allowed 100000 to 300000" in hotmeal.cold_meals(hot, timed(300_001))[0]


def test_an_instance_file_says_the_same(tmp_path: Path) -> None:
    """The written file is read back with its limits."""
    source, target = tmp_path / "li.txt", tmp_path / "li.json"
    source.write_text(LILIM)
    assert hotmeal.main([str(source), str(target), "--limit", "tight"]) == 0
    read = parse_problem(target.read_text(), "unwalled")
    hot = hotmeal.hot(parse_problem(LILIM, "lilim", "li.txt"), "tight")
    assert read.links == hot.links and read.visits == hot.visits and read.name == "li-tight"
    assert json.loads(target.read_text())["links"] and all(link.high < FAR for link in read.links)


def test_meals_go_along_where_a_caregiver_comes_at_noon() -> None:
    """Half of the meals move to a visited home, bags are on e-bikes alone, couriers keep theirs."""
    drawn = drawn_day(LITTLE)
    day = carried.with_bags(carried.at_home(drawn), 2)
    homes = {visit.place for visit in day.visits if visit.meal is None}
    meals = [visit for visit in day.visits if visit.meal is not None]
    assert sum(meal.place in homes for meal in meals) >= len(meals) // 2
    assert [visit for visit in day.visits if visit.meal is None] == [v for v in drawn.visits if v.meal is None]
    bags = {(person.mode, person.portions) for person in day.caregivers}
    assert ("ebike", 2) in bags and ("ebike", 10) in bags and not any(mode != "ebike" and n for mode, n in bags)


def test_kilometres_are_those_of_the_legs() -> None:
    """A route there and back is as long as its time at the speed of the bike says, a courier's counts apart."""
    day = carried.with_bags(drawn_day(LITTLE), 1)
    meal = next(visit for visit in day.visits if visit.meal is not None)
    for person in (next(p for p in day.caregivers if p.portions == n and p.mode == "ebike") for n in (1, 10)):
        stop = Stop("visit", meal.id, 0, meal.place, 0, 0, 0, 0, 0)
        plan = Plan((Route(person.id, 0, 0, (stop,), 0, 0),), {}, 0.0, {})
        told = carried.drives(day, plan)
        there = day.travel.time("ebike", person.start, meal.place) - PARK_S["ebike"]
        assert told.km == pytest.approx(2 * there * SPEED_MPS["ebike"] / 1000, rel=0.01)
        assert (told.courier_km, told.taken) == ((told.km, 0) if person.portions == 10 else (0.0, 1))
