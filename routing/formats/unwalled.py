"""Our own JSON of problems, described by unwalled.schema.json; times are whole ticks, places are indices."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from routing.computed import Computed, Pace, estimated
from routing.datum import DATUMS, convert
from routing.errors import FormatError
from routing.formats.fields import Fields
from routing.problem import (
    FAR,
    MOST,
    PARTS,
    Break,
    Canteen,
    Caregiver,
    Link,
    Meal,
    Need,
    Objective,
    Problem,
    Promise,
    Shift,
    Visit,
    Window,
)
from routing.travel import Legs, Travel

VERSION = 1
MOST_PLACES = 100_000


def read(root: Fields) -> Problem:
    """The problem of a parsed file. Raises FormatError or ProblemError naming the field."""
    root.only(
        "unwalled", "name", "ticks_per_s", "travel", "points", "datum", "pace", "caregivers", "visits", "canteens",
        "links", "objective", "$schema",
    )  # fmt: skip
    version = root.find("unwalled")
    if version is not None and version.whole() != VERSION:
        raise version.fail(f"is {version.value}", f"{VERSION}")
    ticks = whole(root, "ticks_per_s", 1, 1)
    name = root.find("name")
    canteens, objective, links = (root.find(key) for key in ("canteens", "objective", "links"))
    return Problem(
        name=name.text() if name else "problem",
        ticks_per_s=ticks,
        travel=_travel(root, ticks),
        caregivers=tuple(_caregiver(field) for field in root.get("caregivers").items(0, MOST["caregivers"])),
        visits=tuple(visit(field) for field in root.get("visits").items(0, MOST["visits"])),
        canteens=tuple(_canteen(field) for field in canteens.items()) if canteens else (),
        objective=_objective(objective) if objective else Objective(),
        links=tuple(_link(field) for field in links.items(0, MOST["links"])) if links else (),
    )


def whole(field: Fields, key: str, default: int | None = None, low: int = -(1 << 40)) -> int:
    """A whole number of an object, or its default when it is not there."""
    found = field.find(key)
    if found is None and default is not None:
        return default
    return field.get(key).whole(low)


def _travel(root: Fields, ticks: int) -> Legs:
    """Matrices when they are there (points then only tell where the places are), else the estimate between points."""
    given, points = root.find("travel"), _points(root)
    if given is None:
        if not points:
            raise root.get("points").fail("is empty", "points, or travel")
        return estimated(points, ticks_per_s=ticks, pace=_pace(root.find("pace")))
    if root.find("pace") is not None:
        raise root.get("pace").fail("stands beside travel", "one of them")
    if not isinstance(given.value, dict) or not given.value:
        raise given.fail("is empty", "a matrix per way of moving")
    matrices: dict[str, Any] = {}
    for mode in given.value:
        rows = given.get(mode).items(1, 4000)
        matrices[mode] = [[cell.whole(0) for cell in row.items(len(rows), len(rows))] for row in rows]
    return Travel(matrices, points=points)


def _points(root: Fields) -> tuple[tuple[float, float], ...]:
    """(lon, lat) per place in WGS-84, whatever the file's datum (WGS-84 when it names none)."""
    found, datum = root.find("points"), root.find("datum")
    name = datum.text() if datum else "wgs84"
    if datum and name not in DATUMS:
        raise datum.fail(f"is {name!r:.40}", ", ".join(DATUMS))
    pairs = [field.items(2, 2) for field in found.items(1, MOST_PLACES)] if found else []
    points = [(lon.number(-180, 180), lat.number(-90, 90)) for lon, lat in pairs]
    return tuple(points if name == "wgs84" else (convert(lon, lat, name, "wgs84") for lon, lat in points))


def _pace(field: Fields | None) -> Pace:
    if field is None:
        return Pace()
    field.only("detour", "speed_mps", "park_s")
    detour, speeds, parks = (field.find(key) for key in ("detour", "speed_mps", "park_s"))
    known = Pace()
    return Pace(
        detour.number(1, 10) if detour else known.detour,
        {mode: speeds.get(mode).number(0.01, 100) for mode in speeds.names()} if speeds else known.speed_mps,
        {mode: parks.get(mode).whole(0, 86_400) for mode in parks.names()} if parks else known.park_s,
    )


def _skills(field: Fields) -> dict[str, int]:
    found = field.find("skills")
    if found is None:
        return {}
    if not isinstance(found.value, dict):
        raise found.fail("is not an object", "skill: level")
    return {skill: found.get(skill).whole(1, 1000) for skill in found.value}


def _caregiver(field: Fields) -> Caregiver:
    field.only("id", "shifts", "start", "end", "skills", "mode", "load", "portions", "most_paid")
    mode, load, end, paid = (field.find(key) for key in ("mode", "load", "end", "most_paid"))
    return Caregiver(
        field.get("id").text(),
        tuple(_shift(item) for item in field.get("shifts").items()),
        field.get("start").whole(0),
        None if end is None else end.whole(0),
        _skills(field),
        mode.text() if mode else "car",
        None if load is None else load.whole(0),
        whole(field, "portions", 0, 0),
        None if paid is None else paid.whole(0),
    )


