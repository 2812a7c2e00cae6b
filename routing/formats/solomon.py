"""Reads Solomon and Gehring-Homberger files; distances are cut to one decimal per arc, as the references are."""

from __future__ import annotations

import re

import numpy as np

from routing.errors import FormatError
from routing.formats.table import numbers, ticks, whole
from routing.plan import Plan, Route, Stop
from routing.problem import Caregiver, Need, Objective, Problem, Shift, Visit, Window
from routing.travel import Travel

TICKS = 10
MOST = 1100
COLUMNS = "customer xcoord ycoord demand ready due service"


def read(text: str, file: str = "") -> Problem:
    """The problem of a file: the fleet as given, every customer served. Raises FormatError with the line."""
    lines = [(i, line) for i, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) < 5:
        raise FormatError("file", "ends too early", "name, VEHICLE and CUSTOMER tables", file=file)
    marks = {line.split()[0].upper(): k for k, (_, line) in reversed(list(enumerate(lines)))}
    if "VEHICLE" not in marks or "CUSTOMER" not in marks or marks["VEHICLE"] + 2 >= len(lines):
        raise FormatError("file", "has no VEHICLE and CUSTOMER tables", "the layout of Solomon", file=file)
    at, line = lines[marks["VEHICLE"] + 2]
    fleet, capacity = numbers(line, at, file, 2, "number capacity")
    rows = [(i, numbers(line, i, file, 7, COLUMNS)) for i, line in lines[marks["CUSTOMER"] + 2 :]]
    if not rows or len(rows) > MOST:
        raise FormatError("customers", f"are {len(rows)}", f"1 to {MOST} rows with the depot first", file=file)
    for i, row in rows:
        if row[5] < row[4]:
            raise FormatError(
                "due", f"is {row[5]:g}, before ready {row[4]:g}", "ready <= due", file=file, where=f"line {i}"
            )
    xy = np.array([row[1:3] for _, row in rows], dtype=np.float64)
    legs = np.floor(np.sqrt(((xy[:, None] - xy[None]) ** 2).sum(-1)) * TICKS + 1e-9).astype(np.int64)
    depot = rows[0][1]
    shift = Shift.hard(ticks(depot[4], TICKS), ticks(depot[5], TICKS))
    room = whole(capacity, "capacity", at, file, 0, 10**9)
    count = whole(fleet, "number", at, file, 0, MOST)
    return Problem(
        name=lines[0][1].strip()[:100], ticks_per_s=TICKS, travel=Travel({"road": legs}), kind="solomon",
        caregivers=tuple(Caregiver(f"{k + 1}", (shift,), 0, 0, {}, "road", room) for k in range(count)),
        visits=tuple(_visit(i, row, place, file) for place, (i, row) in enumerate(rows) if place),
        objective=Objective(tardiness=0, overtime=0, scale=TICKS),
    )  # fmt: skip


def _visit(line: int, row: list[float], place: int, file: str) -> Visit:
    name = whole(row[0], "customer", line, file, 0, 10**6)
    if row[6] < 0:
        raise FormatError("service", f"is {row[6]:g}", "at least 0", file=file, where=f"line {line}")
    window = Window.hard(ticks(row[4], TICKS), ticks(row[5], TICKS))
    load = whole(row[3], "demand", line, file, 0, 10**9)
    return Visit(f"{name}", place, (Need(ticks(row[6], TICKS)),), (window,), must=True, load=load)


def read_plan(problem: Problem, text: str, file: str = "") -> Plan:
    """A solution ("Route #1: 5 3 7") with earliest times. Raises FormatError with the line."""
    visits = {visit.id: visit for visit in problem.visits}
    routes: list[Route] = []
    for i, line in enumerate(text.splitlines(), 1):
        match = re.match(r"\s*route\s*#?\s*\d+\s*:(.*)", line, re.IGNORECASE)
        if not match:
            continue
        if len(routes) >= len(problem.caregivers):
            raise FormatError(
                "route", "is one too many", f"{len(problem.caregivers)} routes", file=file, where=f"line {i}"
            )
        names = match[1].split()
        for name in names:
            if name not in visits:
                raise FormatError("route", f"visits {name!r:.40}", "a customer", file=file, where=f"line {i}")
        routes.append(_earliest(problem, problem.caregivers[len(routes)], [visits[name] for name in names]))
    return Plan(tuple(routes), {}, 0.0, {})


def _earliest(problem: Problem, driver: Caregiver, order: list[Visit]) -> Route:
    place, free, stops = driver.start, driver.shifts[0].start, list[Stop]()
    for visit in order:
        leg = problem.travel.time(driver.mode, place, visit.place)
        start = max(free + leg, visit.windows[0].start)
        arrive = free + leg if stops else start
        finish = start + visit.needs[0].duration
        stops.append(Stop("visit", visit.id, 0, visit.place, leg, arrive, start - arrive, start, finish))
        place, free = visit.place, finish
    home = problem.travel.time(driver.mode, place, driver.start) if stops else 0
    depart = stops[0].arrive - stops[0].travel if stops else free
    return Route(driver.id, 0, depart, tuple(stops), home, free + home)
