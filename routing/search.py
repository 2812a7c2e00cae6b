"""Builds a plan by cheapest insertion and improves it by ruin and recreate under a falling temperature.

Wall clock only ends a run early: the temperature follows whichever of iterations and time is given.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from routing.compiled import MUST, Compiled
from routing.moves import Finder, removed
from routing.ruin import Ruin
from routing.state import State


@dataclass
class Best:
    """The best orders seen, what was out in them and their score."""

    score: int = 1 << 90
    orders: list[list[int]] = field(default_factory=list)
    out: set[int] = field(default_factory=set)


class Search:
    """One run over one problem; `rng` decides everything that chance decides."""

    def __init__(self, c: Compiled, seed: int) -> None:
        self.c, self.rng = c, np.random.default_rng(seed)
        self.state = State(c)
        self.finder = Finder(self.state)
        self.ruin = Ruin(c, self.rng)
        self.best = Best()
        able = c.able.sum(axis=1) if c.halves else np.zeros(0)
        self.choices = [min(int(able[x]) for x in unit.tasks) for unit in c.units]
        self.early = [min(c.e[x] for x in unit.tasks) for unit in c.units]
        self.due = [min(c.due[x] for x in unit.tasks) for unit in c.units]
        self.work = [sum(c.dur[x] for x in unit.tasks) for unit in c.units]

    def build(self, order: list[int]) -> None:
        """Inserts every unit of `order` where it costs least; what does not fit or is not worth it stays out."""
        for unit in order:
            if unit in self.state.out:
                self.enter(unit, None)
        self.state.keep()
        self.note()

    def enter(self, unit: int, rng: np.random.Generator | None) -> bool:
        """Inserts one unit when that is cheaper than its price."""
        if not self.choices[unit]:
            return False
        spot = self.finder.best(unit, rng)
        if spot is None or spot.delta >= self.c.units[unit].price:
            return False
        self.finder.place(unit, spot)
        return True

    def orders(self) -> list[list[int]]:
        """Orders in which to build: by window start, by due time, pairs and rare skills first; meals door by door."""
        units = [u for u in range(len(self.c.units)) if self.c.units[u].kind != "meal"]
        pairs = [len(unit.tasks) for unit in self.c.units]
        meals = self._doors()
        return [
            sorted(units, key=lambda u: (self.early[u], self.due[u])) + meals,
            sorted(units, key=lambda u: (self.due[u], self.early[u])) + meals,
            sorted(units, key=lambda u: (-pairs[u], self.choices[u], self.early[u])) + meals,
        ]

    def _doors(self) -> list[int]:
        """Meals, canteen by canteen and due time by due time, each next to the one before, the farthest door first."""
        c, order = self.c, list[int]()
        groups: dict[tuple[int, int], list[int]] = {}
        for u, unit in enumerate(c.units):
            if unit.kind == "meal":
                groups.setdefault((c.canteen[unit.tasks[0]], self.due[u]), []).append(u)
        for (canteen, _), left in sorted(groups.items(), key=lambda item: (item[0][1], item[0][0])):
            at, sign = c.problem.canteens[canteen].place, -1
            while left:
                row = c.rows[0][at]
                nearest = min(left, key=lambda u: (sign * row[c.place[c.units[u].tasks[0]]], u))
                left.remove(nearest)
                order.append(nearest)
                at, sign = c.place[c.units[nearest].tasks[0]], 1
        return order

    def note(self) -> bool:
        """Remembers the state when it is the best so far."""
        score = self.state.score()
        if score >= self.best.score:
            return False
        self.best = Best(score, [list(seq) for seq in self.state.seq], set(self.state.out))
        return True

    def restore(self) -> None:
        """Puts the best plan back."""
        self.state = rebuilt(self.c, self.best)
        self.finder = Finder(self.state, self.finder.keep)

    def temperatures(self) -> tuple[float, float]:
        """(first, last) temperature from the size of a typical leg, so that seconds and minutes behave alike."""
        legs = [leg for seq in self.best.orders for leg in self.legs(seq)]
        typical = max(1.0, float(np.mean(legs)) if legs else 1.0) * max(1, self.c.goal_weights.travel)
        return 1.2 * typical, 0.05 * typical

    def legs(self, seq: list[int]) -> list[int]:
        """Legs into the tasks of one order."""
        return [self.state.leg[x] for x in seq]

    def step(self, temperature: float) -> bool:
        """One ruin and recreate; True when it became the best."""
        state, before, mark = self.state, self.state.score(), self.state.mark()
        chosen = self.ruin.choose(state, 10)
        if not all(removed(state, unit) for unit in chosen):
            state.rollback(mark)
            return False
        back = chosen + self._waiting(4, set(chosen))
        self._sort(back)
        for unit in back:
            self.enter(unit, self.rng)
        bound = before - temperature * math.log(max(self.rng.random(), 1e-12))
        if state.score() > bound:
            state.rollback(mark)
            return False
        state.keep()
        return self.note()

    def swap_tails(self, temperature: float) -> bool:
        """Two neighbouring routes exchange what follows two neighbouring visits; True when it became the best."""
        state, near = self.state, self.ruin.near
        if near.shape[1] < 2:
            return False
        x = self.ruin.seed()
        y = int(near[x][1 + int(self.rng.integers(min(12, near.shape[1] - 1)))])
        r, q = state.where[x], state.where[y]
        if r < 0 or q < 0 or r == q:
            return False
        i, j = state.seq[r].index(x) + int(self.rng.integers(2)), state.seq[q].index(y)
        one, two = state.seq[r], state.seq[q]
        if not self._may(one[i:], q, two[j:]) or not self._may(two[j:], r, one[i:]):
            return False
        before, mark = state.score(), state.mark()
        fits = state.reorder({r: one[:i] + two[j:], q: two[:j] + one[i:]})
        if not fits or state.score() > before - temperature * math.log(max(self.rng.random(), 1e-12)):
            state.rollback(mark)
            return False
        state.keep()
        return self.note()

    def _may(self, tail: list[int], r: int, leaving: list[int]) -> bool:
        """Whether these tasks may all move to route r, from which `leaving` goes; breaks and canteen stops stay.

        The two halves of a pair must not meet in the hands of one caregiver.
        """
        c, where = self.c, self.state.where
        for x in tail:
            if x >= c.halves or not c.able[x, r] or c.portions[x]:
                return False
            m = c.mate[x]
            if m >= 0 and m not in leaving and c.owner[where[m]] == c.owner[r]:
                return False
        return True

    def _waiting(self, most: int, taken: set[int]) -> list[int]:
        out = [unit for unit in sorted(self.state.out - taken) if self.choices[unit]]
        if len(out) > most:
            out = [out[i] for i in self.rng.choice(len(out), most, replace=False)]
        return out

    def _sort(self, units: list[int]) -> None:
        pick = self.rng.random()
        self.rng.shuffle(units)
        if pick < 0.2:
            units.sort(key=lambda u: self.early[u])
        elif pick < 0.4:
            units.sort(key=lambda u: self.due[u])
        elif pick < 0.6:
            units.sort(key=lambda u: (-len(self.c.units[u].tasks), self.choices[u]))
        elif pick < 0.75:
            units.sort(key=lambda u: -self.work[u])

    def complete(self) -> bool:
        """Whether nothing that must be served is out in the best plan."""
        return all(self.c.units[unit].price < MUST for unit in self.best.out)


def rebuilt(c: Compiled, best: Best) -> State:
    """A fresh state with these orders, timed from nothing. Raises RuntimeError when they do not fit."""
    state = State(c)
    for unit in sorted(set(range(len(c.units))) - best.out):
        state.flip(unit)
    for _r, order in enumerate(best.orders):
        for x in order:
            if x >= c.halves and c.canteen[x] >= 0:
                state.spare[c.canteen[x]].remove(x)
    if not state.reorder({r: list(order) for r, order in enumerate(best.orders)}):
        raise RuntimeError("the best orders do not fit any more")
    state.keep()
    return state