def _shift(field: Fields) -> Shift:
    field.only("start", "end", "latest", "rest")
    rest, end = field.find("rest"), field.get("end").whole()
    return Shift(field.get("start").whole(), end, whole(field, "latest", end), _break(rest) if rest else None)


def _break(field: Fields) -> Break:
    field.only("duration", "earliest", "latest")
    return Break(*(field.get(key).whole() for key in ("duration", "earliest", "latest")))


def _canteen(field: Fields) -> Canteen:
    field.only("id", "place", "ready", "loading")
    return Canteen(
        field.get("id").text(), field.get("place").whole(0), field.get("ready").whole(), whole(field, "loading", 0, 0)
    )


def _window(field: Fields) -> Window:
    field.only("start", "due", "latest")
    due = field.get("due").whole()
    return Window(field.get("start").whole(), due, whole(field, "latest", due))


def _names(field: Fields, key: str) -> list[str]:
    found = field.find(key)
    return [item.text() for item in found.items()] if found else []


def visit(field: Fields) -> Visit:
    """One visit of a parsed file. Raises FormatError or ProblemError naming the field."""
    field.only(
        "id", "place", "needs", "windows", "gap", "price", "must", "refused", "preferred", "previous", "pinned",
        "pinned_start", "access", "load", "delivers", "meal", "promised",
    )  # fmt: skip
    gap, must, meal, start, delivers = (field.find(k) for k in ("gap", "must", "meal", "pinned_start", "delivers"))
    promised = field.find("promised")
    low, high = (item.whole() for item in gap.items(2, 2)) if gap else (0, 0)
    return Visit(
        id=field.get("id").text(),
        place=field.get("place").whole(0),
        needs=tuple(_need(item) for item in field.get("needs").items(1, 2)),
        windows=tuple(_window(item) for item in field.get("windows").items(1)),
        gap=(low, high),
        price=whole(field, "price", 0, 0),
        must=must.flag() if must else False,
        refused=frozenset(_names(field, "refused")),
        preferred=frozenset(_names(field, "preferred")),
        previous=frozenset(_names(field, "previous")),
        pinned=tuple(_names(field, "pinned")),
        pinned_start=None if start is None else start.whole(),
        access=whole(field, "access", 0, 0),
        load=whole(field, "load", 0, 0),
        delivers=None if delivers is None else delivers.text(),
        meal=_meal(meal) if meal else None,
        promised=tuple(_promise(item) for item in promised.items(0, 2)) if promised else (),
    )


def _meal(field: Fields) -> Meal:
    field.only("canteen", "portions", "ride")
    return Meal(field.get("canteen").text(), whole(field, "portions", 1, 1), field.get("ride").whole(0))


def _promise(field: Fields) -> Promise:
    field.only("caregiver", "start")
    return Promise(field.get("caregiver").text(), field.get("start").whole())


def _link(field: Fields) -> Link:
    field.only("first", "second", "low", "high")
    return Link(
        field.get("first").text(), field.get("second").text(), field.get("low").whole(), whole(field, "high", FAR)
    )


def _need(field: Fields) -> Need:
    field.only("duration", "skills")
    return Need(field.get("duration").whole(0), _skills(field))


def _objective(field: Fields) -> Objective:
    field.only(*PARTS, "tolerance", "scale", "hidden")
    given = {key: field.get(key).whole(0) for key in (*PARTS, "tolerance") if field.find(key) is not None}
    return Objective(**given, scale=whole(field, "scale", 1, 1), hidden=frozenset(_names(field, "hidden")))


def write(problem: Problem) -> dict[str, Any]:
    """The problem as a JSON value that `read` takes back. Raises FormatError for lengths that are not whole ticks."""
    if problem.travel.exact is not None:
        raise FormatError("travel.exact", "cannot be said in this format", "lengths in whole ticks")
    return {
        "unwalled": VERSION, "name": problem.name, "ticks_per_s": problem.ticks_per_s, **_plain_travel(problem.travel),
        "caregivers": [plain(person) for person in problem.caregivers],
        "visits": [plain(visit) for visit in problem.visits],
        "canteens": [plain(canteen) for canteen in problem.canteens],
        "links": [plain(link) for link in problem.links],
        "objective": plain(problem.objective),
    }  # fmt: skip


def _plain_travel(travel: Legs) -> dict[str, Any]:
    points = {"points": [list(point) for point in travel.points]} if travel.points else {}
    if isinstance(travel, Computed):
        return {**points, "datum": "wgs84", "pace": plain(travel.pace)}
    return {"travel": {mode: matrix.tolist() for mode, matrix in travel.matrices.items()}, **points}


def plain(item: Any) -> Any:
    """A dataclass as JSON values: sets become sorted lists, tuples lists."""
    value = item if isinstance(item, (dict, list, tuple, str, int, float, frozenset)) or item is None else asdict(item)
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    return [plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value
