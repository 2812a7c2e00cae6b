"""Promise: the commands do what the contract says, with its exit codes and its last line."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from routing.cli import main
from routing.explain import explain
from routing.formats import write_plan
from routing.formats.unwalled import write
from routing.problem import Need, Problem
from routing.solve import solve
from tests.routing.byhand import PARTS, planned
from tests.routing.byhand import day as by_hand
from tests.routing.town import ROOT, call, lin, line, rich, scattered


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """A file with the rich day."""
    file = tmp_path / "day.json"
    file.write_text(json.dumps(write(rich())))
    return file


def last(capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, Any], str]:
    """The last line of standard output, and standard error."""
    out, err = capsys.readouterr()
    value: dict[str, Any] = json.loads(out.splitlines()[-1])
    return value, err


def test_plan_check_and_explain(day: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A planned file is written, judged valid and explained; progress goes to standard error."""
    out = day.with_name("plan.json")
    assert main(["plan", str(day), "--iterations", "20", "--seed", "3", "--out", str(out)]) == 0
    value, err = last(capsys)
    assert {"cost", "served", "unserved", "seconds", "parts", "stages", "valid"} <= set(value)
    assert value["valid"] is True and value["served"] == 8 and "construct" in err
    assert main(["check", str(day), str(out)]) == 0
    assert last(capsys)[0]["valid"] is True
    assert main(["explain", str(day), str(out), "b"]) == 0
    value, _ = last(capsys)
    assert value["served"] is True and value["counts"]["refused"] == 1


