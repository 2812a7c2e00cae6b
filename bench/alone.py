"""Plans in a fresh process, to measure what only a fresh one shows: cold starts and peaks of memory.

    python -m bench.alone PROBLEM SECONDS SEED

PROBLEM is a pickled Problem; the answer goes to standard output as a pickled Told. 0 seconds: stop at the first plan.
"""

from __future__ import annotations

import os
import pickle
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.contest import CORES
from routing.plan import Plan
from routing.problem import Problem
from routing.solve import Progress, solve

ROOT = str(Path(__file__).resolve().parents[1])
LONGEST_S = 120.0


@dataclass(frozen=True)
class Told:
    """The checked plan, the news on the way, and the largest memory in MB of the asking and of the planning process."""

    plan: Plan
    news: list[Progress]
    asked_mb: float
    planned_mb: float


def alone(problem: Problem, seconds: float, seed: int = 1, env: Mapping[str, str] | None = None) -> tuple[Told, float]:
    """The answer of a fresh process and the seconds from its start to its end. Raises RuntimeError with its last words.

    `env` is added to the environment. 0 seconds ask for the first checked plan only.
    """
    with TemporaryDirectory() as folder:
        file = Path(folder) / "problem"
        file.write_bytes(pickle.dumps(problem, protocol=pickle.HIGHEST_PROTOCOL))
        command = [sys.executable, "-m", "bench.alone", str(file), f"{seconds}", f"{seed}"]
        began = time.monotonic()
        done = subprocess.run(command, capture_output=True, cwd=ROOT, env={**os.environ, **(env or {})}, check=False)
        took = time.monotonic() - began
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace")[-400:])
    return Told(*pickle.loads(done.stdout)), took


def main() -> None:
    """Plans the one problem and tells."""
    file, seconds, seed = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    problem = pickle.loads(Path(file).read_bytes())
    news: list[Progress] = []
    limit, first = (seconds, None) if seconds else (LONGEST_S, lambda: bool(news) and news[-1].phase != "compile")
    plan = solve(problem, seconds=limit, seed=seed, threads=CORES, on_progress=news.append, cancelled=first)
    peaks = [resource.getrusage(who).ru_maxrss / 1000 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    sys.stdout.buffer.write(pickle.dumps((plan, news, *peaks)))


if __name__ == "__main__":
    main()
