"""Judges one route by itself: legs, times, shift, break, goods and meals; it knows no other route and no cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from routing.plan import Route, Stop
from routing.problem import Canteen, Caregiver, Problem, Visit
from routing.travel import UNREACHABLE
from routing.verdict import Violation


@dataclass(frozen=True, slots=True)
class Rounds:
    """The problem by name; `fetched` are the visits whose goods are taken aboard there and delivered elsewhere."""

    problem: Problem
    visits: Mapping[str, Visit]
    canteens: Mapping[str, Canteen]
    fetched: frozenset[str]

    def strange(self, route: Route) -> Iterator[Violation]:
        """What the problem does not know, or what is no time at all: nothing else of such a route can be judged."""
        times = (route.depart, route.travel_back, route.back)
        if not _whole(times):
            yield Violation("not_whole", route.caregiver, f"leaves and returns at {times}")
        for stop in route.stops:
            if not _whole((stop.half, stop.place, stop.travel, stop.arrive, stop.wait, stop.start, stop.finish)):
                yield Violation("not_whole", f"{stop.visit or stop.kind} by {route.caregiver}", f"{stop}")
            elif not 0 <= stop.place < self.problem.travel.places:
                yield Violation("unknown_place", stop.visit, f"place {stop.place}")
            elif stop.kind == "visit":
                visit = self.visits.get(stop.visit)
                if visit is None or not 0 <= stop.half < len(visit.needs):
                    yield Violation("unknown_visit", stop.visit, f"half {stop.half} in the route of {route.caregiver}")
            elif stop.kind not in ("break", "load") or (stop.kind == "load" and stop.visit not in self.canteens):
                yield Violation("unknown_stop", route.caregiver, f"{stop.kind} {stop.visit}")

    def judge(self, caregiver: Caregiver, route: Route) -> Iterator[Violation]:
        """Every violation of a route whose stops are all known."""
        shift = caregiver.shifts[route.shift]
        if route.depart < shift.start:
            yield Violation("shift_start", caregiver.id, f"leaves at {route.depart}, shift starts {shift.start}")
        place, free = caregiver.start, route.depart
        for stop in route.stops:
            yield from self._stop(caregiver, stop, place, free)
            place, free = stop.place, stop.finish
        yield from self._home(caregiver, route, place, free)
        if route.back > shift.latest:
            yield Violation("shift_end", caregiver.id, f"back at {route.back}, latest {shift.latest}")
        yield from self._rest(caregiver, route)
        yield from self._goods(caregiver, route)
        yield from self._meals(caregiver, route)

    def _home(self, caregiver: Caregiver, route: Route, place: int, free: int) -> Iterator[Violation]:
        home = 0
        if caregiver.end is not None and route.stops:
            home = self.problem.travel.time(caregiver.mode, place, caregiver.end)
        if home >= UNREACHABLE:
            yield Violation("unreachable", caregiver.id, f"no way by {caregiver.mode} from {place} home")
        elif route.travel_back != home or route.back < free + home:
            yield Violation("travel", caregiver.id, f"back at {route.back}, possible {free + home}")

    def _stop(self, caregiver: Caregiver, stop: Stop, place: int, free: int) -> Iterator[Violation]:
        who = f"{stop.visit or stop.kind} by {caregiver.id}"
        leg = self.problem.travel.time(caregiver.mode, place, stop.place)
        access, duration = 0, stop.finish - stop.start
        if stop.kind == "visit":
            visit = self.visits[stop.visit]
            access, duration = visit.access, visit.needs[stop.half].duration
            if stop.place != visit.place:
                yield Violation("place", who, f"at {stop.place}, lives at {visit.place}")
        elif stop.kind == "break" and stop.place != place:
            yield Violation("break_place", who, f"at {stop.place}, is at {place}")
        elif stop.kind == "load":
            canteen = self.canteens[stop.visit]
            duration = canteen.loading
            if stop.place != canteen.place:
                yield Violation("place", who, f"at {stop.place}, kitchen at {canteen.place}")
            if stop.start < canteen.ready:
                yield Violation("not_ready", who, f"starts {stop.start}, ready {canteen.ready}")
        if leg >= UNREACHABLE:
            yield Violation("unreachable", who, f"no way by {caregiver.mode} from {place} to {stop.place}")
        elif stop.travel != leg or stop.arrive < free + leg:
            possible = f"possible {free + leg} after {leg}"
            yield Violation("travel", who, f"arrives {stop.arrive} after {stop.travel}, {possible}")
        if stop.wait < 0 or stop.start != stop.arrive + access + stop.wait:
            told = f"arrives {stop.arrive}, access {access}, waits {stop.wait}"
            yield Violation("start", who, f"starts {stop.start}, {told}")
        if stop.finish - stop.start != duration:
            yield Violation("duration", who, f"lasts {stop.finish - stop.start}, needs {duration}")

    def _rest(self, caregiver: Caregiver, route: Route) -> Iterator[Violation]:
        rest = caregiver.shifts[route.shift].rest
        taken = [stop for stop in route.stops if stop.kind == "break"]
        if len(taken) > (rest is not None):
            yield Violation("break_extra", caregiver.id, f"{len(taken)} breaks, {int(rest is not None)} foreseen")
        if rest is None:
            return
        if not taken and route.stops and route.back > rest.latest and route.depart <= rest.latest:
            yield Violation("break_missing", caregiver.id, f"no break of {rest.duration}")
        for stop in taken[:1]:
            if stop.finish - stop.start != rest.duration:
                yield Violation("break_duration", caregiver.id, f"{stop.finish - stop.start}, not {rest.duration}")
            if not rest.earliest <= stop.start <= rest.latest:
                yield Violation("break_window", caregiver.id, f"at {stop.start}, in {rest.earliest}-{rest.latest}")

    def _goods(self, caregiver: Caregiver, route: Route) -> Iterator[Violation]:
        stops = [self.visits[stop.visit] for stop in route.stops if stop.kind == "visit"]
        aboard = sum(v.load for v in stops if v.delivers is None and v.id not in self.fetched)
        peak, loaded = aboard, set[str]()
        for visit in stops:
            if visit.id in self.fetched:
                aboard += visit.load
                loaded.add(visit.id)
            else:
                if visit.delivers is not None and visit.delivers not in loaded:
                    yield Violation("order", f"{visit.id} by {caregiver.id}", f"{visit.delivers} was not taken aboard")
                aboard -= visit.load
            peak = max(peak, aboard)
        if caregiver.load is not None and peak > caregiver.load:
            yield Violation("capacity", caregiver.id, f"{peak} aboard, room for {caregiver.load}")
        for name in sorted(loaded - {visit.delivers for visit in stops}):
            yield Violation("order", f"{name} by {caregiver.id}", "taken aboard and not delivered")

    def _meals(self, caregiver: Caregiver, route: Route) -> Iterator[Violation]:
        kitchen: Stop | None = None
        bag = 0
        for stop in route.stops:
            if stop.kind == "load":
                kitchen, bag = stop, 0
            visit = self.visits[stop.visit] if stop.kind == "visit" else None
            if visit is None or visit.meal is None:
                continue
            who, meal = f"{visit.id} by {caregiver.id}", visit.meal
            bag += meal.portions
            if bag > caregiver.portions:
                yield Violation("bag", who, f"{bag} portions, room for {caregiver.portions}")
            if kitchen is None or kitchen.visit != meal.canteen:
                yield Violation("meal_source", who, f"was not fetched at {meal.canteen}")
            elif stop.arrive - kitchen.finish > meal.ride:
                yield Violation("ride", who, f"rides {stop.arrive - kitchen.finish}, at most {meal.ride}")


def _whole(values: tuple[object, ...]) -> bool:
    return all(hasattr(value, "__index__") and not isinstance(value, bool) for value in values)
