"""One search over one problem: builds, anneals, takes proposals; the kernel does the work, this keeps the best.

Wall clock never enters here: what a call does depends on its arguments, the seed and the versions alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from routing.compiled import MUST, Compiled
from routing.kernel import layout as k
from routing.kernel.anneal import anneal, leg_sum, remember
from routing.kernel.build import acquaint, arrays, memory, reset
from routing.kernel.orders import price_at, price_of, recount, rewrite
from routing.kernel.rebuild import build
from routing.kernel.undo import score
from routing.state import State, as_array

SIZES, LONGEST = (3.0, 6.0, 12.0), 10.0
"""Sizes of a rebuild in turn (visits taken out on average), and the longest string: no one size serves every day."""


def shared(c: Compiled) -> k.Arrays:
    """What searches over one problem read, whole."""
    P = arrays(c)
    acquaint(c, P.N)
    return P


@dataclass
class Best:
    """Orders by route, their score, and the units that are not in them."""

    score: int = 1 << 90
    orders: list[list[int]] = field(default_factory=list)
    out: set[int] = field(default_factory=set)


class Search:
    """`P` is shared by searches over the same problem (`shared` makes it); `S` is this one's memory."""

    def __init__(self, c: Compiled, seed: int, P: k.Arrays | None = None) -> None:
        self.c = c
        self.P = shared(c) if P is None else P
        self.S = memory(self.P, c, seed)
        self.best_seq, self.best_len = self.S.seq[:, : self.S.H[k.WIDTH]].copy(), self.S.R[:, k.LN].copy()
        self.best = self.now()
        self.counts = np.zeros(4, np.int64)
        self.calls = 0

    def now(self) -> int:
        """The score of the plan as it stands."""
        return int(score(self.P, self.S))

    def build(self, order: list[int]) -> int:
        """Inserts the units of `order` where each costs least; the best score."""
        build(self.P, self.S, as_array(order))
        return self._note()

    def anneal(self, steps: int, hot: float, cold: float, smalls: int) -> int:
        """`steps` rebuilds with `smalls` small moves each, cooling from `hot` to `cold`; the best score.

        Each call takes the next of SIZES.
        """
        size = SIZES[self.calls % len(SIZES)]
        self.calls += 1
        if self.c.units and len(self.P.C):
            self.best = int(
                anneal(
                    self.P, self.S, self.best_seq, self.best_len, self.best, steps, hot, cold, size, LONGEST, smalls,
                    self.counts,
                )
            )  # fmt: skip
        return self.best

    def leg(self) -> float:
        """The mean weighted leg of the best plan: the measure of its temperatures."""
        total, count = leg_sum(self.P, self.best_seq, self.best_len)
        return max(1.0, float(total) / max(1, int(count)))

    def _note(self) -> int:
        now = self.now()
        if now < self.best:
            self.best = now
            remember(self.S, self.best_seq, self.best_len)
        return self.best

    # -- whole orders -----------------------------------------------------------------------------------------------

    def restore(self) -> None:
        """Puts the best plan back."""
        self.load(self.kept())

    def kept(self) -> Best:
        """The best plan's orders."""
        orders = [self.best_seq[r, : self.best_len[r]].tolist() for r in range(self.c.R)]
        served = {self.c.unit[x] for order in orders for x in order if x < self.c.halves}
        return Best(self.best, orders, set(range(len(self.c.units))) - served)

    def load(self, best: Best) -> bool:
        """Starts from these orders, timed from nothing; False (and an empty plan) when they cannot be timed."""
        reset(self.P, self.S)
        routes = as_array(list(range(self.c.R)))
        begins = as_array([0, *np.cumsum([len(order) for order in best.orders]).tolist()])
        tasks = as_array([x for order in best.orders for x in order])
        gone = sum(unit.price for u, unit in enumerate(self.c.units) if u not in best.out)
        done = bool(rewrite(self.P, self.S, routes, begins, tasks, -gone, False))
        if not done:
            reset(self.P, self.S)
        recount(self.P, self.S)
        self._note()
        return done

    def propose(self, orders: dict[int, list[int]], entered: list[int], left: list[int]) -> bool:
        """Takes new orders of some routes when the plan becomes cheaper by the exact walk."""
        routes = sorted(orders)
        begins = as_array([0, *np.cumsum([len(orders[r]) for r in routes]).tolist()])
        tasks = as_array([x for r in routes for x in orders[r]])
        change = sum(self.c.units[u].price for u in left) - sum(self.c.units[u].price for u in entered)
        if not rewrite(self.P, self.S, as_array(routes), begins, tasks, change, True):
            return False
        self._note()
        return True

    def state(self) -> State:
        """The plan as it stands, as lists."""
        return State(self.c, self.S, self.now())

    def price_of(self, unit: int) -> int | None:
        """What the cheapest place for a unit that is out would cost; None when there is none."""
        found = int(price_of(self.P, self.S, unit))
        return None if found >= k.NEVER else found

    def price_at(self, x: int, r: int, i: int, load: int = -1) -> int | None:
        """What one task at one place would cost (behind a canteen stop `load`); None when impossible."""
        found = int(price_at(self.P, self.S, x, load, r, i))
        return None if found >= k.NEVER else found

    @property
    def complete(self) -> bool:
        """Whether nothing that must be served is out in the best plan."""
        return self.best < MUST


def orders_of(c: Compiled) -> list[list[int]]:
    """Orders in which to build: by window start, by due time, pairs and rare skills first; meals door by door, last."""
    early = [min(c.e[x] for x in unit.tasks) for unit in c.units]
    due = [min(c.due[x] for x in unit.tasks) for unit in c.units]
    able = c.able.sum(axis=1) if c.halves else np.zeros(0)
    choices = [min(int(able[x]) for x in unit.tasks) for unit in c.units]
    units = [u for u in range(len(c.units)) if c.units[u].kind != "meal"]
    meals = _doors(c, due)
    return [
        sorted(units, key=lambda u: (-len(c.units[u].tasks), choices[u], early[u])) + meals,
        sorted(units, key=lambda u: (early[u], due[u])) + meals,
        sorted(units, key=lambda u: (due[u], early[u])) + meals,
    ]


def _doors(c: Compiled, due: list[int]) -> list[int]:
    """Meals, canteen by canteen and due time by due time, each next to the one before, the farthest door first."""
    order: list[int] = []
    groups: dict[tuple[int, int], list[int]] = {}
    for u, unit in enumerate(c.units):
        if unit.kind == "meal":
            groups.setdefault((c.canteen[unit.tasks[0]], due[u]), []).append(u)
    for (canteen, _), left in sorted(groups.items(), key=lambda item: (item[0][1], item[0][0])):
        at, sign = c.problem.canteens[canteen].place, -1
        while left:
            row = c.D[0][at]
            nearest = min(left, key=lambda u: (sign * int(row[c.place[c.units[u].tasks[0]]]), u))
            left.remove(nearest)
            order.append(nearest)
            at, sign = c.place[c.units[nearest].tasks[0]], 1
    return order
