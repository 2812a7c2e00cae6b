"""Times stops in given orders as early as they may be, partners and links together; it changes no order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from routing.costs import costed
from routing.plan import Plan, Reason, Route, Stop
from routing.problem import FAR, Caregiver, Problem, Visit

ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Step:
    """One stop of an order: a visit's half, a "break", or a "load" at the canteen named; not before `least`."""

    kind: str
    name: str = ""
    half: int = 0
    least: int = -FAR


Orders = Mapping[tuple[str, int], Sequence[Step]]
"""By (caregiver, shift): the stops in order."""


@dataclass
class _Timed:
    step: Step
    start: int


def ordered(problem: Problem, orders: Orders) -> Plan:
    """A plan with these orders, each stop as early as the way, its window, its partner and its links allow.

    Visits and caregivers that the problem does not know, and halves without their partner, are left out. A stop that
    cannot be in time is late: whether that may be is for the checker to say.
    """
    visits = {visit.id: visit for visit in problem.visits}
    people = {person.id: person for person in problem.caregivers}
    known = {
        key: [step for step in steps if step.kind != "visit" or step.name in visits]
        for key, steps in orders.items() if key[0] in people and 0 <= key[1] < len(people[key[0]].shifts)
    }  # fmt: skip
    halves: dict[str, set[int]] = {}
    for step in (step for steps in known.values() for step in steps if step.kind == "visit"):
        halves.setdefault(step.name, set()).add(step.half)
    whole = {name for name, found in halves.items() if len(found) == len(visits[name].needs)}
    timed = {
        key: [_Timed(step, step.least) for step in steps if step.kind != "visit" or step.name in whole]
        for key, steps in known.items()
    }
    _settle(problem, people, visits, timed)
    routes = tuple(_route(problem, people[key[0]], key[1], stops) for key, stops in sorted(timed.items()) if stops)
    out = {name: Reason("open", "not placed yet") for name in visits if name not in whole}
    plan = Plan(routes, out, 0.0, {})
    cost, parts = costed(problem, plan)
    return replace(plan, cost=cost, parts=parts)


def _settle(
    problem: Problem, people: Mapping[str, Caregiver], visits: Mapping[str, Visit],
    timed: Mapping[tuple[str, int], list[_Timed]],
) -> None:  # fmt: skip
    """Goes round until nothing starts later any more."""
    by_half = {(t.step.name, t.step.half): t for stops in timed.values() for t in stops if t.step.kind == "visit"}
    bonds = [((v.id, 0), (v.id, 1), *v.gap) for v in visits.values() if len(v.needs) == 2]
    bonds += [((link.first, 0), (link.second, 0), link.low, link.high) for link in problem.links]
    bonds = [bond for bond in bonds if bond[0] in by_half and bond[1] in by_half]
    for _ in range(ROUNDS):
        before = [t.start for stops in timed.values() for t in stops]
        for (who, shift), stops in timed.items():
            _forward(problem, people[who], shift, stops, visits)
        for a, b, low, high in bonds:
            one, two = by_half[a], by_half[b]
            two.start = max(two.start, _permitted(visits[b[0]], b[1], one.start + low))
            if high < FAR:
                one.start = max(one.start, _permitted(visits[a[0]], a[1], two.start - high))
        if [t.start for stops in timed.values() for t in stops] == before:
            return


def _permitted(visit: Visit, half: int, start: int) -> int:
    """The first start in a window not before `start`; `start` itself after the last window."""
    if visit.pinned_start is not None and half == 0:
        return max(start, visit.pinned_start)
    return next((max(start, window.start) for window in visit.windows if start <= window.latest), start)


def _forward(
    problem: Problem, person: Caregiver, shift: int, stops: list[_Timed], visits: Mapping[str, Visit]
) -> None:  # fmt: skip
    free, place = person.shifts[shift].start, person.start
    for timed in stops:
        here, duration, access, opens = _what(problem, person, shift, timed.step, place, visits)
        start = max(timed.start, opens, free + problem.travel.time(person.mode, place, here) + access)
        if timed.step.kind == "visit":
            start = _permitted(visits[timed.step.name], timed.step.half, start)
        timed.start, free, place = start, start + duration, here


def _what(
    problem: Problem, person: Caregiver, shift: int, step: Step, place: int, visits: Mapping[str, Visit]
) -> tuple[int, int, int, int]:  # fmt: skip
    """(place, duration, access, not before) of a stop."""
    if step.kind == "visit":
        visit = visits[step.name]
        return visit.place, visit.needs[step.half].duration, visit.access, -FAR
    if step.kind == "load":
        canteen = next(canteen for canteen in problem.canteens if canteen.id == step.name)
        return canteen.place, canteen.loading, 0, canteen.ready
    rest = person.shifts[shift].rest
    return place, rest.duration if rest is not None else 0, 0, rest.earliest if rest is not None else -FAR


def _route(problem: Problem, person: Caregiver, shift: int, stops: Sequence[_Timed]) -> Route:
    """The route with these starts, leaving just in time for its first stop."""
    visits = {visit.id: visit for visit in problem.visits}
    made: list[Stop] = []
    place, free, depart = person.start, person.shifts[shift].start, person.shifts[shift].start
    for timed in stops:
        here, duration, access, _ = _what(problem, person, shift, timed.step, place, visits)
        leg = problem.travel.time(person.mode, place, here)
        if not made and timed.step.kind != "break":
            depart = free = timed.start - access - leg
        name = "" if timed.step.kind == "break" else timed.step.name
        wait, finish = timed.start - access - free - leg, timed.start + duration
        made.append(Stop(timed.step.kind, name, timed.step.half, here, leg, free + leg, wait, timed.start, finish))
        place, free = here, finish
    home = 0 if person.end is None else problem.travel.time(person.mode, place, person.end)
    return Route(person.id, shift, depart, tuple(made), home, free + home)
