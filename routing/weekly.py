"""Chooses weekdays and caregivers for visits that come back every week, one to four weeks before any day is routed.

After a first choice by a plain rule, elders are planned in groups by CP-SAT: everybody once, then again and again those
who share caregivers, are with the busiest or idlest, or miss something. The same seed and rounds give the same plan.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from routing.errors import ProblemError, whole
from routing.weekly_cost import parts_of, planned
from routing.weekly_first import first_choices
from routing.weekly_model import Chunk, Eligible
from routing.weekly_plan import WeekPlan
from routing.weekly_problem import Weeks
from routing.weekly_why import explained

ROOM, WHOLE = 500, 1500
"""Variables of one group, about, and of a problem that is planned as a whole."""
ROUNDS = 60
EXCEPTIONS = 0.3
"""Of the dates after the first week, about so many have variables of their own."""
EFFORT, FINAL = 0.1, 4.0
"""CP-SAT's deterministic time for a group, and for a problem as a whole."""


@dataclass(frozen=True, slots=True)
class WeekProgress:
    """News of a running search."""

    seconds: float
    cost: int
    missed: int
    phase: str


def plan_weeks(
    problem: Weeks,
    *,
    rounds: int | None = None,
    seconds: float | None = None,
    seed: int = 1,
    on_progress: Callable[[WeekProgress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> WeekPlan:
    """The best choice of weekdays and caregivers found in `rounds` groups (60) after every elder's turn.

    `seconds` of wall clock only end it early, and the plan says so (`ended`). After every group `on_progress` hears
    and `cancelled` is asked. What is missed says why, and what would help. Raises ProblemError.
    """
    if seconds is not None and not seconds > 0:
        raise ProblemError("seconds", f"is {seconds}", "more than 0")
    whole(seed, "seed", 0, 2**31 - 1)
    tries = ROUNDS if rounds is None else whole(rounds, "rounds", 0)
    return _Search(problem, tries, seconds, seed, on_progress, cancelled).plan()


class _Search:
    def __init__(
        self, problem: Weeks, rounds: int, seconds: float | None, seed: int,
        on_progress: Callable[[WeekProgress], None] | None, cancelled: Callable[[], bool] | None,
    ) -> None:  # fmt: skip
        self.problem, self.rounds, self.seconds, self.seed = problem, rounds, seconds, seed
        self.tell, self.cancelled, self.began = on_progress, cancelled, time.monotonic()
        self.rng = np.random.default_rng(seed)
        self.eligible = Eligible(problem)
        self.choices = first_choices(self.eligible)
        self.parts = parts_of(self.choices)
        self.gains: dict[str, int] = {}
        self.done, self.proved, self.ended = 0, False, ""
        self.tried = 0

    def plan(self) -> WeekPlan:
        """All at once when that is small enough, else group after group: everybody once, then whoever may gain."""
        everybody = list(self.problem.elders)
        if everybody and sum(map(self._size, everybody)) <= WHOLE:
            self._group(everybody, "whole")
        if not self.proved:
            for group in self._cut(everybody):
                if self._stopped():
                    break
                self._group(group, "once")
        while not self._over():
            self._group(self._again(), "again")
            self.done += 1
        missing = explained(self.choices, self.eligible)
        told = {"seed": self.seed, "rounds": self.done}
        return planned(self.choices, missing, ended=self.ended, proved=self.proved, gains=self.gains, **told)

    def _stopped(self) -> bool:
        if self.seconds is not None and time.monotonic() - self.began > self.seconds:
            self.ended = "seconds"
        elif self.cancelled is not None and self.cancelled():
            self.ended = "cancelled"
        return bool(self.ended)

    def _over(self) -> bool:
        if self.proved or self.done >= self.rounds or not self.problem.elders:
            self.ended = self.ended or ("proved" if self.proved else "rounds")
        return self._stopped()

    def _group(self, elders: list[str], phase: str) -> None:
        """Plans a group anew and keeps what is cheaper."""
        self.tried += 1
        before, everybody = sum(self.parts.values()), phase == "whole"
        chunk = Chunk(self.eligible, self.choices, elders)
        new, proved = chunk.improved(FINAL if everybody else EFFORT, self.seed + self.tried)
        if new is not None:
            parts = parts_of(new)
            if sum(parts.values()) < before:
                self.choices, self.parts = new, parts
                self.gains[phase] = self.gains.get(phase, 0) + before - sum(parts.values())
            self.proved = self.proved or (everybody and proved and self._everybody_looked_at())
        if self.tell is not None:
            self.tell(WeekProgress(time.monotonic() - self.began, sum(self.parts.values()), self._missed(), phase))

    def _everybody_looked_at(self) -> bool:
        """Whether no able caregiver was left out of the model for being far."""
        visits = range(len(self.problem.wanted))
        return all(len(self.eligible.candidates(q, ())) == len(self.eligible.able[q]) for q in visits)

    def _missed(self) -> int:
        asked = sum(wanted.times * self.problem.weeks for wanted in self.problem.wanted)
        return asked - sum(len(turns) for turns in self.choices.turns)

    def _size(self, elder: str) -> int:
        """Variables that an elder needs, about."""
        visits = self.problem.elders[elder]
        weeks = 1 + EXCEPTIONS * (self.problem.weeks - 1)
        return round(sum(7 * weeks * (1 + len(self.eligible.candidates(q, ()))) for q in visits))

    def _cut(self, order: list[str]) -> Iterator[list[str]]:
        group: list[str] = []
        size = 0
        for elder in order:
            if group and size + self._size(elder) > ROOM:
                yield group
                group, size = [], 0
            group.append(elder)
            size += self._size(elder)
        if group:
            yield group

    def _again(self) -> list[str]:
        """A group that may gain together: near one another, around a caregiver, or around something missed."""
        elders = list(self.problem.elders)
        kind = self.rng.random()
        if kind < 0.4:
            order = self._near(elders[int(self.rng.integers(len(elders)))])
        elif kind < 0.7:
            order = self._around(self._uneven())
        else:
            order = self._short(elders)
        return next(self._cut(order))

    def _near(self, elder: str) -> list[str]:
        """All elders, by how many near caregivers they share with this one, then by chance."""
        mine = {h for q in self.problem.elders[elder] for h in self.eligible.candidates(q, ())}
        keys: Mapping[str, tuple[int, float]] = {
            other: (-len(mine & {h for q in qs for h in self.eligible.near[q]}), float(self.rng.random()))
            for other, qs in self.problem.elders.items()
        }
        return [elder, *sorted((other for other in keys if other != elder), key=lambda other: keys[other])]

    def _uneven(self) -> set[int]:
        """The caregivers with the most and the least paid time in a week drawn by chance."""
        load, _ = self.choices.loads()
        week = int(self.rng.integers(self.problem.weeks))
        dates = range(7 * week, 7 * week + 7)
        working = [h for h, helper in enumerate(self.problem.helpers) if any(date in helper.days for date in dates)]
        order = sorted(working, key=lambda h: (int(load[h, 7 * week : 7 * week + 7].sum()), h))
        return {*order[:2], *order[-2:]}

    def _around(self, people: set[int]) -> list[str]:
        """Elders to whom these caregivers come first, then those who could have them, by chance."""

        def rank(elder: str) -> tuple[int, float]:
            visits = self.problem.elders[elder]
            here = any(h in people for q in visits for turn in self.choices.turns[q].values() for h in turn)
            could = any(h in people for q in visits for h in self.eligible.near[q])
            return (0 if here and could else 1 if here or could else 2), float(self.rng.random())

        keys = {elder: rank(elder) for elder in self.problem.elders}
        return sorted(keys, key=lambda elder: keys[elder])

    def _short(self, elders: list[str]) -> list[str]:
        """Somebody who misses a visit, then who shares caregivers with them; anybody when nothing is missed."""
        problem = self.problem
        lacking = [
            elder for elder in elders
            if any(len(self.choices.turns[q]) < problem.wanted[q].times * problem.weeks for q in problem.elders[elder])
        ]  # fmt: skip
        pool = lacking or elders
        return self._near(pool[int(self.rng.integers(len(pool)))])
