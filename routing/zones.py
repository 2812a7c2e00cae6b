"""The engine for days too large for one search: zones beside each other, rounds of zones cut anew, CP-SAT at the end.

Nothing is ever compiled for the whole day. What is a maximum over the plan (`max_tardiness`, `max_idle`, `spread`) is
sought zone by zone and only priced as a whole. Runs in the solving process, as `Auto` does.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from importlib import import_module

from routing.check import check
from routing.costs import costed
from routing.cut import Atlas, Zone, halves_of
from routing.piece import Budget, Piece
from routing.plan import Plan, Reason, Route, Stage
from routing.problem import Problem
from routing.reasons import ASKED, barriers, reason_of
from routing.run import EXACT_STEPS, Run

SIZE = 650
"""Halves of visits in one zone, about."""
ROUNDS, FEWEST, MOST = 6, 2, 8
"""Rounds of a run that counts iterations; fewest and most of one that watches the clock."""
ZONE_S = 1.3
"""Seconds of a thread that are worth setting up a zone for."""
HOT, WARM, COLD = 1.0, 0.3, 0.03
"""First temperature of a day from nothing and of a plan to improve, and the last one, in mean legs."""
EXACT_SHARE = 0.06
"""The last part of a run, in which CP-SAT has the zones as the last round left them."""
NEWS_S, NEWS_SHARE = 3.0, 8.0
"""News come so often, or as much more seldom as making a plan takes long."""
JUDGING = 20.0
"""The parent's checker, and sending the plan to it, take so many times as long as pricing the plan does here."""

Told = tuple[list[Route], set[str], set[str]]
OPEN = Reason("open", "not placed yet", {})


