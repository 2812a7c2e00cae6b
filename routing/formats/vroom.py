"""Reads VROOM's JSON: jobs, shipments, vehicles, matrices or coordinates; what it cannot mean here is refused by name.

docs/formats.md lists what is read, what is refused and where the meaning differs. Source: VROOM's API description.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from routing.computed import Pace, estimated
from routing.formats.fields import Fields
from routing.problem import FAR, MOST, Break, Caregiver, Need, Objective, Problem, Shift, Visit, Window
from routing.travel import DENSE, PARK_S, SPEED_MPS, Legs, Travel

PRICE_S = 36_000
HOUR = 3600
MODES = {"car": "car", "bike": "ebike", "foot": "walk"}
JOB = ("id", "description", "location", "location_index", "service", "setup", "delivery", "pickup", "skills",
       "priority", "time_windows")  # fmt: skip
STEP = ("id", "description", "location", "location_index", "setup", "service", "time_windows")
VEHICLE = ("id", "profile", "description", "start", "start_index", "end", "end_index", "capacity", "skills",
           "time_window", "breaks", "costs", "speed_factor")  # fmt: skip
NOWHERE = -1
"""The place of a vehicle that begins at its first task: no way from there takes any time."""


@dataclass
class _Places:
    """Collects coordinates or matrix indices as places, and the ways of moving that vehicles use."""

    matrices: Fields | None
    points: dict[tuple[float, float], int] = field(default_factory=dict)
    modes: dict[str, tuple[str, float]] = field(default_factory=dict)
    open_start: bool = False

    def of(self, item: Fields, point: str, index: str) -> int | None:
        found, spot = item.find(index), item.find(point)
        if self.matrices is not None:
            if found is None and spot is not None:
                raise spot.fail("comes without an index into matrices", index)
            return None if found is None else found.whole(0, DENSE - 1)
        if spot is None:
            return None
        lon, lat = (axis.number(-180, 180) for axis in spot.items(2, 2))
        return self.points.setdefault((lon, lat), len(self.points))

    def mode(self, vehicle: Fields) -> str:
        """The way of moving of a vehicle: its profile, and its speed factor when that is not 1."""
        profile, factor = vehicle.find("profile"), vehicle.find("speed_factor")
        name, speed = profile.text() if profile else "car", factor.number(0.01, 5) if factor else 1.0
        known = self.matrices.names() if self.matrices is not None else list(MODES)
        if name not in known:
            raise (profile or vehicle).fail(f"is {name!r:.40}", ", ".join(known))
        mode = MODES.get(name, name) + (f" x {speed:g}" if speed != 1 else "")
        self.modes[mode] = (name, speed)
        return mode

    def travel(self) -> Legs:
        if self.matrices is None:
            return self._estimate()
        found: dict[str, Any] = {}
        for mode, (profile, factor) in self.modes.items() or {"car": (self.matrices.names()[0], 1.0)}.items():
            rows = _durations(self.matrices.get(profile))
            found[mode] = np.rint(np.array(rows, dtype=np.float64) / factor).astype(np.int64)
        return self._opened(Travel(found))

    def _estimate(self) -> Legs:
        modes = self.modes or {"car": ("car", 1.0)}
        speeds = {mode: SPEED_MPS[MODES[profile]] * factor for mode, (profile, factor) in modes.items()}
        pace = Pace(speed_mps=speeds, park_s={mode: PARK_S[MODES[profile]] for mode, (profile, _) in modes.items()})
        return self._opened(estimated(list(self.points) or [(0.0, 0.0)], pace=pace))

    def _opened(self, travel: Legs) -> Legs:
        if not self.open_start:
            return travel
        return Travel({mode: np.pad(matrix, (0, 1)) for mode, matrix in travel.matrices.items()})


def _durations(matrix: Fields) -> list[list[int]]:
    matrix.only("durations", "distances")
    rows = matrix.get("durations").items(1, DENSE)
    return [[cell.whole(0) for cell in row.items(len(rows), len(rows))] for row in rows]


def read(root: Fields) -> Problem:
    """The problem of a parsed file; prices follow the priorities. Raises FormatError or ProblemError."""
    root.only("jobs", "shipments", "vehicles", "matrices")
    matrices = root.find("matrices")
    if matrices is not None and not matrices.names():
        raise matrices.fail("is empty", "a matrix per profile")
    places, labels = _Places(matrices), dict[str, str]()
    vehicles = root.get("vehicles").items(0, MOST["caregivers"])
    caregivers = [_vehicle(item, places, labels) for item in vehicles]
    jobs, shipments = root.find("jobs"), root.find("shipments")
    visits = [_job(item, places, labels) for item in jobs.items(0, MOST["visits"])] if jobs else []
    for item in shipments.items(0, MOST["visits"]) if shipments else []:
        visits += _shipment(item, places, labels)
    travel = places.travel()
    crew = tuple(_placed(person, travel.places - 1) for person in caregivers)
    return Problem("vroom", 1, travel, crew, tuple(visits), kind="vroom", objective=_objective(vehicles), labels=labels)


def _placed(person: Caregiver, nowhere: int) -> Caregiver:
    if person.start != NOWHERE:
        return person
    return Caregiver(person.id, person.shifts, nowhere, person.end, person.skills, person.mode, person.load)


def _objective(vehicles: list[Fields]) -> Objective:
    """Seconds driven; with costs, which must be the same for every vehicle, fixed + per_hour x hours driven."""
    prices: list[tuple[int, int]] = []
    for item in vehicles:
        costs, fixed, per_hour = item.find("costs"), 0, HOUR
        if costs is not None:
            costs.only("fixed", "per_hour")
            fixed = costs.get("fixed").whole(0, 10**6) if costs.find("fixed") else 0
            per_hour = costs.get("per_hour").whole(1, 10**6) if costs.find("per_hour") else HOUR
        prices.append((fixed, per_hour))
        if prices[0] != prices[-1]:
            raise (costs or item).fail(f"differs from the first vehicle's costs {prices[0]}", "the same costs for all")
    fixed, per_hour = prices[0] if prices else (0, HOUR)
    if (fixed, per_hour) == (0, HOUR):
        return Objective(tardiness=0, overtime=0)
    return Objective(travel=per_hour, tardiness=0, overtime=0, vehicles=fixed * HOUR, unserved=per_hour, scale=HOUR)


def _skills(item: Fields) -> dict[str, int]:
    found = item.find("skills")
    return {str(skill.whole(0)): 1 for skill in found.items()} if found else {}


def _amount(found: Fields | None) -> int:
    """A quantity; VROOM's may have several dimensions, ours has one."""
    if found is None:
        return 0
    amounts = found.items(0, 1)
    return amounts[0].whole(0, 10**9) if amounts else 0


