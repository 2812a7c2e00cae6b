"""Promise: files of several houses are read and written; a malformed one is refused by place and field, never worse."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.check import check
from routing.computed import Computed, Pace
from routing.errors import FormatError, RoutingError
from routing.formats import FORMATS, detect, parse_problem, read_plan, read_problem, write_plan
from routing.formats.unwalled import write
from routing.plan import Stage
from routing.problem import Caregiver, Problem, Shift
from routing.solve import solve
from tests.routing.byhand import day, planned
from tests.routing.town import ROOT, call, rich, scattered

SOLOMON = """T101

VEHICLE
NUMBER     CAPACITY
   2          30

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE   TIME

    0      40         50          0          0       1236          0
    1      45         68         10        100        967         10
    2      45.5       70         20          0        870         10
    3      42         66         10         65        146         10
"""
LILIM = """2	10	1
0 40 50 0 0 500 0 0 0
1 45 68 5 0 400 10 0 2
2 42 66 -5 0 400 10 1 0
3 41 50 5 0 400 10 0 4
4 60 50 -5 0 450 10 3 0
"""


def home_care() -> dict[str, Any]:
    """A tiny classic home-care file."""
    return {
        "central_offices": [{"id": "d", "location": [0.0, 0.0]}],
        "services": [{"id": "s1", "default_duration": 10.0}, {"id": "s2", "default_duration": 10.0}],
        "caregivers": [{"id": "c1", "abilities": ["s1"]}, {"id": "c2", "abilities": ["s1", "s2"]}],
        "patients": [
            {"id": "p1", "location": [3.0, 4.0], "time_window": [20.0000001, 40.0], "required_caregivers": [{"service": "s1"}]},  # noqa: E501
            {
                "id": "p2", "location": [6.0, 8.0], "time_window": [50, 90],
                "required_caregivers": [{"service": "s1"}, {"service": "s2", "duration": 5}],
                "synchronization": {"type": "sequential", "distance": [10, 20]},
            },
        ],
    }  # fmt: skip


def richer() -> dict[str, Any]:
    """A tiny file of the richer model."""
    value = home_care()
    del value["central_offices"]
    value["departing_points"] = [{"id": "d0", "location": [0, 0]}]
    value["distances"] = [[0, 5, 10], [5, 0, 5], [10, 5, 0]]
    for i, caregiver in enumerate(value["caregivers"]):
        caregiver.update(distance_matrix_index=0, starting_point_id="d0", working_shift=[0, 60 + i])
    for i, patient in enumerate(value["patients"]):
        patient["distance_matrix_index"] = i + 1
    value["patients"][0]["incompatible_caregivers"] = ["c1"]
    return value


def vroom() -> dict[str, Any]:
    """A tiny VROOM file with a job, a shipment, skills, a break and a matrix."""
    return {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "capacity": [4], "skills": [1], "time_window": [0, 900],  # noqa: E501
                      "breaks": [{"id": 1, "service": 30, "time_windows": [[300, 400]]}]}],
        "jobs": [{"id": 11, "location_index": 1, "service": 60, "delivery": [1], "skills": [1], "time_windows": [[100, 200]]}],  # noqa: E501
        "shipments": [{"amount": [2], "pickup": {"id": 5, "location_index": 2}, "delivery": {"id": 6, "location_index": 1}}],  # noqa: E501
        "matrices": {"car": {"durations": [[0, 50, 90], [50, 0, 40], [90, 40, 0]]}},
    }  # fmt: skip


def text_of(form: str) -> str:
    """A small valid file of a format."""
    made: dict[str, Callable[[], str]] = {
        "solomon": lambda: SOLOMON,
        "lilim": lambda: LILIM,
        "hhcrsp": lambda: json.dumps(home_care()),
        "vroom": lambda: json.dumps(vroom()),
        "unwalled": lambda: json.dumps(write(rich())),
    }
    return made[form]()


@pytest.mark.parametrize("form", FORMATS)
def test_each_format_is_recognised_read_planned_and_judged(form: str, tmp_path: Path) -> None:
    """A small file of each house, packed too, is recognised, planned and its written plan is valid when read back."""
    file = tmp_path / "input.gz"
    file.write_bytes(gzip.compress(text_of(form).encode()))
    assert detect(text_of(form)) == form
    problem = read_problem(file)
    plan = solve(problem, iterations=15)
    assert not plan.unserved
    out = tmp_path / "plan.json"
    out.write_text(json.dumps(write_plan(problem, plan, "unwalled")))
    again = read_plan(problem, out)
    assert check(problem, again).valid and again.routes == plan.routes


def test_solomon_cuts_and_lilim_does_not() -> None:
    """One decimal, cut, for Solomon; vehicles first and full length for Li & Lim."""
    problem = parse_problem(SOLOMON)
    assert problem.travel.time("road", 0, 1) == int(np.hypot(5, 18) * 10)
    plan = solve(parse_problem(LILIM), iterations=20)
    assert plan.parts["vehicles"] == 1.0
    assert plan.cost == pytest.approx(plan.parts["travel"]) and round(plan.cost, 1) != plan.cost


def test_home_care_in_both_forms(tmp_path: Path) -> None:
    """Float noise is rounded away; the classic cost is a third of its sum; the solution reads back at its cost."""
    problem = parse_problem(json.dumps(home_care()))
    assert problem.visits[0].windows[0].start == 20_000
    plan = solve(problem, iterations=20)
    assert plan.cost == pytest.approx(sum(plan.parts[p] for p in ("travel", "tardiness", "max_tardiness")) / 3)
    out = tmp_path / "solution.json"
    value = write_plan(problem, plan, "hhcrsp")
    out.write_text(json.dumps(value))
    verdict = check(problem, read_plan(problem, out), claimed=False)
    assert verdict.valid and verdict.cost == pytest.approx(plan.cost)
    assert set(value["routes"][0]["locations"][0]) == {"patient", "service", "arrival_time", "departure_time"}
    full = parse_problem(json.dumps(richer()))
    plan = solve(full, iterations=20)
    names = ("travel", "tardiness", "max_tardiness", "waiting", "max_idle", "overtime")
    assert plan.cost == pytest.approx(sum(plan.parts[name] for name in names))


def schema(name: str) -> jsonschema_rs.Validator:
    """A published schema as a validator."""
    return jsonschema_rs.validator_for(json.loads((ROOT / "routing" / "formats" / f"{name}.schema.json").read_text()))


def spread_out(places: int) -> Problem:
    """A problem on points only, more than matrices would hold."""
    points = tuple((121.0 + i % 100 / 1000, 37.0 + i // 100 / 1000) for i in range(places))
    person = Caregiver("lin", (Shift.hard(0, 36_000),), 0, None, {"care": 1}, "ebike")
    return Problem("points", 1, Computed(points, pace=Pace(detour=1.2)), (person,), (call("far", places - 1),))


@pytest.mark.parametrize("make", [rich, day, lambda: scattered(5, 2), lambda: spread_out(4500)], ids=range(4))
def test_our_own_problems_follow_the_published_schema(make: Callable[[], Problem]) -> None:
    """What we write is what the schema describes, and reading it back gives the same problem with the same legs."""
    problem = make()
    value = json.loads(json.dumps(write(problem)))
    schema("unwalled").validate(value)
    again = parse_problem(json.dumps(value))
    for part in ("name", "caregivers", "visits", "canteens", "links", "objective"):
        assert getattr(again, part) == getattr(problem, part)
    some, mode = [0, problem.travel.places - 1], problem.caregivers[0].mode
    assert np.array_equal(again.travel.block(mode, some), problem.travel.block(mode, some))


def test_our_own_plans_follow_the_published_schema(tmp_path: Path) -> None:
    """A written plan is what its schema describes and comes back whole, with stages, seed and what ended it."""
    plan = replace(planned(day()), stages=(Stage("ruin", 1.5, 9.0, 8.0, 7),), seed=3, ended="done", iterations=9)
    value = write_plan(day(), plan, "unwalled")
    schema("plan").validate(value)
    (tmp_path / "plan.json").write_text(json.dumps(value))
    assert read_plan(day(), tmp_path / "plan.json") == plan


@pytest.mark.parametrize("name", ["unwalled", "plan"])
def test_the_schemas_refuse_what_the_readers_refuse(name: str) -> None:
    """An unknown member anywhere is neither valid nor read, so that a slip of the pen is not silently ignored."""
    base = write(day()) if name == "unwalled" else write_plan(day(), planned(day()), "unwalled")
    base = json.loads(json.dumps(base))
    for path in [path for path in paths(base) if isinstance(member(base, path), dict)]:
        if path[-1] in ("travel", "skills", "parts", "counts", "unserved", "speed_mps", "park_s"):
            continue
        value = replaced(base, path, {**member(base, path), "joy": 1})
        assert not schema(name).is_valid(value), path
        if name == "unwalled":
            with pytest.raises(FormatError, match="joy"):
                parse_problem(json.dumps(value))


def test_points_of_another_datum_become_wgs84() -> None:
    """Points in GCJ-02 are moved; without a datum they are WGS-84; an unknown datum is refused."""
    base = {"points": [[116.42703, 39.90245]], "caregivers": [], "visits": []}
    moved = parse_problem(json.dumps({**base, "datum": "gcj02"})).travel.points
    assert moved[0] == pytest.approx((116.42079, 39.90105), abs=1e-5)
    assert parse_problem(json.dumps(base)).travel.points[0] == (116.42703, 39.90245)
    with pytest.raises(FormatError, match="datum"):
        parse_problem(json.dumps({**base, "datum": "mars"}))


def test_lengths_that_are_not_whole_ticks_are_not_written_as_if_they_were() -> None:
    """Our JSON holds whole ticks; Li & Lim's exact lengths are refused instead of rounded."""
    with pytest.raises(FormatError, match="exact"):
        write(parse_problem(LILIM))


