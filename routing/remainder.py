"""What is left of a day under way: the part of its problem and plan that may still change, and the way back.

What has begun stays as it was. Each caregiver who has begun is held by an anchor, a visit without duration at the last
frozen stop: nothing can be put before it. It searches nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from routing.costs import costed
from routing.lifting import lifted, served, thinned
from routing.plan import Plan, Reason, Route, Stop
from routing.problem import FAR, Break, Caregiver, Need, Problem, Promise, Shift, Visit, Window

ANCHOR = "anchor:"
ALONE = 10
"""Leaving somebody alone at a visit for two costs so many times its price."""
PAST = Reason("past", "its time has passed")
STRANDED = Reason("stranded", "what it brings is with somebody who was called off")


@dataclass(frozen=True)
class Events:
    """What happened since the plan was published; see `replan`."""

    now: int
    horizon: int = 0
    gone: frozenset[str] = frozenset()
    cancelled: frozenset[str] = frozenset()
    begun: frozenset[str] = frozenset()
    recalled: frozenset[str] = frozenset()
    """Visits for two to which one person was on the way, and for which no partner can be found: open again."""


class Remainder:
    """The open rest of `plan` as a problem (`problem`) with a plan to start from (`plan`), and the whole day restated.

    `whole` is the day's problem as it is now: frozen stops pinned, promises noted, called-off caregivers refused for
    all that is open, cancelled visits gone, a break that can no longer be taken forgiven.
    """

    def __init__(self, problem: Problem, plan: Plan, events: Events, change: int) -> None:
        self.events, self.published, self.change = events, plan, change
        self.day = problem
        self.people = {person.id: person for person in problem.caregivers}
        self.visits = {visit.id: visit for visit in problem.visits if visit.id not in events.cancelled}
        for name in sorted(events.cancelled | events.recalled):
            plan = lifted(problem, plan, name, now=events.now)
        if events.cancelled | events.recalled:
            plan = thinned(_without(problem, events.cancelled), plan, events.now)
        self.kept = {(route.caregiver, route.shift): route for route in plan.routes}
        self.frozen = {key: self._frozen(route) for key, route in self.kept.items()}
        for who, i in [key for key, n in self.frozen.items() if n]:
            for key in self.kept:
                if key[0] == who and key[1] < i:
                    self.frozen[key] = len(self.kept[key].stops)
        self.done: dict[str, dict[int, tuple[str, int]]] = {}
        for key, n in self.frozen.items():
            for stop in self.kept[key].stops[:n]:
                if stop.kind == "visit":
                    self.done.setdefault(stop.visit, {})[stop.half] = (key[0], stop.start)
        self.lost: dict[str, Reason] = {}
        self.goal = replace(problem.objective, changed=change)
        self.shifts: dict[str, list[int]] = {}
        self.anchors: dict[str, tuple[str, int]] = {}
        self.whole = self._restated()
        self.problem = self._open()
        self.plan = self._start(plan)

    # -- what stays -------------------------------------------------------------------------------------------------

    def _frozen(self, route: Route) -> int:
        """How many stops of a route stay: begun, driven to, within the horizon, or needed for what is aboard."""
        events, n = self.events, 0
        called_off = route.caregiver in events.gone
        for k, stop in enumerate(route.stops):
            access = stop.start - stop.arrive - stop.wait
            leaves = stop.start if stop.kind == "break" else stop.start - access - stop.travel
            known = stop.kind == "visit" and stop.visit in events.begun
            if stop.start <= events.now or (
                not called_off and (known or leaves <= events.now or stop.start <= events.now + events.horizon)
            ):
                n = k + 1
        return n if called_off else self._aboard(route, n)

    def _aboard(self, route: Route, n: int) -> int:
        """`n` and further, to the last stop that gets something taken aboard before."""
        while True:
            kitchen, reach, picked = False, n, set()
            for k, stop in enumerate(route.stops):
                visit = self.visits.get(stop.visit) if stop.kind == "visit" else None
                if stop.kind == "load":
                    kitchen = k < n
                elif visit is not None and ((visit.meal and kitchen) or visit.delivers in picked):
                    reach = max(reach, k + 1)
                if k < n and visit is not None:
                    picked.add(visit.id)
            if reach == n:
                return n
            n = reach

    # -- the day as it is now ---------------------------------------------------------------------------------------

    def _restated(self) -> Problem:
        day = _without(self.day, self.events.cancelled)
        visits = tuple(self._as_it_is(visit) for visit in day.visits)
        people = tuple(self._forgiven(person) for person in day.caregivers)
        return replace(day, visits=visits, caregivers=people, objective=self.goal)

    def _as_it_is(self, visit: Visit) -> Visit:
        done = self.done.get(visit.id, {})
        visit = replace(visit, promised=self._told(visit) or visit.promised)
        if len(done) == len(visit.needs):
            who = tuple(done[half][0] for half in range(len(visit.needs)))
            return replace(visit, pinned=who, pinned_start=done[0][1], refused=visit.refused - set(who))
        pinned = () if set(visit.pinned) & self.events.gone else visit.pinned
        start = None if visit.pinned_start is not None and visit.pinned_start <= self.events.now else visit.pinned_start
        refused = visit.refused | (self.events.gone - {who for who, _ in done.values()})
        return replace(visit, pinned=pinned, pinned_start=start, refused=refused)

    def _told(self, visit: Visit) -> tuple[Promise, ...]:
        stops = [(route.caregiver, route.stops[i]) for route, i in self.published.where(visit.id)]
        places = {stop.half: (who, stop.start) for who, stop in stops}
        if len(places) < len(visit.needs):
            return ()
        return tuple(Promise(*places[half]) for half in range(len(visit.needs)))

    def _forgiven(self, person: Caregiver) -> Caregiver:
        """Without a break that should have been over by now and never was planned, or that a call-off cut short."""
        shifts = tuple(
            replace(shift, rest=None) if shift.rest and self._too_late_to_rest((person.id, i), shift) else shift
            for i, shift in enumerate(person.shifts)
        )
        return replace(person, shifts=shifts)

    def _too_late_to_rest(self, key: tuple[str, int], shift: Shift) -> bool:
        n = self.frozen.get(key, 0)
        stops = self.kept[key].stops if n else ()
        if key[0] in self.events.gone:
            return bool(n) and all(stop.kind != "break" for stop in stops[:n])
        if not n or shift.rest is None or any(stop.kind == "break" for stop in stops):
            return False
        return shift.rest.latest < self._free(key)

    def _free(self, key: tuple[str, int]) -> int:
        """When somebody who has begun can do something else."""
        return max(self.events.now, self.kept[key].stops[self.frozen[key] - 1].finish)

    # -- what is open -----------------------------------------------------------------------------------------------

    def _open(self) -> Problem:
        people, anchors = [], []
        for person in self.whole.caregivers:
            rest, held = self._rest_of(person)
            people.append(rest)
            anchors += held
        visits = self._both_ends([asked for visit in self.whole.visits if (asked := self._asked(visit)) is not None])
        names = {visit.id for visit in visits}
        links = tuple(link for link in self.whole.links if {link.first, link.second} <= names)
        return replace(
            self.whole, caregivers=tuple(people), visits=(*visits, *anchors), links=links, objective=self.goal
        )  # fmt: skip

    def _both_ends(self, visits: list[Visit]) -> list[Visit]:
        """Without goods of which only one end is open: they are with somebody who was called off, or too late."""
        names = {visit.id for visit in visits}
        ends = {visit.delivers: visit.id for visit in self.whole.visits if visit.delivers}
        lone = {v.id for v in visits if (v.delivers or ends.get(v.id, v.id)) not in names}
        self.lost.update(dict.fromkeys(sorted(lone), STRANDED))
        return [visit for visit in visits if visit.id not in lone]

    def _rest_of(self, person: Caregiver) -> tuple[Caregiver, list[Visit]]:
        """The shifts that somebody has left, and the anchor that holds who has begun."""
        now, shifts, anchors, paid = self.events.now, [], [], 0
        self.shifts[person.id] = []
        for i, shift in enumerate(person.shifts):
            key = (person.id, i)
            n = self.frozen.get(key, 0)
            free = self._free(key) if n else now
            over = any(self.frozen.get((person.id, j), 0) for j in range(i + 1, len(person.shifts)))
            if person.id in self.events.gone or free >= shift.latest or over:
                paid += self._paid(key, n, self.kept[key].back) if n else 0
                continue
            if not n:
                shifts.append(replace(shift, start=max(shift.start, now), end=max(shift.end, now)))
            else:
                last = self.kept[key].stops[n - 1]
                leg = self.day.travel.time(person.mode, person.start, last.place)
                shifts.append(self._held(shift, free, leg, self._rested(key, n)))
                paid += self._paid(key, n, free) - leg
                name = f"{ANCHOR}{person.id}"
                anchors.append(_anchor(name, person.id, last.place, free))
                self.anchors[person.id] = (name, i)
            self.shifts[person.id].append(i)
        most = None if person.most_paid is None else max(0, person.most_paid - paid)
        room = None if person.load is None else max(0, person.load - self._carried(person.id))
        return replace(person, shifts=tuple(shifts), most_paid=most, load=room), anchors

    def _carried(self, who: str) -> int:
        """What somebody who has begun took along for the stops that stay: it counts for the whole route."""
        names = [stop.visit for key, n in self.frozen.items() if key[0] == who for stop in self.kept[key].stops[:n]]
        ends = {visit.delivers for visit in self.visits.values()}
        goods = [self.visits[name] for name in names if name in self.visits and name not in ends]
        return sum(visit.load for visit in goods if visit.delivers is None)

    def _rested(self, key: tuple[str, int], n: int) -> int:
        """The breaks among the first n stops, in ticks."""
        return sum(stop.finish - stop.start for stop in self.kept[key].stops[:n] if stop.kind == "break")

    def _paid(self, key: tuple[str, int], n: int, until: int) -> int:
        return until - self.kept[key].depart - self._rested(key, n)

    def _held(self, shift: Shift, free: int, leg: int, rested: int) -> Shift:
        rest = None if rested or shift.rest is None or shift.rest.latest < free else shift.rest
        if rest is not None:
            rest = Break(rest.duration, max(rest.earliest, free), rest.latest)
        return Shift(free - leg, max(shift.end, free - leg), max(shift.latest, free), rest)

    def _asked(self, visit: Visit) -> Visit | None:
        """The visit as it can still be asked for; None when it is done or its time has passed."""
        done = self.done.get(visit.id, {})
        if len(done) == len(visit.needs):
            return None
        low, high = self._bounds(visit, done)
        windows = tuple(
            Window(max(w.start, low), max(min(w.due, high), w.start, low), min(w.latest, high))
            for w in visit.windows if max(w.start, low) <= min(w.latest, high)
        )  # fmt: skip
        if not windows:
            self.lost[visit.id] = PAST
            return None
        start = visit.pinned_start
        if start is not None and not any(w.start <= start <= w.latest for w in windows):
            start = None
        visit = replace(visit, windows=windows, pinned_start=start)
        return visit if not done else _other_half(visit, done)

    def _bounds(self, visit: Visit, done: Mapping[int, tuple[str, int]]) -> tuple[int, int]:
        """Between which starts a visit may lie for what has been done: now, links, the partner who is there already."""
        low, high = self.events.now, FAR
        for link in self.whole.links:
            for mine, other, least, most in (
                (link.second, link.first, link.low, link.high), (link.first, link.second, -link.high, -link.low)
            ):  # fmt: skip
                if mine == visit.id and 0 in self.done.get(other, {}) and not done:
                    start = self.done[other][0][1]
                    low, high = max(low, start + least), min(high, start + most)
        for half, (_, start) in done.items():
            gap = visit.gap if half == 0 else (-visit.gap[1], -visit.gap[0])
            low, high = max(low, start + gap[0]), min(high, start + gap[1])
        return low, high

    def _start(self, plan: Plan) -> Plan:
        """What of the published plan still stands, as a plan of the open problem."""
        asked = {visit.id: visit for visit in self.problem.visits}
        torn = [name for name in sorted(served(plan)) if self._torn(plan, asked, name)]
        for name in torn:
            plan = lifted(self.day, plan, name, keep=self.done.get(name, ()), now=self.events.now)
        routes = []
        for route in plan.routes:
            key, kept = (route.caregiver, route.shift), self.shifts.get(route.caregiver, [])
            if key[1] not in kept:
                continue
            stops = [self._as_open(stop) for stop in route.stops[self.frozen.get(key, 0) :]]
            routes.append(self._reopened(route, kept.index(key[1]), stops))
        for who, (_, i) in self.anchors.items():
            if not any(route.caregiver == who and route.shift == self.shifts[who].index(i) for route in routes):
                empty = Route(who, i, 0, (), 0, 0)
                routes.append(self._reopened(empty, self.shifts[who].index(i), []))
        standing = {stop.visit for route in routes for stop in route.stops if stop.kind == "visit"}
        out = {name: Reason("open", "not placed yet") for name in asked if name not in standing}
        start = Plan(tuple(route for route in routes if route.stops), out, 0.0, {})
        start = thinned(self.problem, start, self.events.now, keep=ANCHOR)
        cost, parts = costed(self.problem, start)
        return replace(start, cost=cost, parts=parts)

    def _torn(self, plan: Plan, asked: Mapping[str, Visit], name: str) -> bool:
        """Whether a visit that is not done loses somebody, or can no longer be asked for as it was planned."""
        done, open_halves = self.done.get(name, {}), []
        for route, i in plan.where(name):
            if route.stops[i].half in done:
                continue
            if route.shift not in self.shifts.get(route.caregiver, []):
                return True
            open_halves.append(route.stops[i].start)
        if not open_halves:
            return False
        windows = asked[name].windows if name in asked else ()
        return not all(any(w.start <= start <= w.latest for w in windows) for start in open_halves)

    def _as_open(self, stop: Stop) -> Stop:
        return replace(stop, half=0) if stop.kind == "visit" and self.done.get(stop.visit) else stop

    def _reopened(self, route: Route, index: int, stops: list[Stop]) -> Route:
        """The open stops of a route behind its anchor, or as they were when nothing has begun."""
        person = self.people[route.caregiver]
        held = self.anchors.get(route.caregiver)
        if held is None or held[1] != route.shift:
            if not stops:
                return Route(route.caregiver, index, route.depart, (), 0, route.depart)
            first = stops[0]
            depart = first.start if first.kind == "break" else first.arrive + first.wait - first.travel
            depart = max(route.depart, depart)
            place, free, renewed = person.start, depart, []
        else:
            key = (route.caregiver, route.shift)
            last, free = self.kept[key].stops[self.frozen[key] - 1], self._free(key)
            leg = self.day.travel.time(person.mode, person.start, last.place)
            place, depart = last.place, free - leg
            renewed = [Stop("visit", held[0], 0, place, leg, free, 0, free, free)]
        for stop in stops:
            access = stop.start - stop.arrive - stop.wait
            arrive = free + stop.travel
            renewed.append(replace(stop, arrive=arrive, wait=stop.start - arrive - access))
            free, place = stop.finish, stop.place
        home = 0 if person.end is None else self.day.travel.time(person.mode, place, person.end)
        return Route(route.caregiver, index, depart, tuple(renewed), home, free + home)

    # -- back to the whole ------------------------------------------------------------------------------------------

    def merged(self, rest: Plan) -> Plan:
        """The whole day with an answer for what was open; frozen stops stand in front, stop by stop as they were."""
        open_routes = {(r.caregiver, self.shifts[r.caregiver][r.shift]): r for r in rest.routes}
        routes = []
        for key in sorted(self.kept.keys() | open_routes.keys(), key=lambda k: (k[0], k[1])):
            route = self._joined(key, open_routes.get(key))
            if route.stops:
                routes.append(route)
        unserved = {**rest.unserved, **self.lost}
        plan = replace(rest, routes=tuple(routes), unserved={n: unserved[n] for n in unserved if n not in self.done})
        cost, parts = costed(self.whole, plan)
        return replace(plan, cost=cost, parts=parts)

    def alone(self, rest: Plan) -> list[str]:
        """Visits with one person there, or on the way, for whom no partner was found."""
        return [name for name in {**rest.unserved, **self.lost} if name in self.done]

    def not_begun(self, name: str) -> bool:
        """Whether nobody has started the visit: whoever is on the way can be called back."""
        return all(start > self.events.now for _, start in self.done[name].values())

    def _joined(self, key: tuple[str, int], rest: Route | None) -> Route:
        n = self.frozen.get(key, 0)
        before = self.kept[key].stops[:n] if n else ()
        after = tuple(
            replace(stop, half=self._missing(stop.visit)) if stop.kind == "visit" and stop.visit in self.done else stop
            for stop in (rest.stops if rest is not None else ())
            if not stop.visit.startswith(ANCHOR) or stop.kind != "visit"
        )
        if not n:
            return replace(rest, shift=key[1], stops=after) if rest is not None else Route(*key, 0, (), 0, 0)
        depart, last = self.kept[key].depart, before[-1]
        if after and rest is not None:
            arrive = last.finish + after[0].travel
            first = replace(after[0], arrive=arrive, wait=after[0].wait + after[0].arrive - arrive)
            return Route(*key, depart, (*before, first, *after[1:]), rest.travel_back, rest.back)
        person = self.people[key[0]]
        home = 0 if person.end is None else self.day.travel.time(person.mode, last.place, person.end)
        return Route(*key, depart, before, home, last.finish + home)

    def _missing(self, name: str) -> int:
        return 0 if 0 not in self.done[name] else 1


def _without(problem: Problem, names: frozenset[str]) -> Problem:
    """The problem without some visits, and without links to them."""
    links = tuple(link for link in problem.links if not names & {link.first, link.second})
    return replace(problem, visits=tuple(v for v in problem.visits if v.id not in names), links=links)


def _anchor(name: str, who: str, place: int, start: int) -> Visit:
    return Visit(
        name, place, (Need(0),), (Window.hard(start, start),), price=0, must=True, pinned=(who,), pinned_start=start
    )  # fmt: skip


def _other_half(visit: Visit, done: Mapping[int, tuple[str, int]]) -> Visit:
    """The half of a pair that has not been done, as a visit of one person for somebody else."""
    half = 0 if 0 not in done else 1
    there = frozenset(who for who, _ in done.values())
    return replace(
        visit, needs=(visit.needs[half],), gap=(0, 0), refused=visit.refused | there, price=ALONE * visit.price,
        pinned=visit.pinned[half : half + 1], promised=visit.promised[half : half + 1],
        pinned_start=visit.pinned_start if half == 0 else None,
    )  # fmt: skip
