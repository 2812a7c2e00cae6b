"""The town's day of bench/day.py: what the first plan costs and what the last one does."""

from __future__ import annotations

from bench.day import town_day
from bench.effort import Effort
from routing.solve import Progress, solve


def measure(effort: Effort) -> list[str]:
    """One solve of the day of 260 visits and 300 meals."""
    news: list[Progress] = []
    problem, seconds = town_day(), effort.seconds(30.0)
    plan = solve(problem, seconds=seconds, on_progress=news.append)
    return [
        f"{len(problem.visits)} visits and meals, {len(problem.caregivers)} caregivers, seed 1.",
        "",
        "| when | cost | served | unserved |",
        "|---|---|---|---|",
        f"| first plan, {news[0].seconds:.1f} s | {news[0].cost:.0f} | {news[0].served} | {news[0].unserved} |",
        f"| {seconds:.0f} s | {plan.cost:.0f} | {plan.served} | {len(plan.unserved)} |",
    ]
