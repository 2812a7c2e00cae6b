"""Our own JSON of plans, described by plan.schema.json; whether a plan is any good is the checker's business."""

from __future__ import annotations

import math
from typing import Any

from routing.formats.fields import Fields
from routing.formats.unwalled import VERSION, plain, whole
from routing.plan import Plan, Reason, Route, Stage, Stop
from routing.problem import Problem


def write(problem: Problem, plan: Plan) -> dict[str, Any]:
    """The plan as a JSON value that `read` takes back."""
    value = plain(plan)
    return {"unwalled": VERSION, "problem": problem.name, **value, "served": plan.served}


def read(root: Fields) -> Plan:
    """The plan in a parsed file. Raises FormatError naming the field."""
    unserved, cost = root.find("unserved"), root.find("cost")
    reasons: dict[str, Reason] = {}
    if unserved is not None:
        if not isinstance(unserved.value, dict):
            raise unserved.fail("is not an object", "visit: reason")
        reasons = {name: _reason(unserved.get(name)) for name in unserved.value}
    parts, seed, engine, ended = (root.find(key) for key in ("parts", "seed", "engine", "ended"))
    return Plan(
        tuple(_route(field) for field in root.get("routes").items()),
        reasons,
        math.nan if cost is None else cost.number(),
        {name: parts.get(name).number() for name in parts.value} if parts and isinstance(parts.value, dict) else {},
        _stages(root),
        seed.whole() if seed else 0,
        engine.text() if engine else "outside",
        ended.text() if ended and ended.value else "",
        whole(root, "iterations", 0, 0),
    )


def _stages(root: Fields) -> tuple[Stage, ...]:
    found = root.find("stages")
    return tuple(_stage(field) for field in found.items()) if found else ()


def _stage(field: Fields) -> Stage:
    seconds, before, after = (field.get(key).number() for key in ("seconds", "before", "after"))
    return Stage(field.get("name").text(), seconds, before, after, whole(field, "tries", 0, 0))


def _reason(field: Fields) -> Reason:
    counts = field.find("counts")
    known = (
        {code: counts.get(code).whole(0) for code in counts.value} if counts and isinstance(counts.value, dict) else {}
    )
    return Reason(field.get("code").text(), field.get("text").text(), known)


def _route(field: Fields) -> Route:
    depart, back, home = (field.get(key).whole() for key in ("depart", "back", "travel_back"))
    stops = tuple(_stop(item) for item in field.get("stops").items())
    return Route(field.get("caregiver").text(), whole(field, "shift", 0), depart, stops, home, back)


def _stop(field: Fields) -> Stop:
    visit = field.find("visit")
    times = (field.get(key).whole() for key in ("place", "travel", "arrive", "wait", "start", "finish"))
    name = str(visit.value)[:200] if visit and isinstance(visit.value, str) else ""
    return Stop(field.get("kind").text(), name, whole(field, "half", 0), *times)
