"""A first choice for the weeks, visit by visit: whoever misses least and costs least then; it never looks back."""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np
import numpy.typing as npt

from routing.weekly_model import Choices, Eligible, half_of
from routing.weekly_problem import Recurring, too_close

Bools = npt.NDArray[np.bool_]


def first_choices(eligible: Eligible) -> Choices:
    """Elders with the fewest able caregivers first; within the crowd, all rooms and weekly limits are kept."""
    greedy = _Greedy(eligible)
    problem = eligible.problem
    fewest = {elder: min(len(eligible.able[q]) for q in visits) for elder, visits in problem.elders.items()}
    for elder in sorted(problem.elders, key=lambda elder: (fewest[elder], elder)):
        crew: set[int] = set()
        for q in sorted(problem.elders[elder], key=lambda q: (len(eligible.able[q]), q)):
            greedy.place(q, crew)
    return greedy.choices


class _Greedy:
    def __init__(self, eligible: Eligible) -> None:
        self.eligible, self.problem = eligible, eligible.problem
        self.choices = Choices(self.problem)
        dates = 7 * self.problem.weeks
        self.room = np.zeros((len(self.problem.helpers), dates), np.int64)
        self.halves = np.zeros((len(self.problem.helpers), dates, 2), np.int64)
        for h, helper in enumerate(self.problem.helpers):
            for date, (begin, end) in helper.days.items():
                middle = min(max(self.problem.noon, begin), end)
                self.room[h, date], self.halves[h, date] = end - begin, (middle - begin, end - middle)
        self.week = np.array([[helper.most] * self.problem.weeks for helper in self.problem.helpers], np.int64)
        self.week = self.week.reshape(len(self.problem.helpers), self.problem.weeks)

    def place(self, q: int, crew: set[int]) -> None:
        """Chooses weekdays for visit q and who comes; `crew` is who comes to the elder already, and grows."""
        asked, dates = self.problem.wanted[q], 7 * self.problem.weeks
        people = self.eligible.candidates(q, crew)
        if not people:
            return
        free = np.array([self._free(q, h) for h in people])
        price = {h: self._price(q, h, crew) for h in people}
        best: tuple[float, tuple[int, ...], list[int]] | None = None
        for days in _patterns(asked.times, asked.apart, asked.patterns):
            wanted = np.isin(np.arange(dates) % 7, days)
            chosen, missed = self._staff(asked, people, free & wanted, wanted, crew)
            cost = asked.price * missed + sum(price[h] for h in chosen)
            if best is None or cost < best[0]:
                best = (cost, days, chosen)
        assert best is not None  # noqa: S101 - there is always a pattern
        self._take(q, best[1], best[2], crew)

    def _staff(
        self, asked: Recurring, people: list[int], free: Bools, wanted: Bools, crew: set[int]
    ) -> tuple[list[int], int]:  # fmt: skip
        """(caregivers who cover most of the dates, greedily, how many dates stay uncovered)."""
        chosen: list[int] = []
        covered = np.zeros(len(wanted), np.int64)
        while (covered[wanted] < asked.people).any():
            open_dates = wanted & (covered < asked.people)
            gains = [
                -1 if h in chosen or (h not in crew and len(crew | set(chosen)) >= self.problem.crowd)
                else int((free[i] & open_dates).sum())
                for i, h in enumerate(people)
            ]  # fmt: skip
            i = max(range(len(people)), key=lambda i: (gains[i], people[i] in crew, -i))
            if gains[i] <= 0:
                break
            chosen.append(people[i])
            covered += free[i] & open_dates
        return chosen, int((covered[wanted] < asked.people).sum())

    def _free(self, q: int, h: int) -> Bools:
        """On which dates a caregiver still has room for the visit, week by week as often as it may come."""
        asked = self.problem.wanted[q]
        ticks, half = self._ticks(q, h), half_of(asked, self.problem.noon)
        free = (self.room[h] >= ticks) & (np.repeat(self.week[h], 7) >= ticks * min(asked.times, 7))
        if half >= 0:
            free &= self.halves[h, :, half] >= ticks
        able = np.zeros(7 * self.problem.weeks, np.bool_)
        able[sorted(self.eligible.able[q][h])] = True
        result: Bools = free & able
        return result

    def _ticks(self, q: int, h: int) -> int:
        return self.problem.wanted[q].duration + int(self.problem.ways[h, q])

    def _price(self, q: int, h: int, crew: set[int]) -> float:
        """What somebody costs: the way, being new to the elder, and how full their weeks are."""
        weights, asked = self.problem.weights, self.problem.wanted[q]
        known = self.eligible.known[q]
        new = 0 if h in crew else weights.person + weights.stranger * bool(known and h not in known)
        full = self.problem.helpers[h].most - float(self.week[h].mean())
        return new + weights.travel * int(self.problem.ways[h, q]) * asked.times * self.problem.weeks + 0.01 * full

    def _take(self, q: int, days: tuple[int, ...], chosen: list[int], crew: set[int]) -> None:
        """Writes the turns down and takes their time from everybody's rooms."""
        asked = self.problem.wanted[q]
        half = half_of(asked, self.problem.noon)
        turns: dict[int, tuple[int, ...]] = {}
        for date in (date for date in range(7 * self.problem.weeks) if date % 7 in days):
            here = [h for h in chosen if self._free_now(q, h, date, half)][: asked.people]
            if len(here) < asked.people:
                continue
            turns[date] = tuple(here)
            for h in here:
                ticks = self._ticks(q, h)
                self.room[h, date] -= ticks
                self.week[h, date // 7] -= ticks
                if half >= 0:
                    self.halves[h, date, half] -= ticks
        crew |= {h for turn in turns.values() for h in turn}
        self.choices.days[q] = tuple(sorted({date % 7 for date in turns}))
        self.choices.turns[q] = turns

    def _free_now(self, q: int, h: int, date: int, half: int) -> bool:
        ticks = self._ticks(q, h)
        fits = date in self.eligible.able[q][h] and self.room[h, date] >= ticks and self.week[h, date // 7] >= ticks
        return bool(fits and (half < 0 or self.halves[h, date, half] >= ticks))


@cache
def _patterns(times: int, apart: int, patterns: tuple[frozenset[int], ...]) -> list[tuple[int, ...]]:
    """The sets of weekdays to choose from; fewer days when so many do not lie far enough apart."""
    if patterns:
        return [tuple(sorted(pattern)) for pattern in patterns]
    asked = Recurring("x", "x", 0, times, 0, (0, 0), apart=apart)
    for n in range(times, 0, -1):
        found = [
            days for days in itertools.combinations(range(7), n)
            if not any(too_close(asked, a, b) for a, b in itertools.combinations(days, 2))
        ]  # fmt: skip
        if found:
            return found
    return []
