"""Promise: home-care benchmark files of both forms are read whole, and what is not read is named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from routing.check import check
from routing.errors import FormatError
from routing.faults import find
from routing.formats import parse_problem, read_plan, read_problem, write_plan
from routing.plan import Plan
from routing.problem import FAR, Problem
from tests.routing.byhand import drive
from tests.routing.town import files


def richer() -> dict[str, Any]:
    """A file of the richer model: two starting points, shifts, a pair, somebody a patient does not get along with."""
    return {
        "name": "tiny", "area": [12, 43, 13, 44],
        "services": [{"id": "s1", "type": "t1", "default_duration": 10},
                     {"id": "s2", "type": "t2", "default_duration": 5}],
        "departing_points": [{"id": "d0", "location": [0, 0]}, {"id": "d1", "location": [1, 1]}],
        "caregivers": [
            {"id": "c0", "abilities": ["s1"], "starting_point_id": "d0", "distance_matrix_index": 0,
             "working_shift": [0, 60]},
            {"id": "c1", "abilities": ["s1", "s2"], "starting_point_id": "d1", "distance_matrix_index": 1,
             "working_shift": [10, 70]},
        ],
        "patients": [
            {"id": "p0", "distance_matrix_index": 2, "time_window": [20, 40], "incompatible_caregivers": ["c0"],
             "required_caregivers": [{"service": "s1"}]},
            {"id": "p1", "distance_matrix_index": 3, "time_window": [30, 50],
             "required_caregivers": [{"service": "s1", "duration": 7}, {"service": "s2"}],
             "synchronization": {"type": "sequential", "distance": [2, 9]}},
        ],
        "distances": [[0, 3, 5, 9], [3, 0, 6, 4], [5, 6, 0, 8], [9, 4, 8, 0]],
    }  # fmt: skip


def read(change: Callable[[dict[str, Any]], object] = lambda value: None) -> Problem:
    """The problem of the file after a change."""
    value = richer()
    change(value)
    return parse_problem(json.dumps(value))


def newer(value: dict[str, Any]) -> None:
    """The same file in the words of newer ones: terminal points with rows of their own, an arrival point apart."""
    value["terminal_points"] = value.pop("departing_points")
    for k, point in enumerate(value["terminal_points"]):
        point["distance_matrix_index"] = k
    for caregiver in value["caregivers"]:
        caregiver["departing_point"] = caregiver.pop("starting_point_id")
        caregiver["arrival_point"] = "d1"
        del caregiver["distance_matrix_index"]
    for patient in value["patients"]:
        patient["required_services"] = patient.pop("required_caregivers")


def test_the_richer_model_is_read_whole() -> None:
    """Starts, shifts (start hard, end soft), pairs, own durations and incompatible caregivers arrive in the problem."""
    problem = read()
    one, two = problem.caregivers
    assert (one.start, one.end, two.start, two.end) == (0, 0, 1, 1)
    assert (two.shifts[0].start, two.shifts[0].end, two.shifts[0].latest) == (10_000, 70_000, FAR)
    first, second = problem.visits
    assert first.refused == {"c0"} and first.must and second.gap == (2000, 9000)
    assert [need.duration for need in second.needs] == [7000, 5000] and first.needs[0].duration == 10_000
    goal = problem.objective
    assert [goal.travel, goal.tardiness, goal.max_tardiness, goal.waiting, goal.max_idle, goal.overtime] == [1] * 6
    assert find(problem) == []


def test_newer_words_mean_the_same() -> None:
    """Terminal, departing and arrival points and required services are the older words, with another way home."""
    old, new = read(), read(newer)
    assert new.visits == old.visits
    assert [(person.start, person.end) for person in new.caregivers] == [(0, 1), (1, 1)]


def test_members_that_are_not_read_are_named() -> None:
    """An unknown member may be a rule: it is told once as a warning, the file is planned."""
    problem = read(lambda v: [p.update(frequency=2) for p in v["patients"]] + [v.update(metadata={})])
    assert [fault.field for fault in find(problem)] == ["metadata", "patients[].frequency"]


def test_times_that_are_not_given_are_open() -> None:
    """No working shift and no time window: any time."""
    problem = read(lambda v: [v["caregivers"][0].pop("working_shift"), v["patients"][0].update(time_window=None)])
    assert (problem.caregivers[0].shifts[0].start, problem.caregivers[0].shifts[0].end) == (0, FAR)
    assert problem.visits[0].windows[0].due == FAR


SPOILT: dict[str, tuple[str, Callable[[dict[str, Any]], object]]] = {
    "shift upside down": ("$.caregivers[0].working_shift", lambda v: v["caregivers"][0].update(working_shift=[9, 3])),
    "unknown point": ("$.caregivers[0].starting_point_id", lambda v: v["caregivers"][0].update(starting_point_id="d9")),
    "no point of several": (
        "$.caregivers[0]",
        lambda v: [v["caregivers"][0].pop(key) for key in ("starting_point_id", "distance_matrix_index")],
    ),
    "a row that is not there": (
        "$.patients[0].distance_matrix_index", lambda v: v["patients"][0].update(distance_matrix_index=4),
    ),
    "a patient without a row": (
        "$.patients[2]",
        lambda v: v["patients"].append({**v["patients"][0], "id": "p2", "distance_matrix_index": None}),
    ),
    "three people": (
        "$.patients[0].required_caregivers", lambda v: v["patients"][0].update(required_caregivers=[{}] * 3),
    ),
    "a pair without its rule": ("$.patients[1].synchronization", lambda v: v["patients"][1].pop("synchronization")),
    "a rule nobody knows": (
        "$.patients[1].synchronization.type", lambda v: v["patients"][1]["synchronization"].update(type="whenever"),
    ),
    "an ability nobody knows": ("$.caregivers[0].abilities[0]", lambda v: v["caregivers"][0].update(abilities=["s9"])),
}  # fmt: skip


@pytest.mark.parametrize("case", SPOILT)
def test_a_malformed_file_is_refused_by_field(case: str) -> None:
    """The path of what does not fit is named."""
    field, change = SPOILT[case]
    with pytest.raises(FormatError) as refusal:
        read(change)
    assert refusal.value.field == field


def test_a_written_solution_reads_back_as_the_same_plan(tmp_path: Path) -> None:
    """Routes in the public validator's words, depots of newer solutions passed over, come back valid at their cost."""
    problem = read()
    routes = (
        drive(problem, "c0", 0, (("p1", 30_000),), mode="road"),
        drive(problem, "c1", 0, (("p0", 20_000), ("p1/1", 38_000)), mode="road"),
    )
    verdict = check(problem, Plan(routes, {}, 0.0, {}), claimed=False)
    assert verdict.violations == ()
    out = tmp_path / "solution.json"
    value = write_plan(problem, Plan(routes, {}, verdict.cost, verdict.parts), "hhcrsp")
    assert value["routes"][0] == {"caregiver_id": "c0", "locations": [
        {"patient": "p1", "service": "s1", "arrival_time": 30, "departure_time": 37}]}  # fmt: skip
    for route in value["routes"]:
        route["locations"] = [{"depot": "d0", "departing_time": 0}, *route["locations"]]
    out.write_text(json.dumps(value))
    again = read_plan(problem, out)
    assert again.routes == routes and check(problem, again, claimed=False).cost == verdict.cost


@pytest.mark.slow
@pytest.mark.parametrize(
    "folder", ["hhcrsp_mankowska", "hhcrsp_italian", "hhcrsp_extended", "solomon", "gehring_homberger", "lilim"]
)
def test_every_public_instance_is_read_and_has_no_faults(folder: str) -> None:
    """Each benchmark file here is read in its own format, and nothing of it is unread or impossible."""
    found = [path for path in files(f"{folder}/**/*") if path.suffix in (".gz", ".json", ".txt")]
    found = [path for path in found if "sol" not in path.name and "solutions" not in path.parts]
    for path in found:
        problem = read_problem(path)
        assert problem.visits and find(problem) == [], path.name
    if not found:
        pytest.skip("the public instances are not here")