def test_a_broken_plan_is_listed(day: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every violation stands on its own line and the exit code is 1, from `explain` too."""
    out = day.with_name("plan.json")
    main(["plan", str(day), "--iterations", "5", "--out", str(out)])
    value = json.loads(out.read_text())
    value["routes"][0]["stops"] = value["routes"][0]["stops"][1:]
    out.write_text(json.dumps(value))
    capsys.readouterr()
    assert main(["check", str(day), str(out)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + json.loads(lines[-1])["violations"]
    assert main(["explain", str(day), str(out), "a"]) == 1


@pytest.mark.parametrize("content", ["", "{", '{"visits": [], "caregivers": 3}'])
def test_unreadable_input_is_2(content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be read exits with 2 and names the file on standard error; nothing is written."""
    file, out = tmp_path / "bad.json", tmp_path / "plan.json"
    file.write_text(content)
    assert main(["plan", str(file), "--out", str(out)]) == 2
    assert "bad.json" in capsys.readouterr().err and not out.exists()
    assert main(["check", str(file), str(file)]) == 2
    assert main(["explain", str(file), str(file), "v"]) == 2


def test_bad_options_and_unknown_visits_are_2(day: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An option out of range names itself; so does a visit that the problem does not have."""
    assert main(["plan", str(day), "--seconds", "-1"]) == 2
    assert "seconds" in capsys.readouterr().err
    out = day.with_name("plan.json")
    main(["plan", str(day), "--iterations", "3", "--out", str(out)])
    assert main(["explain", str(day), str(out), "nobody"]) == 2


@pytest.mark.parametrize("more", [("--out", "nowhere/plan.json"), ("--out", "."), ("--out-format", "hhcrsp")])
def test_a_plan_that_could_not_be_written_is_not_begun(
    more: tuple[str, str], day: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The option is named before any second goes into planning."""
    out = ("--out", str(day.parent / more[1])) if more[0] == "--out" else ("--out", str(day.with_name("p")), *more)
    assert main(["plan", str(day), "--seconds", "60", *out]) == 2
    said = capsys.readouterr()
    assert more[0].removeprefix("--") in said.err and "construct" not in said.err and not said.out


def test_nothing_publishable_is_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A visit that must be served and cannot be exits with 3 and says which."""
    visit = call("v", 1, needs=(Need(20, {"surgery": 1}),), must=True)
    file = tmp_path / "must.json"
    file.write_text(json.dumps(write(Problem("must", 1, line(3), (lin(),), (visit,)))))
    assert main(["plan", str(file), "--iterations", "2"]) == 3
    assert "must_unserved: v" in capsys.readouterr().err


def test_explain_tells_every_caregiver_and_agrees_with_the_plan() -> None:
    """For a served visit the cheapest option is at least as cheap as where it is; for others the reason is told."""
    problem = scattered(12, 3, pairs=0.0)
    plan = solve(problem, iterations=30)
    for visit in problem.visits:
        found = explain(problem, plan, visit.id)
        assert found.served and len(found.options) == 3
        fits = [option for option in found.options if option.cost is not None]
        assert fits and plan.where(visit.id)[0][0].caregiver in {option.caregiver for option in fits}


def test_explain_says_the_cheapest_change_for_a_visit_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A visit that begins after the shift is told with the minutes that would let it in."""
    problem, plan = tmp_path / "p.json", tmp_path / "plan.json"
    problem.write_text(json.dumps(write(Problem("late", 1, line(3), (lin(end=600),), (call("v", 1, 700, 900),)))))
    assert main(["plan", str(problem), "--iterations", "2", "--out", str(plan)]) == 0
    assert main(["explain", str(problem), str(plan), "v"]) == 0
    said = capsys.readouterr().out
    assert "cheapest change that lets it in: " in said
    assert json.loads(said.splitlines()[-1])["cheapest_change"]


@pytest.fixture
def planned_day(tmp_path: Path) -> tuple[str, str]:
    """Files with the day planned by hand and its plan."""
    problem, plan = tmp_path / "problem.json", tmp_path / "plan.json"
    problem.write_text(json.dumps(write(by_hand())))
    plan.write_text(json.dumps(write_plan(by_hand(), planned(by_hand()), "unwalled")))
    return str(problem), str(plan)


def test_the_library_has_a_command_of_its_own(planned_day: tuple[str, str]) -> None:
    """`python -m routing` judges a plan without the service, and the parts are those of the plan."""
    command = [sys.executable, "-m", "routing", "check", *planned_day]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 0 and json.loads(said.stdout.splitlines()[-1])["parts"] == PARTS


def test_what_cannot_come_true_is_warned_of_before_planning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The fault stands on standard error before the first progress, and again as the reason in the last line."""
    file = tmp_path / "day.json"
    visits = (call("v", 1, needs=(Need(20, {"surgery": 1}),)), call("w", 1))
    file.write_text(json.dumps(write(Problem("one fault", 1, line(3), (lin(),), visits))))
    assert main(["plan", str(file), "--iterations", "2"]) == 0
    value, err = last(capsys)
    assert err.startswith("warning: visits.v.needs[0].skills.surgery: nobody has this skill\n")
    assert value["served"] == 1 and value["reasons"]["v"]["code"] == "skill"


def test_insert_names_the_best_places_for_one_visit(
    planned_day: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A visit out of a file gets its places, cheapest first; one that fits nowhere exits with 3, a bad file with 2."""
    urgent = tmp_path / "visit.json"
    told = {"id": "urgent", "place": 1, "needs": [{"duration": 10, "skills": {"care": 1}}],
            "windows": [{"start": 400, "due": 900}]}  # fmt: skip
    urgent.write_text(json.dumps(told))
    assert main(["insert", *planned_day, str(urgent), "--now", "380", "--best", "2"]) == 0
    value, _ = last(capsys)
    costs = [option["cost"] for option in value["options"]]
    assert value["visit"] == "urgent" and 0 < len(costs) <= 2 and costs == sorted(costs)
    assert all(spot["start"] >= 400 for option in value["options"] for spot in option["spots"])
    urgent.write_text(json.dumps({**told, "needs": [{"duration": 10, "skills": {"surgery": 1}}]}))
    assert main(["insert", *planned_day, str(urgent)]) == 3
    urgent.write_text(json.dumps({**told, "joy": 1}))
    assert main(["insert", *planned_day, str(urgent)]) == 2
    assert "joy" in capsys.readouterr().err


@pytest.mark.parametrize("given", ["walk", "walk=", "=http://127.0.0.1:9", "boat=http://127.0.0.1:9", "walk=ftp://x"])
def test_a_road_server_that_cannot_be_meant_is_2(
    given: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The option is named and nothing is planned."""
    file = tmp_path / "day.json"
    points = {"points": [[121.0, 37.0]], "caregivers": [], "visits": []}
    file.write_text(json.dumps(points))
    assert main(["plan", str(file), "--osrm", given, "--osrm-cache", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert "osrm" in said.err and not said.out


def test_roads_that_do_not_answer_are_refused_or_estimated_when_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without leave nothing is planned on estimates; with leave it is said."""
    file = tmp_path / "day.json"
    who = {"id": "lin", "shifts": [{"start": 0, "end": 9000}], "start": 0, "end": 0, "mode": "walk"}
    visit = {"id": "v", "place": 1, "needs": [{"duration": 60}], "windows": [{"start": 0, "due": 9000}], "price": 9000}
    value = {"points": [[121.0, 37.0], [121.001, 37.0]], "caregivers": [who], "visits": [visit]}
    file.write_text(json.dumps(value))
    osrm = ["--osrm", "walk=http://127.0.0.1:9", "--osrm-cache", str(tmp_path / "cache")]
    assert main(["plan", str(file), "--iterations", "2", *osrm]) == 2
    assert "does not answer" in capsys.readouterr().err
    assert main(["plan", str(file), "--iterations", "2", "--osrm-estimate", *osrm]) == 0
    found, err = last(capsys)
    assert found["served"] == 1 and "travel: walk: estimated" in err


def test_replan_keeps_what_has_begun_and_tells_who_must_hear(
    planned_day: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A cancelled visit goes, what has begun stays, changes stand line by line, and the new plan passes `check`."""
    out, whole = tmp_path / "again.json", tmp_path / "whole.json"
    files = ["--out", str(out), "--out-problem", str(whole)]
    assert main(["replan", *planned_day, "--now", "240", "--cancelled", "held", "--seconds", "0", *files]) == 0
    said = capsys.readouterr().out.splitlines()
    value = json.loads(said[-1])
    assert value["valid"] is True and value["counts"]["cancelled"] == 1 and "held" in value["told"]["visits"]
    assert "  held: cancelled: chen at 600 -> nobody" in said
    assert main(["check", str(whole), str(out)]) == 0
    assert main(["replan", *planned_day, "--now", "240", "--cancelled", "nobody", "--seconds", "0"]) == 2
    assert "cancelled" in capsys.readouterr().err
