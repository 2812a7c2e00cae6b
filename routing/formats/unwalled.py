"""Our own JSON of problems and plans, described by unwalled.schema.json; times are whole ticks, places are indices."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from routing.formats.fields import Fields
from routing.plan import Plan, Reason, Route, Stage, Stop
from routing.problem import (
    PARTS,
    Break,
    Canteen,
    Caregiver,
    Meal,
    Need,
    Objective,
    Problem,
    Shift,
    Visit,
    Window,
)
from routing.travel import Travel, straight

VERSION = 1


def read(root: Fields) -> Problem:
    """The problem of a parsed file. Raises FormatError or ProblemError naming the field."""
    root.only(
        "unwalled",
        "name",
        "ticks_per_s",
        "travel",
        "points",
        "caregivers",
        "visits",
        "canteens",
        "objective",
        "$schema",
    )
    version = root.find("unwalled")
    if version is not None and version.whole() != VERSION:
        raise version.fail(f"is {version.value}", f"{VERSION}")
    ticks = _whole(root, "ticks_per_s", 1, 1)
    name = root.find("name")
    canteens, objective = root.find("canteens"), root.find("objective")
    return Problem(
        name=name.text() if name else "problem",
        ticks_per_s=ticks,
        travel=_travel(root, ticks),
        caregivers=tuple(_caregiver(field) for field in root.get("caregivers").items()),
        visits=tuple(_visit(field) for field in root.get("visits").items()),
        canteens=tuple(_canteen(field) for field in canteens.items()) if canteens else (),
        objective=_objective(objective) if objective else Objective(),
    )


def _whole(field: Fields, key: str, default: int | None = None, low: int = -(1 << 40)) -> int:
    found = field.find(key)
    if found is None and default is not None:
        return default
    return field.get(key).whole(low)


def _travel(root: Fields, ticks: int) -> Travel:
    given = root.find("travel")
    if given is None:
        points = [field.items(2, 2) for field in root.get("points").items(1, 4000)]
        return straight([(lon.number(-180, 180), lat.number(-90, 90)) for lon, lat in points], ticks_per_s=ticks)
    if not isinstance(given.value, dict) or not given.value:
        raise given.fail("is empty", "a matrix per way of moving")
    matrices: dict[str, Any] = {}
    for mode in given.value:
        rows = given.get(mode).items(1, 4000)
        matrices[mode] = [[cell.whole(0) for cell in row.items(len(rows), len(rows))] for row in rows]
    return Travel(matrices)


def _skills(field: Fields) -> dict[str, int]:
    found = field.find("skills")
    if found is None:
        return {}
    if not isinstance(found.value, dict):
        raise found.fail("is not an object", "skill: level")
    return {skill: found.get(skill).whole(1, 1000) for skill in found.value}


def _caregiver(field: Fields) -> Caregiver:
    field.only("id", "shifts", "start", "end", "skills", "mode", "load", "portions")
    mode, load, end = field.find("mode"), field.find("load"), field.find("end")
    return Caregiver(
        field.get("id").text(),
        tuple(_shift(item) for item in field.get("shifts").items()),
        field.get("start").whole(0),
        None if end is None else end.whole(0),
        _skills(field),
        mode.text() if mode else "car",
        None if load is None else load.whole(0),
        _whole(field, "portions", 0, 0),
    )


def _shift(field: Fields) -> Shift:
    field.only("start", "end", "latest", "rest")
    rest, end = field.find("rest"), field.get("end").whole()
    taken = Break(*(rest.get(key).whole() for key in ("duration", "earliest", "latest"))) if rest else None
    return Shift(field.get("start").whole(), end, _whole(field, "latest", end), taken)


def _canteen(field: Fields) -> Canteen:
    field.only("id", "place", "ready", "loading")
    return Canteen(
        field.get("id").text(), field.get("place").whole(0), field.get("ready").whole(), _whole(field, "loading", 0, 0)
    )


def _window(field: Fields) -> Window:
    field.only("start", "due", "latest")
    due = field.get("due").whole()
    return Window(field.get("start").whole(), due, _whole(field, "latest", due))


def _names(field: Fields, key: str) -> list[str]:
    found = field.find(key)
    return [item.text() for item in found.items()] if found else []


def _visit(field: Fields) -> Visit:
    field.only(
        "id", "place", "needs", "windows", "gap", "price", "must", "refused", "preferred", "previous", "pinned",
        "pinned_start", "access", "load", "delivers", "meal",
    )  # fmt: skip
    gap, must, meal, start, delivers = (field.find(k) for k in ("gap", "must", "meal", "pinned_start", "delivers"))
    low, high = (item.whole() for item in gap.items(2, 2)) if gap else (0, 0)
    carried = (
        Meal(meal.get("canteen").text(), _whole(meal, "portions", 1, 1), meal.get("ride").whole(0)) if meal else None
    )
    return Visit(
        id=field.get("id").text(),
        place=field.get("place").whole(0),
        needs=tuple(_need(item) for item in field.get("needs").items(1, 2)),
        windows=tuple(_window(item) for item in field.get("windows").items(1)),
        gap=(low, high),
        price=_whole(field, "price", 0, 0),
        must=must.flag() if must else False,
        refused=frozenset(_names(field, "refused")),
        preferred=frozenset(_names(field, "preferred")),
        previous=frozenset(_names(field, "previous")),
        pinned=tuple(_names(field, "pinned")),
        pinned_start=None if start is None else start.whole(),
        access=_whole(field, "access", 0, 0),
        load=_whole(field, "load", 0, 0),
        delivers=None if delivers is None else delivers.text(),
        meal=carried,
    )


def _need(field: Fields) -> Need:
    field.only("duration", "skills")
    return Need(field.get("duration").whole(0), _skills(field))


def _objective(field: Fields) -> Objective:
    field.only(*PARTS, "scale", "hidden")
    weights = {part: field.get(part).whole(0) for part in PARTS if field.find(part) is not None}
    return Objective(**weights, scale=_whole(field, "scale", 1, 1), hidden=frozenset(_names(field, "hidden")))


def write(problem: Problem) -> dict[str, Any]:
    """The problem as a JSON value that `read` takes back."""
    return {
        "unwalled": VERSION, "name": problem.name, "ticks_per_s": problem.ticks_per_s,
        "travel": {mode: matrix.tolist() for mode, matrix in problem.travel.matrices.items()},
        "caregivers": [plain(person) for person in problem.caregivers],
        "visits": [plain(visit) for visit in problem.visits],
        "canteens": [plain(canteen) for canteen in problem.canteens],
        "objective": plain(problem.objective),
    }  # fmt: skip


def plain(item: Any) -> Any:
    """A dataclass as JSON values: sets become sorted lists, tuples lists."""
    value = item if isinstance(item, (dict, list, tuple, str, int, float, frozenset)) or item is None else asdict(item)
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    return [plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def write_plan(problem: Problem, plan: Plan) -> dict[str, Any]:
    """The plan as a JSON value that `read_plan` takes back."""
    value = plain(plan)
    return {"unwalled": VERSION, "problem": problem.name, **value, "served": plan.served}


def read_plan(problem: Problem, root: Fields) -> Plan:
    """Our own plan. Raises FormatError; whether the plan is any good is the checker's business."""
    unserved, cost = root.find("unserved"), root.find("cost")
    reasons: dict[str, Reason] = {}
    if unserved is not None:
        if not isinstance(unserved.value, dict):
            raise unserved.fail("is not an object", "visit: reason")
        reasons = {name: _reason(unserved.get(name)) for name in unserved.value}
    parts, seed, engine = root.find("parts"), root.find("seed"), root.find("engine")
    return Plan(
        tuple(_route(field) for field in root.get("routes").items()),
        reasons,
        math.nan if cost is None else cost.number(),
        {name: parts.get(name).number() for name in parts.value} if parts and isinstance(parts.value, dict) else {},
        _stages(root),
        seed.whole() if seed else 0,
        engine.text() if engine else "outside",
    )


def _stages(root: Fields) -> tuple[Stage, ...]:
    found = root.find("stages")
    return tuple(_stage(field) for field in found.items()) if found else ()


def _stage(field: Fields) -> Stage:
    seconds, before, after = (field.get(key).number() for key in ("seconds", "before", "after"))
    return Stage(field.get("name").text(), seconds, before, after)


def _reason(field: Fields) -> Reason:
    counts = field.find("counts")
    known = (
        {code: counts.get(code).whole(0) for code in counts.value} if counts and isinstance(counts.value, dict) else {}
    )
    return Reason(field.get("code").text(), field.get("text").text(), known)


def _route(field: Fields) -> Route:
    depart, back, home = (field.get(key).whole() for key in ("depart", "back", "travel_back"))
    stops = tuple(_stop(item) for item in field.get("stops").items())
    return Route(field.get("caregiver").text(), _whole(field, "shift", 0), depart, stops, home, back)


def _stop(field: Fields) -> Stop:
    visit = field.find("visit")
    times = (field.get(key).whole() for key in ("place", "travel", "arrive", "wait", "start", "finish"))
    name = str(visit.value)[:200] if visit and isinstance(visit.value, str) else ""
    return Stop(field.get("kind").text(), name, _whole(field, "half", 0), *times)