class Zones:
    """One solve of one large problem. The result depends on seed and iterations when the clock ends nothing."""

    def __init__(self, problem: Problem, run: Run, size: int = SIZE) -> None:
        self.problem, self.run = problem, run
        self.atlas = Atlas(problem)
        self.count = max(1, -(-halves_of(problem) // size))
        self.routes: dict[tuple[str, int], Route] = {}
        self.dear: set[str] = set()
        self.best: Plan | None = None
        self.stages: dict[str, Stage] = {}
        self.spent, self.told_at, self.done, self.refined = 0.0, -1e9, 0, 0
        self.quickest = 1e9
        self.loading = threading.Thread(target=import_module, args=("routing.exact",), daemon=True)

    def solve(self) -> Plan:
        """The best plan found, with a reason for each visit that it leaves out."""
        warm = self.run.start is not None
        with ThreadPoolExecutor(self.run.threads) as self.pool:
            zones, pieces = self._first()
            self._news("construct", now=True)
            self.loading.start()
            rounds = self._rounds()
            for turn in range(rounds if self.run.share(0) < 1.0 else 0):
                hot = WARM if warm else HOT
                ends = [hot * (COLD / hot) ** ((turn + k) / rounds) for k in (0, 1)]
                if turn:
                    zones, pieces = self.atlas.again(self.routes, self.count, turn + 1), {}
                self._round(zones, pieces, turn, rounds, ends)
                if self._to_anneal() <= 0:
                    break
            self._exact(zones, pieces)
        return self._answer()

    # -- rounds -----------------------------------------------------------------------------------------------------

    def _first(self) -> tuple[list[Zone], dict[int, Piece]]:
        """Every zone built, or the plan to start from loaded and filled up."""
        pieces: dict[int, Piece] = {}
        zones = self.atlas.fresh(self.count) if self.run.start is None else self._begin(self.run.start)

        def build(z: int) -> Told | None:
            if self._left() <= 0:
                return None
            piece = Piece(self.problem, zones[z], self._seed(0, z))
            if self.run.start is not None and not piece.load(self.routes):
                return None
            piece.build()
            pieces[z] = piece
            return piece.told()

        self._absorb("construct", zones, build)
        return zones, pieces

    def _begin(self, start: Plan) -> list[Zone]:
        """The plan to start from, as far as it holds; when it breaks a rule, whatever would be cut apart leaves it."""
        people = self.atlas.person
        known = [r for r in start.routes if r.caregiver in people]
        if not check(self.problem, start, claimed=False).violations:
            self.routes = {(route.caregiver, route.shift): route for route in known}
        return self.atlas.again(self.routes, self.count, 1)

    def _round(self, zones: list[Zone], pieces: dict[int, Piece], turn: int, rounds: int, ends: list[float]) -> None:
        """Each zone annealed for its share of what is left."""
        seconds = None
        if self.run.seconds is not None:
            seconds = self._to_anneal() / (rounds - turn) * self.run.threads / len(zones)
        steps = self._steps(len(zones), turn, rounds)

        def cool(z: int) -> Told | None:
            budget = Budget(self.run, seconds, None if steps is None else steps[z], time.monotonic())
            if self._to_anneal() <= 0 or budget.share() >= 1.0:
                return None
            if seconds is not None:
                budget.seconds = min(seconds, self._to_anneal())
            if z not in pieces:
                piece = Piece(self.problem, zones[z], self._seed(turn, z))
                if not piece.load(self.routes):
                    return None
                pieces[z] = piece
            pieces[z].anneal(budget, *ends)
            self.done += budget.done
            return pieces[z].told()

        self._absorb("anneal", zones, cool)

    def _exact(self, zones: list[Zone], pieces: dict[int, Piece]) -> None:
        """CP-SAT re-solves neighbourhoods within each zone of the last round, for as long as is left."""
        if self.run.iterations is not None:
            self.loading.join()
        while self.loading.is_alive() and self._left() > 0:
            self.loading.join(0.1)
        if self._left() <= 0 or not pieces:
            return
        seconds = None if self.run.seconds is None else self._left() * self.run.threads / len(pieces)
        turns = None if self.run.iterations is None else self._exact_turns(len(zones))

        def refine(z: int) -> Told | None:
            budget = Budget(self.run, seconds, None if turns is None else turns[z], time.monotonic())
            if z not in pieces or self._left() <= 0 or budget.share() >= 1.0:
                return None
            if seconds is not None:
                budget.seconds = min(seconds, self._left())
            pieces[z].refine(budget)
            self.refined += budget.done
            self.done += budget.done * EXACT_STEPS
            return pieces[z].told()

        self._absorb("exact", zones, refine)

    def _absorb(self, phase: str, zones: list[Zone], work: Callable[[int], Told | None]) -> None:
        """Runs the work of every zone that has people and takes over what comes back, telling news meanwhile."""
        began, before = time.monotonic(), self._cost()
        jobs: dict[Future[Told | None], int] = {
            self.pool.submit(work, z): z for z, zone in enumerate(zones) if zone.people and zone.visits
        }
        waiting = set(jobs)
        while waiting:
            ready, waiting = wait(waiting, timeout=0.5, return_when="FIRST_COMPLETED")
            for job in ready:
                told = job.result()
                if told is not None:
                    self._take(zones[jobs[job]], told)
            if phase != "construct":
                self._news(phase)
        self._news(phase, now=True)
        self._log(phase, time.monotonic() - began, before)

    def _take(self, zone: Zone, told: Told) -> None:
        routes, out, dear = told
        for c in zone.people:
            person = self.problem.caregivers[c]
            for shift in range(len(person.shifts)):
                self.routes.pop((person.id, shift), None)
        self.routes |= {(route.caregiver, route.shift): route for route in routes}
        self.dear -= {self.problem.visits[v].id for v in zone.visits}
        self.dear |= out & dear

    # -- shares -----------------------------------------------------------------------------------------------------

    def _seed(self, turn: int, z: int) -> int:
        return self.run.seed + 7919 * (1 + z + 1009 * turn)

    def _left(self) -> float:
        """Seconds until the answer has to be written, which leaves the parent the time to judge it."""
        if self.run.stopped() or self.run.iterations == 0:
            return 0.0
        if self.run.seconds is None:
            return 1e9
        return self.run.seconds - self.run.passed() - self._judging()

    def _to_anneal(self) -> float:
        """Of that, what comes before CP-SAT's part."""
        return self._left() - EXACT_SHARE * (self.run.seconds or 0.0)

    def _judging(self) -> float:
        """What the parent needs after the last word; nothing is known of it before the first plan."""
        return JUDGING * self.quickest if self.quickest < 1e9 else 0.05 * (self.run.seconds or 0.0)

    def _rounds(self) -> int:
        if self.run.seconds is None or (self.run.iterations and self._left() > 1e6):
            return ROUNDS
        return max(FEWEST, min(MOST, int(self._left() * self.run.threads / (self.count * ZONE_S))))

    def _steps(self, zones: int, turn: int, rounds: int) -> list[int] | None:
        """The round's iterations, shared out among the zones to the last one."""
        if self.run.iterations is None:
            return None
        whole = int((1 - EXACT_SHARE) * self.run.iterations)
        total = whole * (turn + 1) // rounds - whole * turn // rounds
        return [total * (z + 1) // zones - total * z // zones for z in range(zones)]

    def _exact_turns(self, zones: int) -> list[int]:
        """Neighbourhoods for each zone in a run that counts iterations: one at least in the whole day."""
        total = -((self.done - (self.run.iterations or 0)) // EXACT_STEPS)
        return [total * (z + 1) // zones - total * z // zones for z in range(zones)]

    # -- news -------------------------------------------------------------------------------------------------------

    def _plan(self) -> Plan:
        """The plan as it stands, priced as a whole."""
        began = time.monotonic()
        order = [(person.id, i) for person in self.problem.caregivers for i in range(len(person.shifts))]
        routes = tuple(self.routes[key] for key in order if key in self.routes)
        served = {stop.visit for route in routes for stop in route.stops if stop.kind == "visit"}
        out = {visit.id: OPEN for visit in self.problem.visits if visit.id not in served}
        plan = Plan(routes, out, 0.0, {}, tuple(self.stages.values()), self.run.seed, "auto")
        cost, parts = costed(self.problem, plan)
        self.spent = time.monotonic() - began
        self.quickest = min(self.quickest, self.spent)
        return replace(plan, cost=cost, parts=parts)

    def _news(self, phase: str, now: bool = False) -> None:
        """Tells a whole plan when it is due and better than the last."""
        if not now and self.run.passed() - self.told_at < max(NEWS_S, NEWS_SHARE * self.spent):
            return
        self.told_at = self.run.passed()
        plan = self._plan()
        if self.best is not None and plan.cost >= self.best.cost:
            return
        self.best = plan
        must = any(visit.must and visit.id in plan.unserved for visit in self.problem.visits)
        missing = len(plan.unserved)
        self.run.tell(phase, None if must else plan, plan.cost, len(self.problem.visits) - missing, missing)

    def _cost(self) -> float:
        if self.best is not None:
            return self.best.cost
        goal = self.problem.objective
        return sum(visit.price for visit in self.problem.visits) * goal.unserved / goal.scale

    def _log(self, name: str, seconds: float, before: float) -> None:
        known = self.stages.get(name, Stage(name, 0.0, before, before))
        tries = {"anneal": self.done, "exact": self.refined}.get(name, 1)
        self.stages[name] = replace(known, seconds=known.seconds + seconds, after=self._cost(), tries=tries)

    def _answer(self) -> Plan:
        """The best plan, its reasons and what ended it."""
        plan = self.best or self._plan()
        ended = "stopped" if self.run.stopped() else "seconds"
        if self.run.iterations is not None and self.done >= self.run.iterations:
            ended = "iterations"
        reasons = dict(self._reasons(plan.unserved))
        return replace(plan, unserved=reasons, stages=tuple(self.stages.values()), ended=ended, iterations=self.done)

    def _reasons(self, out: Iterable[str]) -> Iterable[tuple[str, Reason]]:
        for n, name in enumerate(out):
            if n >= ASKED or (self.run.seconds and self.run.passed() > self.run.seconds - self._judging() * 0.9):
                yield name, Reason("busy", "not looked into: too many are left out", {})
                continue
            counts = barriers(self.problem, self.problem.visits[self.atlas.index[name]])
            counts["price" if name in self.dear else "busy"] += counts.pop("", 0)
            yield name, reason_of(counts, len(self.problem.caregivers))
