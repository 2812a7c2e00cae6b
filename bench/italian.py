"""The eight Italian home-care instances against the best published cost; it leaves unflattering numbers in."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

from routing.check import check
from routing.errors import RoutingError
from routing.formats import read_problem
from routing.problem import Problem
from routing.solve import solve

SMALL = 60


@dataclass(frozen=True, slots=True)
class Row:
    """One instance planned by one engine; `cost` None when nothing publishable came out."""

    name: str
    patients: int
    engine: str
    published: float
    cost: float | None
    seconds: float
    valid: bool
    tries: int

    @property
    def gap(self) -> float | None:
        """Percent above the published cost."""
        return None if self.cost is None else 100 * (self.cost / self.published - 1)


def data_folder() -> Path | None:
    """The folder of benchmark files: UNWALLED_BENCH_DATA, else shared/data/routing beside the checkout."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data" / "routing"
    folder = Path(os.environ.get("UNWALLED_BENCH_DATA", beside))
    return folder if folder.is_dir() else None


def published(folder: Path, family: str) -> list[tuple[Path, float]]:
    """(instance file, published cost) of a family, from the best.md beside its files."""
    found = []
    for line in (folder / family / "best.md").read_text(encoding="utf-8").splitlines()[2:]:
        cells = [cell.strip() for cell in line.split("|")]
        files = sorted((folder / family).rglob(f"{cells[1]}*")) if len(cells) > 5 else []
        if files:
            found.append((files[0], float(cells[5])))
    return found


def measure(problem: Problem, name: str, reference: float, engine: str, seconds: float) -> Row:
    """One solve, judged once more from outside."""
    began = time.monotonic()
    try:
        plan = solve(problem, seconds=seconds, engine=engine)
    except RoutingError:
        return Row(name, len(problem.visits), engine, reference, None, time.monotonic() - began, False, 0)
    took = time.monotonic() - began
    valid = check(problem, plan).valid
    return Row(name, len(problem.visits), engine, reference, plan.cost, took, valid, plan.iterations)


def rows(folder: Path, seconds: float, *, baseline_up_to: int = SMALL) -> list[Row]:
    """Every Italian instance with the default engine, the small ones with the routing model too."""
    found = []
    for file, reference in published(folder, "hhcrsp_italian"):
        problem = read_problem(file)
        name = re.sub(r"^instance_|-r\d+-.*$", "", file.name)
        for engine in ("auto", "ortools"):
            if engine == "auto" or len(problem.visits) <= baseline_up_to:
                found.append(measure(problem, name, reference, engine, seconds))
    return found
