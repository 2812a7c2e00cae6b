"""Plain routing with time windows, Solomon and Gehring-Homberger: not our trade, but a kernel must not lose it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.contest import NAMES, Series, series
from bench.data import MISSING, Instance, distances, files
from bench.effort import Effort
from bench.tables import gap, mean, means, percent, remarks, table, worst
from routing.formats import read_problem

SOLOMON_S, GEHRING_S = 10.0, 30.0
SHORT_SHARE = 0.7
HEAD = "Distance cut to one decimal per arc, the fleet as given, gap to the best known in % (median over the seeds)."


@dataclass(frozen=True)
class Match:
    """One instance and what each solver made of it."""

    instance: Instance
    played: dict[str, Series]

    def gap(self, engine: str) -> float | None:
        """Median gap of a solver in percent."""
        return gap(self.played[engine].median, self.instance.published) if engine in self.played else None


def solomon(effort: Effort) -> list[str]:
    """The 56 at 10 s beside every peer; at 30 s beside PyVRP."""
    instances = known("solomon/*.txt")
    if not instances:
        return [MISSING]
    short, long = effort.seconds(SOLOMON_S), effort.seconds(GEHRING_S)
    first = matches(instances, effort.share(SHORT_SHARE), short, ("ours", "pyvrp"), ("ours1", "ortools", "vroom"))
    second = matches(instances, effort.share(1 - SHORT_SHARE), long, ("ours", "pyvrp"), ("ours1",))
    lines = [HEAD, "", f"### {short:.0f} s", "", *each(first), "", *by_class(first)]
    lines += ["", f"### {long:.0f} s", "", *each(second), "", *by_class(second)]
    return [*lines, *_remarks([*first, *second])]


def gehring(effort: Effort) -> list[str]:
    """200, 400 and 1,000 customers at 30 s beside PyVRP, class by class."""
    instances = known("gehring_homberger/*.txt")
    if not instances:
        return [MISSING]
    seconds = effort.seconds(GEHRING_S)
    found = []
    for size, part in ((200, 0.4), (400, 0.4), (1000, 0.2)):
        group = [instance for instance in instances if size_of(instance) == size]
        found += matches(group, effort.share(part), seconds, ("ours", "pyvrp"), ("ours1",))
    return [HEAD, "", f"{seconds:.0f} s.", "", *each(found), "", *by_class(found), *_remarks(found)]


def known(pattern: str) -> list[Instance]:
    """Instances that have a best known distance."""
    best = distances()
    names = {file.stem.upper(): file for file in files(pattern)}
    return [Instance(name, file, best[name]) for name, file in names.items() if name in best]


def size_of(instance: Instance) -> int:
    """Customers of a Gehring-Homberger instance by its name (C1_2_5: 200)."""
    return 100 * int(instance.name.split("_")[1])


def class_of(name: str) -> str:
    """The class of an instance: R1 of R112, R1_2 of R1_2_5."""
    if "_" in name:
        return name.rsplit("_", 1)[0]
    return re.sub(r"\d\d$", "", name)


def matches(instances: Sequence[Instance], effort: Effort, seconds: float, seeded: Sequence[str],
            once: Sequence[str]) -> list[Match]:  # fmt: skip
    """What the budget allows: `seeded` solvers with every seed, `once` those that know none."""
    found = []
    for instance, seeds in effort.pick(instances, seconds * len(seeded), seconds * len(once)):
        problem = replace(read_problem(Path(instance.file)), name=instance.name)
        found.append(Match(instance, {engine: series(engine, problem, seconds, seeds) for engine in (*seeded, *once)}))
    return found


def each(found: Sequence[Match]) -> list[str]:
    """One row an instance."""
    engines = list(found[0].played)
    rows = [
        [
            m.instance.name, f"{m.instance.published:.1f}", len(m.played["ours"].outcomes),
            *(percent(m.gap(engine)) for engine in engines),
        ]
        for m in found
    ]  # fmt: skip
    return table(("instance", "best known", "seeds", *_names(engines)), rows)


def by_class(found: Sequence[Match]) -> list[str]:
    """Means by class and over all, and who is ahead of PyVRP where."""
    engines = list(found[0].played)
    groups = {name: [m for m in found if class_of(m.instance.name) == name] for name in _classes(found)}
    rows = [[name, len(group), *_means(group, engines), _leader(group)] for name, group in groups.items()]
    rows.append(["all", len(found), *_means(found, engines), _leader(found)])
    worsts = ", ".join(f"{NAMES[engine]} {percent(worst(m.gap(engine) for m in found))} %" for engine in engines)
    return [*table(("class", "instances", *_names(engines), "ahead"), rows), "", f"Worst: {worsts}."]


def _names(engines: Sequence[str]) -> list[str]:
    return [NAMES[engine] for engine in engines]


def _classes(found: Sequence[Match]) -> list[str]:
    return list(dict.fromkeys(class_of(m.instance.name) for m in found))


def _means(group: Sequence[Match], engines: Sequence[str]) -> list[str]:
    return [means(m.gap(engine) for m in group) for engine in engines]


def _leader(group: Sequence[Match]) -> str:
    """Who has the smaller mean gap, we or PyVRP; "even" within a hundredth of a percent."""
    ours, theirs = ([m.gap(engine) for m in group] for engine in ("ours", "pyvrp"))
    if None in ours or None in theirs:
        return "PyVRP" if None not in theirs else "ours" if None not in ours else "-"
    difference = (mean(ours) or 0.0) - (mean(theirs) or 0.0)
    return "even" if abs(difference) < 0.005 else "ours" if difference < 0 else "PyVRP"


def _remarks(found: Sequence[Match]) -> list[str]:
    return remarks(f"{m.instance.name}: {note}" for m in found for part in m.played.values() for note in part.notes)
