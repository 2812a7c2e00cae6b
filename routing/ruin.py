"""Chooses which visits to take out together so that putting them back may be better; it changes nothing itself."""

from __future__ import annotations

import numpy as np

from routing.compiled import Compiled
from routing.state import State
from routing.travel import Ints

NEAR = 40


class Ruin:
    """Neighbourhoods in space and time over one compiled problem."""

    def __init__(self, c: Compiled, rng: np.random.Generator) -> None:
        self.c, self.rng = c, rng
        n = c.halves
        places = np.array(c.place[:n], dtype=np.int64)
        due = np.array([min(d, 1 << 34) for d in c.due[:n]], dtype=np.float64)
        early = np.array(c.e[:n], dtype=np.float64)
        between = np.maximum(0, np.maximum(early[:, None] - due[None], early[None] - due[:, None]))
        space = c.D[0][np.ix_(places, places)].astype(np.float64) if n else np.zeros((0, 0))
        nearness = space + 0.5 * np.abs(early[:, None] - early[None]) * 0.5 + between
        np.fill_diagonal(nearness, -1.0)
        self.near: Ints = np.argsort(nearness, axis=1, kind="stable")[:, : NEAR + 1].astype(np.int64)

    def choose(self, state: State, size: int) -> list[int]:
        """About `size` units that are served and belong together."""
        if not self.c.halves:
            return []
        pick = self.rng.random()
        if pick < 0.6:
            return self.strings(state, size)
        if pick < 0.85:
            return self.around(state, size)
        return self.late(state, size)

    def seed(self) -> int:
        """A random half of a visit."""
        return int(self.rng.integers(self.c.halves))

    def strings(self, state: State, size: int) -> list[int]:
        """Strings of consecutive stops of neighbouring routes. Source: Christiaens, Vanden Berghe (2020)."""
        rng, chosen, ruined = self.rng, dict[int, None](), set[int]()
        longest = max(1, min(8, size))
        wanted = 1 + int(rng.integers(max(1, size)))
        for x in self.near[self.seed()]:
            r = state.where[x]
            if r < 0 or r in ruined:
                continue
            seq = state.seq[r]
            length = 1 + int(rng.integers(min(longest, len(seq))))
            begin = max(0, min(seq.index(int(x)) - int(rng.integers(length)), len(seq) - length))
            for y in seq[begin : begin + length]:
                if y < self.c.halves:
                    chosen[self.c.unit[y]] = None
            ruined.add(r)
            if len(chosen) >= wanted:
                break
        return list(chosen)

    def around(self, state: State, size: int) -> list[int]:
        """A random part of the neighbours of one visit."""
        wanted, chosen = 1 + int(self.rng.integers(max(1, size))), dict[int, None]()
        for x in self.near[self.seed()]:
            if state.where[x] >= 0 and self.rng.random() < 0.6:
                chosen[self.c.unit[x]] = None
                if len(chosen) >= wanted:
                    break
        return list(chosen)

    def late(self, state: State, size: int) -> list[int]:
        """A late visit, those before it in its route and some neighbours; a random cluster when nobody is late."""
        late = [x for x in range(self.c.halves) if state.where[x] >= 0 and state.late[x] > 0]
        if not late:
            return self.around(state, size)
        weights = np.array([state.late[x] for x in late], dtype=np.float64)
        x = late[int(self.rng.choice(len(late), p=weights / weights.sum()))]
        seq = state.seq[state.where[x]]
        i = seq.index(x)
        members = seq[max(0, i - 3) : i + 1] + [int(y) for y in self.near[x][1 : 1 + size]]
        chosen = {self.c.unit[y]: None for y in members if y < self.c.halves and state.where[y] >= 0}
        return list(chosen)[: max(1, size)]
