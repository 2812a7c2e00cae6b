"""OR-Tools' RoutingModel behind the same problem: the cross-check for small instances and the baseline of every table.

It plans hard and soft windows, skills, pairs, goods, prices and breaks; it does not plan meals from canteens, nor weigh
waiting, idleness or the highest lateness: what it leaves out is measured afterwards by the same costs as everything.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from routing.compiled import MUST, Compiled
from routing.plan import Plan, Stage
from routing.problem import FAR, Problem
from routing.report import planned
from routing.run import Run
from routing.search import Best, Search
from routing.travel import Ints


class Baseline:
    """One solve in a process that builds no second model."""

    def __init__(self, problem: Problem, run: Run) -> None:
        self.problem, self.run, self.c = problem, run, Compiled(problem)
        self.timer = Search(self.c, run.seed)
        self.best = Best(sum(unit.price for unit in self.c.units), self._empty(), set(range(len(self.c.units))))
        self.served = 0

    def _empty(self) -> list[list[int]]:
        return [[x] if x >= 0 else [] for x in self.c.token]

    def solve(self) -> Plan:
        """The best plan found, times re-made by the exact walk."""
        c = self.c
        self.tasks = [x for x in range(c.halves) if not c.portions[x]]
        if self.tasks and c.R:
            self._model()
            self._search()
        self.timer.load(self.best)
        state = self.timer.state()
        begin = sum(unit.price % MUST for unit in c.units) / self.problem.objective.scale
        stage = Stage("ortools", self.run.passed(), begin, state.score / self.problem.objective.scale, self.served)
        plan = planned(state, search=self.timer, stages=(stage,), seed=self.run.seed, engine="ortools")
        return replace(plan, ended="iterations" if self.run.iterations else "seconds", iterations=self.served)

    # -- the model --------------------------------------------------------------------------------------------------

    def _model(self) -> None:
        c, n = self.c, len(self.tasks)
        ends = [n + 2 * r + 1 for r in range(c.R)]
        self.manager = pywrapcp.RoutingIndexManager(n + 2 * c.R, c.R, [n + 2 * r for r in range(c.R)], ends)
        self.model = pywrapcp.RoutingModel(self.manager)
        self.horizon = self._horizon()
        rides, times = self._callbacks(self._ride), self._callbacks(self._time)
        for r in range(c.R):
            self.model.SetArcCostEvaluatorOfVehicle(rides[r], r)
            self.model.SetFixedCostOfVehicle(c.goal_weights.vehicles, r)
        self.model.AddDimensionWithVehicleTransits(times, self.horizon, self.horizon, False, "time")
        self.clock = self.model.GetDimensionOrDie("time")
        self._shifts()
        for i, x in enumerate(self.tasks):
            self._task(i, x)
        for unit in c.units:
            if unit.kind in ("pair", "goods"):
                self._tie([self.tasks.index(x) for x in unit.tasks], unit.kind)
        for a, b, low, high in c.links:
            if a in self.tasks and b in self.tasks:
                self._space(a, b, low, high)
        if any(c.qty):
            self._loads()

    def _horizon(self) -> int:
        c = self.c
        known = [v for v in [*c.due[: c.halves], *c.end, *c.end_hard] if v < FAR // 2]
        return (max(known, default=0) + sum(c.dur) + int(c.D.max()) * (len(self.tasks) + 1)) or 1

    def _callbacks(self, values: Callable[[int], list[list[int]]]) -> list[int]:
        """One registered matrix per kind of route: those with the same mode and the same wishes share it."""
        known: dict[tuple[int, bytes], int] = {}
        found = []
        for r in range(self.c.R):
            key = (self.c.mode[r], self.c.wish[:, r].tobytes())
            if key not in known:
                known[key] = self.model.RegisterTransitMatrix(values(r))
            found.append(known[key])
        return found

    def _legs(self, r: int) -> Ints:
        """Travel between all nodes for the mode of route r; nothing to an open end."""
        c, n = self.c, len(self.tasks)
        places = [c.place[x] for x in self.tasks]
        for q in range(c.R):
            places += [c.home[q], c.goal[q]]
        at = np.maximum(0, np.array(places, dtype=np.int64))
        legs: Ints = c.D[c.mode[r]][np.ix_(at, at)].copy()
        open_ends = [n + 2 * q + 1 for q in range(c.R) if c.goal[q] < 0]
        legs[:, open_ends] = 0
        return legs

    def _ride(self, r: int) -> list[list[int]]:
        cost = self._legs(r) * self.c.goal_weights.travel
        cost[:, : len(self.tasks)] += self.c.wish[self.tasks, r][None]
        rows: list[list[int]] = cost.tolist()
        return rows

    def _time(self, r: int) -> list[list[int]]:
        spent, n = self._legs(r), len(self.tasks)
        spent[:n] += np.array([self.c.dur[x] for x in self.tasks])[:, None]
        spent[:, :n] += np.array([self.c.acc[x] for x in self.tasks])[None]
        rows: list[list[int]] = spent.tolist()
        return rows

    def _shifts(self) -> None:
        c, solver = self.c, self.model.solver()
        for r in range(c.R):
            begin, end = self.model.Start(r), self.model.End(r)
            self.clock.CumulVar(begin).SetValue(max(0, c.begin[r]))
            if c.end_hard[r] < self.horizon:
                self.clock.CumulVar(end).SetMax(c.end_hard[r])
            if c.end[r] < self.horizon and c.goal_weights.overtime and c.end[r] < c.end_hard[r]:
                self.clock.SetCumulVarSoftUpperBound(end, c.end[r], c.goal_weights.overtime)
            token = c.token[r]
            if token >= 0:
                rest = solver.FixedDurationIntervalVar(
                    max(0, c.e[token]), c.lat[token], c.dur[token], False, f"rest{r}"
                )
                visits = [c.dur[self.tasks[i]] if i < len(self.tasks) else 0 for i in range(len(self.tasks))]
                pads = visits + [0] * (self.model.Size() + c.R - len(visits))
                self.clock.SetBreakIntervalsOfVehicle([rest], r, pads[: self.model.Size()])

    def _task(self, i: int, x: int) -> None:
        c, index = self.c, self.manager.NodeToIndex(i)
        wins = c.windows[x] or ((c.e[x], c.due[x], c.lat[x]),)
        var = self.clock.CumulVar(index)
        var.SetRange(max(0, wins[0][0]), min(self.horizon, wins[-1][2]))
        for (_, _, last), (begin, _, _) in itertools.pairwise(wins):
            var.RemoveInterval(last + 1, begin - 1)
        if wins[-1][2] > wins[-1][1] and c.goal_weights.tardiness:
            self.clock.SetCumulVarSoftUpperBound(index, wins[-1][1], c.goal_weights.tardiness)
        able = [r for r in range(c.R) if c.able[x, r]]
        unit = c.units[c.unit[x]]
        self.model.VehicleVar(index).SetValues([-1, *able])
        price = min(unit.price, MUST) // len(unit.tasks)
        self.model.AddDisjunction([index], min(price, 1 << 40))

    def _tie(self, nodes: list[int], kind: str) -> None:
        solver = self.model.solver()
        a, b = (self.manager.NodeToIndex(i) for i in nodes)
        solver.Add(self.model.ActiveVar(a) == self.model.ActiveVar(b))
        begin_a, begin_b = self.clock.CumulVar(a), self.clock.CumulVar(b)
        if kind == "goods":
            self.model.AddPickupAndDelivery(a, b)
            solver.Add(self.model.VehicleVar(a) == self.model.VehicleVar(b))
            solver.Add(begin_a <= begin_b)
            return
        x = self.tasks[nodes[0]]
        solver.Add(begin_b >= begin_a + self.c.gmin[x])
        solver.Add(begin_b <= begin_a + self.c.gmax[x])
        both = self.model.ActiveVar(a)
        solver.Add((self.model.VehicleVar(a) == self.model.VehicleVar(b)) * both <= 0)

    def _space(self, a: int, b: int, low: int, high: int) -> None:
        """`b` starts `low` to `high` after `a` when both are served."""
        solver = self.model.solver()
        one, two = (self.manager.NodeToIndex(self.tasks.index(x)) for x in (a, b))
        begin_a, begin_b = self.clock.CumulVar(one), self.clock.CumulVar(two)
        free = (2 - self.model.ActiveVar(one) - self.model.ActiveVar(two)) * (2 * self.horizon)
        solver.Add(begin_b + free >= begin_a + low)
        if high < self.horizon:
            solver.Add(begin_b <= begin_a + high + free)

    def _loads(self) -> None:
        c, n = self.c, len(self.tasks)

        def load(index: int) -> int:
            i = int(self.manager.IndexToNode(index))
            if i >= n:
                return 0
            x = self.tasks[i]
            return c.qty[x] if c.pick[x] < 0 else -c.qty[x]

        rooms = [min(room, 1 << 40) for room in c.room]
        self.model.AddDimensionWithVehicleCapacity(
            self.model.RegisterUnaryTransitCallback(load), 0, rooms, True, "load"
        )

    # -- the search -------------------------------------------------------------------------------------------------

    def _search(self) -> None:
        parameters = pywrapcp.DefaultRoutingSearchParameters()
        parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
        parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
        if self.run.iterations:
            parameters.solution_limit = max(1, self.run.iterations)
        if self.run.seconds:
            left = max(0.1, self.run.seconds - self.run.passed() - 0.3)
            parameters.time_limit.FromMilliseconds(int(1000 * left))
        self.model.AddAtSolutionCallback(self._seen)
        self.model.SolveWithParameters(parameters)

    def _seen(self) -> None:
        """Reads the solution at hand, re-times it and tells when it is the best."""
        self.served += 1
        c, n = self.c, len(self.tasks)
        found = Best(0, [], set(range(len(c.units))))
        for r in range(c.R):
            order, index = [], self.model.NextVar(self.model.Start(r)).Value()
            while not self.model.IsEnd(index):
                node = self.manager.IndexToNode(index)
                if node < n:
                    order.append(self.tasks[node])
                index = self.model.NextVar(index).Value()
            found.orders.append(self._with_rest(r, order))
            found.out -= {c.unit[x] for x in order}
        if not self.timer.load(found):
            return
        found.score = self.timer.now()
        if found.score < self.best.score:
            self.best = found
            self._tell()

    def _with_rest(self, r: int, order: list[int]) -> list[int]:
        """The order with the break put before the first visit that starts after the break's latest start."""
        token = self.c.token[r]
        if token < 0:
            return order
        for i, x in enumerate(order):
            if self.clock.CumulVar(self.manager.NodeToIndex(self.tasks.index(x))).Min() > self.c.lat[token]:
                return [*order[:i], token, *order[i:]]
        return [*order, token]

    def _tell(self) -> None:
        c = self.c
        missing = sum(len(c.units[u].visits) for u in self.best.out)
        complete = all(c.units[u].price < MUST for u in self.best.out)
        plan = None
        if complete:
            self.timer.load(self.best)
            plan = planned(self.timer.state(), seed=self.run.seed, engine="ortools")
        cost = self.best.score / self.problem.objective.scale if plan is None else plan.cost
        self.run.tell("ortools", plan, cost, len(self.problem.visits) - missing, missing)
