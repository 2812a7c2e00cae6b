"""The default engine: build, anneal on one or two threads, re-solve neighbourhoods exactly; in the solving process."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import import_module
from threading import Thread

from routing.compiled import MUST, Compiled
from routing.explain import orders_in
from routing.kernel.build import acquaint, arrays
from routing.plan import Plan, Stage
from routing.problem import Problem
from routing.report import planned
from routing.run import EXACT_STEPS, Run
from routing.search import Search, orders_of

EXACT_FROM = 0.92
"""From this share of a run on, CP-SAT has the plan for itself."""
SWAPS = (0.4, 0.6, 0.75, 0.85)
"""Shares of a run at which the thread that is behind takes over the other's best plan."""
SMALLS = 30
ROUND_S, ROUND_STEPS = 0.04, 100
HOT, COLD = 5.0, 0.03
"""First and last temperature, in mean legs of the best plan so far."""
WAITING_HOT = 10.0
"""The first one where waiting is priced: every delay then moves two costs at once."""


class Auto:
    """One solve of one problem."""

    def __init__(self, problem: Problem, run: Run) -> None:
        self.run, self.problem = run, problem
        self.c = Compiled(problem)
        self.stages: dict[str, Stage] = {}
        self.told, self.sent = -1.0, -1
        self.shown: float | None = None
        self.done = 0

    def solve(self) -> Plan:
        """The best plan found, with its stages."""
        self._construct()
        self._publish("construct")
        if self.c.units and self.c.R and self.run.share(0) < 1.0:
            # OR-Tools takes seconds to load on a busy machine: beside the search, once a first plan has been told
            self.loading = Thread(target=import_module, args=("routing.exact",), daemon=True)
            self.loading.start()
            self._anneal()
            self._exact()
        ended = "stopped" if self.run.stopped() else "seconds"
        if self.run.iterations and self.done >= self.run.iterations:
            ended = "iterations"
        share = self.run.share(self.done)
        plan = self._plan(reasons=True)
        return replace(plan, ended=ended if share >= 1 else "done", iterations=self.done)

    # -- stages -------------------------------------------------------------------------------------------------------

    def _construct(self) -> None:
        """The best of several orders of insertion, the first told at once; or the plan to start from."""
        began = time.monotonic()
        P = arrays(self.c)
        beside = ThreadPoolExecutor(1)
        near = beside.submit(acquaint, self.c, P.N)  # building knows no neighbours; what comes after it needs them
        self.search = Search(self.c, self.run.seed, P)
        empty = sum(unit.price % MUST for unit in self.c.units)
        orders = orders_of(self.c)
        if self.run.start is not None and self.search.load(orders_in(self.c, self.run.start)):
            self.search.build(orders[0])
            self._log("start", time.monotonic() - began, empty, self.search.best)
        else:
            self._build(orders, began)
            self._log("construct", time.monotonic() - began, empty, self.search.best)
        near.result()
        beside.shutdown()

    def _build(self, orders: list[list[int]], began: float) -> None:
        for i, order in enumerate(orders):
            tried = Search(self.c, self.run.seed, self.search.P)
            tried.build(order)
            if i == 0 or tried.best < self.search.best:
                self.search = tried
            if i == 0:
                self._publish("construct")
            spent = time.monotonic() - began
            if self.run.stopped() or (self.run.seconds and spent > 0.1 * self.run.seconds):
                break

    def _anneal(self) -> None:
        """All threads cool together; the wall clock or the iterations say how far."""
        crew = self._crew()
        goal = self.problem.objective
        hot = WAITING_HOT if goal.waiting or goal.max_idle else HOT
        warm = COLD * 20 if self.run.start is not None else hot
        steps, swaps = ROUND_STEPS, list(SWAPS)
        with ThreadPoolExecutor(len(crew)) as pool:
            while (share := self.run.share(self.done) / EXACT_FROM) < 1.0:
                if self.run.iterations:
                    steps = min(ROUND_STEPS, max(1, int(self.run.iterations * EXACT_FROM) + 1 - self.done))
                if swaps and share > swaps[0]:
                    swaps.pop(0)
                    self._take_over(crew)
                began, before = time.monotonic(), self.search.best
                heat = warm * (COLD / warm) ** share * self.search.leg()
                jobs = [pool.submit(worker.anneal, steps, heat, heat, SMALLS) for worker in crew]
                for job in jobs:
                    job.result()
                self.done += steps
                took = time.monotonic() - began
                self.search = min(crew, key=lambda worker: worker.best)
                self._log("anneal", took, before, self.search.best, steps * len(crew))
                if not self.run.iterations:
                    steps = int(min(max(steps * ROUND_S / max(took, 1e-3), 1), 4 * steps))
                self._publish("anneal")

    def _crew(self) -> list[Search]:
        crew = [self.search]
        for i in range(1, self.run.threads):
            other = Search(self.c, self.run.seed + 7919 * i, self.search.P)
            other.load(self.search.kept())
            crew.append(other)
        return crew

    def _take_over(self, crew: list[Search]) -> None:
        """Whoever is behind goes on from the best plan."""
        ahead = min(crew, key=lambda worker: worker.best)
        for worker in crew:
            if worker.best > ahead.best:
                worker.load(ahead.kept())

    def _exact(self) -> None:
        """CP-SAT re-solves neighbourhoods of the best plan until the run is over."""
        self.search.restore()
        if self.run.iterations:
            self.loading.join()
        while self.loading.is_alive() and self.run.share(self.done) < 1.0:
            self._fill("anneal")
        if self.run.share(self.done) >= 1.0:
            return
        exact = import_module("routing.exact").Exact(self.run.seed)
        while self.run.share(self.done) < 1.0:
            began, before = time.monotonic(), self.search.best
            exact.step(self.search, self._limit(), bool(self.run.seconds))
            self.done += EXACT_STEPS
            self._log("exact", time.monotonic() - began, before, self.search.best)
            self._publish("exact")

    def _fill(self, name: str) -> None:
        """A little more of the search while CP-SAT is still loading."""
        began, before = time.monotonic(), self.search.best
        self.search.anneal(5, 1.0, 0.5, SMALLS)
        self._log(name, time.monotonic() - began, before, self.search.best, 5)

    def _limit(self) -> float:
        left = 1e9 if self.run.seconds is None else self.run.seconds - self.run.passed()
        return max(0.05, min(1.0, left))

    # -- news --------------------------------------------------------------------------------------------------------

    def _log(self, name: str, seconds: float, before: int, after: int, tries: int = 1) -> None:
        scale = self.problem.objective.scale
        known = self.stages.get(name, Stage(name, 0.0, before / scale, before / scale))
        gained = (before - after) / scale
        self.stages[name] = replace(
            known, seconds=known.seconds + seconds, after=known.after - gained, tries=known.tries + tries
        )

    def _plan(self, reasons: bool) -> Plan:
        teller = Search(self.c, self.run.seed, self.search.P)
        if not teller.load(self.search.kept()):
            raise RuntimeError("the best orders do not fit any more")
        stages = tuple(self.stages.values())
        return planned(
            teller.state(), search=teller if reasons else None, stages=stages, seed=self.run.seed, engine="auto"
        )

    def _publish(self, phase: str) -> None:
        """Sends news at most every half second, with the plan when it is a new best."""
        now, best = self.run.passed(), self.search.best
        if phase != "construct" and now - self.told < 0.5:
            return
        self.told = now
        plan = self._plan(reasons=False) if best != self.sent and self.search.complete else None
        self.sent = best
        missing = sum(len(self.c.units[u].visits) for u in self.search.kept().out)
        if plan is not None:
            self.shown = plan.cost
        cost = best / self.problem.objective.scale if self.shown is None else self.shown
        self.run.tell(phase, plan, cost, len(self.problem.visits) - missing, missing)
