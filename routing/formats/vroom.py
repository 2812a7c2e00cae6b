"""Reads VROOM's JSON (jobs, shipments, vehicles, matrices or coordinates) and writes plans as its answer.

What it cannot mean here is refused by name instead of ignored. Source: VROOM's API description.
"""

from __future__ import annotations

from typing import Any

from routing.formats.fields import Fields
from routing.plan import Plan, Route, Stop
from routing.problem import FAR, Break, Caregiver, Need, Objective, Problem, Shift, Visit, Window
from routing.travel import Travel, straight

PRICE_S = 36_000
MODES = {"car": "car", "bike": "ebike", "foot": "walk"}
JOB = ("id", "description", "location", "location_index", "service", "setup", "delivery", "pickup", "skills",
       "priority", "time_windows")  # fmt: skip
VEHICLE = ("id", "profile", "description", "start", "start_index", "end", "end_index", "capacity", "skills",
           "time_window", "breaks")  # fmt: skip


class _Places:
    """Collects coordinates or matrix indices as places."""

    def __init__(self, root: Fields) -> None:
        self.root, self.matrices = root, root.find("matrices")
        self.points: list[tuple[float, float]] = []

    def of(self, field: Fields, point: str, index: str) -> int | None:
        found = field.find(index)
        if found is not None and self.matrices is not None:
            return found.whole(0)
        spot = field.find(point)
        if spot is None:
            return None
        if self.matrices is not None:
            raise spot.fail("comes without an index into matrices", index)
        lon, lat = (axis.number() for axis in spot.items(2, 2))
        self.points.append((lon, lat))
        return len(self.points) - 1

    def travel(self, modes: set[str]) -> Travel:
        if self.matrices is None:
            return straight(self.points or [(0.0, 0.0)], modes=sorted(modes) or ["car"])
        found: dict[str, Any] = {}
        given: dict[str, Any] = self.matrices.value if isinstance(self.matrices.value, dict) else {}
        for profile in given:
            rows = self.matrices.get(profile).get("durations").items(1, 4000)
            found[MODES.get(profile, profile)] = [
                [cell.whole(0) for cell in row.items(len(rows), len(rows))] for row in rows
            ]
        return Travel(found)


def read(root: Fields) -> Problem:
    """The problem of a parsed file; prices follow the priorities. Raises FormatError or ProblemError."""
    root.only("jobs", "shipments", "vehicles", "matrices")
    places = _Places(root)
    vehicles = root.get("vehicles").items()
    caregivers = [_vehicle(field, places) for field in vehicles]
    jobs, shipments = root.find("jobs"), root.find("shipments")
    visits = [_job(field, places) for field in jobs.items()] if jobs else []
    for field in shipments.items() if shipments else []:
        visits += _shipment(field, places)
    modes = {person.mode for person in caregivers}
    return Problem(
        "vroom", 1, places.travel(modes), tuple(caregivers), tuple(visits), kind="vroom",
        objective=Objective(tardiness=0, overtime=0),
    )  # fmt: skip


def _skills(field: Fields) -> dict[str, int]:
    found = field.find("skills")
    return {str(item.whole(0)): 1 for item in found.items()} if found else {}


def _amount(field: Fields | None) -> int:
    if field is None:
        return 0
    amounts = field.items(0, 1)
    return amounts[0].whole(0) if amounts else 0


def _windows(field: Fields) -> tuple[Window, ...]:
    found = field.find("time_windows")
    if found is None:
        return (Window.hard(0, FAR),)
    pairs = sorted(tuple(edge.whole(0) for edge in item.items(2, 2)) for item in found.items(1))
    return tuple(Window.hard(begin, end) for begin, end in pairs)


def _job(field: Fields, places: _Places) -> Visit:
    field.only(*JOB)
    if field.find("pickup") is not None and _amount(field.find("pickup")):
        raise field.get("pickup").fail("is not supported for a job", "a shipment, or delivery")
    name = f"{field.get('id').whole(0)}"
    return _visit(field, name, _amount(field.find("delivery")), None, places, field)


