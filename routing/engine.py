"""The default engine: construction, ruin and recreate, exact re-solving with CP-SAT; it runs in the solving process."""

from __future__ import annotations

import time
from dataclasses import replace
from importlib import import_module
from threading import Thread

from routing.compiled import MUST, Compiled
from routing.plan import Plan, Stage
from routing.problem import Problem
from routing.report import planned
from routing.run import Run
from routing.search import Search, rebuilt

EXACT_FROM = 0.35
EXACT_SHARE = 0.25
EXACT_ONLY = 0.93
TAILS = 8


class Auto:
    """One solve of one problem."""

    def __init__(self, problem: Problem, run: Run) -> None:
        self.run, self.problem = run, problem
        self.c = Compiled(problem)
        self.stages: dict[str, Stage] = {}
        self.told, self.sent = -1.0, -1
        self.shown: float | None = None
        self.done = 0
        self.closing = False

    def solve(self) -> Plan:
        """The best plan found, with its stages."""
        self.search = self._construct()
        self._publish("construct")
        if self.c.units:
            self._improve()
        share = self.run.share(self.done)
        ended = (
            "stopped"
            if self.run.stopped()
            else "iterations"
            if self.run.iterations and self.done >= self.run.iterations
            else "seconds"
        )
        plan = self._plan(reasons=True)
        return replace(plan, ended=ended if share >= 1 else "done", iterations=self.done)

    def _construct(self) -> Search:
        """The best of several orders of insertion."""
        began, best = time.monotonic(), None
        for order in Search(self.c, self.run.seed).orders():
            search = Search(self.c, self.run.seed)
            search.build(order)
            if best is None or search.best.score < best.best.score:
                best = search
            spent = time.monotonic() - began
            if self.run.stopped() or (self.run.seconds and spent > 0.15 * self.run.seconds):
                break
        assert best is not None  # noqa: S101 - there is always a first order
        empty = sum(unit.price % MUST for unit in self.c.units)
        self._log("construct", time.monotonic() - began, empty, best.best.score)
        return best

    def _improve(self) -> None:
        search = self.search
        hot, cold = search.temperatures()
        exact = None
        if self.run.share(0) < 1.0:
            # OR-Tools takes seconds to load on a busy machine: beside the search, once a first plan has been told
            self.loading = Thread(target=import_module, args=("routing.exact",), daemon=True)
            self.loading.start()
        spent = {"ruin": 0.0, "exact": 0.0}
        while (share := self.run.share(self.done)) < 1.0:
            if share > EXACT_ONLY and not self.closing:
                self.closing = True
                search.restore()
            before, began = search.best.score, time.monotonic()
            turn = "exact" if self._exact_next(share, spent) else "ruin"
            if turn == "ruin":
                temperature = hot * (cold / hot) ** share
                search.step(temperature)
                for _ in range(TAILS if self.problem.visits else 0):
                    search.swap_tails(temperature)
            else:
                exact = exact or import_module("routing.exact").Exact(self.run.seed)
                exact.step(search, self._limit(), bool(self.run.seconds))
            took = time.monotonic() - began
            spent[turn] += took if self.run.seconds and not self.run.iterations else 1.0 if turn == "ruin" else 40.0
            self.done += 1
            self._log(turn, took, before, search.best.score)
            self._publish(turn)

    def _exact_next(self, share: float, spent: dict[str, float]) -> bool:
        """CP-SAT gets its share of the effort once the plan has settled, and all of the end."""
        if share < EXACT_FROM or not self._loaded():
            return False
        return share > EXACT_ONLY or spent["exact"] < EXACT_SHARE * (spent["exact"] + spent["ruin"] * (1 - EXACT_FROM))

    def _loaded(self) -> bool:
        """Whether CP-SAT is there; a run by iterations waits for it, so that they mean the same each time."""
        if self.run.iterations:
            self.loading.join()
        return not self.loading.is_alive()

    def _limit(self) -> float:
        left = 1e9 if self.run.seconds is None else self.run.seconds - self.run.passed()
        return max(0.05, min(1.0, left))

    def _log(self, name: str, seconds: float, before: int, after: int) -> None:
        goal = self.problem.objective
        known = self.stages.get(name, Stage(name, 0.0, before / goal.scale, 0.0))
        gained = (before - after) / goal.scale
        was = known.after if known.tries else known.before
        self.stages[name] = Stage(name, known.seconds + seconds, known.before, was - gained, known.tries + 1)

    def _plan(self, reasons: bool) -> Plan:
        state = rebuilt(self.c, self.search.best)
        return planned(state, stages=tuple(self.stages.values()), seed=self.run.seed, engine="auto", reasons=reasons)

    def _publish(self, phase: str) -> None:
        """Sends news at most every half second, with the plan when it is a new best."""
        now, score = self.run.passed(), self.search.best.score
        if phase != "construct" and now - self.told < 0.5:
            return
        self.told = now
        fresh = score != self.sent and self.search.complete()
        self.sent = score
        plan = self._plan(reasons=False) if fresh else None
        missing = sum(len(self.c.units[u].visits) for u in self.search.best.out)
        if plan is not None:
            self.shown = plan.cost
        cost = score / self.problem.objective.scale if self.shown is None else self.shown
        self.run.tell(phase, plan, cost, len(self.problem.visits) - missing, missing)
