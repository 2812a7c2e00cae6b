"""A problem as other solvers see it: single visits, hard windows, skills, goods, prices; more is refused by name.

Nodes are the visits in their order and then every place where somebody starts or ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing.plan import Plan, Reason, Route, Stop
from routing.problem import PARTS, Caregiver, Problem, Visit
from routing.travel import Ints

NOTHING = Reason("other", "left out by another solver", {})
DEAREST_LEGS = 20


class Unplayable(Exception):
    """The problem has something that the peers cannot express."""


@dataclass(frozen=True)
class Plain:
    """One problem in arrays; times and costs in ticks, `-1` for no bound, no partner and must be served (`price`)."""

    costs: Ints
    times: Ints
    service: Ints
    early: Ints
    late: Ints
    load: Ints
    price: Ints
    pickup: Ints
    able: npt.NDArray[np.bool_]
    kind: Ints
    start: Ints
    end: Ints
    begin: Ints
    finish: Ints
    room: Ints
    fixed: int

    @property
    def visits(self) -> int:
        """How many visits there are."""
        return len(self.service)

    @property
    def people(self) -> int:
        """How many caregivers there are."""
        return len(self.kind)


def plain_of(problem: Problem) -> Plain:
    """The problem in arrays. Raises Unplayable naming the first thing that has no place there."""
    refuse_rich(problem)
    visits, people = problem.visits, problem.caregivers
    bases = sorted({place for person in people for place in (person.start, person.end) if place is not None})
    node = {place: len(visits) + i for i, place in enumerate(bases)}
    places = np.array([visit.place for visit in visits] + bases)
    matrix = problem.travel.matrices[people[0].mode] if people else next(iter(problem.travel.matrices.values()))
    costs = np.ascontiguousarray(matrix[np.ix_(places, places)])
    access = np.array([visit.access for visit in visits] + [0] * len(bases), dtype=np.int64)
    kinds = [tuple(_able(person, visit) for visit in visits) for person in people]
    ranked = list(dict.fromkeys(kinds))
    index = {visit.id: i for i, visit in enumerate(visits)}
    weight = problem.objective.vehicles
    return Plain(
        costs=costs, times=costs + access[None, :], fixed=min(weight, DEAREST_LEGS * int(costs.max())),
        service=_ints(visit.needs[0].duration for visit in visits),
        early=_ints(visit.windows[0].start for visit in visits),
        late=_ints(visit.windows[0].latest for visit in visits),
        load=_ints(visit.load for visit in visits),
        price=_ints(-1 if visit.must else visit.price for visit in visits),
        pickup=_ints(index[visit.delivers] if visit.delivers else -1 for visit in visits),
        able=np.array(ranked, dtype=bool).reshape(len(ranked), len(visits)),
        kind=_ints(ranked.index(kind) for kind in kinds),
        start=_ints(node[person.start] for person in people),
        end=_ints(-1 if person.end is None else node[person.end] for person in people),
        begin=_ints(person.shifts[0].start for person in people),
        finish=_ints(person.shifts[0].end for person in people),
        room=_ints(-1 if person.load is None else person.load for person in people),
    )  # fmt: skip


def refuse_rich(problem: Problem) -> None:
    """Raises Unplayable for pairs, meals, soft ends, breaks, pins, wishes and costs that only our model has."""
    goal = problem.objective
    plain = {"travel", "unserved", "vehicles"}
    charged = [part for part in PARTS if part not in plain and getattr(goal, part)]
    if problem.links or problem.canteens:
        raise Unplayable("spacing between visits, or meals")
    if len({person.mode for person in problem.caregivers}) > 1:
        raise Unplayable("several ways of moving")
    for person in problem.caregivers:
        if len(person.shifts) != 1 or person.shifts[0].rest is not None or person.most_paid is not None:
            raise Unplayable("breaks, several shifts or paid limits")
        if person.shifts[0].latest != person.shifts[0].end:
            raise Unplayable("overtime")
    for visit in problem.visits:
        if len(visit.needs) != 1 or visit.meal or visit.pinned or visit.promised:
            raise Unplayable("two-person visits, meals, pins or promises")
        if len(visit.windows) != 1 or visit.windows[0].due != visit.windows[0].latest:
            raise Unplayable("soft or several windows")
    if charged or goal.travel != 1 or goal.unserved not in (0, 1):
        raise Unplayable(f"a cost of {', '.join(charged) or 'weighted travel'}")


def _able(person: Caregiver, visit: Visit) -> bool:
    skills = visit.needs[0].skills.items()
    return person.id not in visit.refused and all(person.skills.get(name, 0) >= level for name, level in skills)


def _ints(values: object) -> Ints:
    return np.array(list(values), dtype=np.int64)  # type: ignore[call-overload]


def timed_plan(problem: Problem, orders: Sequence[tuple[int, Sequence[int]]], engine: str) -> Plan:
    """The plan of (caregiver, visits in order) at the earliest times; broken orders give a plan that check refuses."""
    routes, gone = [], set[int]()
    for who, order in orders:
        if order:
            routes.append(_earliest(problem, problem.caregivers[who], [problem.visits[i] for i in order]))
            gone |= set(order)
    left = {visit.id: NOTHING for i, visit in enumerate(problem.visits) if i not in gone}
    return Plan(tuple(routes), left, 0.0, {}, engine=engine)


def _earliest(problem: Problem, person: Caregiver, order: Sequence[Visit]) -> Route:
    """One route: the first leg as late as the first start allows, then as early as possible."""
    place, free, stops = person.start, person.shifts[0].start, list[Stop]()
    depart = free
    for visit in order:
        leg = problem.travel.time(person.mode, place, visit.place)
        start = max(free + leg + visit.access, visit.windows[0].start)
        arrive = free + leg if stops else start - visit.access
        depart = depart if stops else arrive - leg
        finish = start + visit.needs[0].duration
        wait = start - arrive - visit.access
        stops.append(Stop("visit", visit.id, 0, visit.place, leg, arrive, wait, start, finish))
        place, free = visit.place, finish
    home = 0 if person.end is None else problem.travel.time(person.mode, place, person.end)
    return Route(person.id, 0, depart, tuple(stops), home, free + home)