def _visit(field: Fields, name: str, load: int, delivers: str | None, places: _Places, whole: Fields) -> Visit:
    place = places.of(field, "location", "location_index")
    if place is None:
        raise field.fail("has no location", "location, or location_index with matrices")
    priority, service, setup = whole.find("priority"), field.find("service"), field.find("setup")
    return Visit(
        name, place, (Need(service.whole(0) if service else 0, _skills(whole)),), _windows(field),
        price=PRICE_S * (1 + (priority.whole(0, 100) if priority else 0)), access=setup.whole(0) if setup else 0,
        load=load, delivers=delivers,
    )  # fmt: skip


def _shipment(field: Fields, places: _Places) -> list[Visit]:
    field.only("amount", "skills", "priority", "pickup", "delivery")
    load = _amount(field.find("amount"))
    halves: list[Visit] = []
    for key in ("pickup", "delivery"):
        step = field.get(key)
        step.only("id", "description", "location", "location_index", "setup", "service", "time_windows")
        name = f"{key}-{step.get('id').whole(0)}"
        halves.append(_visit(step, name, load, halves[0].id if halves else None, places, field))
    return halves


def _vehicle(field: Fields, places: _Places) -> Caregiver:
    field.only(*VEHICLE)
    start, end = places.of(field, "start", "start_index"), places.of(field, "end", "end_index")
    if start is None:
        start = end
    if start is None:
        raise field.fail("has neither start nor end", "start or end")
    profile, window, capacity = (field.find(key) for key in ("profile", "time_window", "capacity"))
    begin, close = (edge.whole(0) for edge in window.items(2, 2)) if window else (0, FAR)
    name = profile.text() if profile else "car"
    load = None if capacity is None else _amount(capacity)
    shift = Shift(begin, close, close, _rest(field))
    return Caregiver(f"{field.get('id').whole(0)}", (shift,), start, end, _skills(field), MODES.get(name, name), load)


def _rest(field: Fields) -> Break | None:
    found = field.find("breaks")
    if found is None or not found.items(0, 1):
        return None
    item = found.items()[0]
    item.only("id", "time_windows", "service", "description")
    ((begin, end),) = [
        [edge.whole(0) for edge in window.items(2, 2)] for window in item.get("time_windows").items(1, 1)
    ]
    service = item.find("service")
    return Break(service.whole(0) if service else 0, begin, end)


def write_plan(problem: Problem, plan: Plan) -> dict[str, Any]:
    """The plan as VROOM would answer it: steps with arrival, waiting, service and duration."""
    return {
        "code": 0,
        "summary": {"cost": round(plan.cost), "routes": len(plan.routes), "unassigned": len(plan.unserved)},
        "unassigned": [{"id": _id(name), "description": reason.text} for name, reason in plan.unserved.items()],
        "routes": [_route(problem, route) for route in plan.routes],
    }


def _id(name: str) -> int | str:
    digits = name.rsplit("-", 1)[-1]
    return int(digits) if digits.isdecimal() else name


def _route(problem: Problem, route: Route) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"type": "start", "arrival": route.depart, "duration": 0}]
    driven = 0
    for stop in route.stops:
        driven += stop.travel
        steps.append(_step(stop, driven))
    steps.append({"type": "end", "arrival": route.back, "duration": driven + route.travel_back})
    return {"vehicle": _id(route.caregiver), "steps": steps, "duration": driven + route.travel_back,
            "waiting_time": sum(stop.wait for stop in route.stops)}  # fmt: skip


def _step(stop: Stop, driven: int) -> dict[str, Any]:
    kind = "job" if stop.kind == "visit" else stop.kind
    if stop.visit.startswith(("pickup-", "delivery-")):
        kind = stop.visit.split("-")[0]
    return {"type": kind, "id": _id(stop.visit), "arrival": stop.arrive, "waiting_time": stop.wait,
            "service": stop.finish - stop.start, "duration": driven}  # fmt: skip
