"""Promise: the outside judge of home care agrees with our checker and with published plans, and sees each fault."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.data import homecare
from bench.judge_hhcrsp import judge, load
from routing.check import check
from routing.formats import parse_problem, write_plan
from routing.solve import solve
from tests.routing.homecare_files import classic, richer
from tests.routing.town import files


@pytest.fixture(scope="module")
def planned() -> tuple[dict[str, Any], dict[str, Any]]:
    """A richer instance and a plan of ours for it, as files hold them."""
    file = richer()
    problem = parse_problem(json.dumps(file))
    return file, write_plan(problem, solve(problem, iterations=10), "hhcrsp")


@pytest.mark.parametrize("make", [classic, richer])
@pytest.mark.parametrize("seed", [1, 2])
def test_both_judges_give_the_same_cost(make: Callable[..., dict[str, Any]], seed: int) -> None:
    """A plan of ours, written to a file, costs the same to somebody who knows only the two files."""
    file = make(seed=seed)
    problem = parse_problem(json.dumps(file))
    plan = solve(problem, iterations=10, seed=seed)
    outside = judge(file, json.loads(json.dumps(write_plan(problem, plan, "hhcrsp"))))
    assert outside.broken == [] and check(problem, plan).valid
    assert outside.cost == pytest.approx(plan.cost, abs=1e-6)
    assert outside.components == pytest.approx({part: plan.parts[part] for part in outside.components}, abs=1e-6)


def stops(plan: dict[str, Any], wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The first stop of a kind."""
    return next(stop for route in plan["routes"] for stop in route["locations"] if wanted(stop))


def early(file: dict[str, Any], plan: dict[str, Any]) -> None:
    stop = stops(plan, lambda stop: True)
    patient = next(p for p in file["patients"] if p["id"] == stop["patient"])
    patient["time_window"] = [stop["arrival_time"] + 1, stop["arrival_time"] + 2]


def far(file: dict[str, Any], plan: dict[str, Any]) -> None:
    file["distances"] = [[leg + 500 * (i != j) for j, leg in enumerate(row)] for i, row in enumerate(file["distances"])]


def missing(file: dict[str, Any], plan: dict[str, Any]) -> None:
    route = next(route for route in plan["routes"] if route["locations"])
    route["locations"].pop()


def twice(file: dict[str, Any], plan: dict[str, Any]) -> None:
    route = next(route for route in plan["routes"] if route["locations"])
    last = route["locations"][-1]
    route["locations"].append({**last, "departure_time": last["departure_time"] + 100})


def unable(file: dict[str, Any], plan: dict[str, Any]) -> None:
    for caregiver in file["caregivers"]:
        caregiver["abilities"] = ["s0"]


def refused(file: dict[str, Any], plan: dict[str, Any]) -> None:
    for patient in file["patients"]:
        patient["incompatible_caregivers"] = [c["id"] for c in file["caregivers"]]


def apart(file: dict[str, Any], plan: dict[str, Any]) -> None:
    for patient in file["patients"]:
        if len(patient["required_caregivers"]) == 2:
            patient["synchronization"] = {"type": "sequential", "distance": [301, 302]}


def stranger(file: dict[str, Any], plan: dict[str, Any]) -> None:
    plan["routes"][0]["caregiver_id"] = "nobody"


def doubled(file: dict[str, Any], plan: dict[str, Any]) -> None:
    plan["routes"].append({"caregiver_id": plan["routes"][0]["caregiver_id"], "locations": []})


def soon(file: dict[str, Any], plan: dict[str, Any]) -> None:
    for caregiver in file["caregivers"]:
        caregiver["working_shift"] = [415, 420]


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (early, "window from"), (far, "cannot be there before"), (missing, "0 times"), (twice, "2 times"),
        (unable, "cannot do"), (refused, "refuses"), (apart, "allowed 301000 to 302000"), (stranger, "no caregiver"),
        (doubled, "two routes"), (soon, "cannot be there before"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)  # fmt: skip
def test_every_fault_is_seen(planned: tuple[dict[str, Any], dict[str, Any]],
                             fault: Callable[[dict[str, Any], dict[str, Any]], None], says: str) -> None:  # fmt: skip
    """Breaking one rule in the files makes the judge name it."""
    file, plan = copy.deepcopy(planned)
    assert judge(file, plan).broken == []
    fault(file, plan)
    assert any(says in told for told in judge(file, plan).broken)


@pytest.mark.parametrize("family", ["hhcrsp_mankowska", "hhcrsp_italian"])
def test_published_plans_cost_what_was_published(family: str) -> None:
    """Every published plan is valid and costs what its table says (013-macerata is known to start early)."""
    known = [instance for instance in homecare(family) if instance.solution]
    if not known:
        pytest.skip("no benchmark files here")
    for instance in known:
        verdict = judge(load(instance.file), load(instance.solution or Path()))
        assert verdict.cost == pytest.approx(instance.published, abs=0.006)
        assert len(verdict.broken) == ("013-macerata" in instance.name)


@pytest.mark.parametrize("solution", files("hhcrsp_extended/validation-sol-*"), ids=lambda path: path.name[15:30])
def test_published_components_come_out_the_same(solution: Path) -> None:
    """All six components of the richer model, as published."""
    stem = solution.name.removeprefix("validation-sol-").rsplit("-", 1)[0]
    verdict = judge(load(solution.parent / f"validation-{stem}.json.gz"), load(solution))
    published = load(solution)["cost_components"]
    names = {"travel": "TravelTime", "tardiness": "TotalTardiness", "max_tardiness": "HighestTardiness",
             "waiting": "TotalWaitingTime", "max_idle": "MaxIdleTime", "overtime": "TotalExtraTime"}  # fmt: skip
    assert verdict.broken == []
    assert verdict.components == {part: published[f"EHHC_{name}"] for part, name in names.items()}
