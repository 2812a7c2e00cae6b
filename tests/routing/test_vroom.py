"""Promise: VROOM's users find their words: their files are read, answers are theirs, what cannot be meant is named."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from routing.check import check
from routing.errors import FormatError
from routing.formats import parse_problem, read_plan, refuse_form, write_plan
from routing.plan import Plan, Route
from routing.problem import Break, Need, Problem, Shift, Window
from tests.routing.byhand import day, drive
from tests.routing.town import call, lin, line


def file() -> dict[str, Any]:
    """Two vehicles, two jobs, a shipment: everything of VROOM's that is read."""
    return {
        "vehicles": [
            {"id": 7, "description": "van", "start_index": 0, "end_index": 0, "capacity": [4], "skills": [1, 3],
             "time_window": [0, 900], "costs": {"fixed": 600, "per_hour": 7200},
             "breaks": [{"id": 9, "service": 30, "time_windows": [[300, 400]]}]},
            {"id": 8, "profile": "car", "end_index": 2, "capacity": [2], "speed_factor": 0.5,
             "costs": {"fixed": 600, "per_hour": 7200}},
        ],
        "jobs": [
            {"id": 11, "description": "bath", "location_index": 1, "setup": 10, "service": 60, "delivery": [1],
             "skills": [1], "priority": 5, "time_windows": [[100, 250], [400, 500]]},
            {"id": 12, "location_index": 2, "service": 5, "delivery": [0]},
        ],
        "shipments": [{"amount": [2], "pickup": {"id": 5, "location_index": 2, "service": 7},
                       "delivery": {"id": 5, "location_index": 1}}],
        "matrices": {"car": {"durations": [[0, 50, 90], [50, 0, 40], [90, 40, 0]]}},
    }  # fmt: skip


def read(change: Callable[[dict[str, Any]], object] = lambda value: None) -> Problem:
    """The problem of the file after a change."""
    value = file()
    change(value)
    return parse_problem(json.dumps(value))


def test_every_word_of_the_file_is_meant() -> None:
    """Jobs, shipments, skills, windows, setup, priority, capacity, breaks, factors and costs arrive in the problem."""
    problem = read()
    visits = {visit.id: visit for visit in problem.visits}
    assert set(visits) == {"11", "12", "pickup-5", "delivery-5"}
    assert visits["11"].needs[0].duration == 70 and dict(visits["11"].needs[0].skills) == {"1": 1}
    assert visits["11"].windows == (Window.hard(100, 250), Window.hard(400, 500))
    assert visits["11"].price == 6 * visits["12"].price and visits["11"].load == 1
    assert visits["delivery-5"].delivers == "pickup-5" and visits["delivery-5"].load == 2
    van, slow = problem.caregivers
    assert van.load == 4 and van.shifts[0].rest == Break(30, 300, 400) and slow.load == 2
    assert problem.travel.time(van.mode, 0, 1) == 50 and problem.travel.time(slow.mode, 2, 1) == 80
    assert (problem.objective.travel, problem.objective.vehicles, problem.objective.scale) == (7200, 600 * 3600, 3600)


def test_windows_that_touch_are_one() -> None:
    """Two windows with no moment between them permit the same starts as one."""
    touching = read(lambda v: v["jobs"][0].update(time_windows=[[200, 250], [100, 200], [300, 400]]))
    assert touching.visits[0].windows == (Window.hard(100, 250), Window.hard(300, 400))


def test_a_vehicle_without_a_start_begins_at_its_first_task() -> None:
    """An open start is a place from which every way takes no time; an open end is the last task."""
    problem = read()
    slow = problem.caregivers[1]
    assert [problem.travel.time(slow.mode, slow.start, place) for place in range(3)] == [0, 0, 0]
    assert read(lambda v: v["vehicles"][0].pop("end_index")).caregivers[0].end is None


def test_coordinates_without_matrices_are_estimated_once_per_place() -> None:
    """Jobs at one door share a place; a speed factor speeds the estimate; an unknown profile is refused."""
    jobs = [{"id": i, "location": [121.0 + i % 2 / 100, 37.0]} for i in range(6)]
    vehicles = [{"id": 1, "profile": "bike", "start": [121.0, 37.0]},
                {"id": 2, "profile": "bike", "start": [121.0, 37.0], "speed_factor": 2}]  # fmt: skip
    problem = parse_problem(json.dumps({"jobs": jobs, "vehicles": vehicles}))
    plain, fast = (problem.travel.time(person.mode, 0, 1) for person in problem.caregivers)
    assert problem.travel.places == 2 and plain - fast == pytest.approx((plain - 45) / 2, abs=1)
    vehicles[0]["profile"] = "boat"
    with pytest.raises(FormatError, match=r"vehicles\[0\].profile.*boat"):
        parse_problem(json.dumps({"jobs": jobs, "vehicles": vehicles}))


