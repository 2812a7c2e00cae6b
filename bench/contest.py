"""One problem, one solver, one time limit: every answer is judged by the same checker before it counts."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bench import peers
from bench.plain import Unplayable, plain_of, timed_plan
from routing.check import check
from routing.errors import RoutingError
from routing.plan import Plan
from routing.problem import Problem
from routing.solve import Progress, solve

CORES = min(2, os.cpu_count() or 1)
NAMES = {
    "ours": "Unwalled",
    "ours1": "Unwalled, 1 core",
    "ortools": "OR-Tools routing",
    "pyvrp": "PyVRP",
    "vroom": "VROOM",
}


@dataclass(frozen=True)
class Outcome:
    """What one solver made of one problem; `cost` is None when no valid plan came out, and `note` says why."""

    engine: str
    cost: float | None
    seconds: float
    plan: Plan | None = None
    note: str = ""
    news: list[Progress] = field(default_factory=list)

    @property
    def unserved(self) -> int:
        """How many visits are left out."""
        return len(self.plan.unserved) if self.plan else 0

    @property
    def vehicles(self) -> int:
        """How many routes do something."""
        return sum(bool(route.stops) for route in self.plan.routes) if self.plan else 0


def play(engine: str, problem: Problem, seconds: float, seed: int = 1) -> Outcome:
    """One solver's answer; whatever goes wrong with it is in the note, never an exception."""
    began = time.monotonic()
    news: list[Progress] = []
    try:
        if engine in peers.PEERS:
            orders, took = peers.ask(engine, plain_of(problem), seconds, seed)
            plan = timed_plan(problem, orders, engine)
        else:
            own = "ortools" if engine == "ortools" else "auto"
            threads = CORES if engine == "ours" else 1
            plan = solve(problem, seconds=seconds, seed=seed, engine=own, threads=threads, on_progress=news.append)
            took = time.monotonic() - began
    except (Unplayable, RoutingError) as reason:
        last = f"{reason}".strip().splitlines()[-1][:160]
        return _told(problem, Outcome(engine, None, time.monotonic() - began, None, last, news))
    verdict = check(problem, plan, claimed=engine not in peers.PEERS)
    broken = "" if verdict.valid else f"invalid: {verdict.violations[0]}"[:160]
    return _told(problem, Outcome(engine, None if broken else verdict.cost, took, plan, broken, news))


def _told(problem: Problem, outcome: Outcome) -> Outcome:
    cost = outcome.note if outcome.cost is None else f"{outcome.cost:.2f}"
    sys.stderr.write(f"  {problem.name} {outcome.engine}: {cost} in {outcome.seconds:.1f} s\n")
    sys.stderr.flush()
    return outcome


@dataclass(frozen=True)
class Series:
    """Several seeds of one solver on one problem."""

    outcomes: Sequence[Outcome]

    @property
    def costs(self) -> list[float]:
        """The costs of those that gave a valid plan."""
        return [outcome.cost for outcome in self.outcomes if outcome.cost is not None]

    @property
    def plans(self) -> list[Plan]:
        """The valid plans."""
        return [outcome.plan for outcome in self.outcomes if outcome.plan is not None and outcome.cost is not None]

    @property
    def valid(self) -> bool:
        """Whether every seed gave a valid plan."""
        return bool(self.outcomes) and all(outcome.cost is not None for outcome in self.outcomes)

    @property
    def median(self) -> float | None:
        """The median cost; a seed without a plan counts as infinitely dear, so too many of them leave none."""
        missing = len(self.outcomes) - len(self.costs)
        middle = statistics.median_high([*self.costs, *[float("inf")] * missing]) if self.outcomes else float("inf")
        return None if middle == float("inf") else statistics.median(self.costs) if not missing else middle

    @property
    def best(self) -> float | None:
        """The least cost."""
        return min(self.costs, default=None)

    @property
    def notes(self) -> list[str]:
        """What went wrong, each once."""
        return list(dict.fromkeys(f"{NAMES[o.engine]}: {o.note}" for o in self.outcomes if o.note))


def series(engine: str, problem: Problem, seconds: float, seeds: Iterable[int]) -> Series:
    """One solver with several seeds; those that know none, and our one core for comparison, play once."""
    chosen = list(seeds)[:1] if engine in ("ortools", "vroom", "ours1") else seeds
    return Series([play(engine, problem, seconds, seed) for seed in chosen])
