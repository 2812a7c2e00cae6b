"""The fixed half of a CP-SAT neighbourhood: starts, lateness, chains whose order stays; it decides no order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ortools.sat.python import cp_model

from routing.state import State

HOME = -1
BIG = 1 << 45
WEEK = 1 << 36


@dataclass(frozen=True, slots=True)
class Slice:
    """Positions [begin, end) of a route: what may change; the rest of the route keeps its order."""

    route: int
    begin: int
    end: int


class Timed:
    """Variables and rules for everything whose time may move; `terms` collects the cost."""

    def __init__(self, state: State, slices: list[Slice], extra: list[int]) -> None:
        self.state, self.c, self.slices, self.extra = state, state.c, slices, extra
        self.cp = cp_model.CpModel()
        c = self.c
        self.free = [x for s in slices for x in state.seq[s.route][s.begin : s.end] if x < c.halves]
        self.coming = [c.units[u].tasks[0] for u in extra]
        self.pool = set(self.free) | set(self.coming)
        self.goods = state.special
        self.chains = self._linked()
        self.cap = self._cap()
        self.terms: list[Any] = []
        self.begin: dict[int, Any] = {}
        self.span: dict[int, tuple[int, int]] = {}
        self.lates: list[Any] = []
        self.waits: dict[tuple[int, int], Any] = {}
        self.ends: dict[tuple[int, str], Any] = {}
        for x in self._timed():
            self._time(x)
        for r, i in self.chains.items():
            self._chain(r, i, len(state.seq[r]), True)
            self._ending(r, state.seq[r][-1], None)

    # -- what is in ---------------------------------------------------------------------------------------------------

    def _linked(self) -> dict[int, int]:
        """Outside routes whose times may move, with the first position that does."""
        state, c = self.state, self.c
        inside = {s.route for s in self.slices}
        first: dict[int, int] = {}
        pending = [x for s in self.slices for x in state.seq[s.route]]
        while pending:
            m = c.mate[pending.pop()]
            r = state.where[m] if m >= 0 else -1
            if r < 0 or r in inside:
                continue
            i = state.seq[r].index(m)
            if i < first.get(r, BIG):
                pending += state.seq[r][i : min(first.get(r, BIG), len(state.seq[r]))]
                first[r] = i
        return first

    def _timed(self) -> list[int]:
        state = self.state
        inside = [x for s in self.slices for x in self._fixed(s)]
        return [*self.free, *self.coming, *inside, *(x for r, i in self.chains.items() for x in state.seq[r][i:])]

    def _fixed(self, s: Slice) -> list[int]:
        seq = self.state.seq[s.route]
        return [*seq[: s.begin], *seq[s.end :]]

    def _cap(self) -> int:
        """Lateness that no better plan can have anywhere in here: the whole cost of what is modelled."""
        routes = [s.route for s in self.slices] + list(self.chains)
        total = sum(self.state.tally[r].cost for r in routes) + sum(self.c.units[u].price for u in self.extra)
        worst = max((t.late for t in self.state.tally), default=0) * self.c.goal_weights.max_tardiness
        return min(WEEK, total + worst + 1)

    # -- tasks ----------------------------------------------------------------------------------------------------

    def _time(self, x: int) -> None:
        c, cp, weight = self.c, self.cp, self.c.goal_weights.tardiness
        top = min(c.lat[x], c.due[x] + (self.cap // weight if weight else self.cap))
        known = self.state.where[x] >= 0
        top = max(top, self.state.start[x] if known else c.e[x])
        self.span[x] = (min(c.e[x], top), top)
        wins = c.windows[x]
        if wins is None:
            s = cp.new_int_var(min(c.e[x], top), top, "")
        else:
            spans = [[a, min(z, top)] for a, _, z in wins if a <= top]
            s = cp.new_int_var_from_domain(cp_model.Domain.from_intervals(spans), "")
        self.begin[x] = s
        if known:
            cp.add_hint(s, self.state.start[x])
        if c.place[x] < 0 or (top <= c.due[x] and wins is None):
            return
        late = cp.new_int_var(0, max(0, top - min(c.due[x], top)) if wins is None else self.cap, "")
        self.lates.append(late)
        self.terms.append(weight * late)
        if wins is None:
            cp.add(late >= s - c.due[x])
            return
        chosen = [cp.new_bool_var("") for _ in wins]
        cp.add_exactly_one(chosen)
        for lit, (a, due, z) in zip(chosen, wins, strict=True):
            cp.add(s >= a).only_enforce_if(lit)
            cp.add(s <= min(z, WEEK)).only_enforce_if(lit)
            cp.add(late >= s - due).only_enforce_if(lit)

    def _finish(self, x: int) -> Any:
        return self.begin[x] + self.c.dur[x]

    # -- routes -----------------------------------------------------------------------------------------------------

    def _chain(self, r: int, i: int, stop: int, tied: bool) -> None:
        """Tasks i..stop of a route in their order; when `tied`, the first one follows what does not move."""
        state, c, seq = self.state, self.c, self.state.seq[r]
        _, at = state.before(r, i)
        for k in range(i, stop):
            x = seq[k]
            p = c.place[x] if c.place[x] >= 0 else at
            leg = c.travel(r, at, p) + c.acc[x]
            if k > i:
                self._follow(r, self._finish(seq[k - 1]) + leg, x, None)
            elif tied:
                self._follow(r, c.begin[r] + leg if i == 0 else state.ready[x], x, None, counted=i > 0)
            at = p

    def _skipped(self, r: int, x: int) -> bool:
        """A break at the very end that need not be taken."""
        return self.c.place[x] < 0 and self.state.start[x] < self.c.e[x]

    def _follow(self, r: int, earliest: Any, x: int, lit: Any, *, counted: bool = True) -> None:
        """x starts not before `earliest`, when `lit` holds; what it waits is counted unless it is the route's first."""
        if self._skipped(r, x):
            return
        rules = [self.cp.add(self.begin[x] >= earliest)]
        goal = self.c.goal_weights
        if goal.waiting or goal.max_idle:
            rules.append(self.cp.add(self._wait(r, x, counted) >= self.begin[x] - earliest))
        if lit is not None:
            for rule in rules:
                rule.only_enforce_if(lit)

    def _wait(self, r: int, x: int, counted: bool) -> Any:
        key = (r, x if counted else HOME)
        if key not in self.waits:
            self.waits[key] = self.cp.new_int_var(0, WEEK, "")
            if counted:
                self.terms.append(self.c.goal_weights.waiting * self.waits[key])
        return self.waits[key]

    def _ending(self, r: int, last: int, lit: Any) -> None:
        """Back home after `last` (HOME: after the start itself) within the shift's end, overtime counted."""
        c, cp, goal, hard = self.c, self.cp, self.c.goal_weights, self.c.end_hard[r]
        if last != HOME and self._skipped(r, last):
            hard = min(hard, c.lat[last])
            seq = self.state.seq[r]
            last = seq[-2] if len(seq) > 1 else HOME
        if last == HOME:
            return
        done = self._finish(last) + self._leg_home(r, last)
        rules = [cp.add(done <= hard)] if hard < BIG // 64 else []
        if c.end[r] < BIG // 64 and (goal.overtime or goal.max_idle):
            rules.append(cp.add(self._once(r, "over", goal.overtime) >= done - c.end[r]))
            if goal.max_idle:
                rules.append(cp.add(self._once(r, "early", 0) >= c.end[r] - done))
        if lit is not None:
            for rule in rules:
                rule.only_enforce_if(lit)

    def _leg_home(self, r: int, last: int) -> int:
        c = self.c
        return 0 if c.goal[r] < 0 else c.travel(r, self._place_of(r, last), c.goal[r])

    def _once(self, r: int, name: str, weight: int) -> Any:
        if (r, name) not in self.ends:
            self.ends[r, name] = self.cp.new_int_var(0, WEEK, "")
            if weight:
                self.terms.append(weight * self.ends[r, name])
        return self.ends[r, name]

    def _place_of(self, r: int, x: int) -> int:
        """Where somebody on route r is after x, breaks staying where they are."""
        c, seq = self.c, self.state.seq[r]
        if x == HOME:
            return c.home[r]
        if c.place[x] >= 0:
            return c.place[x]
        i = seq.index(x)
        return next((c.place[y] for y in reversed(seq[:i]) if c.place[y] >= 0), c.home[r])
