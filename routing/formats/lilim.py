"""Reads Li & Lim pick-up and delivery files; vehicles come first, then distance in double precision."""

from __future__ import annotations

import numpy as np

from routing.errors import FormatError
from routing.formats.table import numbers, ticks, whole
from routing.problem import Caregiver, Need, Objective, Problem, Shift, Visit, Window
from routing.travel import Travel

TICKS = 10_000
MOST = 1100
COLUMNS = "task x y demand earliest latest service pickup delivery"
FIRST = 10**10


def read(text: str, file: str = "") -> Problem:
    """The problem of a file. Raises FormatError with the line."""
    lines = [(i, line) for i, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) < 2:
        raise FormatError("file", "ends too early", "a vehicle line and the depot", file=file)
    at, head = lines[0]
    fleet, capacity, _speed = numbers(head, at, file, 3, "vehicles capacity speed")
    rows = [(i, numbers(line, i, file, 9, COLUMNS)) for i, line in lines[1:]]
    if len(rows) > MOST:
        raise FormatError("tasks", f"are {len(rows)}", f"at most {MOST}", file=file)
    for i, row in rows:
        if row[5] < row[4]:
            raise FormatError(
                "latest", f"is {row[5]:g}, before {row[4]:g}", "earliest <= latest", file=file, where=f"line {i}"
            )
    xy = np.array([row[1:3] for _, row in rows], dtype=np.float64)
    exact = np.sqrt(((xy[:, None] - xy[None]) ** 2).sum(-1))
    legs = np.ceil(exact * TICKS - 1e-6).astype(np.int64)
    depot = rows[0][1]
    shift = Shift.hard(ticks(depot[4], TICKS), ticks(depot[5], TICKS))
    room = whole(capacity, "capacity", at, file, 0, 10**9)
    numbers_of = {whole(row[0], "task", i, file, 0, 10**6): place for place, (i, row) in enumerate(rows)}
    visits = [_visit(i, row, place, numbers_of, file) for place, (i, row) in enumerate(rows) if place]
    return Problem(
        name=file or "lilim", ticks_per_s=TICKS, travel=Travel({"road": legs}, exact), kind="lilim",
        caregivers=tuple(
            Caregiver(f"{k + 1}", (shift,), 0, 0, {}, "road", room)
            for k in range(whole(fleet, "vehicles", at, file, 0, MOST))
        ),
        visits=tuple(visits),
        objective=Objective(tardiness=0, overtime=0, vehicles=FIRST, scale=TICKS, hidden=frozenset({"vehicles"})),
    )  # fmt: skip


def _visit(line: int, row: list[float], place: int, known: dict[int, int], file: str) -> Visit:
    name = whole(row[0], "task", line, file, 1, 10**6)
    source, target = (whole(row[k], COLUMNS.split()[k], line, file, 0, 10**6) for k in (7, 8))
    if (source == 0) == (target == 0) or (source or target) not in known or known[source or target] == 0:
        raise FormatError(
            "pickup", f"is {source}, delivery {target}", "one of them, a task", file=file, where=f"line {line}"
        )
    demand = whole(row[3], "demand", line, file, -(10**9), 10**9)
    if demand * (1 if target else -1) < 0 or row[6] < 0:
        raise FormatError(
            "demand", f"is {demand}, service {row[6]:g}", "pick-ups >= 0 >= deliveries", file=file, where=f"line {line}"
        )
    window = Window.hard(ticks(row[4], TICKS), ticks(row[5], TICKS))
    need = Need(ticks(row[6], TICKS))
    return Visit(
        f"{name}", place, (need,), (window,), must=True, load=abs(demand), delivers=f"{source}" if source else None
    )
