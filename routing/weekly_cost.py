"""What choices for the weeks cost, part by part, and the plan that tells them; it decides nothing."""

from __future__ import annotations

from collections.abc import Mapping

from routing.weekly_model import Choices
from routing.weekly_plan import Choice, Missing, Turn, WeekPlan


def parts_of(choices: Choices) -> dict[str, int]:
    """Every part of the cost, weighted: missed, travel, people, strangers, spread, under."""
    problem, weights = choices.problem, choices.problem.weights
    index = {helper.id: h for h, helper in enumerate(problem.helpers)}
    travel = missed = people = strangers = 0
    for q, (asked, turns) in enumerate(zip(problem.wanted, choices.turns, strict=True)):
        travel += sum(int(problem.ways[h, q]) for turn in turns.values() for h in turn)
        missed += asked.price * (asked.times * problem.weeks - len(turns))
    for visits in problem.elders.values():
        met = {h for q in visits for turn in choices.turns[q].values() for h in turn}
        previous = {who for q in visits for who in problem.wanted[q].previous}
        people += len(met)
        strangers += len(met - {index[who] for who in previous if who in index}) if previous else 0
    load, _ = choices.loads()
    spread = under = 0
    for week in range(problem.weeks):
        dates = range(7 * week, 7 * week + 7)
        working = [h for h, helper in enumerate(problem.helpers) if any(date in helper.days for date in dates)]
        hours = [int(load[h, 7 * week : 7 * week + 7].sum()) for h in working]
        spread += max(hours, default=0) - min(hours, default=0)
        under += sum(max(0, problem.helpers[h].least - paid) for h, paid in zip(working, hours, strict=True))
    return {
        "missed": missed,
        "travel": weights.travel * travel,
        "people": weights.person * people,
        "strangers": weights.stranger * strangers,
        "spread": weights.spread * spread,
        "under": weights.under * under,
    }


def planned(
    choices: Choices, missing: Mapping[str, Missing], *, seed: int, rounds: int, ended: str, proved: bool,
    gains: Mapping[str, int],
) -> WeekPlan:  # fmt: skip
    """The plan of these choices."""
    problem = choices.problem
    names = [helper.id for helper in problem.helpers]
    load, _ = choices.loads()
    paid = {
        name: tuple(int(load[h, 7 * week : 7 * week + 7].sum()) for week in range(problem.weeks))
        for h, name in enumerate(names)
    }
    found = tuple(
        Choice(asked.id, days, tuple(Turn(date, tuple(names[h] for h in turns[date])) for date in sorted(turns)))
        for asked, days, turns in zip(problem.wanted, choices.days, choices.turns, strict=True)
    )
    parts = parts_of(choices)
    return WeekPlan(
        found, missing, paid, sum(parts.values()), parts, seed, rounds, ended, proved, dict(gains)
    )  # fmt: skip
