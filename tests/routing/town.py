"""Small invented problems for the tests of routing, each from a seed or spelled out; nothing here asserts."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from routing.problem import (
    Break,
    Canteen,
    Caregiver,
    Meal,
    Need,
    Objective,
    Problem,
    Shift,
    Visit,
    Window,
)
from routing.travel import Travel

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("UNWALLED_BENCH_DATA", ROOT.parent / "shared" / "data" / "routing"))


def files(pattern: str) -> list[Path]:
    """Benchmark files when the data folder is there, else nothing."""
    return sorted(DATA.glob(pattern)) if DATA.is_dir() else []


def line(n: int, step: int = 10) -> Travel:
    """Places on a straight street, `step` ticks apart."""
    at = np.arange(n) * step
    return Travel({"walk": np.abs(at[:, None] - at[None]).astype(np.int64)})


def lin(name: str = "lin", *, end: int = 1000, skills: dict[str, int] | None = None, rest: Break | None = None,
        portions: int = 0, load: int | None = None) -> Caregiver:  # fmt: skip
    """A caregiver on foot who starts and ends at place 0."""
    return Caregiver(name, (Shift.hard(0, end, rest),), 0, 0, skills or {"care": 1}, "walk", load, portions)


def call(name: str, place: int, begin: int = 0, end: int = 900, **more: object) -> Visit:
    """A visit of 20 ticks by one person with a hard window."""
    fixed = {"needs": (Need(20, {"care": 1}),), "windows": (Window.hard(begin, end),), "price": 5000, **more}
    return Visit(name, place, **fixed)  # type: ignore[arg-type]


def rich() -> Problem:
    """A small day with everything: a pair, goods, meals, a break, soft and hard windows, refusals, a pin."""
    pair = (Need(20, {"care": 1}), Need(30, {"care": 1}))
    visits = (
        call("a", 1, 50, 200),
        call("b", 2, 100, 400, windows=(Window(100, 150, 400),), refused=frozenset({"lin"})),
        call("pair", 3, 200, 500, needs=pair, gap=(0, 40)),
        call("from", 4, 0, 900, load=2),
        call("to", 5, 0, 900, load=2, delivers="from"),
        call("meal", 2, 300, 500, needs=(Need(5),), meal=Meal("kitchen", 1, 60)),
        call("soup", 3, 300, 500, needs=(Need(5),), meal=Meal("kitchen", 1, 60)),
        call("held", 1, 500, 700, pinned=("chen",), pinned_start=600),
    )
    crew = (
        lin(rest=Break(30, 300, 450), load=3),
        lin("chen", rest=Break(30, 300, 450), load=3),
        lin("bag", portions=4, skills={"meals": 1}),
    )
    return Problem(
        "rich", 1, line(6), crew, visits, (Canteen("kitchen", 1, 250, 10),), Objective(tardiness=2, overtime=3)
    )


def scattered(n: int, people: int, seed: int = 1, pairs: float = 0.2, size: int = 300) -> Problem:
    """A seeded classic home-care problem: soft windows, two skills, pairs together and in sequence, all served."""
    rng = np.random.default_rng(seed)
    xy = rng.integers(0, size, (n + 1, 2)).astype(float)
    legs = np.rint(np.sqrt(((xy[:, None] - xy[None]) ** 2).sum(-1))).astype(np.int64)
    crew = tuple(
        Caregiver(f"c{k}", (Shift(0, 1 << 40),), 0, 0, {"s1": 1} if k % 2 else {"s2": 1, "s1": 1}, "walk")
        for k in range(people)
    )
    visits = []
    for i in range(n):
        begin = int(rng.integers(0, 1500))
        needs = [Need(int(rng.integers(10, 40)), {"s1" if rng.random() < 0.6 else "s2": 1})]
        gap = (0, 0)
        if rng.random() < pairs:
            needs.append(Need(int(rng.integers(10, 40)), {"s1": 1}))
            gap = (0, 0) if rng.random() < 0.5 else (20, 80)
        visits.append(Visit(f"p{i}", i + 1, tuple(needs), (Window(begin, begin + 120),), gap=gap, must=True))
    objective = Objective(max_tardiness=1, overtime=0, scale=3)
    return Problem(f"scattered-{seed}", 1, Travel({"walk": legs}), crew, tuple(visits), objective=objective)
