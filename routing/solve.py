"""Plans in a child process that can be killed, and lets no plan out that the checker has not passed.

The wall clock is kept by the parent: a child that hangs is killed and its last good plan is the answer.
"""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from routing.check import check
from routing.children import environment, nursery
from routing.errors import Cancelled, NothingPublishable, ProblemError, SolverCrashed
from routing.faults import fatal, find, told
from routing.frames import receive, send
from routing.kernel.cache import warmed
from routing.plan import Plan
from routing.problem import Problem
from routing.reasons import explained

ENGINES = ("auto", "ortools")
GRACE_S = 0.6
LATE_S = 10.0
"""So much longer a first plan is waited for on a machine too busy to make one in time: late is better than none."""
FINISH_S = 0.2
TICK_S = 0.05
DEFAULT_S = 10.0
MOST_THREADS = 16


@dataclass(frozen=True, slots=True)
class Progress:
    """News of a running solve."""

    seconds: float
    cost: float
    served: int
    unserved: int
    phase: str


class Solving:
    """A solve that is under way; `pid` is the child's, `wait` gives the plan, `stop` asks for the best so far."""

    def __init__(self, problem: Problem, seconds: float | None, question: dict[str, Any]) -> None:
        self.problem, self.began = problem, time.monotonic()
        self.seconds = seconds
        self.best: Plan | None = None
        self.news: queue.Queue[Any] = queue.Queue()
        self.child = nursery.child()
        question = {**question, "problem": problem, "seconds": None, "began": self.began}
        self.last_words: list[bytes] = []
        targets = (lambda: self._ask(question), self._hear, self._overhear)
        self.threads = [threading.Thread(target=target, daemon=True) for target in targets]
        for thread in self.threads:
            thread.start()

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self.child.pid

    def _ask(self, question: dict[str, Any]) -> None:
        try:
            if self.seconds is not None:
                question["seconds"] = max(0.05, self.seconds - FINISH_S)
            send(self.child.stdin, question)
        except OSError:
            return

    def _hear(self) -> None:
        try:
            while True:
                self.news.put(receive(self.child.stdout))
        except Exception:
            self.news.put(None)

    def _overhear(self) -> None:
        for line in self.child.stderr:
            self.last_words = [*self.last_words[-19:], line]

    def stop(self) -> None:
        """Asks the child to finish with what it has."""
        try:
            send(self.child.stdin, "stop")
        except (OSError, ValueError):
            return

    def wait(self, on_progress: Callable[[Progress], None] | None, cancelled: Callable[[], bool] | None) -> Plan:
        """The checked plan. Raises SolverCrashed, Cancelled or NothingPublishable."""
        try:
            return self._wait(on_progress, cancelled)
        finally:
            self._end()

    def _wait(self, on_progress: Callable[[Progress], None] | None, cancelled: Callable[[], bool] | None) -> Plan:
        while True:
            if cancelled is not None and cancelled():
                return self._give("cancelled")
            late = GRACE_S if self.best is not None else LATE_S
            if self.seconds is not None and time.monotonic() - self.began > self.seconds + late:
                return self._give("seconds")
            try:
                frame = self.news.get(timeout=TICK_S)
            except queue.Empty:
                continue
            if frame is None:
                code = self.child.wait()
                raise SolverCrashed(code, b"".join(self.last_words).decode(errors="replace")[-2000:])
            if frame[0] == "done":
                return judged(self.problem, frame[1])
            _, news, plan = frame
            if plan is not None:
                self.best = plan
            if on_progress is not None:
                on_progress(Progress(**{**news, "seconds": time.monotonic() - self.began}))

    def _give(self, ended: str) -> Plan:
        """The last plan heard of, when the child is cut off."""
        self.child.kill()
        if self.best is None:
            if ended == "cancelled":
                raise Cancelled
            raise NothingPublishable("no plan before the time ended")
        return judged(self.problem, replace(explained(self.problem, self.best), ended=ended))

    def _end(self) -> None:
        """Leaves no process and no open pipe behind."""
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait()
        for thread in self.threads:
            thread.join(timeout=2)
        self.child.close()


def compile_once(on_progress: Callable[[Progress], None] | None, cancelled: Callable[[], bool] | None) -> None:
    """On a machine that has never planned: compiles the kernel first, so that the time limit is the search's alone."""
    if warmed():
        return
    began = time.monotonic()
    with subprocess.Popen([sys.executable, "-m", "routing", "warm"], env=environment()) as child:
        while child.poll() is None:
            if cancelled is not None and cancelled():
                child.kill()
                raise Cancelled
            if on_progress is not None:
                on_progress(Progress(time.monotonic() - began, 0.0, 0, 0, "compile"))
            time.sleep(0.2)


def judged(problem: Problem, plan: Plan) -> Plan:
    """The plan itself when the checker finds nothing. Raises NothingPublishable with every violation."""
    verdict = check(problem, plan)
    if verdict.violations:
        reasons = tuple(str(violation) for violation in verdict.violations)
        raise NothingPublishable(f"{len(reasons)} violations, first: {reasons[0]}", reasons)
    return plan


def solve(
    problem: Problem,
    *,
    seconds: float | None = None,
    iterations: int | None = None,
    seed: int = 1,
    engine: str = "auto",
    threads: int = 1,
    start: Plan | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Plan:
    """Plans in a child process and returns a plan that the checker passed.

    `seconds` of wall clock (kept within 1 s once there is a plan; 10 when neither is given), `iterations` for a result
    that depends on seed, threads and versions only. `start` is a plan to improve: what of it the problem still knows.
    `cancelled` is asked about 20 times a second; a cancelled solve gives its best plan. What cannot come true is found
    before any search: a must-visit that nobody can serve ends it there, any other gets that fault as its reason.
    Raises ProblemError for bad arguments, SolverCrashed, NothingPublishable, Cancelled (before any plan).
    """
    if engine not in ENGINES:
        raise ProblemError("engine", f"is {engine!r}", ", ".join(ENGINES))
    if seconds is not None and not 0 < seconds <= 86_400:
        raise ProblemError("seconds", f"is {seconds}", "more than 0, at most 86400")
    if iterations is not None and not 0 <= iterations <= 10**9:
        raise ProblemError("iterations", f"is {iterations}", "0 to 1e9")
    if not 0 <= seed < 2**31:
        raise ProblemError("seed", f"is {seed}", "0 to 2147483647")
    if not 1 <= threads <= MOST_THREADS:
        raise ProblemError("threads", f"is {threads}", f"1 to {MOST_THREADS}")
    if seconds is None and iterations is None:
        seconds = DEFAULT_S
    began = time.monotonic()
    if warmed():
        nursery.prepare()  # loads while the faults are looked for
    faults = find(problem)
    if hopeless := fatal(problem, faults):
        raise NothingPublishable(f"{len(hopeless)} visits that must be served cannot be", tuple(hopeless))
    if seconds is not None:
        seconds = max(0.05, seconds - (time.monotonic() - began))
    compile_once(on_progress, cancelled)
    question = {"iterations": iterations, "seed": seed, "engine": engine, "threads": threads, "start": start}
    return told(Solving(problem, seconds, question).wait(on_progress, cancelled), faults)
