"""Generated days (bench/district.py): a whole district, the reduced one that peers can play, and a city."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bench.alone import alone
from bench.contest import NAMES, Outcome, Series, play, series
from bench.district import CITY, DISTRICT, REDUCED, SMALL, Shape, drawn_day
from bench.effort import Effort
from bench.tables import gap, number, percent, remarks, table
from routing.problem import Problem

DAY_S, DAY_LONG_S = 30.0, 600.0
SMALL_S, REDUCED_S = 10.0, 20.0
CITY_S, CITY_LONG_S = 120.0, 1800.0
ENGINES = ("ours", "ours1", "pyvrp", "vroom", "ortools")
HEAD = (
    "who",
    "seconds",
    "cost",
    "unserved",
    "price of unserved",
    "travel h",
    "late h",
    "overtime h",
    "% above longest",
)


def district(effort: Effort) -> list[str]:
    """The whole day at 30 s beside a much longer run and the routing model (which leaves the meals out)."""
    problem = drawn_day(DISTRICT)
    seconds = effort.seconds(DAY_S)
    longest = _longest(effort, DAY_LONG_S, seconds * 2)
    seeds = effort.pick([problem], seconds, longest + seconds)[0][1]
    ours = series("ours", problem, seconds, seeds)
    long = play("ours", problem, longest)
    model = play("ortools", problem, seconds)
    first = ours.outcomes[0].news[:1]
    lines = [about(problem), ""]
    lines += [f"First plan after {n.seconds:.1f} s: cost {n.cost:.0f}, {n.unserved} unserved." for n in first]
    rows = [_row(outcome, long.cost) for outcome in (*ours.outcomes, long, model)]
    middle = percent(gap(ours.median, long.cost or 0.0))
    lines += ["", *table(HEAD, rows), "", f"Median of {len(ours.outcomes)} seeds at {seconds:.0f} s: {middle} % above."]
    return [*lines, *remarks([*ours.notes, *Series([long, model]).notes])]


def reduced(effort: Effort) -> list[str]:
    """Two sizes of a day without pairs, breaks, meals and wishes: everybody can play it."""
    lines = [
        "Hard windows, three levels of skill, one way of moving, own start and end, visits left out at a price. VROOM "
        "has priorities instead of prices (the dearer the visit, the higher); PyVRP sees levels as forbidden arcs.",
    ]
    notes: list[str] = []
    for shape, wanted in ((SMALL, SMALL_S), (REDUCED, REDUCED_S)):
        problem, seconds = drawn_day(shape, name="plain"), effort.seconds(wanted)
        seeds = effort.share(0.5).pick([problem], 2 * seconds, 3 * seconds)[0][1]
        played = {engine: series(engine, problem, seconds, seeds) for engine in ENGINES}
        lines += ["", about(problem), "", *_beside(played), ""]
        notes += [note for part in played.values() for note in part.notes]
    return [*lines, *remarks(notes)]


def city(effort: Effort) -> list[str]:
    """20,000 visits and 2,000 meals at 120 s in a fresh process, with its memory; the longer run as budget allows."""
    shape = replace(CITY, visits=2_000, meals=200, caregivers=340, couriers=13) if effort.quick else CITY
    problem, seconds = drawn_day(shape, name="city"), effort.seconds(CITY_S)
    longest = _longest(effort, CITY_LONG_S, seconds)
    told, took = alone(problem, seconds)
    rows = [["first plan", number(told.news[0].seconds, 1), number(told.news[0].cost, 0), told.news[0].unserved]]
    rows.append(["plan", number(took, 1), number(told.plan.cost, 0), len(told.plan.unserved)])
    if longest > seconds:
        long, lasted = alone(problem, longest)
        rows.append(["longer", number(lasted, 1), number(long.plan.cost, 0), len(long.plan.unserved)])
    memory = (
        f"Memory: at most {told.planned_mb:.0f} MB in the planning process, {told.asked_mb:.0f} MB in the asking one."
    )
    lines = [about(problem), "", *table(("who", "seconds", "cost", "unserved"), rows), "", memory]
    return lines if longest > seconds else [*lines, "", "No budget here for a longer run to compare with."]


def about(problem: Problem) -> str:
    """What a day is made of, counted."""
    meals = sum(visit.meal is not None for visit in problem.visits)
    pairs = sum(len(visit.needs) == 2 for visit in problem.visits)
    couriers = sum(person.portions > 1 for person in problem.caregivers)
    return (
        f"{problem.name}: {len(problem.visits) - meals} visits ({pairs} for two persons), {meals} meals, "
        f"{len(problem.caregivers)} caregivers of whom {couriers} couriers, {len(problem.links)} spacings, "
        f"{problem.travel.places} places."
    )


def _longest(effort: Effort, wanted: float, others: float) -> float:
    """The long run: what was wanted, or what the budget leaves beside the others."""
    return wanted if effort.full else max(effort.seconds(DAY_S), min(wanted, effort.minutes * 60 - others))


def _row(outcome: Outcome, reference: float | None) -> list[str]:
    parts = outcome.plan.parts if outcome.plan else {}
    hours = [number(parts[part] / 3600, 1) if part in parts else "-" for part in ("travel", "tardiness", "overtime")]
    away = percent(gap(outcome.cost, reference or 0.0))
    cells = [NAMES[outcome.engine], number(outcome.seconds, 1), number(outcome.cost, 0), f"{outcome.unserved}"]
    return [*cells, number(parts.get("unserved"), 0), *hours, away]


def _beside(played: dict[str, Series]) -> list[str]:
    rows: list[Sequence[object]] = []
    for engine, found in played.items():
        first = found.outcomes[0]
        rows.append(
            [
                NAMES[engine], len(found.outcomes), number(first.seconds, 1), number(found.median, 0),
                number(found.best, 0), first.unserved if first.cost is not None else "-",
                percent(gap(found.median, played["ours"].median or 0.0)),
            ]
        )  # fmt: skip
    return table(("who", "seeds", "seconds", "median cost", "best", "unserved (seed 1)", "% above ours"), rows)


def shapes() -> dict[str, Shape]:
    """The shapes that are measured, by name."""
    return {"district": DISTRICT, "city": CITY, "plain": REDUCED, "small": SMALL}
