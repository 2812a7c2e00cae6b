"""Draws the pictures of docs/engine.md from real runs: a day before and after, and the cost over time by stage.

python -m bench.pictures [--seconds S]
"""

from __future__ import annotations

import argparse
import itertools
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.contest import CORES
from bench.day import town_day
from bench.svg import ALARM, FAINT, HUES, INK, Drawing, Point, fitted
from routing.plan import Plan, Route
from routing.problem import Problem
from routing.solve import Progress, solve

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
M_PER_DEGREE = (88_300.0, 111_200.0)
WIDE, MAP_HIGH, ROW_HIGH = 540.0, 330.0, 15.0
GRID = "#e4e7eb"
FROM_S, TO_S = 7 * 3600, 20 * 3600
PHASES = {"construct": FAINT, "start": FAINT, "anneal": HUES[0], "exact": HUES[1]}
NAMES = {"construct": "first plan", "start": "given plan", "anneal": "annealing", "exact": "CP-SAT on neighbourhoods"}


def before_after(problem: Problem, plans: Sequence[tuple[str, Plan]]) -> str:
    """Maps and timetables of two plans of the same day, side by side."""
    rows = len(problem.caregivers)
    high = 84 + MAP_HIGH + 40 + rows * ROW_HIGH + 44
    drawing = Drawing(2 * WIDE + 60, high, "A day of home care, first plan and after the search")
    for k, (name, plan) in enumerate(plans):
        left = 20 + k * (WIDE + 20)
        drawing.words(left, 28, name, size=16, bold=True)
        drawing.words(left, 48, _sum(problem, plan), size=12, fill=INK)
        _map(drawing, problem, plan, left, 64)
        _timetable(drawing, problem, plan, left, 64 + MAP_HIGH + 40)
    _key(drawing, high - 16)
    return drawing.text()


def _sum(problem: Problem, plan: Plan) -> str:
    hours = plan.parts["travel"] / 3600
    return (
        f"cost {plan.cost:,.0f} · {plan.served} of {len(problem.visits)} visits and meals served · {hours:.1f} h on "
        f"the way · {plan.parts.get('tardiness', 0.0) / 60:.0f} min late"
    )


def _map(drawing: Drawing, problem: Problem, plan: Plan, left: float, top: float) -> None:
    """Every route in its colour; missing visits as crosses."""
    drawing.box(left, top, WIDE, MAP_HIGH, "#f5f7fa", radius=6)
    metres = [(lon * M_PER_DEGREE[0], lat * M_PER_DEGREE[1]) for lon, lat in problem.travel.points]
    at = fitted(metres, left + 14, top + 14, WIDE - 28, MAP_HIGH - 28)
    people = {person.id: (k, person) for k, person in enumerate(problem.caregivers)}
    for route in plan.routes:
        k, person = people[route.caregiver]
        ends = [at[person.start]], [at[person.end]] if person.end is not None else []
        drawing.path([*ends[0], *(at[stop.place] for stop in route.stops), *ends[1]], _hue(k), width=1.4)
    for visit in problem.visits:
        if visit.id in plan.unserved:
            drawing.cross(*at[visit.place], 4, ALARM)
        else:
            drawing.dot(*at[visit.place], 2.4 if visit.meal else 3.2, "#ffffff" if visit.meal else INK, stroke=INK)
    for canteen in problem.canteens:
        x, y = at[canteen.place]
        drawing.box(x - 5, y - 5, 10, 10, HUES[1], radius=2, stroke="#ffffff")


def _timetable(drawing: Drawing, problem: Problem, plan: Plan, left: float, top: float) -> None:
    """One line a caregiver: care, way, rest and waiting."""
    wide = WIDE - 40

    def x(tick: int) -> float:
        return left + 40 + wide * (tick - FROM_S) / (TO_S - FROM_S)

    high = len(problem.caregivers) * ROW_HIGH
    for hour in range(8, 21, 2):
        drawing.path([(x(hour * 3600), top - 4), (x(hour * 3600), top + high)], GRID, width=1)
        drawing.words(x(hour * 3600), top - 8, f"{hour}:00", size=9, fill=FAINT, anchor="middle")
    for k, person in enumerate(problem.caregivers):
        y = top + k * ROW_HIGH
        drawing.words(left, y + 10.5, person.id, size=9, fill=FAINT)
        for shift in person.shifts:
            drawing.box(x(shift.start), y + 1, x(shift.end) - x(shift.start), ROW_HIGH - 3, "#eef1f4", radius=2)
        for route in (route for route in plan.routes if route.caregiver == person.id):
            _line(drawing, route, x, y, _hue(k))


def _line(drawing: Drawing, route: Route, x: Callable[[int], float], y: float, hue: str) -> None:
    drawing.path([(x(route.depart), y + 6.5), (x(route.back), y + 6.5)], hue, width=1)
    for stop in route.stops:
        fill = {"visit": hue, "load": HUES[1], "break": "#cbd2d9"}[stop.kind]
        drawing.box(x(stop.start), y + 2, x(stop.finish) - x(stop.start), ROW_HIGH - 5, fill, radius=1.5)


