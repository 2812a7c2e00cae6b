"""VROOM on a plain problem: two threads, its deepest exploration; prices become its priorities (0 to 100)."""

from __future__ import annotations

import time
from datetime import timedelta
from importlib import import_module
from typing import Any

import numpy as np

from bench.plain import Plain, Unplayable

THREADS = 2
EXPLORATION = 5
MUST = 100


def solve(plain: Plain, seconds: float, seed: int) -> tuple[list[tuple[int, list[int]]], float]:
    """(caregiver, visits in order) of its plan, and the seconds it took; it knows no seed and stops by itself."""
    del seed
    vroom = import_module("vroom")
    problem = _input(vroom, plain)
    began = time.monotonic()
    answer = problem.solve(EXPLORATION, THREADS, timedelta(seconds=seconds))
    took = time.monotonic() - began
    frame = answer.routes
    steps = frame[frame.type.isin(["job", "pickup", "delivery"])]
    orders = [(int(who), [int(i) for i in group.id]) for who, group in steps.groupby("vehicle_id")]
    if (plain.price < 0).any() and sum(len(order) for _, order in orders) < plain.visits:
        raise Unplayable(f"{plain.visits - sum(len(order) for _, order in orders)} visits left out")
    return orders, took


def _input(vroom: Any, plain: Plain) -> Any:
    problem = vroom.Input()
    problem.set_durations_matrix("car", np.ascontiguousarray(plain.times, dtype=np.uint32))
    problem.set_costs_matrix("car", np.ascontiguousarray(plain.costs, dtype=np.uint32))
    columns = list(dict.fromkeys(map(tuple, plain.able.T.tolist())))
    classes = [columns.index(tuple(column)) for column in plain.able.T.tolist()]
    goods = bool(plain.load.any())
    for who in range(plain.people):
        skills = {i for i, column in enumerate(columns) if column[int(plain.kind[who])]}
        room = int(plain.room[who])
        problem.add_vehicle(
            vroom.Vehicle(
                who, start=int(plain.start[who]), end=None if plain.end[who] < 0 else int(plain.end[who]),
                capacity=[1 << 30 if room < 0 else room] if goods else [], skills=skills,
                time_window=vroom.TimeWindow(int(plain.begin[who]), int(plain.finish[who])),
                costs=vroom.VehicleCosts(fixed=plain.fixed),
            )
        )  # fmt: skip
    tied = {int(source): i for i, source in enumerate(plain.pickup) if source >= 0}
    for i in range(plain.visits):
        if i in tied:
            steps = (_step(vroom, plain, task, vroom.ShipmentStep) for task in (i, tied[i]))
            amount = [int(plain.load[i])] if goods else []
            problem.add_job(vroom.Shipment(*steps, amount, {classes[i]}, _priority(plain, i)))
        elif plain.pickup[i] < 0:
            more = {"delivery": [int(plain.load[i])]} if goods else {}
            problem.add_job(
                _step(vroom, plain, i, vroom.Job, skills={classes[i]}, priority=_priority(plain, i), **more)
            )
    return problem


def _step(vroom: Any, plain: Plain, i: int, make: Any, **more: Any) -> Any:
    window = vroom.TimeWindow(int(plain.early[i]), int(plain.late[i]))
    return make(i, i, default_service=int(plain.service[i]), time_windows=[window], **more)


def _priority(plain: Plain, i: int) -> int:
    dearest = int(plain.price.max())
    return MUST if plain.price[i] < 0 else max(1, round(MUST * int(plain.price[i]) / max(1, dearest)))
