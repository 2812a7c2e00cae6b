"""Finds the public benchmark files and their best published values; it brings none of them along."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MISSING = "No benchmark files here: set UNWALLED_BENCH_DATA to a folder with them (bench/README.md says which)."


@dataclass(frozen=True, slots=True)
class Instance:
    """One public file, what it is called in a table, and its best published value (NaN when none was published)."""

    name: str
    file: Path
    published: float
    solution: Path | None = None
    vehicles: int = 0


@cache
def data_folder() -> Path | None:
    """The folder of benchmark files: UNWALLED_BENCH_DATA, else shared/data/routing beside the checkout."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data" / "routing"
    folder = Path(os.environ.get("UNWALLED_BENCH_DATA", beside))
    return folder if folder.is_dir() else None


def files(pattern: str) -> list[Path]:
    """Benchmark files by a pattern below the folder; none when the folder is not there."""
    folder = data_folder()
    return sorted(folder.glob(pattern)) if folder else []


def homecare(family: str) -> list[Instance]:
    """The instances of a home-care family with the costs and solution files that its best.md names."""
    folder = data_folder()
    if folder is None:
        return []
    known = {file.name.removesuffix(".gz"): file for file in (folder / family).rglob("*.json*")}
    found = []
    for line in (folder / family / "best.md").read_text(encoding="utf-8").splitlines()[2:]:
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 6 and cells[1] in known:
            found.append(Instance(cells[1], known[cells[1]], float(cells[5]), known.get(cells[6])))
    return found


def distances() -> dict[str, float]:
    """Best known distances of Solomon and Gehring-Homberger instances by upper-case name."""
    return {row["instance"].upper(): float(row["bks_distance_dimacs_1dec"]) for row in _rows("bks_vrptw_distance.csv")}


def vehicles_first(benchmark: str, clients: int) -> dict[str, tuple[int, float]]:
    """Best known (vehicles, distance) of a SINTEF benchmark by lower-case name."""
    return {
        row["instance"].lower(): (int(row["routes"]), float(row["distance"]))
        for row in _rows("bks_sintef_vehicles_then_distance.csv")
        if row["benchmark"] == benchmark and row["clients"] == f"{clients}"
    }


def _rows(name: str) -> list[dict[str, str]]:
    folder = data_folder()
    if folder is None:
        return []
    with (folder / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
