"""Re-solves neighbourhoods of a plan exactly with CP-SAT; it changes the plan only when exact re-timing agrees.

A neighbourhood is a slice of a few neighbouring routes: their tasks may change route and order freely. What
their times touch (the rest of these routes, partners of pairs and what follows them) keeps its order, not its time.
"""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from routing.kernel.layout import I64, NEARS
from routing.model import Model
from routing.search import Search
from routing.state import State
from routing.timed import Slice

LEAST, MOST = 8, 34


class Exact:
    """Chooses neighbourhoods, solves them, and learns which size is solved in time."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.rng = np.random.default_rng(seed)
        self.size = 16.0
        self.tries = 0

    def step(self, search: Search, seconds: float, clock: bool) -> bool:
        """One neighbourhood; True when the plan became cheaper. `clock` also limits by wall clock."""
        state = search.state()
        self.tries += 1
        slices, extra = self._choose(state, search.P.N[:, : search.P.B[0, NEARS]])
        if not slices or sum(s.end - s.begin for s in slices) + len(extra) < 2:
            return False
        model = Model(state, slices, extra)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = (self.seed * 7919 + self.tries) % 2**30
        solver.parameters.linearization_level = 2
        solver.parameters.max_deterministic_time = seconds
        if clock:
            solver.parameters.max_time_in_seconds = seconds
        status = solver.solve(model.cp)
        self._learn(status, solver.deterministic_time, seconds)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return False
        return search.propose(*model.orders(solver))

    def _learn(self, status: object, spent: float, limit: float) -> None:
        if status in (cp_model.OPTIMAL, cp_model.INFEASIBLE):
            self.size = min(MOST, self.size * (1.03 if spent < 0.3 * limit else 1.0))
        else:
            self.size = max(LEAST, self.size * 0.9)

    # -- choosing ---------------------------------------------------------------------------------------------------

    def _choose(self, state: State, near: I64) -> tuple[list[Slice], list[int]]:
        """Slices of neighbouring routes, about `size` free tasks in all, and a few units that are out."""
        c, rng = state.c, self.rng
        x = self._seed(state, c.halves)
        if x < 0:
            return [], []
        routes = self._routes(state, x, 2 + int(rng.integers(4)), near)
        sizes = [len(state.seq[r]) for r in routes]
        if sum(sizes) <= self.size or len(routes) == 1 or state.special:
            slices = [Slice(r, 0, len(state.seq[r])) for r in routes]
        else:
            slices = self._window(state, routes, state.start[x])
        extra = [u for u in sorted(state.out) if c.units[u].kind == "single" and c.able[c.units[u].tasks[0]].any()]
        if len(extra) > 2:
            extra = [extra[i] for i in rng.choice(len(extra), 2, replace=False)]
        return slices, extra

    def _seed(self, state: State, halves: int) -> int:
        """Mostly any served task, sometimes a late one."""
        served = [x for x in range(halves) if state.where[x] >= 0 and not state.c.portions[x]]
        late = [x for x in served if state.late[x] > 0]
        chosen = late if late and self.rng.random() < 0.4 else served
        return chosen[int(self.rng.integers(len(chosen)))] if chosen else -1

    def _routes(self, state: State, x: int, wanted: int, near: I64) -> list[int]:
        c, rng = state.c, self.rng
        found = [state.where[x]]
        mate = c.mate[x]
        for y in ([mate] if mate >= 0 else []) + near[x].tolist():
            r = state.where[y]
            if r >= 0 and r not in found and not c.portions[y] and rng.random() < 0.7:
                found.append(r)
            if len(found) >= wanted:
                break
        empty = [r for r in range(c.R) if not state.tally[r].used and c.able[x, r]]
        if empty and rng.random() < 0.3:
            found.append(empty[int(rng.integers(len(empty)))])
        return [r for r in found if not any(c.portions[y] for y in state.seq[r])]

    def _window(self, state: State, routes: list[int], centre: int) -> list[Slice]:
        """The tasks nearest in time to `centre`, as one slice per route."""
        near = sorted((abs(state.start[y] - centre), r, i) for r in routes for i, y in enumerate(state.seq[r]))
        bounds: dict[int, list[int]] = {}
        for _, r, i in near[: int(self.size)]:
            bounds.setdefault(r, []).append(i)
        return [_tidy(state, r, min(at), max(at) + 1) for r, at in sorted(bounds.items())]


def _tidy(state: State, r: int, begin: int, end: int) -> Slice:
    """What follows a slice must not begin with a break, whose place would depend on the slice."""
    seq = state.seq[r]
    while end < len(seq) and state.c.place[seq[end]] < 0:
        end += 1
    return Slice(r, begin, end)
