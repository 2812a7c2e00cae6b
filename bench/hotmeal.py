"""The hot-meal benchmark: Li & Lim's pick-ups and deliveries, each with a limit on how long the meal may ride.

    python -m bench.hotmeal LILIM.txt OUT.json [--limit tight|usual|loose]

bench/hotmeal.md describes it so that others can build the same instances; it needs no random numbers.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.contest import NAMES, Series, series
from bench.data import MISSING
from bench.effort import Effort
from bench.lilim import known
from bench.tables import number, remarks, table
from routing.formats import read_problem, unwalled
from routing.plan import Plan
from routing.problem import Link, Problem, Visit
from routing.travel import Travel

SLACK = {"tight": 0.5, "usual": 1.0, "loose": 2.0}
SECONDS = 30.0
ENGINES = ("ours", "ortools")


def hot(problem: Problem, limit: str = "usual") -> Problem:
    """A Li & Lim problem in which every delivery starts within its limit of leaving the pick-up; one driver per meal.

    `limit` is how far above the least possible ride, in median direct rides: 0.5, 1 or 2.
    """
    visits = {visit.id: visit for visit in problem.visits}
    pairs = [(visits[visit.delivers], visit) for visit in problem.visits if visit.delivers]
    slack = round(SLACK[limit] * float(np.median([direct_ride(problem, *pair) for pair in pairs])))
    links = []
    for pickup, delivery in pairs:
        service = pickup.needs[0].duration
        links.append(Link(pickup.id, delivery.id, service, service + least_ride(problem, pickup, delivery) + slack))
    pattern = problem.caregivers[0]
    fleet = tuple(replace(pattern, id=f"{k + 1}") for k in range(len(pairs)))
    name = f"{problem.name.removesuffix('.txt')}-{limit}"
    return replace(problem, name=name, caregivers=fleet, links=tuple(links), kind="unwalled")


def least_ride(problem: Problem, pickup: Visit, delivery: Visit) -> int:
    """The shortest ride that the windows of a pair allow: the direct way, or longer when the door opens late."""
    leg, service = direct_ride(problem, pickup, delivery), pickup.needs[0].duration
    latest = min(pickup.windows[0].latest, delivery.windows[0].latest - leg - service)
    return max(leg, delivery.windows[0].start - latest - service)


def cold_meals(problem: Problem, plan: Plan) -> list[str]:
    """Deliveries whose ride is longer than allowed, from the plan's times alone."""
    starts = {stop.visit: stop.start for route in plan.routes for stop in route.stops}
    found = []
    for link in problem.links:
        if link.first in starts and link.second in starts:
            apart = starts[link.second] - starts[link.first]
            if not link.low <= apart <= link.high:
                found.append(f"{link.second} starts {apart} after {link.first}, allowed {link.low} to {link.high}")
    return found


def direct_ride(problem: Problem, pickup: Visit, delivery: Visit) -> int:
    """Ticks from door to door."""
    return problem.travel.time(problem.caregivers[0].mode, pickup.place, delivery.place)


def measure(effort: Effort) -> list[str]:
    """A limit a time over the instances, beside OR-Tools' routing model; nobody has published values."""
    names = [(instance, limit) for instance in known() for limit in SLACK]
    if not names:
        return [MISSING]
    seconds = effort.seconds(SECONDS)
    rows, notes = [], list[str]()
    for (instance, limit), seeds in effort.pick(names, seconds, seconds):
        problem = hot(replace(read_problem(instance.file), name=instance.name), limit)
        played = {engine: series(engine, problem, seconds, seeds) for engine in ENGINES}
        free = f"{instance.vehicles} / {instance.published:.2f}"
        rows.append([problem.name, free, *(_cell(problem, part, notes) for part in played.values())])
        notes += [f"{problem.name}: {note}" for part in played.values() for note in part.notes]
    lines = [
        "Vehicles / distance at the best seed; without a limit: the best known of Li & Lim, a bound from below.",
    ]
    lines += [f"{seconds:.0f} s. PyVRP and VROOM have no limit on rides. How it is made: bench/hotmeal.md.", ""]
    return [*lines, *table(("instance", "without a limit", *(NAMES[e] for e in ENGINES)), rows), *remarks(notes)]


def _cell(problem: Problem, part: Series, notes: list[str]) -> str:
    valid = [outcome for outcome in part.outcomes if outcome.cost is not None and outcome.plan is not None]
    best = min(valid, key=lambda outcome: (outcome.vehicles, outcome.cost or 0.0), default=None)
    if best is None or best.plan is None:
        return "none"
    cold = cold_meals(problem, best.plan)
    notes += [f"{problem.name}: {NAMES[best.engine]}: {cold[0]}"] if cold else []
    return "cold" if cold else f"{best.vehicles} / {number(best.cost)}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes one instance in our own JSON."""
    parser = argparse.ArgumentParser(prog="bench.hotmeal", description=__doc__)
    parser.add_argument("file", type=Path, help="a Li & Lim file")
    parser.add_argument("out", type=Path, help="where the instance goes")
    parser.add_argument("--limit", choices=list(SLACK), default="usual")
    options = parser.parse_args(arguments)
    problem = hot(read_problem(options.file), options.limit)
    problem = replace(problem, travel=Travel(problem.travel.matrices))  # our format knows whole ticks only
    options.out.write_text(json.dumps(unwalled.write(problem)), encoding="utf-8")
    sys.stdout.write(f"{problem.name}: {len(problem.links)} meals\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
