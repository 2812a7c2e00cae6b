"""Finds where a visit fits best: numpy ranks every position at once, the state then times the few best exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from routing.compiled import Compiled
from routing.problem import FAR
from routing.state import State
from routing.travel import Floats, Ints

NEVER = 1e17
PRUNE = True


@dataclass(frozen=True, slots=True)
class Spot:
    """One insertion: (task, route, position) in the order in which they are put, and the exact change of the score."""

    delta: int
    puts: tuple[tuple[int, int, int], ...]


class Finder:
    """Ranks positions over padded arrays [route, position] that follow the state lazily."""

    def __init__(self, state: State, keep: int = 4) -> None:
        self.state, self.c, self.keep = state, state.c, keep
        self.width = 0
        self.modes = np.array(self.c.mode, dtype=np.int64)[:, None]
        self.rooms = np.minimum(np.array(self.c.room, dtype=np.int64), FAR)
        self._grow(8)

    def _grow(self, width: int) -> None:
        shape = (self.c.R, width)
        self.width = width
        self.P: Ints = np.zeros(shape, dtype=np.int64)
        self.N: Ints = np.zeros(shape, dtype=np.int64)
        self.T: Ints = np.zeros(shape, dtype=np.int64)
        self.NS: Ints = np.zeros(shape, dtype=np.int64)
        self.SL: Ints = np.zeros(shape, dtype=np.int64)
        self.HS: Ints = np.zeros(shape, dtype=np.int64)
        self.NL: Ints = np.zeros(shape, dtype=np.int64)
        self.OPEN = np.zeros(shape, dtype=np.bool_)
        self.load: Ints = np.zeros(self.c.R, dtype=np.int64)
        self.slack = [0] * len(self.c.place)
        self.state.stale.update(range(self.c.R))

    def refresh(self) -> None:
        """Brings the arrays of changed routes up to date."""
        stale = self.state.stale
        if not stale:
            return
        longest = max(len(self.state.seq[r]) for r in stale) + 1
        if longest > self.width:
            self._grow(longest + 6)
        for r in sorted(stale):
            self._row(r)
        stale.clear()

    def _row(self, r: int) -> None:
        s, c = self.state, self.c
        seq, n = s.seq[r], len(s.seq[r])
        free, at = c.begin[r], c.home[r]
        prev, left, nxt, due = [], [], [], []
        for x in seq:
            prev.append(at)
            left.append(free)
            at = c.place[x] if c.place[x] >= 0 else at
            nxt.append(at)
            due.append(s.start[x] - c.acc[x])
            free = s.start[x] + c.dur[x]
        prev.append(at)
        left.append(free)
        used = s.tally[r].used
        goal = c.goal[r]
        nxt.append(goal if goal >= 0 else at)
        due.append(s.back[r] if used else free + (0 if goal < 0 else c.rows[c.mode[r]][at][goal]))
        soft, hard, tail = self._slacks(r, seq, due[-1])
        self.OPEN[r] = False
        for array, values in (
            (self.P, prev), (self.T, left), (self.N, nxt), (self.NS, due), (self.SL, soft), (self.HS, hard),
            (self.NL, tail),
        ):  # fmt: skip
            array[r, : n + 1] = values
        self.OPEN[r, : n + 1] = True
        self.load[r] = s.tally[r].load

    def _slacks(self, r: int, seq: list[int], back: int) -> tuple[list[int], list[int], list[int]]:
        """Per position: delay that costs nothing, delay that is possible at all, late tasks from there on."""
        s, c = self.state, self.c
        soft, hard, late = [max(0, c.end[r] - back)], [c.end_hard[r] - back], [0]
        for x in reversed(seq):
            wait = s.start[x] - s.ready[x]
            own = c.due[x] - s.start[x]
            free = min(max(0, own), soft[-1])
            m = c.mate[x]
            if m >= 0 and s.where[m] >= 0:
                free = min(free, self.slack[m] + max(0, s.start[m] - s.start[x]) * (c.gmax[x] > c.gmin[x]))
            self.slack[x] = free
            soft.append(free + wait)
            hard.append(min(c.lat[x] - s.start[x], hard[-1]) + wait)
            late.append(late[-1] + (own <= 0))
        return soft[::-1], hard[::-1], late[::-1]

    # -- ranking ----------------------------------------------------------------------------------------------------

    def arrivals(self, x: int) -> tuple[Floats, Ints, Ints, Ints]:
        """(cost of the detour, NEVER where impossible; ready at the door; travel on; detour), all [R, width]."""
        c, goal, p = self.c, self.c.goal_weights, self.c.place[x]
        there = c.D[self.modes, self.P, p]
        onward = c.D[self.modes, p, self.N]
        detour = there + onward - c.D[self.modes, self.P, self.N]
        ready = self.T + there + c.acc[x]
        cost = (goal.travel * detour + c.wish[x][:, None]).astype(np.float64)
        shut = ~self.OPEN | ~c.able[x][:, None] | (ready > c.lat[x])
        if c.qty[x] and c.pick[x] < 0:
            shut |= (self.load + c.qty[x] > self.rooms)[:, None]
        cost[shut] = NEVER
        return cost, ready, onward, detour

    def lateness(self, x: int, begin: Ints, onward: Ints) -> Floats:
        """Estimated cost of the lateness here and behind when starting at `begin`; NEVER where it is forbidden."""
        c, goal = self.c, self.c.goal_weights
        delay = np.maximum(0, begin + c.dur[x] + onward - self.NS)
        behind = np.maximum(0, delay - self.SL) * (1 + self.NL)
        own = np.maximum(0, begin - c.due[x])
        weight = max(goal.tardiness, 1)
        cost: Floats = (weight * (own + behind)).astype(np.float64)
        if goal.max_tardiness:
            worst = max(t.late for t in self.state.tally)
            cost += goal.max_tardiness * np.maximum(0, own - worst)
        cost[(delay > self.HS) | (begin > c.lat[x])] = NEVER
        return cost

    def rank(self, x: int, keep: int, noise: Floats | None = None) -> list[tuple[float, int, int]]:
        """The `keep` best (estimate, route, position) of one task."""
        self.refresh()
        cost, ready, onward, _ = self.arrivals(x)
        cost += self.lateness(x, np.maximum(ready, self.c.e[x]), onward)
        if noise is not None:
            cost[noise < 0.01] = NEVER
        return self._best(cost, keep)

    def _best(self, cost: Floats, keep: int) -> list[tuple[float, int, int]]:
        flat = cost.ravel()
        keep = min(keep, flat.size)
        chosen = np.argpartition(flat, keep - 1)[:keep] if keep < flat.size else np.arange(flat.size)
        chosen = chosen[np.argsort(flat[chosen], kind="stable")]
        return [(float(flat[i]), int(i) // self.width, int(i) % self.width) for i in chosen if flat[i] < NEVER]

    # -- exact ------------------------------------------------------------------------------------------------------

    def try_out(self, puts: list[tuple[int, int, int]]) -> int | None:
        """The exact score after these insertions, which are taken back; None when something hard breaks."""
        state, mark = self.state, self.state.mark()
        for x, r, i in puts:
            state.put(x, r, i)
        ok = state.settle([(r, i, i) for _, r, i in puts], tuple(x for x, _, _ in puts))
        score = state.score() if ok else None
        state.rollback(mark)
        return score

    def best(self, unit: int, rng: np.random.Generator | None = None) -> Spot | None:
        """The cheapest place found for a unit that is out; None when nothing hard-feasible was found."""
        kind = self.c.units[unit].kind
        self.refresh()
        noise = None if rng is None else rng.random((self.c.R, self.width))
        if kind == "pair":
            options = self._pair_options(unit, noise)
        elif kind == "goods":
            options = self._goods_options(unit)
        elif kind == "meal":
            options = self._meal_options(unit)
        else:
            x = self.c.units[unit].tasks[0]
            options = [(cost, [(x, r, i)]) for cost, r, i in self.rank(x, self.keep, noise)]
        return self._pick(options)

    def _pick(self, options: list[tuple[float, list[tuple[int, int, int]]]]) -> Spot | None:
        before, best = self.state.score(), None
        for estimate, puts in options:
            if best is not None and PRUNE and estimate >= best.delta:
                continue
            score = self.try_out(puts)
            if score is not None and (best is None or score - before < best.delta):
                best = Spot(score - before, tuple(puts))
        return best

    def place(self, unit: int, spot: Spot) -> None:
        """Carries a spot out. The spot must fit the state as it is."""
        self.state.flip(unit)
        for x, r, i in spot.puts:
            if x >= self.c.halves:
                self.state.spare[self.c.canteen[x]].remove(x)
                self.state.journal.append((5, self.c.canteen[x], x))
            self.state.put(x, r, i)
        if not self.state.settle([(r, i, i) for _, r, i in spot.puts], tuple(x for x, _, _ in spot.puts)):
            raise RuntimeError("a spot that fitted does not fit")

    def _pair_options(self, unit: int, noise: Floats | None) -> list[tuple[float, list[tuple[int, int, int]]]]:
        """Both halves' best places over different caregivers, with the common start of every combination."""
        c = self.c
        a, b = c.units[unit].tasks
        self.refresh()
        sides = [(x, *self.arrivals(x)) for x in (a, b)]
        short: list[list[tuple[float, int, int]]] = []
        for x, cost, ready, onward, _ in sides:
            total = cost + self.lateness(x, np.maximum(ready, c.e[x]), onward)
            if noise is not None:
                total[noise < 0.01] = NEVER
            short.append(self._best(total, 14) if c.R < 40 else self._best(total, 18))
        if not short[0] or not short[1]:
            return []
        (r, i), (q, j) = (np.array([(r, i) for _, r, i in side]).T for side in short)
        (_, cost1, ready1, on1, _), (_, cost2, ready2, on2, _) = sides
        one = np.maximum(ready1[r, i], c.e[a])[:, None] + np.zeros(len(q), dtype=np.int64)
        two = np.maximum(np.maximum(ready2[q, j], c.e[b])[None], one + c.gmin[a])
        one = np.maximum(one, two - c.gmax[a])
        total = (cost1[r, i])[:, None] + (cost2[q, j])[None] + self._late(a, one, on1[r, i][:, None], (r, i), 0)
        total += self._late(b, two, on2[q, j][None], (q, j), 1)
        owner = np.array(c.owner)
        total[owner[r][:, None] == owner[q][None]] = NEVER
        best = np.argsort(total, axis=None, kind="stable")[: self.keep + 2]
        cells = [(float(total.flat[k]), int(k) // len(q), int(k) % len(q)) for k in best if total.flat[k] < NEVER]
        return [(v, [(a, int(r[u]), int(i[u])), (b, int(q[w]), int(j[w]))]) for v, u, w in cells]

    def _late(self, x: int, begin: Ints, onward: Ints, at: tuple[Ints, Ints], axis: int) -> Floats:
        """As `lateness`, over the combinations of a pair; `at` are the positions along one axis of them."""
        c, weight = self.c, max(self.c.goal_weights.tardiness, 1)
        due, soft, hard, tail = (np.expand_dims(a[at], 1 - axis) for a in (self.NS, self.SL, self.HS, self.NL))
        delay = np.maximum(0, begin + c.dur[x] + onward - due)
        own = np.maximum(0, begin - c.due[x])
        cost: Floats = (weight * (own + np.maximum(0, delay - soft) * (1 + tail))).astype(np.float64)
        cost[(delay > hard) | (begin > c.lat[x])] = NEVER
        return cost

    def _goods_options(self, unit: int) -> list[tuple[float, list[tuple[int, int, int]]]]:
        """Pick-up at its best places, the delivery behind it in the same route."""
        pick, drop = self.c.units[unit].tasks
        state, found = self.state, []
        for estimate, r, i in self.rank(pick, 10):
            row = state.seq[r]
            for j in range(i + 1, min(len(row) + 2, i + 9)):
                legs = self._leg_cost(r, row, i, j, pick, drop)
                found.append((estimate + legs, [(pick, r, i), (drop, r, j)]))
        found.sort(key=lambda option: option[0])
        return found[: 3 * self.keep]

    def _leg_cost(self, r: int, row: list[int], i: int, j: int, pick: int, drop: int) -> float:
        c, table = self.c, self.c.rows[self.c.mode[r]]
        before = c.place[pick] if j == i + 1 else c.place[row[j - 2]]
        after = c.place[row[j - 1]] if j - 1 < len(row) else c.goal[r]
        p = c.place[drop]
        return float(
            c.goal_weights.travel * (table[before][p] + (table[p][after] - table[before][after] if after >= 0 else 0))
        )

    def _meal_options(self, unit: int) -> list[tuple[float, list[tuple[int, int, int]]]]:
        """Into a run that carries from the same canteen, or as a new run with its own canteen stop."""
        c, state = self.c, self.state
        x = c.units[unit].tasks[0]
        canteen = c.canteen[x]
        found: list[tuple[float, list[tuple[int, int, int]]]] = []
        kitchen = self.c.problem.canteens[canteen].place
        fresh = state.spare[canteen][-1] if state.spare[canteen] else -1
        for estimate, r, i in self.rank(x, 40):
            if self._carries(r, i, canteen):
                found.append((estimate, [(x, r, i)]))
            elif fresh >= 0:
                table, before = c.rows[c.mode[r]], int(self.P[r, i])
                extra = table[before][kitchen] + table[kitchen][c.place[x]] - table[before][c.place[x]]
                found.append((estimate + extra * c.goal_weights.travel, [(fresh, r, i), (x, r, i + 1)]))
        found.sort(key=lambda option: option[0])
        return found[: self.keep + 4]

    def _carries(self, r: int, i: int, canteen: int) -> bool:
        for y in reversed(self.state.seq[r][:i]):
            if y >= self.c.halves and self.c.canteen[y] >= 0:
                return self.c.canteen[y] == canteen
        return False


def removed(state: State, unit: int) -> bool:
    """Takes a served unit out of its routes and re-times; an empty canteen stop goes with its last meal.

    False when the rest no longer fits (roads that are longer without the stop): roll back then.
    """
    c: Compiled = state.c
    work = []
    for x in c.units[unit].tasks:
        r, i = state.take(x)
        if c.units[unit].kind == "meal":
            i = _sweep(state, r, i)
        work.append((r, i, i - 1))
    state.flip(unit)
    if c.units[unit].kind == "goods":
        work = [(r, min(i for _, i, _ in work), len(state.seq[r])) for r, _, _ in work[:1]]
    return state.settle(work)


def _sweep(state: State, r: int, i: int) -> int:
    """Removes a canteen stop before position i that nothing is fetched for; the first changed position."""
    seq, c = state.seq[r], state.c
    k = i - 1
    while k >= 0 and not (seq[k] >= c.halves and c.canteen[seq[k]] >= 0):
        k -= 1
    if k < 0:
        return i
    for y in seq[k + 1 :]:
        if y >= c.halves and c.canteen[y] >= 0:
            break
        if c.portions[y]:
            return i
    load = seq[k]
    state.take(load)
    state.give_back(load)
    return k