@pytest.mark.parametrize(("room", "form"), [("visits", "unwalled"), ("jobs", "vroom"), ("patients", "hhcrsp")])
def test_a_million_visits_are_refused_before_they_are_read(room: str, form: str) -> None:
    """The limit is named at once; none of the million entries is looked at."""
    value = {"unwalled": write(rich()), "vroom": vroom(), "hhcrsp": richer()}[form]
    value[room] = [0] * 1_000_000
    with pytest.raises(FormatError, match=f"{room}.*1000000.*50000"):
        parse_problem(json.dumps(value))


def spoil(change: Callable[[dict[str, Any]], object], value: dict[str, Any]) -> str:
    """The JSON of a value after a change."""
    change(value)
    return json.dumps(value)


def member(value: Any, path: tuple[Any, ...]) -> Any:
    """What stands at a path of a JSON value."""
    for key in path:
        value = value[key]
    return value


MALFORMED: dict[str, tuple[str, Callable[[], str]]] = {
    "empty": ("format", lambda: ""),
    "a list": ("format", lambda: "[1]"),
    "broken json": ("json", lambda: '{"patients": ['),
    "deep json": ("format", lambda: "[" * 100_000),
    "deep object": ("json", lambda: '{"patients":' * 100_000),
    "window upside down": (
        "$.patients[0].time_window", lambda: spoil(lambda v: v["patients"][0].update(time_window=[9, 3]), home_care()),
    ),
    "negative duration": (
        "$.patients[1].required_caregivers[1].duration",
        lambda: spoil(lambda v: v["patients"][1]["required_caregivers"][1].update(duration=-5), home_care()),
    ),
    "unknown service": (
        "$.patients[0].required_caregivers[0].service",
        lambda: spoil(lambda v: v["patients"][0]["required_caregivers"][0].update(service="s9"), home_care()),
    ),
    "gap upside down": (
        "$.patients[1].synchronization.distance",
        lambda: spoil(lambda v: v["patients"][1]["synchronization"].update(distance=[9, 3]), home_care()),
    ),
    "no location": ("$.patients[0].location", lambda: spoil(lambda v: v["patients"][0].pop("location"), home_care())),
    "NaN": ("$.patients[0].location[0]", lambda: spoil(lambda v: v["patients"][0].update(location=[float("nan"), 1]), home_care())),  # noqa: E501
    "hole in the matrix": ("$.distances[1][2]", lambda: spoil(lambda v: v["distances"][1].__setitem__(2, None), richer())),  # noqa: E501
    "ragged matrix": ("$.distances[1]", lambda: spoil(lambda v: v["distances"][1].pop(), richer())),
    "stranger refused": (
        "$.patients[0].incompatible_caregivers[0]",
        lambda: spoil(lambda v: v["patients"][0].update(incompatible_caregivers=["zz"]), richer()),
    ),
    "no customers table": ("file", lambda: SOLOMON.replace("CUSTOMER", "CLIENTS")),
    "too few columns": ("customer xcoord ycoord demand ready due service", lambda: SOLOMON + "4 1 2 3\n"),
    "not a number": ("xcoord", lambda: SOLOMON + "4 x 2 3 0 9 1\n"),
    "infinite": ("ycoord", lambda: SOLOMON + "4 1 inf 3 0 9 1\n"),
    "due before ready": ("due", lambda: SOLOMON + "4 1 2 3 10 9 1\n"),
    "half of a pair": ("pickup", lambda: LILIM + "5 1 1 5 0 400 10 0 9\n"),
    "both pick-up and delivery": ("pickup", lambda: LILIM + "5 1 1 5 0 400 10 1 2\n"),
    "unknown member": ("$.visitz", lambda: spoil(lambda v: v.update(visitz=[]), write(rich()))),
    "other version": ("$.unwalled", lambda: spoil(lambda v: v.update(unwalled=2), write(rich()))),
    "break with a name": ("$.caregivers[0].shifts[0].rest.name", lambda: spoil(lambda v: v["caregivers"][0]["shifts"][0]["rest"].update(name="tea"), write(rich()))),  # noqa: E501
    "pace beside travel": ("$.pace", lambda: spoil(lambda v: v.update(pace={}), write(rich()))),
    "unknown caregiver field": ("$.caregivers[0].age", lambda: spoil(lambda v: v["caregivers"][0].update(age=3), write(rich()))),  # noqa: E501
}  # fmt: skip


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_file_is_refused_by_field(case: str) -> None:
    """Every malformed text raises a FormatError with the field and what was wrong there."""
    field, make = MALFORMED[case]
    with pytest.raises(FormatError) as refusal:
        parse_problem(make(), file="day.txt")
    assert refusal.value.field == field
    assert "day.txt" in str(refusal.value)


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"\x1f\x8b\x08broken"])
def test_a_file_that_is_no_text_is_refused(data: bytes, tmp_path: Path) -> None:
    """Bytes that are neither UTF-8 nor gzip, and a missing file, are refused as files."""
    for name in ("x.txt", "x.gz", "missing"):
        if name != "missing":
            (tmp_path / name).write_bytes(data)
        with pytest.raises(FormatError):
            read_problem(tmp_path / name)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path into a JSON value."""
    found = [here] if here else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in inner:
        found += paths(member, (*here, key))
    return found


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The value with one member replaced."""
    copy = json.loads(json.dumps(value))
    target = copy
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = new
    return copy


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_json_makes_a_reader_fall(data: st.DataObject) -> None:
    """Any value at any place of a valid file is read or refused with a RoutingError, nothing else."""
    base = data.draw(st.sampled_from([home_care(), richer(), vroom(), write(rich())]))
    value = replaced(base, data.draw(st.sampled_from(paths(base))), data.draw(json_values))
    try:
        assert isinstance(parse_problem(json.dumps(value)), Problem)
    except RoutingError as refusal:
        assert refusal.field and refusal.problem


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([SOLOMON, LILIM]), st.integers(0, 400), st.integers(0, 8), st.text(max_size=12))
def test_no_text_makes_a_reader_fall(base: str, at: int, cut: int, new: str) -> None:
    """Any splice into a valid table is read or refused with a RoutingError, nothing else."""
    text = base[:at] + new + base[at + cut :]
    for form in ("auto", "solomon", "lilim", "unwalled"):
        try:
            assert isinstance(parse_problem(text, form), Problem)
        except RoutingError as refusal:
            assert refusal.field and refusal.problem


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_plan_makes_the_checker_fall(data: st.DataObject) -> None:
    """Any value at any place of a plan is refused by the reader or judged by the checker."""
    problem, plan = cached()
    base = write_plan(problem, plan, "unwalled")
    value = replaced(base, data.draw(st.sampled_from(paths(base))), data.draw(json_values))
    path = Path(data.draw(st.just(str(SCRATCH / "plan.json"))))
    path.write_text(json.dumps(value))
    try:
        check(problem, read_plan(problem, path))
    except RoutingError as refusal:
        assert refusal.field and refusal.problem


SCRATCH = Path()
CACHE: list[Any] = []


def cached() -> Any:
    """The day planned by hand, made once."""
    if not CACHE:
        CACHE.append((day(), planned(day())))
    return CACHE[0]


@pytest.fixture(autouse=True, scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A folder for the fuzzed plans."""
    global SCRATCH
    SCRATCH = tmp_path_factory.mktemp("plans")
