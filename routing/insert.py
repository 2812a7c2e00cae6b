"""Where one urgent visit fits best into a plan that is under way, and who has to wait for it; it moves nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from routing.errors import ProblemError
from routing.plan import Plan, Route
from routing.problem import Caregiver, Problem, Visit


@dataclass(frozen=True, slots=True)
class Slip:
    """A promised visit that would start `delay` ticks later; `breaks` when that is after its latest start."""

    visit: str
    delay: int
    breaks: bool


@dataclass(frozen=True, slots=True)
class Insertion:
    """One place: after `position` stops of the caregiver's route, service from `start`; `cost` in weighted ticks.

    `detour` is the extra travel, `late` how much after its due time the visit starts.
    """

    caregiver: str
    shift: int
    position: int
    arrive: int
    start: int
    detour: int
    late: int
    slips: tuple[Slip, ...]
    cost: int


def cheapest_insertions(problem: Problem, plan: Plan, visit: Visit, *, best: int = 5, now: int | None = None,
                        positions: Sequence[tuple[str, int]] = ()) -> list[Insertion]:  # fmt: skip
    """The `best` places for a visit of one person, cheapest first, at most one per caregiver's route.

    `visit` need not belong to the problem. Stops that have started by `now` stay; `positions` gives (caregiver, place)
    of people who are known to be elsewhere than planned. Orders stay as they are. Raises ProblemError.
    """
    if len(visit.needs) != 1 or visit.meal is not None:
        raise ProblemError("visit.needs", "is not one person without a meal", "a visit of one person")
    if not 0 <= visit.place < problem.travel.places:
        raise ProblemError("visit.place", f"is {visit.place}", f"0 to {problem.travel.places - 1}")
    known = {v.id: v for v in problem.visits}
    routes = {(route.caregiver, route.shift): route for route in plan.routes}
    found: list[Insertion] = []
    for person in problem.caregivers:
        if person.id in visit.refused or any(
            person.skills.get(s, 0) < level for s, level in visit.needs[0].skills.items()
        ):
            continue
        for i, shift in enumerate(person.shifts):
            route = routes.get((person.id, i)) or Route(person.id, i, shift.start, (), 0, shift.start)
            place = dict(positions).get(person.id)
            options = [_at(problem, known, person, route, visit, k, now, place) for k in range(len(route.stops) + 1)]
            fits = [option for option in options if option is not None]
            if fits:
                found.append(min(fits, key=lambda option: (option.cost, option.position)))
    return sorted(found, key=lambda option: (option.cost, option.caregiver))[:best]


def _at(problem: Problem, known: dict[str, Visit], person: Caregiver, route: Route, visit: Visit, k: int,
        now: int | None, position: int | None) -> Insertion | None:  # fmt: skip
    """The insertion before stop k, or None when it is in the past or the shift does not allow it."""
    shift, travel, stops = person.shifts[route.shift], problem.travel, route.stops
    if k < len(stops) and now is not None and stops[k].start <= now:
        return None
    free, place = (stops[k - 1].finish, stops[k - 1].place) if k else (shift.start, person.start)
    free = max(free, now) if now is not None else free
    if position is not None and now is not None and (k == 0 or stops[k - 1].finish <= now):
        place = position
    there = travel.time(person.mode, place, visit.place)
    arrive = free + there
    window = next((w for w in visit.windows if arrive + visit.access <= w.latest), None)
    if window is None:
        return None
    start = max(arrive + visit.access, window.start)
    after, detour = start + visit.needs[0].duration, there
    slips, back = _knock_on(problem, known, person, route, k, after, visit.place)
    following = stops[k].place if k < len(stops) else person.end
    if following is not None:
        detour += travel.time(person.mode, visit.place, following) - travel.time(person.mode, place, following)
    if back > shift.latest:
        return None
    goal, late = problem.objective, max(0, start - window.due)
    cost = goal.travel * detour + max(1, goal.tardiness) * (late + sum(slip.delay for slip in slips))
    cost += sum(10 * slip.delay for slip in slips if slip.breaks) + goal.overtime * max(
        0, back - max(shift.end, route.back)
    )
    return Insertion(person.id, route.shift, k, arrive, start, detour, late, slips, cost)


def _knock_on(problem: Problem, known: dict[str, Visit], person: Caregiver, route: Route, k: int, free: int,
              place: int) -> tuple[tuple[Slip, ...], int]:  # fmt: skip
    """Who starts later when the caregiver is free at `free` and `place` before stop k; and the time of coming home."""
    slips: list[Slip] = []
    for stop in route.stops[k:]:
        target = place if stop.kind == "break" else stop.place
        visit = known.get(stop.visit) if stop.kind == "visit" else None
        start = max(stop.start, free + problem.travel.time(person.mode, place, target) + (visit.access if visit else 0))
        if visit is not None and start > stop.start:
            breaks = start > visit.windows[-1].latest
            slips.append(Slip(visit.id, start - stop.start, breaks))
        free, place = start + (stop.finish - stop.start), target
        if start == stop.start and stop.kind != "break":
            return tuple(slips), route.back
    home = 0 if person.end is None else problem.travel.time(person.mode, place, person.end)
    return tuple(slips), free + home
