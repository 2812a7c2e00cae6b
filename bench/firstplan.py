"""From starting a process to the first checked plan, with everything compiled before and with nothing compiled."""

from __future__ import annotations

import resource
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
        before = processor_s()
        warm = [alone(problem, 0) for _ in runs]
        worked = (processor_s() - before) / len(warm)
        seconds = statistics.median(took for _, took in warm)
        first = warm[0][0].plan
        rows.append([problem.name, "yes", number(seconds, 1), number(worked, 1), first.served, len(first.unserved)])
        if not effort.quick:
            before = processor_s()
            with TemporaryDirectory() as empty:
                cold, took = alone(problem, 0, env={"NUMBA_CACHE_DIR": empty})
            worked, plan = processor_s() - before, cold.plan
            rows.append([problem.name, "no", number(took, 1), number(worked, 1), plan.served, len(plan.unserved)])
    head = ("day", "compiled before", "seconds (median)", "of processors", "served", "unserved")
    return [
        "Seconds from the start of a Python process (a pickled problem in hand) to the first plan passed by check, and "
        "seconds that processors worked for it; compiling takes both.",
        "",
        *table(head, rows),
    ]


def processor_s() -> float:
    """What processes that have ended worked for this one so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
