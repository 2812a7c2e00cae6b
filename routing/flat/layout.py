"""Lays a plan out flat for insertion and reads timed routes back; it searches nothing."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from routing.errors import ProblemError
from routing.flat import columns as f
from routing.insertion import Slip, Spot
from routing.plan import Plan, Route, Stop
from routing.problem import FAR, Caregiver, Problem, Shift, Visit

KINDS = {"visit": f.VISIT, "break": f.BREAK, "load": f.LOAD}
WORDS = {f.VISIT: "visit", f.BREAK: "break", f.TOKEN: "break", f.LOAD: "load"}


def _table(rows: list[list[int]], columns: int, spare: int = 0) -> f.I64:
    return np.array([*rows, *([0] * columns for _ in range(spare))], dtype=np.int64).reshape(-1, columns)


class Layout:
    """The arrays of a plan and the names behind their numbers. Raises ProblemError when plan and problem disagree."""

    def __init__(self, problem: Problem, plan: Plan, begun: frozenset[str]) -> None:
        self.problem = problem
        self.modes = problem.travel.modes
        self.index = {person.id: i for i, person in enumerate(problem.caregivers)}
        self.pairs = [(person.id, i) for person in problem.caregivers for i in range(len(person.shifts))]
        self.owners = np.array([self.index[who] for who, _ in self.pairs], dtype=np.int64)
        self.routes_of: dict[str, list[int]] = {}
        for r, (who, _) in enumerate(self.pairs):
            self.routes_of.setdefault(who, []).append(r)
        self.canteens = {canteen.id: i for i, canteen in enumerate(problem.canteens)}
        self.bags = np.array([person.portions for person in problem.caregivers], dtype=np.int64)
        self.rooms = np.array([FAR if person.load is None else person.load for person in problem.caregivers], np.int64)
        self.visits = {visit.id: visit for visit in problem.visits}
        self.picked = {visit.delivers for visit in problem.visits if visit.delivers}
        self.where: dict[str, dict[int, int]] = {}
        self.names: list[tuple[str, int]] = []
        self.node: list[list[int]] = []
        self.road: list[list[int]] = []
        self.win: list[list[int]] = []
        planned = {(route.caregiver, route.shift): route for route in plan.routes}
        if len(planned) != len(plan.routes) or not planned.keys() <= set(self.pairs):
            raise ProblemError("plan.routes", "do not belong to this problem", "one route per shift of a caregiver")
        for r, pair in enumerate(self.pairs):
            self._route(r, planned.get(pair), begun)
        self._neighbours(planned)
        self.flat = self._arrays(self._arcs())

    # -- laying out -------------------------------------------------------------------------------------------------

    def _route(self, r: int, route: Route | None, begun: frozenset[str]) -> None:
        who, i = self.pairs[r]
        person = self.problem.caregivers[self.index[who]]
        shift, off, stops = person.shifts[i], len(self.node), () if route is None else route.stops
        for k, stop in enumerate(stops):
            self._stop(r, k, stop, shift)
        if shift.rest is not None and not any(stop.kind == "break" for stop in stops):
            self._token(r, len(stops), shift)
        row = [0] * f.ROAD_COLUMNS
        row[f.OFF], row[f.STOPS], row[f.COUNT], row[f.BEGIN] = off, len(stops), len(self.node) - off, shift.start
        row[f.HOME], row[f.GOAL] = person.start, -1 if person.end is None else person.end
        row[f.MODE], row[f.OWNER] = self.modes.index(person.mode), self.index[who]
        row[f.END], row[f.HARD], row[f.SHIFT0] = shift.end, shift.latest, shift.start
        row[f.DEPART], row[f.TAIL] = (route.depart, route.travel_back) if route is not None and stops else (0, 0)
        row[f.BEGUN] = max(
            (k + 1 for k, stop in enumerate(stops) if stop.kind == "visit" and stop.visit in begun), default=0
        )
        row[f.SPOT], row[f.ROOM], row[f.BAG] = -1, FAR if person.load is None else person.load, person.portions
        row[f.RESTLAST] = shift.rest.latest if shift.rest is not None else FAR
        row[f.PREV] = row[f.NEXT] = -1
        self.road.append(row)

    def _stop(self, r: int, k: int, stop: Stop, shift: Shift) -> None:
        row = [0] * f.NODE_COLUMNS
        row[f.PLACE], row[f.DUR], row[f.START], row[f.LEG] = (
            stop.place,
            stop.finish - stop.start,
            stop.start,
            stop.travel,
        )
        row[f.ACC], row[f.KIND] = stop.start - stop.arrive - stop.wait, KINDS[stop.kind]
        row[f.ROUTE], row[f.POS], row[f.WHO] = r, k, -1
        if stop.kind == "visit":
            visit = self.visits.get(stop.visit)
            if visit is None or not 0 <= stop.half < len(visit.needs):
                raise ProblemError("plan", f"serves {stop.visit!r:.60}, half {stop.half}", "visits of this problem")
            self.where.setdefault(stop.visit, {})[stop.half] = len(self.node)
            self._care(row, visit, stop.half)
        elif stop.kind == "break":
            last = stop.start if shift.rest is None else shift.rest.latest
            self._windows(row, [(shift.rest.earliest if shift.rest else stop.start, last, last)])
        else:
            canteen = self.problem.canteens[self.canteens[stop.visit]]
            row[f.CANTEEN] = self.canteens[stop.visit]
            self._windows(row, [(canteen.ready, FAR, FAR)])
        self.names.append((stop.visit, stop.half))
        self.node.append(row)

    def _token(self, r: int, k: int, shift: Shift) -> None:
        row = [0] * f.NODE_COLUMNS
        assert shift.rest is not None  # noqa: S101 - asked for by the caller
        row[f.DUR], row[f.START], row[f.KIND] = shift.rest.duration, f.SKIPPED, f.TOKEN
        row[f.ROUTE], row[f.POS], row[f.WHO] = r, k, -1
        self._windows(row, [(shift.rest.earliest, shift.rest.latest, shift.rest.latest)])
        self.names.append(("", 0))
        self.node.append(row)

    def _care(self, row: list[int], visit: Visit, half: int) -> None:
        windows = [(window.start, window.due, window.latest) for window in visit.windows]
        if visit.pinned_start is not None and half == 0:
            windows = [(visit.pinned_start, visit.pinned_start, visit.pinned_start)]
        self._windows(row, windows)
        row[f.QTY], row[f.PICK], row[f.WHO] = visit.load, 0, -1
        if visit.id in self.picked or visit.delivers:
            row[f.PICK] = 1 if visit.id in self.picked else 2
        if visit.promised:
            row[f.WHO] = self.index.get(visit.promised[half].caregiver, len(self.index))
            row[f.TOLD] = visit.promised[half].start
        if visit.meal:
            row[f.PORTIONS], row[f.RIDE] = visit.meal.portions, visit.meal.ride
            row[f.CANTEEN] = self.canteens[visit.meal.canteen]

    def _windows(self, row: list[int], windows: Iterable[tuple[int, int, int]]) -> None:
        row[f.WIN0] = len(self.win)
        self.win += [list(window) for window in windows]
        row[f.WIN1] = len(self.win)
        row[f.UPPER] = row[f.CEIL] = max(row[f.START], self.win[-1][2])

    def _neighbours(self, planned: dict[tuple[str, int], Route]) -> None:
        """Between which used shifts of the same caregiver each route lies, and when it must be over for them."""
        for routes in self.routes_of.values():
            for r in routes:
                before = [q for q in routes if q < r and self.pairs[q] in planned and planned[self.pairs[q]].stops]
                after = [q for q in routes if q > r and self.pairs[q] in planned and planned[self.pairs[q]].stops]
                if before:
                    self.road[r][f.PREV] = before[-1]
                    self.road[r][f.BEGIN] = max(self.road[r][f.BEGIN], planned[self.pairs[before[-1]]].back)
                if after:
                    self.road[r][f.NEXT] = after[0]
                    self.road[r][f.HARD] = min(self.road[r][f.HARD], planned[self.pairs[after[0]]].depart)
                route = planned.get(self.pairs[r])
                if route is not None:
                    self.road[r][f.HARD] = max(self.road[r][f.HARD], route.back)

    def _arcs(self) -> list[list[int]]:
        """Who waits for whom, both ways: partners of pairs, and linked visits."""
        arcs: dict[int, list[list[int]]] = {}
        bonds = [(w[0], w[1], *self.visits[v].gap) for v, w in self.where.items() if len(w) == 2]
        for link in self.problem.links:
            if link.first in self.where and link.second in self.where:
                ends = (self.where[link.first].get(0), self.where[link.second].get(0))
                if ends[0] is not None and ends[1] is not None:
                    bonds.append((ends[0], ends[1], link.low, link.high))
        for a, b, low, high in bonds:
            back = -high if high < FAR else -f.NEVER
            arcs.setdefault(a, []).append([b, low, back])
            arcs.setdefault(b, []).append([a, back, low])
        flat: list[list[int]] = []
        for x, row in enumerate(self.node):
            row[f.ARC0] = len(flat)
            flat += arcs.get(x, [])
            row[f.ARC1] = len(flat)
        return flat

    def _arrays(self, arcs: list[list[int]]) -> f.Flat:
        n, routes, modes, places = len(self.node), len(self.road), len(self.modes), self.problem.travel.places
        special = [x for x, row in enumerate(self.node) if row[f.WIN1] - row[f.WIN0] > 1 or row[f.ARC1] > row[f.ARC0]]
        degree: dict[str, int] = {}
        for link in self.problem.links:
            for end in (link.first, link.second):
                degree[end] = degree.get(end, 0) + 1
        widest = max((len(visit.windows) for visit in self.problem.visits), default=1)
        node = _table(self.node, f.NODE_COLUMNS, 2)
        paid = [[0, FAR if p.most_paid is None else p.most_paid, bool(p.shifts)] for p in self.problem.caregivers]

        def empty(*shape: int) -> f.I64:
            return np.zeros(shape, dtype=np.int64)

        flat = f.Flat(
            node=node, road=_table(self.road, f.ROAD_COLUMNS), gap=empty(n + routes, f.GAP_COLUMNS), slack=empty(3, n),
            special=np.array(special, np.int64), base=empty(routes, f.SUM_COLUMNS), crew=_table(paid, 3),
            arcs=_table(arcs, 3, 1), win=_table(self.win, 3, 2 * max(widest, 8)), goal=self._weights(),
            start=node[:, f.START].copy(), sums=empty(routes, f.SUM_COLUMNS),
            ties=empty(2 + max(degree.values(), default=0), 4), wish=empty(2, routes),
            inward=empty(modes, places), outward=empty(modes, places),
            state=empty(f.STATE_COLUMNS), log=empty(16 * n + 4096), queue=empty(8 * n + 4096, 2), flag=empty(routes),
            touched=empty(routes + 1), spots=empty(2, 2), cand=empty(2, n + routes + 1, f.CAND_COLUMNS),
            heap=empty(2, n + routes + 1, 2), sorted=empty(2, n + routes + 1), best=empty(1, 5),
        )  # fmt: skip
        flat.spots[:, 0] = -1
        return flat

    def _weights(self) -> f.I64:
        goal = self.problem.objective
        weights = np.zeros(f.GOAL_COLUMNS, dtype=np.int64)
        weights[: f.G_DELAY] = (
            goal.travel, goal.tardiness, goal.max_tardiness, goal.waiting, goal.max_idle, goal.overtime, goal.vehicles,
            goal.changed, goal.tolerance, goal.spread,
        )  # fmt: skip
        return weights

    def ease(self) -> None:
        """After the base is counted: by how much an insertion can make the rest of the plan cheaper at most."""
        flat = self.flat
        crew, base, node, goal = flat.crew, flat.base, flat.node, flat.goal
        crew[:, 1] = np.maximum(crew[:, 0], crew[:, 1])
        shifted = crew[crew[:, 2] > 0, 0]
        early = (node[:, f.WHO] >= 0) & (node[:, f.START] < node[:, f.TOLD] - goal[f.G_TOLERANCE])
        if len(base):
            goal[f.G_EASE] = goal[f.G_SPREAD] * (shifted.max() - shifted.min()) if len(shifted) else 0
            goal[f.G_EASE] += goal[f.G_MAXIDLE] * base[:, f.IDLE].max() + goal[f.G_WAITING] * base[:, f.WAITS].sum()
            goal[f.G_EASE] += goal[f.G_CHANGED] * int(early.sum()) + goal[f.G_TARDY] * self._late_between_windows()

    def _late_between_windows(self) -> int:
        """How late visits with several windows start together: put off into the next one they would be punctual."""
        rows = [row for row in self.node if row[f.WIN1] - row[f.WIN0] > 1 and row[f.KIND] == f.VISIT]
        begun = [[w for w in self.win[row[f.WIN0] : row[f.WIN1]] if w[0] <= row[f.START]] for row in rows]
        return sum(max(0, row[f.START] - found[-1][1]) for row, found in zip(rows, begun, strict=True) if found)

    # -- the question -----------------------------------------------------------------------------------------------

    def seat(self, visit: Visit) -> None:
        """Writes the visit's persons into the guests' rows, with their windows, gap and links."""
        flat, guests = self.flat, len(self.flat.node) - 2
        flat.node[flat.ties[: flat.state[f.NTIES], 1], f.TIED] = 0
        flat.state[f.NTIES], flat.state[f.GUESTS] = 0, len(visit.needs)
        flat.state[f.LOWGAP], flat.state[f.HIGHGAP] = visit.gap
        flat.spots[:, 0] = -1
        spare = len(self.win)
        if spare + 2 * len(visit.windows) > len(flat.win):
            raise ProblemError("visit.windows", f"are {len(visit.windows)}", f"at most {(len(flat.win) - spare) // 2}")
        for half, need in enumerate(visit.needs):
            row = [0] * f.NODE_COLUMNS
            row[f.PLACE], row[f.DUR], row[f.ACC], row[f.KIND] = visit.place, need.duration, visit.access, f.VISIT
            row[f.START] = -f.NEVER
            self._care(row, visit, half)
            windows = self.win[spare:]
            del self.win[spare:]
            at = spare + half * len(visit.windows)
            flat.win[at : at + len(windows)] = windows
            row[f.START], row[f.UPPER], row[f.CEIL] = windows[0][0], windows[-1][2], windows[-1][2]
            row[f.WIN0], row[f.WIN1] = at, at + len(windows)
            flat.node[guests + half] = row
            flat.start[guests + half] = row[f.START]
        self._tie(visit)

    def _tie(self, visit: Visit) -> None:
        flat, guests = self.flat, len(self.flat.node) - 2
        ties: list[tuple[int, int, int, int]] = []
        if len(visit.needs) == 2:
            low, high = visit.gap
            ties.append((0, guests + 1, low, -high if high < FAR else -f.NEVER))
        for link in self.problem.links if visit.id in self.visits else ():
            other = link.second if link.first == visit.id else link.first if link.second == visit.id else None
            if other is None or other == visit.id or 0 not in self.where.get(other, ()):
                continue
            back = -link.high if link.high < FAR else -f.NEVER
            out, into = (link.low, back) if link.first == visit.id else (back, link.low)
            ties.append((0, self.where[other][0], out, into))
        for i, tie in enumerate(ties):
            flat.ties[i] = tie
            flat.node[[guests + tie[0], tie[1]], f.TIED] = 1
        flat.state[f.NTIES] = len(ties)

    def spot(self, spot: Spot) -> tuple[int, int]:
        """(route, position among the rows) of a spot. Raises ProblemError for one that is not in this plan."""
        pair = (spot.caregiver, spot.shift)
        if pair not in self.pairs:
            raise ProblemError("option", f"is for {pair}", "a caregiver of this problem")
        r = self.pairs.index(pair)
        p = spot.position + spot.rested
        if not 0 <= p <= self.flat.road[r, f.COUNT]:
            raise ProblemError("option", f"stands at {p}", "a position in the route")
        return r, p

    # -- reading back -----------------------------------------------------------------------------------------------

    def described(self, v: int) -> Spot:
        """Where guest v stands now."""
        flat, x = self.flat, len(self.flat.node) - 2 + v
        r, p = int(flat.spots[v, 0]), int(flat.spots[v, 1])
        before = [y for y in range(self._off(r), self._off(r) + p) if flat.start[y] != f.SKIPPED]
        free = int(flat.start[before[-1]] + flat.node[before[-1], f.DUR]) if before else int(flat.sums[r, f.AWAYAT])
        rested = p > int(flat.road[r, f.STOPS])
        return Spot(*self.pairs[r], p - rested, free + self._leg(v), int(flat.start[x]), rested)

    def _off(self, r: int) -> int:
        return int(self.flat.road[r, f.OFF])

    def _leg(self, v: int) -> int:
        """The way of guest v from where their caregiver is before, or is known to be."""
        flat = self.flat
        r, p = int(flat.spots[v, 0]), int(flat.spots[v, 1])
        free, at = flat.gap[self._off(r) + r + p, : f.AT + 1]
        spot = flat.road[r, f.SPOT]
        moved = spot >= 0 and (p == 0 or free <= flat.state[f.NOW])
        return int(flat.inward[flat.road[r, f.MODE], spot if moved else at])

    def slips(self, routes: Iterable[int]) -> tuple[Slip, ...]:
        """Visits on these routes that start later now, by route and order."""
        flat, found = self.flat, []
        for r in routes:
            off = int(flat.road[r, f.OFF])
            for x in range(off, off + int(flat.road[r, f.COUNT])):
                delay = int(flat.start[x] - flat.node[x, f.START])
                if flat.node[x, f.KIND] == f.VISIT and delay > 0:
                    broken = bool(flat.start[x] > flat.node[x, f.CEIL])
                    found.append(Slip(self.names[x][0], self.pairs[r][0], delay, broken))
        return tuple(found)

    def breaches(self, routes: Iterable[int], visit: Visit) -> tuple[str, ...]:
        """What is broken on these routes now, as the checker would call it, each with its name."""
        found: list[str] = []
        for r in routes:
            route, who = self.route(r, visit), self.pairs[r][0]
            flat, kitchen = self.flat, 0
            for stop in route.stops:
                meal = None
                if stop.kind == "load":
                    kitchen = stop.finish
                elif stop.kind == "visit":
                    asked = visit if stop.visit == visit.id else self.visits[stop.visit]
                    meal = asked.meal
                    pinned = asked.pinned_start if stop.half == 0 else None
                    if stop.start > (asked.windows[-1].latest if pinned is None else pinned):
                        found.append(f"after_window: {stop.visit}")
                elif stop.start > flat.road[r, f.RESTLAST]:
                    found.append(f"break_window: {who}")
                if meal is not None and stop.arrive - kitchen > meal.ride:
                    found.append(f"ride: {stop.visit}")
            if route.back > flat.road[r, f.HARD]:
                found.append(f"shift_end: {who}")
            if (
                flat.crew[flat.road[r, f.OWNER], 0] + flat.sums[r, f.PAID] - flat.base[r, f.PAID]
                > flat.crew[flat.road[r, f.OWNER], 1]
            ):
                found.append(f"paid: {who}")
        return tuple(dict.fromkeys(found))

    def route(self, r: int, visit: Visit) -> Route:
        """Route r as it is timed and summed up now, `visit` being the guest's."""
        flat, guests = self.flat, len(self.flat.node) - 2
        v = next((v for v in (0, 1) if flat.spots[v, 0] == r), -1)
        off, n = int(flat.road[r, f.OFF]), int(flat.road[r, f.COUNT])
        rows = list(range(off, off + n))
        if v >= 0:
            rows.insert(int(flat.spots[v, 1]), guests + v)
        rows = [x for x in rows if flat.start[x] != f.SKIPPED]
        who, shift = self.pairs[r]
        person: Caregiver = self.problem.caregivers[self.index[who]]
        place, free = person.start, int(flat.road[r, f.BEGIN])
        depart = free = int(flat.sums[r, f.AWAYAT]) if rows else free
        stops: list[Stop] = []
        for x in rows:
            kind, guest = int(flat.node[x, f.KIND]), x >= guests
            leg = 0
            if guest:
                here, leg = int(flat.node[x, f.PLACE]), self._leg(v)
            elif kind in (f.VISIT, f.LOAD):
                here = int(flat.node[x, f.PLACE])
                leg = self.problem.travel.time(person.mode, place, here)
            else:
                here = place
            name, half = (visit.id, v) if guest else self.names[x]
            start, arrive = int(flat.start[x]), free + leg
            wait = start - arrive - int(flat.node[x, f.ACC])
            free, place = start + int(flat.node[x, f.DUR]), here
            stops.append(Stop(WORDS[kind], name, half, here, leg, arrive, wait, start, free))
        home = 0 if person.end is None or not stops else self.problem.travel.time(person.mode, place, person.end)
        return Route(who, shift, depart, tuple(stops), home, free + home)
