"""Reads and writes the home-care JSON of iolab-uniud/hhcrsp, classic and richer; nothing in it is guessed.

Classic (`central_offices`): cost = (travel + tardiness + highest tardiness) / 3. Richer (`departing_points`, in newer
files `terminal_points`): plain sum of travel, tardiness, highest tardiness, waiting, longest idle and extra time. Every
visit has to be served. Members that nothing here reads are named in the problem's label "unread".
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from routing.formats.fields import Fields
from routing.plan import Plan, Route, Stop
from routing.problem import FAR, MOST, Caregiver, Need, Objective, Problem, Shift, Visit, Window
from routing.travel import Ints, Travel

TICKS = 1000
CLASSIC = Objective(max_tardiness=1, overtime=0, scale=3 * TICKS)
RICHER = Objective(max_tardiness=1, waiting=1, max_idle=1, scale=TICKS)
POINT = frozenset({"id", "location", "distance_matrix_index"})
KNOWN = {
    "": {"name", "area", "distances", "central_offices", "departing_points", "terminal_points", "patients",
         "caregivers", "services", "signature", "features", "distances_note"},
    "patients": {*POINT, "time_window", "required_caregivers", "required_services", "synchronization",
                 "incompatible_caregivers"},
    "caregivers": {"id", "abilities", "distance_matrix_index", "starting_point_id", "departing_point",
                   "ending_point_id", "arrival_point", "working_shift"},
    "services": {"id", "default_duration", "type"},
    "central_offices": POINT, "departing_points": POINT, "terminal_points": POINT,
}  # fmt: skip
"""Members that are read, or that only describe (name, area, type)."""


def read(root: Fields) -> Problem:
    """The problem of a parsed file. Raises FormatError or ProblemError naming the field."""
    classic = root.find("central_offices")
    bases = classic or root.find("terminal_points") or root.get("departing_points")
    durations = _services(root)
    patients = root.get("patients").items(0, MOST["visits"])
    caregivers = root.get("caregivers").items(0, MOST["caregivers"])
    starts = bases.items(1, 1 if classic else None)
    matrix = _matrix(root, starts, patients)
    visits = [_patient(p, len(starts) + i, durations, len(matrix)) for i, p in enumerate(patients)]
    bases_at = {f.get("id").text(): _place(f, i, len(matrix)) for i, f in enumerate(starts)}
    refused = {f.get("id").text(): f for f in patients if f.find("incompatible_caregivers")}
    known = {c.get("id").text() for c in caregivers}
    for field in refused.values():
        for item in field.get("incompatible_caregivers").items():
            if item.text() not in known:
                raise item.fail(f"is {item.value!r:.40}", "the id of a caregiver")
    name = root.find("name")
    return Problem(
        name=name.text() if name else "hhcrsp",
        ticks_per_s=TICKS,
        travel=Travel({"road": matrix}),
        caregivers=tuple(_caregiver(c, bases_at, len(matrix), durations) for c in caregivers),
        visits=tuple(visits),
        objective=CLASSIC if classic else RICHER,
        kind="hhcrsp",
        labels={"unread": ", ".join(_unread(root))},
    )


def _unread(root: Fields) -> list[str]:
    """Members that nothing here reads, each once: they may hold rules that the plan then does not keep."""
    found = dict.fromkeys(key for key in root.names() if key not in KNOWN[""])
    for room, known in KNOWN.items():
        listed = root.find(room) if room else None
        for item in listed.items() if listed else []:
            found |= dict.fromkeys(f"{room}[].{key}" for key in item.names() if key not in known)
    return list(found)


def _services(root: Fields) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for service in root.get("services").items(1):
        duration = service.find("default_duration")
        found[service.get("id").text()] = None if duration is None else duration.ticks(TICKS, 0)
    return found


def _matrix(root: Fields, starts: list[Fields], patients: list[Fields]) -> Ints:
    given = root.find("distances")
    if given is not None:
        rows = given.items(1, 4000)
        cells = [[cell.ticks(TICKS, 0) for cell in row.items(len(rows), len(rows))] for row in rows]
        return np.array(cells, dtype=np.int64)
    points = [[axis.number() for axis in item.get("location").items(2, 2)] for item in [*starts, *patients]]
    xy = np.array(points, dtype=np.float64)
    lengths = np.sqrt(((xy[:, None] - xy[None]) ** 2).sum(-1))
    result: Ints = np.rint(np.round(lengths, 3) * TICKS).astype(np.int64)
    return result


def _place(field: Fields, position: int, size: int) -> int:
    """The row of `distances` that an entry names, else the one at its position: points first, then patients."""
    given = field.find("distance_matrix_index")
    if given is None and position >= size:
        raise field.fail(f"has no row in distances of {size} places", "one row per point, then one per patient")
    return given.whole(0, size - 1) if given else position


def _span(field: Fields | None) -> tuple[int, int]:
    """A pair of times in ticks; any time when it is not given."""
    if field is None:
        return 0, FAR
    begin, end = (item.ticks(TICKS) for item in field.items(2, 2))
    if end < begin:
        raise field.fail(f"ends at {end / TICKS:g} before it starts at {begin / TICKS:g}", "start <= end")
    return begin, end


def _patient(field: Fields, position: int, durations: dict[str, int | None], size: int) -> Visit:
    begin, end = _span(field.find("time_window"))
    required = field.find("required_services") or field.get("required_caregivers")
    needs = tuple(_need(item, durations) for item in required.items(1, 2))
    refused = field.find("incompatible_caregivers")
    return Visit(
        id=field.get("id").text(),
        place=_place(field, position, size),
        needs=needs,
        windows=(Window(begin, end, FAR),),
        gap=_gap(field) if len(needs) == 2 else (0, 0),
        must=True,
        refused=frozenset(item.text() for item in refused.items()) if refused else frozenset(),
    )


def _need(field: Fields, durations: dict[str, int | None]) -> Need:
    service = field.get("service").text()
    if service not in durations:
        raise field.get("service").fail(f"is {service!r}", "the id of a service")
    given = field.find("duration")
    duration = given.ticks(TICKS, 0) if given else durations[service]
    if duration is None:
        raise field.fail("has no duration and its service no default", "a duration")
    return Need(duration, {service: 1})


def _gap(field: Fields) -> tuple[int, int]:
    rule = field.get("synchronization")
    kind = rule.get("type").text()
    if kind == "simultaneous":
        return 0, 0
    if kind != "sequential":
        raise rule.get("type").fail(f"is {kind!r}", "simultaneous, sequential")
    low, high = (item.ticks(TICKS) for item in rule.get("distance").items(2, 2))
    if low > high:
        raise rule.get("distance").fail(f"is [{low / TICKS:g}, {high / TICKS:g}]", "min <= max")
    return low, high


def _caregiver(field: Fields, bases: dict[str, int], size: int, durations: dict[str, int | None]) -> Caregiver:
    skills: dict[str, int] = {}
    for item in field.get("abilities").items():
        if item.text() not in durations:
            raise item.fail(f"is {item.value!r:.40}", "the id of a service")
        skills[item.text()] = 1
    begin, end = _span(field.find("working_shift"))
    starts = _base(field, bases, "starting_point_id", "departing_point")
    ends = _base(field, bases, "ending_point_id", "arrival_point")
    given = field.find("distance_matrix_index")
    if given is not None:
        starts = given.whole(0, size - 1)
    elif starts is None:
        starts = next(iter(bases.values()))
        if len(bases) > 1:
            raise field.fail("names none of several starting points", "starting_point_id, or distance_matrix_index")
    home = starts if ends is None else ends
    return Caregiver(field.get("id").text(), (Shift(begin, end, FAR),), starts, home, skills, "road")


def _base(field: Fields, bases: dict[str, int], *keys: str) -> int | None:
    """The place of the point that a caregiver names under one of these keys."""
    for key in keys:
        named = field.find(key)
        if named is not None:
            if named.text() not in bases:
                raise named.fail(f"is {named.value!r:.40}", "the id of a point")
            return bases[named.text()]
    return None


def read_plan(problem: Problem, root: Fields) -> Plan:
    """A solution in this format as a plan: service starts at departure minus duration. Raises FormatError."""
    visits = {visit.id: visit for visit in problem.visits}
    people = {person.id: person for person in problem.caregivers}
    routes = []
    for field in root.get("routes").items():
        name = (field.find("caregiver_id") or field.get("caregiver")).text()
        person = people.get(name)
        if person is None:
            raise field.fail(f"is driven by {name!r}", "the id of a caregiver")
        routes.append(_read_route(problem, person, visits, field))
    from_file = tuple(routes)
    return Plan(from_file, {}, math.nan, {})


def _read_route(problem: Problem, person: Caregiver, visits: dict[str, Visit], field: Fields) -> Route:
    stops: list[Stop] = []
    place, free, depart = person.start, person.shifts[0].start, person.shifts[0].start
    listed = field.find("locations")
    for item in (item for item in (listed.items() if listed else []) if item.find("depot") is None):
        visit, half = _read_half(visits, item)
        finish = (item.find("end_service_time") or item.get("departure_time")).ticks(TICKS)
        start = finish - visit.needs[half].duration
        leg = problem.travel.time(person.mode, place, visit.place)
        arrive = free + leg if stops else start
        if not stops:
            depart = start - leg
        stops.append(Stop("visit", visit.id, half, visit.place, leg, arrive, start - arrive, start, finish))
        place, free = visit.place, finish
    home = problem.travel.time(person.mode, place, person.end) if stops and person.end is not None else 0
    return Route(person.id, 0, depart, tuple(stops), home, free + home)


def _read_half(visits: dict[str, Visit], item: Fields) -> tuple[Visit, int]:
    visit = visits.get((item.find("patient_id") or item.get("patient")).text())
    service = (item.find("service_id") or item.get("service")).text()
    if visit is None:
        raise item.fail("names an unknown patient", "the id of a patient")
    for half, need in enumerate(visit.needs):
        if service in need.skills:
            return visit, half
    raise item.fail(f"brings {service!r}, which {visit.id} does not need", "a required service")


def write_plan(problem: Problem, plan: Plan) -> dict[str, Any]:
    """The plan in this format; `arrival_time` is the start of the service, as the public validator expects it."""
    visits = {visit.id: visit for visit in problem.visits}
    driven = {route.caregiver: route for route in plan.routes}
    routes = []
    for person in problem.caregivers:
        route = driven.get(person.id)
        stops = [stop for stop in route.stops if stop.kind == "visit"] if route else []
        routes.append({"caregiver_id": person.id, "locations": [_location(problem, visits, stop) for stop in stops]})
    return {"routes": routes, "cost_components": dict(plan.parts)}


def _location(problem: Problem, visits: dict[str, Visit], stop: Stop) -> dict[str, Any]:
    service = next(iter(visits[stop.visit].needs[stop.half].skills), "visit")
    start, finish = (_units(tick, problem.ticks_per_s) for tick in (stop.start, stop.finish))
    return {"patient": stop.visit, "service": service, "arrival_time": start, "departure_time": finish}


def _units(tick: int, per_unit: int) -> float | int:
    return tick // per_unit if tick % per_unit == 0 else tick / per_unit
