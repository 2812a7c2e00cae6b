"""Takes a visit out of a plan and leaves everybody else where and when they are; it searches nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from routing.check import check
from routing.plan import Plan, Reason, Route, Stop
from routing.problem import Caregiver, Problem


def lifted(problem: Problem, plan: Plan, visit: str, *, keep: Collection[int] = (), now: int | None = None) -> Plan:
    """The plan without the stops of one visit, but for the halves in `keep`; cost and parts are left as they were.

    Nobody starts earlier or later, except that a break after it may have to move, because it is taken somewhere else
    now; not before `now`. Only when no place for the break leaves all others alone, those after it are late.
    """
    people = {person.id: person for person in problem.caregivers}
    routes = []
    for route in plan.routes:
        at = [k for k, s in enumerate(route.stops) if s.kind == "visit" and s.visit == visit and s.half not in keep]
        if at:
            person = people[route.caregiver]
            route = min(_orders(problem, person, route, at[0], now), key=lambda timed: timed[0])[1]
            route = _home_earlier(problem, person, route, at[0], now)
        if route.stops:
            routes.append(route)
    return replace(plan, routes=tuple(routes))


def _orders(problem: Problem, person: Caregiver, route: Route, at: int, now: int | None) -> Iterator[tuple[int, Route]]:
    """(delay of all, route) without stop `at`: as it was, then with the break after it elsewhere, none waits."""
    stops = [*route.stops[:at], *route.stops[at + 1 :]]
    delay, timed = _timed(problem, person, route, stops, None, now)
    yield delay, timed
    where = next((k for k, stop in enumerate(stops) if stop.kind == "break" and k >= at), None)
    if not delay or where is None:
        return
    begun = sum(1 for stop in stops if now is not None and stop.start <= now)
    for k in sorted(range(begun, len(stops)), key=lambda k: abs(k - where)):
        order = list(stops)
        order.insert(k, order.pop(where))
        delay, timed = _timed(problem, person, route, order, k, now)
        yield delay, timed
        if not delay:
            return


def _timed(
    problem: Problem, person: Caregiver, route: Route, order: list[Stop], free_break: int | None, now: int | None
) -> tuple[int, Route]:  # fmt: skip
    """The stops in this order, as planned or later; the break at `free_break` as early as may be."""
    stops: list[Stop] = []
    place, free, depart, delay, rest = person.start, route.depart, route.depart, 0, person.shifts[route.shift].rest
    for k, stop in enumerate(order):
        here = place if stop.kind == "break" else stop.place
        leg, access = problem.travel.time(person.mode, place, here), stop.start - stop.arrive - stop.wait
        if not stops and stop.kind != "break" and stop is not route.stops[0]:
            depart = free = max(depart, stop.start - access - leg)
        arrive = free + leg
        start = max(stop.start, arrive + access)
        if k == free_break and rest is not None:
            start = max(arrive, rest.earliest, arrive if now is None else now)
            delay += max(0, start - rest.latest)
        else:
            delay += start - stop.start
        free, place = start + stop.finish - stop.start, here
        wait = start - arrive - access
        stops.append(Stop(stop.kind, stop.visit, stop.half, here, leg, arrive, wait, start, free))
    home = 0 if person.end is None or not stops else problem.travel.time(person.mode, place, person.end)
    return delay, Route(route.caregiver, route.shift, depart, tuple(stops), home, free + home)


def _home_earlier(problem: Problem, person: Caregiver, route: Route, at: int, now: int | None) -> Route:
    """Without a break at the end, after stop `at`, that nobody needs any more; one that is needed begins at once."""
    rest = person.shifts[route.shift].rest
    if len(route.stops) <= at or route.stops[-1].kind != "break" or rest is None:
        return route
    last, before = route.stops[-1], route.stops[:-1]
    free = max(before[-1].finish if before else route.depart, route.depart if now is None else now)
    if last.start <= free:
        return route
    home = 0 if person.end is None else problem.travel.time(person.mode, last.place, person.end)
    if free + home <= rest.latest:
        return Route(route.caregiver, route.shift, route.depart, before, home if before else 0, free + home)
    start = max(free, rest.earliest)
    finish = start + last.finish - last.start
    wait = start - last.arrive
    stops = (*before, Stop(last.kind, last.visit, last.half, last.place, 0, last.arrive, wait, start, finish))
    return Route(route.caregiver, route.shift, route.depart, stops, home, finish + home)


def thinned(problem: Problem, plan: Plan, now: int, *, keep: str = "\0") -> Plan:
    """The plan without visits that no longer fit since others were taken out: when no break fits in between any more.

    Visits that have begun by `now`, and those whose names begin with `keep`, stay whatever the checker says.
    """
    while found := check(problem, plan, claimed=False).violations:
        name = next((name for v in found if (name := _victim(plan, v.who, now, keep))), None)
        if name is None:
            return plan
        plan = lifted(problem, plan, name, now=now)
        plan = replace(plan, unserved={**plan.unserved, name: Reason("open", "not placed yet")})
    return plan


def _victim(plan: Plan, who: str, now: int, keep: str) -> str | None:
    """The visit to take out for a violation by `who`: itself, or the last of the caregiver's day."""
    begun = {s.visit for r in plan.routes for s in r.stops if s.kind == "visit" and s.start <= now}
    name = who.split(" by ")[0]
    names = [name] if name in served(plan) else []
    if not names:
        stops = [s.visit for r in plan.routes if r.caregiver == who for s in r.stops if s.kind == "visit"]
        names = list(reversed(stops))
    return next((name for name in names if name not in begun and not name.startswith(keep)), None)


def served(plan: Plan) -> set[str]:
    """The visits that a plan serves."""
    return {stop.visit for route in plan.routes for stop in route.stops if stop.kind == "visit"}
