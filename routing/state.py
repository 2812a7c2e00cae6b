"""Routes with exact times that can be changed and taken back; it knows no strategy, only what an order of tasks costs.

A two-person visit is two tasks whose starts are the least ones that both arrivals and the gap allow; a change walks on
through every route that it delays. A walk that comes back too often is a knot (two pairs met in opposite order).
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any

from routing.compiled import LOAD, VISIT, Compiled
from routing.problem import FAR

KNOT = 40
PATIENCE = 4


@dataclass(frozen=True, slots=True)
class Tally:
    """What one route adds to the cost, in ticks; `cost` is the weighted sum of all but the two maxima."""

    cost: int = 0
    late: int = 0
    idle: int = 0
    load: int = 0
    used: bool = False


class State:
    """Orders, times and cost; `mark` and `rollback` undo everything since the mark."""

    def __init__(self, problem: Compiled) -> None:
        self.c = problem
        n = len(problem.place)
        self.seq: list[list[int]] = [[x] if x >= 0 else [] for x in problem.token]
        self.where = [-1] * n
        self.start, self.ready, self.leg, self.late = [0] * n, [0] * n, [0] * n, [0] * n
        for r, x in enumerate(problem.token):
            if x >= 0:
                self.where[x] = r
                self.start[x] = self.ready[x] = problem.begin[r] - problem.dur[x]
        self.back = list(problem.begin)
        self.home_leg = [0] * problem.R
        self.tally = [Tally(idle=problem.end[r] - problem.begin[r]) for r in range(problem.R)]
        self.spare = [list(pool) for pool in problem.spare]
        self.out = set(range(len(problem.units)))
        self.base = sum(unit.price for unit in problem.units)
        self.journal: list[tuple[Any, ...]] = []
        self.stale = set(range(problem.R))
        self.special = any(x >= 0 for x in problem.pick) or any(problem.qty)

    def score(self) -> int:
        """The whole cost in weighted ticks; unserved prices included."""
        goal = self.c.goal_weights
        total = self.base
        if goal.max_tardiness:
            total += goal.max_tardiness * max((t.late for t in self.tally), default=0)
        if goal.max_idle:
            total += goal.max_idle * max((t.idle for t in self.tally), default=0)
        return total

    # -- undo -------------------------------------------------------------------------------------------------------

    def mark(self) -> int:
        """A point to roll back to."""
        return len(self.journal)

    def rollback(self, mark: int) -> None:
        """Takes back everything since `mark`."""
        journal = self.journal
        while len(journal) > mark:
            entry = journal.pop()
            kind, a = entry[0], entry[1]
            if kind == 0:
                _, x, self.start[x], self.ready[x], self.leg[x], self.late[x] = entry
            elif kind == 1:
                _, r, tally, self.back[r], self.home_leg[r] = entry
                self.base += tally.cost - self.tally[r].cost
                self.tally[r] = tally
                self.stale.add(r)
            elif kind == 2:
                self.where[self.seq[a].pop(entry[2])] = -1
                self.stale.add(a)
            elif kind == 3:
                self.seq[a].insert(entry[2], entry[3])
                self.where[entry[3]] = a
                self.stale.add(a)
            elif kind == 4:
                self._flip(a, quiet=True)
            elif kind == 5:
                self.spare[a].append(entry[2])
            else:
                self.spare[a].pop()

    def keep(self) -> None:
        """Forgets the journal: nothing before can be taken back."""
        self.journal.clear()

    # -- changes ----------------------------------------------------------------------------------------------------

    def flip(self, unit: int) -> None:
        """Marks a unit as served when it was out, and the other way round."""
        self._flip(unit, quiet=False)

    def _flip(self, unit: int, quiet: bool) -> None:
        if unit in self.out:
            self.out.discard(unit)
            self.base -= self.c.units[unit].price
        else:
            self.out.add(unit)
            self.base += self.c.units[unit].price
        if not quiet:
            self.journal.append((4, unit))

    def put(self, x: int, r: int, i: int) -> None:
        """Writes a task into an order without timing it."""
        self.seq[r].insert(i, x)
        self.where[x] = r
        self.journal.append((2, r, i))

    def take(self, x: int) -> tuple[int, int]:
        """Takes a task out of its order without timing; (route, position) it had."""
        r = self.where[x]
        i = self.seq[r].index(x)
        self.seq[r].pop(i)
        self.where[x] = -1
        self.journal.append((3, r, i, x))
        return r, i

    def borrow(self, canteen: int) -> int:
        """A spare canteen stop."""
        x = self.spare[canteen].pop()
        self.journal.append((5, canteen, x))
        return x

    def give_back(self, x: int) -> None:
        """Returns a canteen stop that stands in no order."""
        self.spare[self.c.canteen[x]].append(x)
        self.journal.append((6, self.c.canteen[x]))

    def insert(self, x: int, r: int, i: int) -> bool:
        """Inserts and re-times; False when something hard breaks (roll back then)."""
        self.put(x, r, i)
        return self.settle([(r, i, i)], (x,))

    def settle(self, changes: list[tuple[int, int, int]], new: tuple[int, ...] = ()) -> bool:
        """Re-times from (route, first changed position, last changed position) on; False when something hard breaks.

        Earliest first, so that a delay is known before it is passed on. Tasks in `new` close every possible knot: when
        one of them is delayed again and again, the order is refused.
        """
        work = [(-FAR, r, i, firm) for r, i, firm in changes]
        touched: dict[int, int] = {}
        times, moved, start = [-FAR] * len(new), 0, self.start
        while work:
            _, r, i, firm = heappop(work)
            touched[r] = touched.get(r, 0) + 1
            if touched[r] > KNOT or not self._walk(r, i, firm, work):
                return False
            for k, x in enumerate(new):
                if start[x] > times[k]:
                    times[k] = start[x]
                    moved += 1
            if moved > PATIENCE * len(new) > 0:
                return False
        return all(self._count(r) for r in touched)

    # -- timing -----------------------------------------------------------------------------------------------------

    def _walk(self, r: int, i: int, firm: int, work: list[tuple[int, int, int, int]]) -> bool:
        c = self.c
        seq, start, ready, leg_of, late_of = self.seq[r], self.start, self.ready, self.leg, self.late
        place, dur, early, latest, access, mate = c.place, c.dur, c.e, c.lat, c.acc, c.mate
        rows, journal, n = c.rows[c.mode[r]], self.journal, len(seq)
        if i > 0 and c.kind[seq[i - 1]] != VISIT:
            i -= 1
        t, at = self._before(r, i)
        canteens = bool(c.bag[r])
        for k in range(i, n):
            x = seq[k]
            p = place[x]
            if p < 0:
                leg, p = 0, at
            else:
                leg = rows[at][p]
            ar = t + leg + access[x]
            s = ar if ar > early[x] else early[x]
            if c.windows[x] is not None:
                s = self._later(x, ar)
            m = mate[x]
            other = -1
            if m >= 0 and self.where[m] >= 0:
                s, other = self._meet(x, m, s)
            elif canteens and c.kind[x] == LOAD:
                s = self._hold(x, s, seq[k + 1] if k + 1 < n else -1, rows)
            elif place[x] < 0 and k == n - 1 and self._home_before(r, t, at, latest[x]):
                s = ar = t - dur[x]
            if s > latest[x]:
                return False
            old, was = start[x], leg_of[x]
            journal.append((0, x, old, ready[x], was, late_of[x]))
            start[x], ready[x], leg_of[x], late_of[x] = s, ar, leg, self._lateness(x, s)
            if other >= 0 and other != start[m]:
                j = self.seq[self.where[m]].index(m)
                heappush(work, (other, self.where[m], j, j - 1))
            if k > firm and s == old and leg == was and place[x] >= 0 and not canteens:
                return True
            t, at = s + dur[x], p
        return self._go_home(r, t, at)

    def _lateness(self, x: int, s: int) -> int:
        wins = self.c.windows[x]
        if wins is None:
            due = self.c.due[x]
            return s - due if s > due else 0
        begun = [w for w in wins if w[0] <= s] or [wins[0]]
        return max(0, s - begun[-1][1])

    def _before(self, r: int, i: int) -> tuple[int, int]:
        """(free from, place) of the route before position i."""
        c, seq = self.c, self.seq[r]
        if i == 0:
            return c.begin[r], c.home[r]
        x = seq[i - 1]
        k = i - 1
        while k >= 0 and c.place[seq[k]] < 0:
            k -= 1
        return self.start[x] + c.dur[x], c.home[r] if k < 0 else c.place[seq[k]]

    def _later(self, x: int, t: int) -> int:
        """The first permitted start not before t, over several windows."""
        for begin, _, last in self.c.windows[x] or ():
            if t <= last:
                return t if t > begin else begin
        return self.c.lat[x] + 1 if t <= self.c.lat[x] else t

    def _meet(self, x: int, m: int, s: int) -> tuple[int, int]:
        """Least starts (of x, of its mate) that both arrivals, windows and the gap allow."""
        c = self.c
        other = self.ready[m] if self.ready[m] > c.e[m] else c.e[m]
        if c.windows[m] is not None:
            other = self._later(m, self.ready[m])
        one, two = (s, other) if c.lead[x] else (other, s)
        first, second = (x, m) if c.lead[x] else (m, x)
        for _ in range(8):
            if two < one + c.gmin[x]:
                two = one + c.gmin[x]
            if c.windows[second] is not None:
                two = self._later(second, two)
            if two - c.gmax[x] <= one:
                break
            one = two - c.gmax[x]
            if c.windows[first] is not None:
                one = self._later(first, one)
        return (one, two) if c.lead[x] else (two, one)

    def _hold(self, x: int, s: int, after: int, rows: list[list[int]]) -> int:
        """A canteen stop waits rather than the hot meal."""
        c = self.c
        if after < 0 or c.place[after] < 0:
            return s
        door = s + c.dur[x] + rows[c.place[x]][c.place[after]] + c.acc[after]
        return s + max(0, c.e[after] - door)

    def _home_before(self, r: int, t: int, at: int, latest: int) -> bool:
        goal = self.c.goal[r]
        return t + (0 if goal < 0 else self.c.rows[self.c.mode[r]][at][goal]) <= latest

    def _go_home(self, r: int, t: int, at: int) -> bool:
        c = self.c
        empty = len(self.seq[r]) == (c.token[r] >= 0)
        self.journal.append((1, r, self.tally[r], self.back[r], self.home_leg[r]))
        self.home_leg[r] = 0 if empty or c.goal[r] < 0 else c.rows[c.mode[r]][at][c.goal[r]]
        self.back[r] = t + self.home_leg[r]
        return empty or self.back[r] <= c.end_hard[r]

    # -- tallies ----------------------------------------------------------------------------------------------------

    def _count(self, r: int) -> bool:
        """Renews the tally of a route; False when goods or meals do not fit."""
        c, goal, seq = self.c, self.c.goal_weights, self.seq[r]
        self.stale.add(r)
        old = self.tally[r]
        self.journal.append((1, r, old, self.back[r], self.home_leg[r]))
        if len(seq) == (c.token[r] >= 0):
            new = Tally(idle=c.end[r] - c.begin[r])
        else:
            late = [self.late[x] for x in seq]
            cost = goal.travel * (sum([self.leg[x] for x in seq]) + self.home_leg[r]) + goal.tardiness * sum(late)
            cost += goal.overtime * max(0, self.back[r] - c.end[r]) + goal.vehicles
            cost += sum([c.wish_of[x][r] for x in seq if x < c.halves])
            idle = 0
            if goal.waiting or goal.max_idle:
                waits = [self.start[x] - self.ready[x] for x in seq]
                idle = sum(waits) + max(0, c.end[r] - self.back[r])
                cost += goal.waiting * sum(waits[1:])
            new = Tally(cost, max(late), idle, sum([c.qty[x] for x in seq if c.pick[x] < 0]), True)
        self.tally[r] = new
        self.base += new.cost - old.cost
        return (not c.bag[r] or self._meals_fit(r)) and (not self.special or self._goods_fit(r))

    def _meals_fit(self, r: int) -> bool:
        c = self.c
        source, left, bag = -1, 0, 0
        for x in self.seq[r]:
            if c.kind[x] == LOAD:
                source, left, bag = c.canteen[x], self.start[x] + c.dur[x], 0
            elif c.portions[x]:
                bag += c.portions[x]
                if c.canteen[x] != source or bag > c.bag[r] or self.ready[x] - c.acc[x] - left > c.ride[x]:
                    return False
        return True

    def _goods_fit(self, r: int) -> bool:
        c, seq = self.c, self.seq[r]
        room = c.room[r]
        aboard = sum([c.qty[x] for x in seq if c.pick[x] < 0 and c.drop[x] < 0])
        if aboard > room:
            return False
        loaded: set[int] = set()
        for x in seq:
            if c.drop[x] >= 0:
                aboard += c.qty[x]
                loaded.add(x)
                if aboard > room:
                    return False
            elif c.pick[x] >= 0 and c.pick[x] not in loaded:
                return False
            else:
                aboard -= c.qty[x]
        return True

    # -- whole orders -----------------------------------------------------------------------------------------------

    def reorder(self, orders: dict[int, list[int]]) -> bool:
        """Replaces whole orders and re-times everything they touch; False when something hard breaks."""
        for r in orders:
            for x in list(self.seq[r]):
                self.take(x)
        for r, order in orders.items():
            for i, x in enumerate(order):
                self.put(x, r, i)
        return self.settle([(r, 0, len(order)) for r, order in orders.items()])
