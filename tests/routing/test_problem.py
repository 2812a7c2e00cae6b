"""Promise: a problem that cannot be meant is refused at birth, with the field named."""

from collections.abc import Callable

import numpy as np
import pytest

from routing.datum import convert
from routing.errors import RoutingError
from routing.problem import Break, Canteen, Caregiver, Meal, Need, Objective, Problem, Shift, Visit, Window
from routing.travel import Travel, straight
from tests.routing.town import call, lin, line


def problem(*visits: Visit, crew: tuple[Caregiver, ...] = (lin(),), travel: Travel | None = None) -> Problem:
    """A problem on a street of six places."""
    return Problem("test", 1, travel or line(6), crew, visits)


REFUSED: dict[str, tuple[str, Callable[[], object]]] = {
    "window ends before it starts": ("window", lambda: Window(20, 10)),
    "latest before due": ("window.latest", lambda: Window(0, 20, 10)),
    "negative duration": ("need.duration", lambda: Need(-1)),
    "duration is no number": ("need.duration", lambda: Need(float("nan"))),  # type: ignore[arg-type]
    "duration is a truth value": ("need.duration", lambda: Need(True)),
    "skill level zero": ("need.skills.care", lambda: Need(1, {"care": 0})),
    "no windows": ("visits.v.windows", lambda: call("v", 1, windows=())),
    "windows overlap": ("visits.v.windows", lambda: call("v", 1, windows=(Window.hard(0, 9), Window.hard(5, 20)))),
    "three people": ("visits.v.needs", lambda: call("v", 1, needs=(Need(1),) * 3)),
    "gap upside down": ("visits.v.gap", lambda: call("v", 1, gap=(5, 1))),
    "negative price": ("visits.v.price", lambda: call("v", 1, price=-1)),
    "pinned twice to one": ("visits.v.pinned", lambda: call("v", 1, needs=(Need(1), Need(1)), pinned=("lin", "lin"))),
    "empty id": ("visit.id", lambda: call("", 1)),
    "meal for two": ("visits.v.needs", lambda: call("v", 1, needs=(Need(1),) * 2, meal=Meal("k", 1, 9))),
    "meal with goods": ("visits.v.meal", lambda: call("v", 1, load=1, meal=Meal("k", 1, 9))),
    "no portions": ("meal.portions", lambda: Meal("k", 0, 9)),
    "break upside down": ("break", lambda: Break(5, 20, 10)),
    "shift upside down": ("shift", lambda: Shift(20, 10)),
    "shift latest before end": ("shift.latest", lambda: Shift(0, 20, 10)),
    "shifts overlap": ("caregivers.x.shifts", lambda: Caregiver("x", (Shift(0, 20), Shift(10, 30)), 0, 0)),
    "negative bag": ("caregivers.x.portions", lambda: Caregiver("x", (), 0, 0, portions=-1)),
    "negative weight": ("objective.travel", lambda: Objective(travel=-1)),
    "zero scale": ("objective.scale", lambda: Objective(scale=0)),
    "unknown hidden part": ("objective.hidden", lambda: Objective(hidden=frozenset({"joy"}))),
    "unknown place": ("visits.v.place", lambda: problem(call("v", 9))),
    "unknown start": ("caregivers.lin.start", lambda: problem(crew=(Caregiver("lin", (), 77, 0, {}, "walk"),))),
    "unknown mode": ("caregivers.lin.mode", lambda: problem(crew=(Caregiver("lin", (), 0, 0, {}, "boat"),))),
    "unknown refused": ("visits.v.refused", lambda: problem(call("v", 1, refused=frozenset({"nobody"})))),
    "unknown pinned": ("visits.v.pinned", lambda: problem(call("v", 1, pinned=("nobody",)))),
    "unknown canteen": ("visits.v.meal.canteen", lambda: problem(call("v", 1, meal=Meal("k", 1, 9)))),
    "visit twice": ("visits.v.id", lambda: problem(call("v", 1), call("v", 2))),
    "caregiver twice": ("caregivers.lin.id", lambda: problem(crew=(lin(), lin()))),
    "delivers itself": ("visits.v.delivers", lambda: problem(call("v", 1, delivers="v"))),
    "a cycle of deliveries": (
        "visits.v.delivers", lambda: problem(call("v", 1, delivers="w"), call("w", 1, delivers="v")),
    ),
    "other load": ("visits.w.load", lambda: problem(call("v", 1, load=1), call("w", 1, load=2, delivers="v"))),
    "ticks": ("ticks_per_s", lambda: Problem("t", 0, line(2), (), ())),
    "canteen place": ("canteens.k.place", lambda: Problem("t", 1, line(2), (), (), (Canteen("k", 5, 0),))),
    "no mode": ("travel", lambda: Travel({})),
    "matrix with a hole": ("travel.walk[0][1]", lambda: Travel({"walk": [[0, None], [1, 0]]})),  # type: ignore[dict-item]
    "matrix with NaN": ("travel.walk[1][0]", lambda: Travel({"walk": np.array([[0.0, 1.0], [np.nan, 0.0]])})),  # type: ignore[dict-item]
    "matrix below zero": ("travel.walk[0][1]", lambda: Travel({"walk": np.array([[0, -1], [1, 0]])})),
    "ragged matrix": ("travel.walk[1]", lambda: Travel({"walk": [[0, 1], [1]]})),  # type: ignore[dict-item]
    "matrices of two sizes": ("travel", lambda: Travel({"a": np.zeros((2, 2), int), "b": np.zeros((3, 3), int)})),
    "a point off the earth": ("points[0]", lambda: straight([(200.0, 0.0)])),
    "a datum without a name": ("source", lambda: convert(121.0, 37.0, "", "wgs84")),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_meant_is_refused_by_field(case: str) -> None:
    """Every impossible value raises a RoutingError that names its field and says what is wrong."""
    field, make = REFUSED[case]
    with pytest.raises(RoutingError) as refusal:
        make()
    assert refusal.value.field == field
    assert refusal.value.problem


def test_datum_follows_the_published_vector() -> None:
    """The published WGS-84 point lands on its published GCJ-02 point within the printed digits."""
    lon, lat = convert(116.42079, 39.90105, "wgs84", "gcj02")
    assert (lon, lat) == pytest.approx((116.42703, 39.90245), abs=1e-5)


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
@pytest.mark.parametrize("point", [(121.45, 37.46), (116.42079, 39.90105), (75.9, 39.5), (2.35, 48.85)])
def test_datum_comes_back_exactly(datum: str, point: tuple[float, float]) -> None:
    """There and back loses less than a millimetre, in China and outside."""
    lon, lat = convert(*convert(*point, "wgs84", datum), datum, "wgs84")
    assert abs(lon - point[0]) < 1e-9 and abs(lat - point[1]) < 1e-9


def test_travel_without_roads_is_great_circle_detour_and_parking() -> None:
    """One kilometre by e-bike takes the detour at its speed plus parking, and nothing to stay."""
    travel = straight([(121.0, 37.0), (121.0, 37.0 + 1000 / 111_195.08)], modes=["ebike"])
    assert travel.time("ebike", 0, 1) == pytest.approx(1350 / 4.2 + 45, abs=1)
    assert travel.time("ebike", 0, 0) == 0
