"""Promise: small public instances are planned within a bound of the best known, and made ones to their true optimum.

By iterations and seed, not by the clock; the long tables are bench/'s.
"""

import itertools
from pathlib import Path

import numpy as np
import pytest

from bench.data import homecare, vehicles_first
from bench.homecare import outside, published
from bench.windows import known
from routing.check import check
from routing.formats import read_problem
from routing.plan import Plan
from routing.problem import Caregiver, Need, Objective, Problem, Shift, Visit, Window
from routing.solve import solve
from routing.travel import Travel
from tests.routing.town import files, scattered

ITERATIONS = 1500


def planned(problem: Problem, iterations: int = ITERATIONS) -> Plan:
    """A plan by iterations, judged."""
    plan = solve(problem, iterations=iterations, seed=1)
    assert check(problem, plan).valid and not plan.unserved
    return plan


def sample(family: str, names: tuple[str, ...]) -> list[pytest.param]:
    """Home-care files of those names, when they are here."""
    return [pytest.param(i, id=name) for i in homecare(family) for name in names if name in i.name]


@pytest.mark.slow
@pytest.mark.parametrize(
    "instance", sample("hhcrsp_mankowska", ("HCSRP_10_2", "HCSRP_10_3", "HCSRP_25_1", "HCSRP_25_4"))
)
def test_small_home_care_is_planned_as_well_as_published(instance) -> None:
    """10 and 25 patients: within 1 % of the best published, and the outside judge agrees."""
    problem = read_problem(instance.file)
    plan = planned(problem)
    assert plan.cost <= published(instance).published * 1.01
    assert outside(instance.file, problem, plan) == []


@pytest.mark.slow
@pytest.mark.parametrize("instance", sample("hhcrsp_italian", ("003-rome",)))
def test_a_city_is_planned_near_the_published(instance) -> None:
    """44 patients in Rome: within 10 %."""
    assert planned(read_problem(instance.file)).cost <= published(instance).published * 1.1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["C101", "R101", "RC201"])
def test_plain_routing_is_planned_near_the_best_known(name: str) -> None:
    """Solomon, 100 customers: within 4 % of the best known distance."""
    found = known(f"solomon/{name}.txt")
    if not found:
        pytest.skip("no benchmark files here")
    assert planned(read_problem(found[0].file), 20_000).cost <= found[0].published * 1.04


@pytest.mark.slow
@pytest.mark.parametrize("file", files("lilim/l[cr]101.txt"), ids=lambda path: path.stem)
def test_deliveries_need_no_more_vehicles_than_known(file: Path) -> None:
    """Li & Lim: as few vehicles as the best known, and at most 3 % more distance."""
    vehicles, distance = vehicles_first("LiLim", 100)[file.stem]
    plan = planned(read_problem(file))
    assert plan.parts["vehicles"] == vehicles and plan.cost <= distance * 1.03


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_tiny_day_is_planned_to_its_optimum(seed: int) -> None:
    """Six visits, two caregivers: as good as the best of all orders, tried one by one."""
    problem = scattered(6, 2, seed, pairs=0.0)
    assert planned(problem, 200).cost == pytest.approx(cheapest(problem))


def cheapest(problem: Problem) -> float:
    """The least cost over every split and order, without any search."""
    halves = {}
    for size in range(len(problem.visits) + 1):
        for chosen in itertools.combinations(range(len(problem.visits)), size):
            for k, person in enumerate(problem.caregivers):
                halves[k, chosen] = list({driven(problem, person, order) for order in itertools.permutations(chosen)})
    best = float("inf")
    for (k, chosen), options in halves.items():
        rest = tuple(i for i in range(len(problem.visits)) if i not in chosen)
        if k == 0:
            for (a, b, c), (d, e, f) in itertools.product(options, halves[1, rest]):
                best = min(best, (a + d + b + e + max(c, f)) / problem.objective.scale)
    return best


def driven(problem: Problem, person: Caregiver, order: tuple[int, ...]) -> tuple[float, float, float]:
    """Travel, total and highest lateness of one route; infinite for somebody without the skill."""
    place, free, travel, late = person.start, person.shifts[0].start, 0, [0]
    for i in order:
        visit = problem.visits[i]
        if not visit.needs[0].skills.keys() <= person.skills.keys():
            return (float("inf"),) * 3
        leg = problem.travel.time(person.mode, place, visit.place)
        start = max(free + leg, visit.windows[0].start)
        travel, place, free = travel + leg, visit.place, start + visit.needs[0].duration
        late.append(max(0, start - visit.windows[0].due))
    return travel + problem.travel.time(person.mode, place, person.start), sum(late), max(late)


@pytest.mark.slow
@pytest.mark.parametrize("pairs", [False, True], ids=["alone", "with pairs"])
def test_a_star_of_streets_is_planned_to_its_known_optimum(pairs: bool) -> None:
    """Streets from one square: nobody can drive less than to the last door of each and back, and the plan does that."""
    problem, least = star(6, 8, pairs)
    plan = planned(problem)
    assert plan.parts["travel"] == least and plan.parts["tardiness"] == 0


def star(streets: int, doors: int, pairs: bool) -> tuple[Problem, int]:
    """A problem and its least travel: each street needs one person to its end, and two to its last pair."""
    rng = np.random.default_rng(5)
    far = np.sort(rng.choice(np.arange(20, 400), (streets, doors), replace=False), axis=1)
    at = np.concatenate([[0], far.ravel()])
    street = np.concatenate([[-1], np.repeat(np.arange(streets), doors)])
    legs = np.where(street[:, None] == street, np.abs(at[:, None] - at), at[:, None] + at)
    visits, least = [], 0
    for s in range(streets):
        clock, couple = int(rng.integers(0, 100)), doors // 2 if pairs else None
        least += 2 * int(far[s, -1]) + (2 * int(far[s, couple]) if couple is not None else 0)
        for d in range(doors):
            clock += int(far[s, d] - (far[s, d - 1] if d else 0))
            begin = max(0, clock - int(rng.integers(0, 60)))
            needs = (Need(15),) * (2 if d == couple else 1)
            visits.append(Visit(f"{s}-{d}", 1 + s * doors + d, needs, (Window.hard(begin, clock + 40),), must=True))
            clock += 15
    crew = tuple(Caregiver(f"c{k}", (Shift.hard(0, 2000),), 0, 0, {}, "walk") for k in range(2 * streets))
    name, goal = f"star-{streets}", Objective(travel=1, tardiness=2)
    return Problem(name, 1, Travel({"walk": legs.astype(np.int64)}), crew, tuple(visits), objective=goal), least