def _windows(item: Fields) -> tuple[Window, ...]:
    """Windows in order, those that touch made one."""
    found = item.find("time_windows")
    if found is None:
        return (Window.hard(0, FAR),)
    merged: list[list[int]] = []
    for begin, end in sorted(_span(window) for window in found.items(1)):
        if merged and begin <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([begin, end])
    return tuple(Window.hard(begin, end) for begin, end in merged)


def _span(item: Fields) -> tuple[int, int]:
    begin, end = (edge.whole(0) for edge in item.items(2, 2))
    if end < begin:
        raise item.fail(f"ends at {end} before it starts at {begin}", "start <= end")
    return begin, end


def _job(item: Fields, places: _Places, labels: dict[str, str]) -> Visit:
    item.only(*JOB)
    if _amount(item.find("pickup")):
        raise item.get("pickup").fail("cannot be said here for a job", "a shipment, or delivery")
    return _visit(item, f"{item.get('id').whole(0)}", _amount(item.find("delivery")), None, places, item, labels)


def _visit(item: Fields, name: str, load: int, delivers: str | None, places: _Places, whole: Fields,
           labels: dict[str, str]) -> Visit:  # fmt: skip
    place = places.of(item, "location", "location_index")
    if place is None:
        raise item.fail("has no location", "location_index" if places.matrices is not None else "location")
    priority, service, setup = whole.find("priority"), item.find("service"), item.find("setup")
    before = setup.whole(0) if setup else 0
    rank = priority.whole(0, 100) if priority else 0
    labels |= {f"setup:{name}": f"{before}", f"priority:{name}": f"{rank}"}
    _describe(item, name, labels)
    return Visit(
        name, place, (Need(before + (service.whole(0) if service else 0), _skills(whole)),), _windows(item),
        price=PRICE_S * (1 + rank), load=load, delivers=delivers,
    )  # fmt: skip


def _describe(item: Fields, name: str, labels: dict[str, str]) -> None:
    told = item.find("description")
    if told is not None and isinstance(told.value, str):
        labels[f"description:{name}"] = told.value


def _shipment(item: Fields, places: _Places, labels: dict[str, str]) -> list[Visit]:
    item.only("amount", "skills", "priority", "pickup", "delivery")
    load = _amount(item.find("amount"))
    halves: list[Visit] = []
    for key in ("pickup", "delivery"):
        step = item.get(key)
        step.only(*STEP)
        name = f"{key}-{step.get('id').whole(0)}"
        halves.append(_visit(step, name, load, halves[0].id if halves else None, places, item, labels))
    return halves


def _vehicle(item: Fields, places: _Places, labels: dict[str, str]) -> Caregiver:
    item.only(*VEHICLE)
    start, end = places.of(item, "start", "start_index"), places.of(item, "end", "end_index")
    if start is None and end is None:
        raise item.fail("has neither start nor end", "start or end")
    places.open_start |= start is None
    window, capacity, name = item.find("time_window"), item.find("capacity"), f"{item.get('id').whole(0)}"
    begin, close = _span(window) if window else (0, FAR)
    _describe(item, f"vehicle {name}", labels)
    shift = Shift(begin, close, close, _rest(item, name, begin, close, labels))
    load = None if capacity is None else _amount(capacity)
    return Caregiver(name, (shift,), NOWHERE if start is None else start, end, _skills(item), places.mode(item), load)


def _rest(item: Fields, vehicle: str, begin: int, close: int, labels: dict[str, str]) -> Break | None:
    found = item.find("breaks")
    if found is None or not found.items(0, 1):
        return None
    rest = found.items()[0]
    rest.only("id", "time_windows", "service", "description")
    windows, service = rest.find("time_windows"), rest.find("service")
    labels[f"break:{vehicle}"] = f"{rest.get('id').whole(0)}"
    earliest, latest = _span(windows.items(1, 1)[0]) if windows else (begin, close)
    return Break(service.whole(0) if service else 0, earliest, latest)
