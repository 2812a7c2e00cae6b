"""Invented weeks for the tests: elders around stations, caregivers with shifts and days off, all from one seed."""

from __future__ import annotations

import numpy as np

from routing.travel import straight
from routing.weekly_problem import Helper, Recurring, Weeks, Weights

HOUR = 3600
SKILLS = ("care", "bath", "medical")


def town_weeks(elders: int = 20, helpers: int = 6, weeks: int = 1, seed: int = 1, crowd: int = 3) -> Weeks:
    """Elders with one to three recurring visits each, and caregivers who work five days of seven."""
    rng = np.random.default_rng(seed)
    points = [(121.44 + 0.06 * float(x), 37.50 + 0.05 * float(y)) for x, y in rng.random((elders + helpers, 2))]
    crew = tuple(_helper(rng, k, elders + k, weeks) for k in range(helpers))
    names = [helper.id for helper in crew]
    wanted: list[Recurring] = []
    for e in range(elders):
        wanted += _asked(rng, e, names)
    return Weeks(
        f"weeks-{seed}", weeks, straight(points, modes=["ebike"]), crew, tuple(wanted), crowd, weights=Weights()
    )


def _helper(rng: np.random.Generator, k: int, place: int, weeks: int) -> Helper:
    off = {k % 7, (k + 1 + int(rng.integers(3))) % 7}
    days = {date: (8 * HOUR, 17 * HOUR) for date in range(7 * weeks) if date % 7 not in off}
    for date in list(days):
        if rng.random() < 0.05:
            del days[date]
    level = 1 + int(rng.integers(3))
    skills = dict.fromkeys(SKILLS[: 1 + k % 3], level)
    return Helper(f"h{k}", place, "ebike", days, skills, 20 * HOUR, 40 * HOUR)


def _asked(rng: np.random.Generator, e: int, names: list[str]) -> list[Recurring]:
    found = []
    known = frozenset({names[int(rng.integers(len(names)))]}) if rng.random() < 0.5 else frozenset()
    refused = frozenset({names[int(rng.integers(len(names)))]}) - known if rng.random() < 0.1 else frozenset()
    for n in range(1 + int(rng.integers(3))):
        skill = SKILLS[int(rng.choice(3, p=[0.6, 0.3, 0.1]))]
        times = int(rng.integers(1, 4)) if skill == "care" else int(rng.integers(1, 3))
        begin = int(rng.choice([8, 9, 10, 13, 14, 15])) * HOUR
        patterns: tuple[frozenset[int], ...] = ()
        if times == 2 and rng.random() < 0.4:
            patterns = (frozenset({0, 3}), frozenset({1, 4}), frozenset({2, 5}))
        found.append(
            Recurring(
                f"e{e}.{n}", f"e{e}", e, times, int(rng.choice([30, 45, 60])) * 60, (begin, begin + 2 * HOUR),
                {skill: 1 + int(rng.random() < 0.2)}, 2 if rng.random() < 0.05 else 1, patterns,
                2 if skill == "bath" else 1, 4 * HOUR, refused, known,
            )
        )  # fmt: skip
    return found