def _key(drawing: Drawing, y: float) -> None:
    """What the signs mean."""
    x = 24.0
    for sign, text in (("visit", "care visit"), ("meal", "hot meal"), ("canteen", "canteen"), ("out", "not served"),
                       ("work", "care in the timetable"), ("rest", "break")):  # fmt: skip
        if sign in ("visit", "meal"):
            drawing.dot(x, y - 4, 3.2, INK if sign == "visit" else "#ffffff", stroke=INK)
        elif sign == "out":
            drawing.cross(x, y - 4, 4, ALARM)
        else:
            fill = {"canteen": HUES[1], "work": HUES[0], "rest": "#cbd2d9"}[sign]
            drawing.box(x - 5, y - 9, 10, 10, fill, radius=2)
        drawing.words(x + 11, y, text, size=11)
        x += 30 + 6.3 * len(text)


def _hue(k: int) -> str:
    return HUES[k % len(HUES)]


def over_time(problem: Problem, news: Sequence[Progress], plan: Plan) -> str:
    """The cost while a run goes on, each stage in its colour, with what each gained."""
    drawing = Drawing(860, 420, "Cost over time by stage")
    left, top, wide, high = 84.0, 56.0, 740.0, 290.0
    least, most = plan.cost, max(step.cost for step in news)
    low, span = math.log(least) - 0.02, math.log(most) - math.log(least) + 0.04
    last = max(step.seconds for step in news)

    def at(step: Progress) -> Point:
        return left + wide * step.seconds / last, top + high * (1 - (math.log(step.cost) - low) / span)

    drawing.words(left, 26, f"One run of {problem.name}: {len(problem.visits)} visits and meals, "
                  f"{len(problem.caregivers)} caregivers, seed {plan.seed}", size=15, bold=True)  # fmt: skip
    _axes(drawing, (left, top, wide, high), (low, span, last))
    for one, two in itertools.pairwise(news):
        (a, b), (c, d) = at(one), at(two)
        drawing.path([(a, b), (c, b), (c, d)], PHASES.get(two.phase, INK), width=2.4)
    drawing.dot(*at(news[0]), 4, INK)
    drawing.words(at(news[0])[0] + 30, at(news[0])[1] + 4, f"first plan after {news[0].seconds:.1f} s", size=11)
    x = left
    for stage in plan.stages:
        if stage.name not in NAMES:
            continue
        drawing.box(x, top + high + 40, 12, 12, PHASES[stage.name], radius=2)
        gain = "" if stage.name in ("construct", "start") else f": -{100 * (1 - stage.after / stage.before):.1f} %"
        text = f"{NAMES[stage.name]}{gain} ({stage.seconds:.1f} s)"
        drawing.words(x + 18, top + high + 51, text, size=12)
        x += 50 + 6.4 * len(text)
    return drawing.text()


def _axes(drawing: Drawing, frame: tuple[float, float, float, float], scale: tuple[float, float, float]) -> None:
    left, top, wide, high = frame
    low, span, last = scale
    for cost in _round_costs(math.exp(low), math.exp(low + span)):
        y = top + high * (1 - (math.log(cost) - low) / span)
        drawing.path([(left, y), (left + wide, y)], GRID, width=1)
        drawing.words(left - 8, y + 4, f"{cost:,.0f}", size=10, fill=FAINT, anchor="end")
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100) if last / step <= 8)
    for second in range(0, int(last) + 1, step):
        x = left + wide * second / last
        drawing.words(x, top + high + 18, f"{second} s", size=10, fill=FAINT, anchor="middle")
    drawing.words(left - 8, top - 12, "cost (log)", size=10, fill=FAINT, anchor="end")


def _round_costs(least: float, most: float) -> list[float]:
    """Round numbers between two costs."""
    power = 10 ** math.floor(math.log10(least))
    steps = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
    return [power * k * step for k in (1, 10) for step in steps if least <= power * k * step <= most]


def main() -> int:
    """Plans for `--seconds` and writes both pictures."""
    parser = argparse.ArgumentParser(prog="bench.pictures", description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    options = parser.parse_args()
    small = town_day(visits=84, meals=36, caregivers=18, canteens=2, couriers=3, seed=7, size_m=(9000.0, 5400.0))
    first = solve(small, iterations=0)
    last = solve(small, seconds=options.seconds, threads=CORES)
    news: list[Progress] = []
    large = town_day()
    plan = solve(large, seconds=options.seconds, threads=CORES, on_progress=news.append)
    told = [step for step in news if step.phase != "compile"]
    FOLDER.mkdir(parents=True, exist_ok=True)
    names = (("First plan, built visit by visit", first), (f"After {options.seconds:.0f} s of search", last))
    (FOLDER / "day_before_after.svg").write_text(before_after(small, names), encoding="utf-8")
    (FOLDER / "cost_over_time.svg").write_text(over_time(large, told, plan), encoding="utf-8")
    sys.stdout.write(f"two pictures in {FOLDER.name}/\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
