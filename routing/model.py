"""The CP-SAT model of one neighbourhood: who does the free tasks in which order; meals are not modelled.

Source for the circuit per route with optional nodes: the OR-Tools documentation of AddCircuit.
"""

from __future__ import annotations

import itertools
from typing import Any

from ortools.sat.python import cp_model

from routing.compiled import MUST
from routing.state import State
from routing.timed import HOME, WEEK, Slice, Timed


class Model(Timed):
    """Built from a state; `cp` is the model, `orders` reads a solution back."""

    def __init__(self, state: State, slices: list[Slice], extra: list[int]) -> None:
        super().__init__(state, slices, extra)
        self.on: dict[tuple[int, int], Any] = {}
        self.arcs: dict[int, list[tuple[int, int, Any]]] = {}
        self.rest_after: dict[int, dict[int, Any]] = {}
        self.missing: dict[int, Any] = {}
        self.idle: dict[int, Any] = {}
        for s in slices:
            self._route(s)
        self._assign()
        self._pairs()
        self._links()
        if self.goods:
            self._goods()
        self._objective()

    # -- one route --------------------------------------------------------------------------------------------------

    def _route(self, s: Slice) -> None:
        c, cp, seq, r = self.c, self.cp, self.state.seq[s.route], s.route
        self._chain(r, 0, s.begin, True)
        if s.end < len(seq):
            self._chain(r, s.end, len(seq), False)
            self._ending(r, seq[-1], None)
        source = seq[s.begin - 1] if s.begin else HOME
        sink = seq[s.end] if s.end < len(seq) else HOME
        able = [x for x in sorted(self.pool) if c.able[x, r]]
        for x in able:
            self.on[x, r] = cp.new_bool_var("")
            if c.wish[x, r]:
                self.terms.append(int(c.wish[x, r]) * self.on[x, r])
        self.idle[r] = cp.new_bool_var("")
        if c.token[r] in seq[s.begin : s.end]:
            self._rest(r, able, sink, bool(s.begin))
        old = [source, *(x for x in seq[s.begin : s.end] if x < c.halves), sink]
        self._circuit(r, able, source, sink, set(itertools.pairwise(old)))
        if not s.begin and sink == HOME:
            self.terms.append(c.goal_weights.vehicles * (1 - self.idle[r]))

    def _rest(self, r: int, able: list[int], sink: int, started: bool) -> None:
        """The break's start, and after which task it is taken; at the very end it may not be needed."""
        c, cp, token = self.c, self.cp, self.c.token[r]
        start = cp.new_int_var(c.e[token], c.lat[token], "")
        self.begin[token] = start
        after = {x: cp.new_bool_var("") for x in [HOME, *able]}
        for x in able:
            cp.add_implication(after[x], self.on[x, r])
        options = list(after.values())
        if sink == HOME:
            options.append(cp.new_bool_var(""))
            after[token] = options[-1]
            if not started:
                options.append(cp.new_bool_var(""))
                cp.add(options[-1] == self.idle[r])
        cp.add_exactly_one(options)
        self.rest_after[r] = after

    def _circuit(self, r: int, able: list[int], source: int, sink: int, old: set[tuple[int, int]]) -> None:
        _c, cp = self.c, self.cp
        node = {x: i + 1 for i, x in enumerate(able)}
        arcs: list[tuple[int, int, Any]] = [(0, 0, self.idle[r])]
        self.arcs[r] = []
        self._arc(r, source, sink, self.idle[r])
        for x in able:
            arcs.append((node[x], node[x], self.on[x, r].Not()))
        for a in [source, *able]:
            for b in [*able, sink]:
                if a == b or (a == source and b == sink) or not self._possible(r, a, b):
                    continue
                lit = cp.new_bool_var("")
                cp.add_hint(lit, (a, b) in old)
                arcs.append((node.get(a, 0) if a != source else 0, node.get(b, 0) if b != sink else 0, lit))
                self.arcs[r].append((a, b, lit))
                self._arc(r, a, b, lit)
        cp.add_circuit(arcs)
        cp.add_hint(self.idle[r], len(old) == 1)
        for x in able:
            cp.add_hint(self.on[x, r], self.state.where[x] == r)

    def _possible(self, r: int, a: int, b: int) -> bool:
        """Whether b may follow a by time at all; the two halves of a pair never share a route."""
        c = self.c
        if a == HOME or b == HOME:
            return True
        if c.mate[a] == b or c.pick[a] == b:
            return False
        leg = c.travel(r, self._place_of(r, a), c.place[b]) + c.acc[b]
        return self.span[a][0] + c.dur[a] + leg <= self.span[b][1]

    def _arc(self, r: int, a: int, b: int, lit: Any) -> None:
        """What driving from a to b costs and delays, the break included when it is taken after a."""
        c = self.c
        at = self._place_of(r, a)
        rest = self.rest_after.get(r)
        if b == HOME:
            leg = 0 if a == HOME else self._leg_home(r, a)
            self._ending(r, a, lit)
        else:
            leg = c.travel(r, at, c.place[b])
            free = c.begin[r] if a == HOME else self._finish(a)
            self._follow(r, free + leg + c.acc[b], b, lit, counted=a != HOME)
        self.terms.append(c.goal_weights.travel * leg * lit)
        if rest is not None:
            self._rest_arc(r, a, b, leg, lit)

    def _rest_arc(self, r: int, a: int, b: int, leg: int, lit: Any) -> None:
        c, cp, rest, token = self.c, self.cp, self.rest_after[r], self.c.token[r]
        taken = rest[a] if a in rest else rest[HOME]
        free = c.begin[r] if a == HOME else self._finish(a)
        rested = self.begin[token] + c.dur[token] + leg
        cp.add(self.begin[token] >= free).only_enforce_if(taken)
        if b != HOME:
            cp.add(self.begin[b] >= rested + c.acc[b]).only_enforce_if([lit, taken])
            return
        if a == HOME:
            return
        if c.end_hard[r] < 1 << 39:
            cp.add(rested <= c.end_hard[r]).only_enforce_if([lit, taken])
        cp.add(self._once(r, "over", c.goal_weights.overtime) >= rested - c.end[r]).only_enforce_if([lit, taken])
        if token in rest:
            cp.add(free + leg <= c.lat[token]).only_enforce_if([lit, rest[token]])

    # -- over routes ------------------------------------------------------------------------------------------------

    def _assign(self) -> None:
        c = self.c
        for x in sorted(self.pool):
            options = [self.on[x, s.route] for s in self.slices if (x, s.route) in self.on]
            unit = c.units[c.unit[x]]
            if unit.kind == "single" and (unit.price < MUST or x in self.coming):
                self.missing[x] = self.cp.new_bool_var("")
                self.cp.add_hint(self.missing[x], x in self.coming)
                self.terms.append(min(unit.price, 1 << 44) * self.missing[x])
                options.append(self.missing[x])
            self.cp.add_exactly_one(options)

    def _pairs(self) -> None:
        c, where = self.c, self.state.where
        for x in sorted(self.begin):
            m = c.mate[x]
            if m < 0 or m not in self.begin:
                continue
            if c.lead[x]:
                self.cp.add(self.begin[m] - self.begin[x] >= c.gmin[x])
                self.cp.add(self.begin[m] - self.begin[x] <= c.gmax[x])
            if x not in self.pool:
                continue
            for s in self.slices:
                if (x, s.route) in self.on:
                    same = [self.on[m, t.route] for t in self.slices if (m, t.route) in self.on
                            and c.owner[t.route] == c.owner[s.route]]  # fmt: skip
                    if m in self.pool and same:
                        self.cp.add_at_most_one([self.on[x, s.route], *same])
                    elif m not in self.pool and c.owner[where[m]] == c.owner[s.route]:
                        self.cp.add(self.on[x, s.route] == 0)

    def _links(self) -> None:
        """Order and spacing; a linked visit that stands outside keeps its time."""
        for a, b, low, high in self.c.links:
            if a not in self.begin and b not in self.begin:
                continue
            if min(self._where(a), self._where(b)) < 0:
                continue
            apart = self._when(b) - self._when(a)
            self.cp.add(apart >= low)
            if high < WEEK:
                self.cp.add(apart <= high)

    def _where(self, x: int) -> int:
        return 0 if x in self.begin else self.state.where[x]

    def _when(self, x: int) -> Any:
        return self.begin[x] if x in self.begin else self.state.start[x]

    def _goods(self) -> None:
        """Pick-ups before their deliveries in the same route, and the load on every arc. Whole routes only."""
        c, cp = self.c, self.cp
        load = {x: cp.new_int_var(0, 1 << 40, "") for x in self.pool if c.pick[x] >= 0 or c.drop[x] >= 0}
        for s in self.slices:
            r = s.route
            plain = [(x, self.on[x, r]) for x in sorted(self.pool) if c.qty[x] and x not in load and (x, r) in self.on]
            cp.add(sum(c.qty[x] * lit for x, lit in plain) <= c.room[r])
            for x in sorted(load):
                if (x, r) in self.on:
                    cp.add(load[x] <= c.room[r]).only_enforce_if(self.on[x, r])
                if c.drop[x] >= 0:
                    both = [self.on.get((y, r), 0) for y in (x, c.drop[x])]
                    cp.add(both[0] == both[1])
            for a, b, lit in self.arcs[r]:
                if b in load:
                    before = load.get(a, 0)
                    change = c.qty[b] if c.drop[b] >= 0 else -c.qty[b]
                    cp.add(load[b] >= before + change).only_enforce_if(lit)
        for x in sorted(load):
            if c.drop[x] >= 0:
                cp.add(self.begin[c.drop[x]] >= self._finish(x))

    def _objective(self) -> None:
        c, cp, goal, tally = self.c, self.cp, self.c.goal_weights, self.state.tally
        if goal.max_tardiness:
            still = [self.state.late[x] for q in self.state.seq for x in q if x not in self.begin]
            worst = cp.new_int_var(max(still, default=0), 1 << 40, "")
            for late in self.lates:
                cp.add(worst >= late)
            self.terms.append(goal.max_tardiness * worst)
        if goal.max_idle:
            inside = {s.route for s in self.slices} | set(self.chains)
            longest = cp.new_int_var(
                max((t.idle for r, t in enumerate(tally) if r not in inside), default=0), 1 << 40, ""
            )
            for r in sorted(inside):
                before = sum(
                    self.state.start[x] - self.state.ready[x] for x in self.state.seq[r] if x not in self.begin
                )
                spent = (
                    [wait for (q, _), wait in self.waits.items() if q == r]
                    if r in self.chains or r in self.idle
                    else []
                )
                end = self.ends.get((r, "early"), 0)
                cp.add(longest >= sum(spent) + end + (before if r in self.chains else 0))
                if r in self.idle and not tally[r].used:
                    cp.add(longest >= c.end[r] - c.begin[r]).only_enforce_if(self.idle[r])
            self.terms.append(goal.max_idle * longest)
        cp.minimize(sum(self.terms))

    # -- the way back -----------------------------------------------------------------------------------------------

    def orders(self, solver: cp_model.CpSolver) -> tuple[dict[int, list[int]], list[int], list[int]]:
        """(order per route, units that came in, units that went out) of the solution."""
        c, found = self.c, {}
        for s in self.slices:
            seq = self.state.seq[s.route]
            middle = self._follow_arcs(s, solver)
            found[s.route] = [*seq[: s.begin], *middle, *seq[s.end :]]
        gone = {x for x, lit in self.missing.items() if solver.value(lit)}
        entered = [c.unit[x] for x in self.coming if x not in gone]
        left = [c.unit[x] for x in sorted(gone) if x in set(self.free)]
        return found, entered, left

    def _follow_arcs(self, s: Slice, solver: cp_model.CpSolver) -> list[int]:
        r, token, seq = s.route, self.c.token[s.route], self.state.seq[s.route]
        after = {a: b for a, b, lit in self.arcs[r] if solver.value(lit)}
        source = seq[s.begin - 1] if s.begin else HOME
        sink = seq[s.end] if s.end < len(seq) else HOME
        rest = self.rest_after.get(r, {})
        order, at = [], source
        if rest and solver.value(rest[HOME]):
            order.append(token)
        while after.get(at, sink) != sink:
            at = after[at]
            order.append(at)
            if at in rest and solver.value(rest[at]):
                order.append(token)
        if rest and token not in order:
            order.append(token)
        return order
