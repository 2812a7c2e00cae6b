"""Pick-up and delivery with time windows (Li & Lim, 100 tasks): vehicles first, then distance, as SINTEF lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.contest import NAMES, Outcome, Series, series
from bench.data import MISSING, Instance, files, vehicles_first
from bench.effort import Effort
from bench.tables import gap, mean, number, percent, remarks, table
from routing.formats import read_problem

SECONDS = 30.0
ENGINES = ("ours", "pyvrp", "vroom", "ortools")
NOTE = (
    "Vehicles / distance, the best seed by vehicles first. A vehicle costs more than any saved distance for us and for "
    "OR-Tools; PyVRP and VROOM get the largest fixed cost that their numbers carry well (20 longest arcs)."
)


@dataclass(frozen=True)
class Match:
    """One instance and what each solver made of it."""

    instance: Instance
    played: dict[str, Series]

    def best(self, engine: str) -> Outcome | None:
        """Fewest vehicles, then shortest."""
        valid = [outcome for outcome in self.played[engine].outcomes if outcome.cost is not None]
        return min(valid, key=lambda outcome: (outcome.vehicles, outcome.cost or 0.0), default=None)

    def gap(self, engine: str) -> float | None:
        """Percent of distance above the best known, when the vehicles are as few; None otherwise."""
        best = self.best(engine)
        as_few = best is not None and best.vehicles <= self.instance.vehicles
        return gap(best.cost, self.instance.published) if best and as_few else None


def measure(effort: Effort) -> list[str]:
    """Every instance at 30 s beside the peers."""
    instances = known()
    if not instances:
        return [MISSING]
    seconds = effort.seconds(SECONDS)
    found = []
    for instance, seeds in effort.pick(instances, 2 * seconds, 2 * seconds):
        problem = replace(read_problem(instance.file), name=instance.name)
        found.append(Match(instance, {engine: series(engine, problem, seconds, seeds) for engine in ENGINES}))
    notes = [f"{m.instance.name}: {note}" for m in found for part in m.played.values() for note in part.notes]
    return [NOTE, "", f"{seconds:.0f} s.", "", *shown(found), *remarks(notes)]


def known() -> list[Instance]:
    """Instances with their best known vehicles and distance."""
    best = vehicles_first("LiLim", 100)
    found = {file.stem.lower(): file for file in files("lilim/*.txt")}
    return [Instance(name, file, best[name][1], vehicles=best[name][0]) for name, file in found.items() if name in best]


def shown(found: Sequence[Match]) -> list[str]:
    """The table, and on how many each solver has as few vehicles as the best known."""
    rows = []
    for match in found:
        cells = [match.instance.name, f"{match.instance.vehicles} / {match.instance.published:.2f}"]
        for engine in ENGINES:
            best = match.best(engine)
            cells.append(f"{best.vehicles} / {number(best.cost)}" if best else "none")
        rows.append([*cells, percent(match.gap("ours"))])
    lines = table(("instance", "best known", *(NAMES[engine] for engine in ENGINES), "our distance %"), rows)
    for engine in ENGINES:
        gaps = [match.gap(engine) for match in found]
        few = sum(value is not None for value in gaps)
        there = percent(mean(gaps))
        lines += [
            "",
            f"{NAMES[engine]}: as few vehicles as the best known on {few} of {len(found)}, distance there {there} %.",
        ]
    return lines
