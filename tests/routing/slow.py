"""A slow, plain evaluation of insertions for the tests: every place tried, times found by going round until still."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from routing.check import check
from routing.costs import costed
from routing.plan import Plan, Reason, Route, Stop
from routing.problem import FAR, Break, Caregiver, Link, Need, Objective, Problem, Promise, Shift, Visit, Window
from routing.travel import Travel

ROUNDS = 300


@dataclass
class Timed:
    """A stop while its time is sought."""

    kind: str
    visit: str
    half: int
    place: int
    least: int
    access: int
    duration: int
    new: bool = False
    start: int = 0


def seeded_day(seed: int, visits: int = 12, people: int = 4) -> Problem:
    """A small day with pairs, links, breaks, second shifts, several windows, promises and wishes, all from one seed."""
    rng = np.random.default_rng(seed)
    xy = rng.integers(0, 60, (visits + 1, 2))
    legs = np.abs(xy[:, None] - xy[None]).sum(-1).astype(np.int64)
    legs += (rng.random(legs.shape) < 0.2) * rng.integers(0, 9, legs.shape)
    np.fill_diagonal(legs, 0)
    crew = tuple(_person(rng, k) for k in range(people))
    names = [person.id for person in crew]
    asked = tuple(_visit(rng, i, names) for i in range(visits))
    links = [
        Link(f"v{a}", f"v{b}", int(rng.integers(-100, 200)), FAR if rng.random() < 0.5 else 500)
        for a, b in ((0, 1), (2, 3), (1, 4)) if rng.random() < 0.6
    ]  # fmt: skip
    goal = Objective(
        tardiness=2, overtime=3, continuity=40, unwished=30, changed=25, tolerance=30,
        vehicles=int(rng.integers(0, 2)) * 50, waiting=int(rng.random() < 0.3), spread=int(rng.random() < 0.3),
        max_tardiness=int(rng.random() < 0.3) * 3, max_idle=int(rng.random() < 0.2),
    )  # fmt: skip
    return Problem(f"seeded-{seed}", 1, Travel({"walk": legs}), crew, asked, objective=goal, links=tuple(links))


def _person(rng: np.random.Generator, k: int) -> Caregiver:
    rest = Break(30, 250, 420) if rng.random() < 0.6 else None
    shifts = [Shift(0, 600, 700, rest)]
    if rng.random() < 0.3:
        shifts = [Shift(0, 300, 340), Shift(320, 700, 760, Break(20, 450, 520))]
    skills = {"care": 1, "bath": 1} if k % 2 else {"care": 2}
    most = 400 if rng.random() < 0.3 else None
    return Caregiver(f"c{k}", tuple(shifts), 0, None if rng.random() < 0.2 else 0, skills, "walk", 3, 0, most)


def _visit(rng: np.random.Generator, i: int, names: list[str]) -> Visit:
    begin = int(rng.integers(0, 500))
    width = int(rng.integers(20, 200))
    windows = [Window(begin, begin + width, begin + width + int(rng.integers(0, 60)))]
    if rng.random() < 0.2:
        windows.append(Window(begin + width + 100, begin + width + 150, begin + width + 200))
    needs = [Need(int(rng.integers(10, 50)), {"bath" if rng.random() < 0.2 else "care": 1})]
    gap = (0, 0)
    if rng.random() < 0.3:
        needs.append(Need(int(rng.integers(10, 50)), {"care": 1}))
        gap = [(0, 0), (10, 60), (-20, 20), (30, FAR)][int(rng.integers(4))]
    promised = tuple(Promise(names[int(rng.integers(len(names)))], begin + 20) for _ in needs)
    return Visit(
        f"v{i}", i + 1, tuple(needs), tuple(windows), gap=gap, price=100_000, access=int(rng.integers(0, 5)),
        load=int(rng.integers(0, 2)) if len(needs) == 1 else 0, promised=promised if rng.random() < 0.4 else (),
        previous=frozenset(names[:1]) if rng.random() < 0.3 else frozenset(),
        preferred=frozenset(names[1:2]) if rng.random() < 0.3 else frozenset(),
        refused=frozenset(names[2:3]) if rng.random() < 0.2 else frozenset(),
    )  # fmt: skip


def empty_plan(problem: Problem) -> Plan:
    """Nobody goes anywhere."""
    plan = Plan((), {visit.id: Reason("open", "not placed yet") for visit in problem.visits}, 0.0, {})
    cost, parts = costed(problem, plan)
    return replace(plan, cost=cost, parts=parts)


def options(problem: Problem, plan: Plan, visit: Visit, now: int | None = None) -> Iterator[tuple[float, int, Plan]]:
    """(cost more without the price, delay of others, plan) for every way to insert `visit` that breaks nothing."""
    before = costed(problem, replace(plan, unserved={}))[0] * problem.objective.scale
    people = {person.id: person for person in problem.caregivers}
    planned = {(route.caregiver, route.shift): route for route in plan.routes}
    spots = [
        (key, k, rested)
        for key in ((c.id, i) for c in problem.caregivers for i in range(len(c.shifts)))
        for k in range(len(planned[key].stops) + 1 if key in planned else 1)
        for rested in (False, True)
        if not rested or _may_rest_first(people[key[0]].shifts[key[1]], planned.get(key), k)
    ]
    spots = [spot for spot in spots if now is None or not _begun(planned.get(spot[0]), spot[1], now)]
    for chosen in itertools.product(spots, repeat=len(visit.needs)):
        if len({key[0] for key, _, _ in chosen}) < len(chosen):
            continue
        new = _timed(problem, plan, visit, chosen, now)
        if new is None:
            continue
        whole = replace(plan, routes=new, unserved={n: r for n, r in plan.unserved.items() if n != visit.id})
        cost = costed(problem, replace(whole, unserved={}))[0] * problem.objective.scale
        if check(problem, whole, claimed=False).valid and not broken(problem, whole) and not _moved(plan, whole, now):
            yield cost - before, _delay(plan, whole), whole


def _may_rest_first(shift: Shift, route: Route | None, k: int) -> bool:
    if shift.rest is None or route is None or k != len(route.stops) or not route.stops:
        return False
    return all(stop.kind != "break" for stop in route.stops)


def _begun(route: Route | None, k: int, now: int) -> bool:
    return route is not None and any(stop.start <= now for stop in route.stops[k:])


def _moved(old: Plan, new: Plan, now: int | None) -> bool:
    """Whether something that has begun would start later."""
    starts = {(s.visit, s.half): s.start for r in new.routes for s in r.stops if s.kind == "visit"}
    rests = {r.caregiver: s.start for r in new.routes for s in r.stops if s.kind == "break"}
    for route in old.routes:
        for stop in route.stops:
            was = rests.get(route.caregiver) if stop.kind == "break" else starts[stop.visit, stop.half]
            if now is not None and stop.start <= now and was != stop.start:
                return True
    return False


def _delay(old: Plan, new: Plan) -> int:
    starts = {(s.visit, s.half): s.start for r in new.routes for s in r.stops if s.kind == "visit"}
    return sum(starts[s.visit, s.half] - s.start for r in old.routes for s in r.stops if s.kind == "visit")


def broken(problem: Problem, plan: Plan) -> list[str]:
    """Links and paid limits, judged here too."""
    starts = {s.visit: s.start for r in plan.routes for s in r.stops if s.kind == "visit" and s.half == 0}
    found = [
        f"{link.first} {link.second}" for link in problem.links
        if link.first in starts and link.second in starts
        and not link.low <= starts[link.second] - starts[link.first] <= link.high
    ]  # fmt: skip
    for person in problem.caregivers:
        paid = 0
        for route in plan.routes:
            if route.caregiver == person.id and any(s.kind == "visit" for s in route.stops):
                paid += route.back - route.depart - sum(s.finish - s.start for s in route.stops if s.kind == "break")
        if person.most_paid is not None and paid > person.most_paid:
            found.append(person.id)
    return found


def _timed(problem: Problem, plan: Plan, visit: Visit, chosen: tuple[tuple[tuple[str, int], int, bool], ...],
           now: int | None) -> tuple[Route, ...] | None:  # fmt: skip
    visits = {v.id: v for v in problem.visits}
    planned = {(route.caregiver, route.shift): route for route in plan.routes}
    orders: dict[tuple[str, int], list[Timed]] = {}
    for key, route in planned.items():
        orders[key] = [
            Timed(
                s.kind,
                s.visit,
                s.half,
                s.place,
                s.start,
                s.start - s.arrive - s.wait,
                s.finish - s.start,
                start=s.start,
            )
            for s in route.stops
        ]
    people = {person.id: person for person in problem.caregivers}
    for half, (key, k, rested) in enumerate(chosen):
        least = visit.windows[0].start
        order = orders.setdefault(key, [])
        rest = people[key[0]].shifts[key[1]].rest
        if rested and rest is not None:
            order.append(Timed("break", "", 0, -1, rest.earliest, 0, rest.duration, start=rest.earliest))
            k += 1
        duration = visit.needs[half].duration
        order.insert(k, Timed("visit", visit.id, half, visit.place, least, visit.access, duration, True, least))
    for _ in range(ROUNDS):
        before = [stop.start for order in orders.values() for stop in order]
        for key, order in orders.items():
            _forward(problem, people[key[0]], key[1], order, visits, planned, now)
        _together(problem, orders, visits)
        if [stop.start for order in orders.values() for stop in order] == before:
            return tuple(
                _route(problem, people[key[0]], key[1], order, planned.get(key), now) for key, order in orders.items()
            )
        if max(before, default=0) > 10_000:
            return None
    return None


def _permitted(visit: Visit, start: int) -> int:
    return next((max(start, w.start) for w in visit.windows if start <= w.latest), start)


def _forward(problem: Problem, person: Caregiver, shift: int, order: list[Timed], visits: dict[str, Visit],
             planned: dict[tuple[str, int], Route], now: int | None) -> None:  # fmt: skip
    free, place = person.shifts[shift].start, person.start
    earlier = [planned[person.id, i].back for i in range(shift) if (person.id, i) in planned]
    free = max([free, *earlier])
    for stop in order:
        if stop.kind == "break":
            stop.place = place
        begin = max(free, now) if stop.new and now is not None else free
        start = max(stop.start, stop.least, begin + problem.travel.time(person.mode, place, stop.place) + stop.access)
        if stop.kind == "visit" and start > stop.least:
            start = _permitted(visits[stop.visit], start)
        stop.start, free, place = start, start + stop.duration, stop.place


def _together(problem: Problem, orders: dict[tuple[str, int], list[Timed]], visits: dict[str, Visit]) -> None:
    stops = {(s.visit, s.half): s for order in orders.values() for s in order if s.kind == "visit"}
    bonds = [((v.id, 0), (v.id, 1), *v.gap) for v in visits.values() if len(v.needs) == 2]
    bonds += [((link.first, 0), (link.second, 0), link.low, link.high) for link in problem.links]
    for a, b, low, high in bonds:
        if a in stops and b in stops:
            one, two = stops[a], stops[b]
            if two.start < one.start + low:
                two.start = _permitted(visits[b[0]], one.start + low)
            if high < FAR and one.start < two.start - high:
                one.start = _permitted(visits[a[0]], two.start - high)


def _route(problem: Problem, person: Caregiver, shift: int, order: list[Timed], old: Route | None,
           now: int | None) -> Route:  # fmt: skip
    rest = person.shifts[shift].rest
    travel, stops = problem.travel, []
    first = order[0]
    left = old is not None and now is not None and bool(old.stops) and old.depart <= now
    unchanged = old is not None and bool(old.stops) and not first.new and first.start == first.least
    if old is not None and old.stops and (left or unchanged):
        depart = old.depart
    else:
        depart = first.start - first.access - travel.time(person.mode, person.start, first.place)
    free, place = depart, person.start
    for stop in order:
        leg = travel.time(person.mode, place, stop.place)
        arrive = free + leg
        free, place = stop.start + stop.duration, stop.place
        stops.append(
            Stop(
                stop.kind,
                stop.visit,
                stop.half,
                place,
                leg,
                arrive,
                stop.start - arrive - stop.access,
                stop.start,
                free,
            )
        )
    home = 0 if person.end is None else travel.time(person.mode, place, person.end)
    resting = any(stop.kind == "break" for stop in stops)
    if rest is not None and not resting and free + home > rest.latest >= depart:
        start = max(free, rest.earliest)
        stops.append(Stop("break", "", 0, place, 0, free, start - free, start, start + rest.duration))
        free = start + rest.duration
    return Route(person.id, shift, depart, tuple(stops), home, free + home)
