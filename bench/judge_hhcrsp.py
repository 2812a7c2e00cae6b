"""An outside judge of home-care plans: reads the public instance and the written solution, and imports nothing of ours.

    python -m bench.judge_hhcrsp INSTANCE.json[.gz] SOLUTION.json[.gz]

Both forms of iolab-uniud/hhcrsp: classic (`central_offices`) and richer (`departing_points`). It counts in thousandths,
as the public files do, so that nothing is decided by rounding.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from math import hypot
from pathlib import Path
from typing import Any

UNIT = 1000
OPEN = 1 << 50


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is broken, one sentence each, and the cost with its components (in the file's units)."""

    broken: list[str]
    cost: float
    components: dict[str, float]


@dataclass
class _Done:
    """One service of one patient as it was done."""

    caregiver: str
    start: int
    finish: int


@dataclass
class _Tally:
    """What a whole solution adds up to, in thousandths."""

    broken: list[str] = field(default_factory=list)
    travel: int = 0
    waiting: int = 0
    extra: int = 0
    idle: int = 0
    late: list[int] = field(default_factory=lambda: [0])


def load(file: Path) -> Any:
    """The JSON of a file, packed or not."""
    data = file.read_bytes()
    return json.loads(gzip.decompress(data) if file.suffix == ".gz" else data)


def judge(instance: Any, solution: Any) -> Judgement:
    """Every rule of the model that a solution breaks, and its cost: classic / 3, richer as a plain sum."""
    house = _House(instance)
    tally, done = _Tally(), defaultdict[tuple[str, str], list[_Done]](list)
    drivers = []
    for route in solution["routes"]:
        name = route.get("caregiver_id") or route["caregiver"]
        drivers.append(name)
        if name not in house.caregivers:
            tally.broken.append(f"{name} is no caregiver")
        else:
            _drive(house, name, route.get("locations") or [], tally, done)
    tally.broken += [f"{name} has two routes" for name in sorted(set(drivers)) if drivers.count(name) > 1]
    tally.idle = max([tally.idle, *(house.shift(k)[1] - house.shift(k)[0] for k in house.at_home(drivers, solution))])
    _serve(house, tally, done)
    return _sum(house, tally)


class _House:
    """The instance by names, in thousandths."""

    def __init__(self, instance: Any) -> None:
        self.classic = "central_offices" in instance
        self.patients = {patient["id"]: patient for patient in instance["patients"]}
        self.caregivers = {caregiver["id"]: caregiver for caregiver in instance["caregivers"]}
        self.usual = {service["id"]: service.get("default_duration") for service in instance["services"]}
        self.row = {
            name: i if self.classic else self.patients[name]["distance_matrix_index"]
            for i, name in enumerate(self.patients, 1)
        }
        offices = instance["central_offices"] if self.classic else []
        points = [place["location"] for place in [*offices, *instance["patients"]]] if self.classic else []
        given = instance.get("distances")
        self.legs = (
            given if given is not None else [[round(hypot(a - c, b - d), 3) for c, d in points] for a, b in points]
        )

    def leg(self, one: int, two: int) -> int:
        return _thousandths(self.legs[one][two])

    def home(self, caregiver: str) -> int:
        return 0 if self.classic else int(self.caregivers[caregiver]["distance_matrix_index"])

    def shift(self, caregiver: str) -> tuple[int, int]:
        if self.classic:
            return 0, OPEN
        begin, end = self.caregivers[caregiver]["working_shift"]
        return _thousandths(begin), _thousandths(end)

    def duration(self, patient: str, service: str) -> int | None:
        for need in self.patients[patient]["required_caregivers"]:
            if need["service"] == service:
                return _thousandths(need.get("duration", self.usual[service]))
        return None

    def at_home(self, drivers: list[str], solution: Any) -> list[str]:
        """Caregivers of the richer form who are sent nowhere."""
        busy = {r.get("caregiver_id") or r["caregiver"] for r in solution["routes"] if r.get("locations")}
        return [] if self.classic else [name for name in self.caregivers if name not in busy]


