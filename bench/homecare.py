"""Home care against the best published plans: Mankowska's sets and Italian cities, every plan judged twice.

Each plan is judged by routing.check and, after being written to a file, by bench/judge_hhcrsp.py, which reads only the
public instance and that file. The published plans go through the same outside judge.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.contest import Series, series
from bench.data import MISSING, Instance, homecare
from bench.effort import Effort
from bench.judge_hhcrsp import judge, load
from bench.tables import gap, means, number, percent, remarks, table, worst
from routing.formats import read_problem, write_plan
from routing.plan import Plan
from routing.problem import Problem

SAME = 1e-4
SMALL_S, LARGE_S = 10.0, 60.0
LARGE = 50


@dataclass(frozen=True)
class Row:
    """One instance: the published cost, ours over the seeds, the routing model's where it was asked."""

    instance: Instance
    patients: int
    ours: Series
    theirs: Series | None
    twice: Sequence[str] = field(default_factory=list)

    @property
    def gaps(self) -> tuple[float | None, float | None]:
        """Percent above the published cost: median and best."""
        return gap(self.ours.median, self.instance.published), gap(self.ours.best, self.instance.published)

    def cells(self) -> list[str]:
        """The row of the table."""
        theirs = "-" if self.theirs is None else percent(gap(self.theirs.best, self.instance.published))
        seeds = f"{len(self.ours.costs)} of {len(self.ours.outcomes)}"
        return [
            self.instance.name, f"{self.patients}", number(self.instance.published), number(self.ours.median),
            number(self.ours.best), *map(percent, self.gaps), seeds, theirs,
        ]  # fmt: skip


HEAD = ("instance", "patients", "published", "median", "best", "median %", "best %", "valid seeds", "OR-Tools %")


def mankowska(effort: Effort) -> list[str]:
    """10 to 300 patients at 10 s, and those from 50 patients up at 60 s."""
    instances = [published(_short(instance)) for instance in homecare("hhcrsp_mankowska")]
    if not instances:
        return [MISSING]
    instances.sort(key=lambda i: tuple(int(part) for part in i.name.split("_")))
    large = [instance for instance in instances if int(instance.name.split("_")[0]) >= LARGE]
    quick = rows(instances, effort.share(0.2), effort.seconds(SMALL_S), _size)
    slow = rows(large, effort.share(0.8), effort.seconds(LARGE_S), None)
    lines = ["Cost = (travel + total lateness + highest lateness) / 3, in the files' units."]
    lines += ["", f"### {effort.seconds(SMALL_S):.0f} s", "", *shown(quick)]
    return [*lines, "", f"### {effort.seconds(LARGE_S):.0f} s", "", *shown(slow)]


def italian(effort: Effort) -> list[str]:
    """The eight cities at 60 s; the routing model on the smallest."""
    instances = [published(_city(instance)) for instance in homecare("hhcrsp_italian")]
    if not instances:
        return [MISSING]
    found = rows(instances, effort, effort.seconds(LARGE_S), lambda instance: instance.name == "003-rome")
    note = "The published plan of 013-macerata starts one visit a unit before its window; its cost stands as printed."
    return [note, "", *shown(found)]


def rows(instances: Sequence[Instance], effort: Effort, seconds: float,
         baseline: Callable[[Instance], object] | None) -> list[Row]:  # fmt: skip
    """What the budget allows; `baseline` names groups of which one instance is given to the routing model too."""
    found, groups = [], set[object]()
    for instance, seeds in effort.pick(instances, seconds):
        problem = replace(read_problem(instance.file), name=instance.name)
        ours = series("ours", problem, seconds, seeds)
        group = baseline(instance) if baseline else False
        asked = group not in (False, None) and (group not in groups or effort.full)
        groups.add(group)
        theirs = series("ortools", problem, seconds, seeds) if asked else None
        twice = [told for plan in ours.plans for told in outside(instance.file, problem, plan)]
        found.append(Row(instance, len(problem.visits), ours, theirs, twice))
    return found


def outside(file: Path, problem: Problem, plan: Plan) -> list[str]:
    """What the outside judge holds against a plan once it is written to a file; its cost must be the same too."""
    verdict = judge(load(file), _written(problem, plan))
    told = verdict.broken[:1]
    if abs(verdict.cost - plan.cost) > SAME:
        told = [*told, f"says {plan.cost}, the outside judge {verdict.cost}"]
    return [f"{problem.name}: {reason}" for reason in told]


def _written(problem: Problem, plan: Plan) -> object:
    with TemporaryDirectory() as folder:
        place = Path(folder) / "solution.json"
        place.write_text(json.dumps(write_plan(problem, plan, "hhcrsp")), encoding="utf-8")
        return load(place)


def shown(found: Sequence[Row]) -> list[str]:
    """The table, its means by size, and how many are better, equal and worse than published."""
    lines = [*table(HEAD, [row.cells() for row in found]), ""]
    lines += _by_size(found) if len({row.patients for row in found}) < len(found) else []
    medians = [row.gaps[0] for row in found]
    lines.append(f"Mean gap {means(medians)} % (worst {percent(worst(medians))} %). {counted(found)}")
    judged = sum(len(row.ours.costs) for row in found)
    refused = [told for row in found for told in row.twice]
    lines.append(f"Judged twice: {judged} plans, {len(refused)} of them refused by the outside judge.")
    notes = [note for row in found for part in (row.ours, row.theirs) if part for note in part.notes]
    return [*lines, *remarks([*refused, *notes])]


def counted(found: Sequence[Row]) -> str:
    """Better, equal and worse than published, by median and by best seed."""
    told = []
    both = {"by median": [row.ours.median for row in found], "by the best seed": [row.ours.best for row in found]}
    for name, reached in both.items():
        costs = [(cost, row.instance.published) for cost, row in zip(reached, found, strict=True)]
        better = sum(cost is not None and cost < published - SAME for cost, published in costs)
        equal = sum(cost is not None and abs(cost - published) <= SAME for cost, published in costs)
        told.append(f"{name} {better} better than published, {equal} equal, {len(costs) - better - equal} worse")
    return f"Of {len(found)}: {'; '.join(told)}."


def _by_size(found: Sequence[Row]) -> list[str]:
    sizes = sorted({row.patients for row in found})
    lines = []
    for size in sizes:
        group = [row for row in found if row.patients == size]
        medians = [row.gaps[0] for row in group]
        theirs = [gap(row.theirs.best, row.instance.published) for row in group if row.theirs]
        new = sum((row.ours.best or 1e18) < row.instance.published - SAME for row in group)
        lines.append([size, len(group), means(medians), percent(worst(medians)), new, means(theirs)])
    head = ("patients", "instances", "mean median %", "worst median %", "new best values", "OR-Tools mean %")
    return [*table(head, lines), ""]


def published(instance: Instance) -> Instance:
    """With the exact cost of the published plan where that plan is there and valid (best.md rounds to six digits)."""
    if instance.solution is None:
        return instance
    verdict = judge(load(instance.file), load(instance.solution))
    return instance if verdict.broken else replace(instance, published=verdict.cost)


def _short(instance: Instance) -> Instance:
    return replace(instance, name=re.sub(r".*HCSRP_|\.json$", "", instance.name))


def _city(instance: Instance) -> Instance:
    return replace(instance, name=re.sub(r"^instance_|-r\d+-.*$", "", instance.name))


def _size(instance: Instance) -> str:
    return instance.name.split("_")[0]
