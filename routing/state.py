"""A plan under search as plain lists, to read: orders, times and what each route costs; it changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from routing.compiled import Compiled
from routing.kernel import layout as k


@dataclass(frozen=True, slots=True)
class Tally:
    """What one route adds to the cost, in ticks; `cost` is the weighted sum of all but the maxima and the spread."""

    cost: int
    late: int
    idle: int
    used: bool


class State:
    """Taken from a search's memory: `seq` by route, everything else by task or route; `out` are units not served."""

    def __init__(self, c: Compiled, S: k.Memory, score: int) -> None:
        self.c, self.score = c, score
        lengths = S.R[:, k.LN]
        self.seq: list[list[int]] = [S.seq[r, : lengths[r]].tolist() for r in range(c.R)]
        columns = S.V.T.tolist()
        self.start, self.ready, self.leg, self.late = (columns[i] for i in (k.START, k.READY, k.LEG, k.LATE))
        self.where: list[int] = columns[k.ROUTE]
        self.back: list[int] = S.R[:, k.BACK].tolist()
        self.tally = [Tally(int(row[k.RCOST]), int(row[k.RLATE]), int(row[k.IDLE]), bool(row[k.USED])) for row in S.R]
        self.out = {u for u, unit in enumerate(c.units) if self.where[unit.tasks[0]] < 0}
        self.special = any(q != 0 for q in c.qty)

    def before(self, r: int, i: int) -> tuple[int, int]:
        """(free from, place) of route r before position i."""
        seq = self.seq[r]
        free = self.c.begin[r] if i == 0 else self.start[seq[i - 1]] + self.c.dur[seq[i - 1]]
        return free, self.place_before(r, i)

    def place_before(self, r: int, i: int) -> int:
        """Where the caregiver is before position i; breaks stay where they are."""
        at = next((self.c.place[y] for y in reversed(self.seq[r][:i]) if self.c.place[y] >= 0), self.c.home[r])
        return int(at)

    def home_leg(self, r: int) -> int:
        """Travel home at the end of route r; 0 when it is not used."""
        if not self.tally[r].used or self.c.goal[r] < 0:
            return 0
        return self.c.travel(r, self.place_before(r, len(self.seq[r])), self.c.goal[r])


def as_array(values: list[int]) -> k.I64:
    """A list as the kernel wants it."""
    return np.array(values, dtype=np.int64)