VEHICLE: dict[str, Any] = {
    "max_tasks": 3, "max_travel_time": 600, "max_distance": 9, "steps": [], "type": "van", "capacity": [1, 2],
    "breaks": [{"id": 1}, {"id": 2}], "costs": {"per_km": 5}, "time_window": [9, 3], "profile": "boat",
}  # fmt: skip
JOB: dict[str, Any] = {
    "pickup": [1], "delivery": [1, 1], "amount": [1], "setup_per_type": {}, "service_per_type": {},
    "allowed_vehicles": [], "location": [121, 37], "priority": 101, "service": -1, "skills": [-1], "time_windows": [],
}  # fmt: skip
BREAK: dict[str, Any] = {"max_load": [0], "time_windows": [[1, 2], [3, 4]], "service": -1}


@pytest.mark.parametrize(
    ("room", "key", "value"),
    [("vehicles", k, v) for k, v in VEHICLE.items()] + [("jobs", k, v) for k, v in JOB.items()],
)
def test_what_cannot_be_meant_is_refused_by_its_name(room: str, key: str, value: Any) -> None:
    """No field is silently ignored: the refusal names it."""
    spoilt = {key: value} if (room, key) != ("jobs", "location") else {key: value, "location_index": None}
    with pytest.raises(FormatError, match=rf"\$\.{room}\[0\]\.{key}"):
        read(lambda v: v[room][0].update(spoilt))


@pytest.mark.parametrize(("key", "value"), list(BREAK.items()))
def test_what_a_break_cannot_mean_is_refused(key: str, value: Any) -> None:
    """One window, no load."""
    with pytest.raises(FormatError, match=rf"breaks\[0\]\.{key}"):
        read(lambda v: v["vehicles"][0]["breaks"][0].update({key: value}))


@pytest.mark.parametrize("key", ["matrix", "options", "distribution"])
def test_unknown_members_of_the_file_are_refused(key: str) -> None:
    """Old and foreign members are named."""
    with pytest.raises(FormatError, match=rf"\$\.{key}"):
        read(lambda v: v.update({key: {}}))


def test_costs_have_to_be_the_same_for_all_and_costs_matrices_are_refused() -> None:
    """Our cost has one price an hour; a matrix of costs would be another objective."""
    with pytest.raises(FormatError, match=r"vehicles\[1\].costs"):
        read(lambda v: v["vehicles"][1]["costs"].update(fixed=1))
    with pytest.raises(FormatError, match=r"matrices.car.costs"):
        read(lambda v: v["matrices"]["car"].update(costs=[]))


def test_an_answer_reads_back_as_the_same_valid_plan(tmp_path: Path) -> None:
    """A plan written as VROOM's answer carries ids, loads and setup, and is judged valid when it comes back."""
    problem = read()
    steps = (("11", 100), ("pickup-5", None), ("break", 300), ("delivery-5", None))
    routes = (drive_as(problem, "7", steps), drive_as(problem, "8", (("12", 50),)))
    plan = priced(problem, *routes)
    answer = write_plan(problem, plan, "vroom")
    first = answer["routes"][0]
    assert [(s["type"], s.get("id"), s["load"]) for s in first["steps"]] == [
        ("start", None, [1]), ("job", 11, [0]), ("pickup", 5, [2]), ("break", 9, [2]), ("delivery", 5, [0]),
        ("end", None, [0]),
    ]  # fmt: skip
    assert first["steps"][1]["setup"] == 10 and first["setup"] == 10 and first["priority"] == 5
    assert first["description"] == "van" and first["vehicle"] == 7 and answer["code"] == 0
    assert answer["summary"]["routes"] == 2 and answer["summary"]["unassigned"] == 0
    out = tmp_path / "answer.json"
    out.write_text(json.dumps(answer))
    again = read_plan(problem, out)
    assert again.routes == plan.routes and check(problem, again, claimed=False).valid


