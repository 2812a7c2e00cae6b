"""How much a run may spend: which instances and seeds fit a budget of minutes, chosen evenly and never by result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

Item = TypeVar("Item")

MOST_SEEDS = 5
QUICK_SHARE = 12
SHORTEST_S = 3.0


@dataclass(frozen=True, slots=True)
class Effort:
    """`minutes` of wall clock for a section; `quick` also shortens every solve, `full` knows no budget."""

    minutes: float
    quick: bool = False
    full: bool = False

    def seconds(self, wanted: float) -> float:
        """The wall clock of one solve: what was wanted, a tenth of it (3 s at least) in a quick run."""
        return min(wanted, max(SHORTEST_S, wanted / 10)) if self.quick else wanted

    def share(self, part: float) -> Effort:
        """The same effort with a part of the minutes."""
        return replace(self, minutes=self.minutes * part)

    def pick(
        self, items: Sequence[Item], seed_s: float, once_s: float = 0.0, most: int = MOST_SEEDS
    ) -> list[tuple[Item, range]]:
        """Which items are measured, each with its seeds 1, 2, ...: all once before any twice, at least one item.

        An item costs `seed_s` seconds for every seed and `once_s` besides. Too many items: evenly spaced ones.
        """
        seeds = range(1, most + 1)
        if self.full or not items:
            return [(item, seeds) for item in items]
        room = self.minutes * 60
        fitting = int(room / (seed_s + once_s))
        if fitting < len(items):
            count = max(1, fitting)
            return [(items[(2 * i + 1) * len(items) // (2 * count)], seeds[:1]) for i in range(count)]
        times = int((room / len(items) - once_s) / seed_s)
        return [(item, seeds[: max(1, times)]) for item in items]
