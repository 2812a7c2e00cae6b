"""`python -m bench` runs every measurement and rewrites bench/results.md; it hides nothing that came out badly."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.day import town_day
from bench.italian import Row, data_folder, rows
from routing.solve import Progress, solve

RESULTS = Path(__file__).with_name("results.md")


def machine() -> str:
    """One line about where this was measured."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    ortools = version("ortools")
    return (
        f"{datetime.now(UTC).date()}, {os.cpu_count()} cores ({platform.machine()}), "
        f"Python {platform.python_version()}, OR-Tools {ortools}, numpy {version('numpy')}; load before the run {load}"
    )


def table(found: list[Row]) -> list[str]:
    """The Italian table in Markdown."""
    lines = [
        "| instance | patients | engine | published | ours | gap % | seconds | valid | steps |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in found:
        cost = "none" if row.cost is None else f"{row.cost:.2f}"
        gap = "-" if row.gap is None else f"{row.gap:+.2f}"
        lines.append(
            f"| {row.name} | {row.patients} | {row.engine} | {row.published:.2f} | {cost} | {gap} | {row.seconds:.1f} "
            f"| {'yes' if row.valid else 'no'} | {row.tries} |"
        )
    gaps = [row.gap for row in found if row.engine == "auto" and row.gap is not None]
    return [*lines, "", f"Mean gap of the default engine: {sum(gaps) / len(gaps):+.2f} %." if gaps else ""]


def day_table(seconds: float) -> list[str]:
    """The generated town day: the first plan and the last one."""
    news: list[Progress] = []
    problem = town_day()
    plan = solve(problem, seconds=seconds, on_progress=news.append)
    people = len(problem.caregivers)
    lines = [
        f"{len(problem.visits)} visits and meals, {people} caregivers, seed 1.",
        "",
        "| when | cost | served | unserved |",
    ]
    lines += [
        "|---|---|---|---|",
        f"| first plan, {news[0].seconds:.1f} s | {news[0].cost:.0f} | {news[0].served} | {news[0].unserved} |",
    ]
    lines.append(f"| {seconds:.0f} s | {plan.cost:.0f} | {plan.served} | {len(plan.unserved)} |")
    return lines


def main() -> int:
    """Measures and writes; 1 when the benchmark data is not there."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=25.0, help="wall clock per instance")
    options = parser.parse_args()
    folder = data_folder()
    where = machine()
    lines = ["# What was measured", "", where + ".", ""]
    if folder is None:
        sys.stderr.write("no benchmark data: set UNWALLED_BENCH_DATA; only the generated day is measured\n")
    else:
        lines += ["## Italian cities (home care with two-person visits), one seed", ""]
        lines += table(rows(folder, options.seconds))
    lines += ["", "## The town's day (bench/day.py)", "", *day_table(options.seconds), ""]
    RESULTS.write_text("\n".join(lines), encoding="utf-8")
    sys.stdout.write("\n".join(lines))
    return 0 if folder else 1


if __name__ == "__main__":
    sys.exit(main())