def drive_as(problem: Problem, vehicle: str, steps: Any) -> Route:
    """A vehicle's route by the hand-made timer, on the vehicle's own way of moving."""
    person = next(p for p in problem.caregivers if p.id == vehicle)
    return drive(problem, vehicle, 0, steps, mode=person.mode)


def priced(problem: Problem, *routes: Route) -> Plan:
    """A plan of these routes at the checker's price."""
    verdict = check(problem, Plan(routes, {}, 0.0, {}), claimed=False)
    assert verdict.violations == ()
    return Plan(routes, {}, verdict.cost, verdict.parts)


def answered(value: dict[str, Any], folder: Path) -> tuple[Problem, Path]:
    """A file's problem and what VROOM itself answers to it; skips where VROOM is not installed."""
    vroom = shutil.which("vroom", path=str(Path(sys.executable).parent))
    if vroom is None:
        pytest.skip("VROOM is not installed here")
    question, out = folder / "file.json", folder / "answer.json"
    question.write_text(json.dumps(value))
    subprocess.run([vroom, "-i", str(question), "-o", str(out)], check=True, timeout=60, capture_output=True)
    return parse_problem(json.dumps(value)), out


def test_an_answer_of_vroom_itself_is_judged(tmp_path: Path) -> None:
    """What VROOM answers is a valid plan of our problem at VROOM's own cost; one step moved is a violation."""
    value = file()
    del value["vehicles"][0]["breaks"]
    problem, out = answered(value, tmp_path)
    plan, answer = read_plan(problem, out), json.loads(out.read_text())
    verdict = check(problem, plan, claimed=False)
    assert verdict.violations == () and not plan.unserved
    assert verdict.cost == pytest.approx(answer["summary"]["cost"], abs=1)
    answer["routes"][0]["steps"][1]["arrival"] -= 1
    out.write_text(json.dumps(answer))
    assert not check(problem, read_plan(problem, out), claimed=False).valid


def test_vroom_may_rest_on_the_way_which_is_told(tmp_path: Path) -> None:
    """VROOM rests this vehicle when it is home again; our breaks are taken at the door, so the way is objected to."""
    problem, out = answered(file(), tmp_path)
    verdict = check(problem, read_plan(problem, out), claimed=False)
    assert {violation.code for violation in verdict.violations} == {"travel"}


@pytest.mark.parametrize("field", ["vehicle", "id", "type"])
def test_an_answer_to_another_question_is_refused(field: str, tmp_path: Path) -> None:
    """A vehicle or task that the problem does not have is named."""
    problem = read()
    plan = Plan((drive_as(problem, "8", (("12", 50),)),), {}, 0.0, {})
    answer = write_plan(problem, plan, "vroom")
    target = answer["routes"][0] if field == "vehicle" else answer["routes"][0]["steps"][1]
    target[field] = "party" if field == "type" else 99
    (tmp_path / "answer.json").write_text(json.dumps(answer))
    with pytest.raises(FormatError, match=r"routes\[0\]"):
        read_plan(problem, tmp_path / "answer.json")


PAIR = Problem("pair", 1, line(3), (lin(),), (call("a", 1, needs=(Need(1), Need(1))),))
SPLIT = Problem("split", 1, line(3), (replace(lin(), shifts=(Shift(0, 5), Shift(9, 20))),), ())


@pytest.mark.parametrize("problem", [day(), PAIR, SPLIT], ids=["meals", "pairs", "split shifts"])
def test_what_an_answer_cannot_hold_is_refused_before_planning(problem: Problem) -> None:
    """Two people at one door, meals and split shifts have no words in VROOM's answer."""
    with pytest.raises(FormatError, match="vroom cannot hold"):
        refuse_form(problem, "vroom")


def test_names_that_are_no_numbers_become_numbers_with_a_description() -> None:
    """VROOM's ids are numbers: a plan of our own file counts its visits and keeps their names beside."""
    problem = Problem("own", 1, line(3), (lin(),), (call("bath", 1), call("soup", 2)))
    answer = write_plan(problem, priced(problem, drive(problem, "lin", 0, (("soup", 50), ("bath", None)))), "vroom")
    told = [(step["id"], step["description"]) for step in answer["routes"][0]["steps"][1:-1]]
    assert told == [(2, "soup"), (1, "bath")] and answer["routes"][0]["description"] == "lin"
