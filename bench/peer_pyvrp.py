"""PyVRP on a plain problem: one thread; skills as forbidden arcs, every different caregiver as a vehicle type."""

from __future__ import annotations

import time
from collections import defaultdict
from importlib import import_module
from typing import Any

import numpy as np

from bench.plain import Plain, Unplayable

FORBIDDEN = 10**7


def solve(plain: Plain, seconds: float, seed: int) -> tuple[list[tuple[int, list[int]]], float]:
    """(caregiver, visits in order) of its best plan, and the seconds that the solver itself took."""
    pyvrp, stop = import_module("pyvrp"), import_module("pyvrp.stop")
    data, crews, tasks = _data(pyvrp, plain)
    began = time.monotonic()
    best = pyvrp.solve(data, stop.MaxRuntime(seconds), seed=seed, collect_stats=False, display=False).best
    took = time.monotonic() - began
    if not best.is_feasible():
        raise Unplayable("no feasible plan found")
    return [(crews[route.vehicle_type()].pop(), _order(route, plain, tasks)) for route in best.routes()], took


def _data(pyvrp: Any, plain: Plain) -> tuple[Any, list[list[int]], dict[str, list[int]]]:
    if (plain.end < 0).any():
        raise Unplayable("routes that end anywhere")
    depots = sorted({*plain.start.tolist(), *plain.end.tolist()})
    crews = defaultdict[tuple[int, ...], list[int]](list)
    rows = zip(plain.kind, plain.start, plain.end, plain.begin, plain.finish, plain.room, strict=True)
    for who, row in enumerate(rows):
        crews[tuple(int(value) for value in row)].append(who)
    goods = bool(plain.load.any())
    types = [
        pyvrp.VehicleType(
            len(who), capacity=[1 << 40 if room < 0 else room] if goods else [], start_depot=depots.index(start),
            end_depot=depots.index(end), fixed_cost=plain.fixed, tw_early=begin, tw_late=finish, profile=kind,
        )
        for (kind, start, end, begin, finish, room), who in crews.items()
    ]  # fmt: skip
    tied = {int(source): i for i, source in enumerate(plain.pickup) if source >= 0}
    single = [i for i in range(plain.visits) if i not in tied and plain.pickup[i] < 0]
    clients = [
        pyvrp.Client(
            i, delivery=[int(plain.load[i])] if goods else [], service_duration=int(plain.service[i]),
            tw_early=int(plain.early[i]), tw_late=int(plain.late[i]), **_worth(plain, i),
        )
        for i in single
    ]  # fmt: skip
    shipments = [_shipment(pyvrp, plain, source, target) for source, target in tied.items()]
    costs, times = _profiles(plain, plain.costs), _profiles(plain, plain.times)
    places = [pyvrp.Location(0, 0) for _ in range(len(plain.costs))]
    bases = [pyvrp.Depot(place) for place in depots]
    data = pyvrp.ProblemData(places, clients, bases, types, costs, times, shipments=shipments)
    tasks = {"client": single, "source": list(tied), "target": list(tied.values())}
    return data, list(crews.values()), tasks


def _worth(plain: Plain, i: int) -> dict[str, Any]:
    must = bool(plain.price[i] < 0)
    return {"required": must, "prize": 0 if must else int(plain.price[i])}


def _shipment(pyvrp: Any, plain: Plain, source: int, target: int) -> Any:
    return pyvrp.Shipment(
        source, target, int(plain.early[source]), int(plain.late[source]), int(plain.service[source]),
        int(plain.early[target]), int(plain.late[target]), int(plain.service[target]), [int(plain.load[source])],
        **_worth(plain, source),
    )  # fmt: skip


def _profiles(plain: Plain, matrix: Any) -> list[Any]:
    """One matrix per kind of caregiver, with the arcs of visits beyond their skills forbidden."""
    found = []
    for able in plain.able:
        closed = np.nonzero(~able)[0]
        profile = matrix.copy()
        profile[:, closed] = FORBIDDEN
        profile[closed, :] = FORBIDDEN
        np.fill_diagonal(profile, 0)
        found.append(profile)
    return found


def _order(route: Any, plain: Plain, tasks: dict[str, list[int]]) -> list[int]:
    order = []
    for step in route.schedule():
        if step.is_client():
            order.append(tasks["client"][step.idx])
        elif step.is_pickup():
            order.append(tasks["source"][step.idx])
        elif step.is_delivery():
            order.append(tasks["target"][step.idx])
    return order
