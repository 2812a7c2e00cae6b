"""The richer home-care model: components beside the published ones where a plan was published, and ten more."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from bench.contest import Series, series
from bench.data import MISSING, files
from bench.effort import Effort
from bench.homecare import outside
from bench.judge_hhcrsp import judge, load
from bench.tables import gap, number, percent, remarks, table
from routing.formats import read_problem
from routing.problem import Problem

SECONDS = 60.0
PARTS = ("travel", "tardiness", "max_tardiness", "waiting", "max_idle", "overtime")


def measure(effort: Effort) -> list[str]:
    """The three with a published plan first, then the others; the weights are not published, so plain sums count."""
    known = files("hhcrsp_extended/validation-0*")
    others = [file for file in files("hhcrsp_extended/0*") if file not in known]
    if not known:
        return [MISSING]
    notes: list[str] = []
    seconds = effort.seconds(SECONDS)
    lines = [f"{seconds:.0f} s. Sum of six components, without weights.", ""]
    rows = [
        row for file, seeds in effort.share(0.6).pick(known, seconds) for row in beside(file, seconds, seeds, notes)
    ]
    lines += [*table(("instance", "plan", "sum", *PARTS), rows), ""]
    more = effort.share(0.4).pick(others, effort.seconds(SECONDS / 4), most=1)
    lines += [f"Without a published plan, {effort.seconds(SECONDS / 4):.0f} s, one seed:", ""]
    found = [alone(file, effort.seconds(SECONDS / 4), seeds, notes) for file, seeds in more]
    return [*lines, *table(("instance", "patients", "sum", *PARTS), found), *remarks(notes)]


def beside(file: Path, seconds: float, seeds: range, notes: list[str]) -> list[list[str]]:
    """The published plan, ours, and how many percent each component of ours is above."""
    name = _name(file)
    verdict = judge(load(file), load(_solution(file)))
    _, ours = _planned(file, seconds, seeds, notes)
    rows = [[name, "published", number(verdict.cost, 0), *(number(verdict.components[p], 0) for p in PARTS)]]
    best = min((o for o in ours.outcomes if o.cost is not None), key=lambda o: o.cost or 0.0, default=None)
    if best is None or best.plan is None:
        return [*rows, [name, "ours", "none", *("-" for _ in PARTS)]]
    parts = best.plan.parts
    rows.append([name, f"ours, best of {len(ours.outcomes)}", number(best.cost), *(number(parts[p], 0) for p in PARTS)])
    gaps = [gap(parts[part], verdict.components[part]) for part in PARTS]
    middle = percent(gap(ours.median, verdict.cost))
    return [*rows, [name, f"% above (median {middle})", percent(gap(best.cost, verdict.cost)), *map(percent, gaps)]]


def alone(file: Path, seconds: float, seeds: range, notes: list[str]) -> list[str]:
    """One instance nobody published a plan for."""
    problem, ours = _planned(file, seconds, seeds, notes)
    plan = next((o.plan for o in ours.outcomes if o.cost is not None), None)
    parts = [number(plan.parts[part], 0) if plan else "-" for part in PARTS]
    return [problem.name, f"{len(problem.visits)}", number(ours.median), *parts]


def _planned(file: Path, seconds: float, seeds: range, notes: list[str]) -> tuple[Problem, Series]:
    problem = replace(read_problem(file), name=_name(file))
    ours = series("ours", problem, seconds, seeds)
    notes += ours.notes
    notes += [told for plan in ours.plans for told in outside(file, problem, plan)]
    return problem, ours


def _solution(file: Path) -> Path:
    """The published plan of a validation instance; its name carries the instance's."""
    stem = file.name.removesuffix(".json.gz").removeprefix("validation-")
    return next(file.parent.glob(f"validation-sol-{stem}-*"))


def _name(file: Path) -> str:
    return re.sub(r"^validation-|-p\d+-.*$", "", file.name)
