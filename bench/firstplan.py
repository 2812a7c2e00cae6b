"""From starting a process to the first checked plan, with everything compiled before and with nothing compiled."""

from __future__ import annotations

import statistics
from tempfile import TemporaryDirectory

from bench.alone import alone
from bench.day import town_day
from bench.district import DISTRICT, drawn_day
from bench.effort import Effort
from bench.tables import number, table

WARM_S = 4.0
COLD_S = 60.0


def measure(effort: Effort) -> list[str]:
    """A town and a district, warm and (where the budget allows) without any compiled code."""
    problems = [town_day()] if effort.quick else [town_day(), drawn_day(DISTRICT)]
    rows = []
    for problem, runs in effort.pick(problems, WARM_S, COLD_S / 2, most=3):
        alone(problem, 0)  # compiles what was not compiled yet
        warm = [alone(problem, 0) for _ in runs]
        seconds = [took for _, took in warm]
        first = warm[0][0].plan
        rows.append([problem.name, "yes", number(statistics.median(seconds), 1), first.served, len(first.unserved)])
        if not effort.quick:
            with TemporaryDirectory() as empty:
                cold, took = alone(problem, 0, env={"NUMBA_CACHE_DIR": empty})
            rows.append([problem.name, "no", number(took, 1), cold.plan.served, len(cold.plan.unserved)])
    lines = [
        "Seconds from the start of a Python process (a pickled problem in hand) to the first plan passed by check."
    ]
    return [*lines, "", *table(("day", "compiled before", "seconds (median)", "served", "unserved"), rows)]