def _thousandths(value: float) -> int:
    return round(value * UNIT)


def _drive(house: _House, name: str, stops: list[Any], tally: _Tally, done: dict[tuple[str, str], list[_Done]]) -> None:
    """Follows one route: whether it can be driven, and what it adds to the cost."""
    begin, end = house.shift(name)
    place, free, rests, left = house.home(name), begin, 0, begin
    for i, stop in enumerate(stops):
        patient, service = stop.get("patient_id") or stop["patient"], stop.get("service_id") or stop["service"]
        lasts = house.duration(patient, service) if patient in house.patients else None
        if lasts is None:
            tally.broken.append(f"{name} brings {service} to {patient}, who does not ask for it")
            continue
        finish = _thousandths(stop["departure_time"])
        start, leg = finish - lasts, house.leg(place, house.row[patient])
        if start < free + leg:
            tally.broken.append(f"{name} starts at {patient} at {start}, cannot be there before {free + leg}")
        if i:
            rests += start - free - leg
        else:
            left = start - leg
        tally.travel += leg
        if service not in house.caregivers[name]["abilities"]:
            tally.broken.append(f"{name} cannot do {service} at {patient}")
        if name in house.patients[patient].get("incompatible_caregivers", ()):
            tally.broken.append(f"{patient} refuses {name}")
        done[patient, service].append(_Done(name, start, finish))
        place, free = house.row[patient], finish
    if stops:
        home = house.leg(place, house.home(name))
        tally.travel += home
        tally.waiting += rests
        tally.extra += max(0, free + home - end)
        tally.idle = max(tally.idle, left - begin + rests + max(0, end - free - home))


def _serve(house: _House, tally: _Tally, done: dict[tuple[str, str], list[_Done]]) -> None:
    """Looks at each patient: everything done once, not too early, two persons as agreed."""
    for name, patient in house.patients.items():
        services = [need["service"] for need in patient["required_caregivers"]]
        begin, due = (_thousandths(value) for value in patient["time_window"])
        halves = []
        for service in dict.fromkeys(services):
            found = sorted(done.get((name, service), []), key=lambda half: half.start)
            if len(found) != services.count(service):
                tally.broken.append(f"{name} gets {service} {len(found)} times, asked {services.count(service)}")
            halves += found
        for half in halves:
            tally.late.append(max(0, half.start - due))
            if half.start < begin:
                tally.broken.append(f"{name} is served at {half.start}, window from {begin}")
        if len(services) == 2 and len(halves) == 2:
            tally.broken += _together(name, patient["synchronization"], *halves)


def _together(name: str, rule: Any, first: _Done, second: _Done) -> list[str]:
    low, high = (0, 0) if rule["type"] == "simultaneous" else (_thousandths(value) for value in rule["distance"])
    broken = []
    if not low <= second.start - first.start <= high:
        broken.append(f"{name}: second starts {second.start - first.start} after the first, allowed {low} to {high}")
    if first.caregiver == second.caregiver:
        broken.append(f"{name}: {first.caregiver} is both persons")
    return broken


def _sum(house: _House, tally: _Tally) -> Judgement:
    parts = {"travel": tally.travel, "tardiness": sum(tally.late), "max_tardiness": max(tally.late)}
    if not house.classic:
        parts |= {"waiting": tally.waiting, "max_idle": tally.idle, "overtime": tally.extra}
    components = {name: value / UNIT for name, value in parts.items()}
    return Judgement(tally.broken, sum(components.values()) / (3 if house.classic else 1), components)


def main() -> int:
    """Prints the judgement of two files; 1 when something is broken."""
    verdict = judge(load(Path(sys.argv[1])), load(Path(sys.argv[2])))
    sys.stdout.write(
        json.dumps({"cost": verdict.cost, **verdict.components, "broken": verdict.broken}, indent=1) + "\n"
    )
    return 1 if verdict.broken else 0


if __name__ == "__main__":
    sys.exit(main())
