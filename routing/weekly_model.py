"""Re-plans the weeks of some elders exactly with CP-SAT, all others standing still; it chooses no neighbourhood."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from routing.travel import Ints
from routing.weekly_problem import Recurring, Weeks, barrier, too_close

NEAREST = 8
"""Caregivers looked at for a visit: known ones, those who come now, and so many with the least way."""

Turns = dict[int, tuple[int, ...]]
"""By date: the caregivers who come, as indices."""


@dataclass
class Choices:
    """Weekdays and turns of every wanted visit, and what they add up to; plain values, copied cheaply."""

    problem: Weeks
    days: list[tuple[int, ...]] = field(default_factory=list)
    turns: list[Turns] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.turns:
            self.days = [() for _ in self.problem.wanted]
            self.turns = [{} for _ in self.problem.wanted]

    def loads(self, without: Iterable[int] = ()) -> tuple[Ints, Ints]:
        """(ticks per [helper, date], ticks per [helper, date, half of the day]) of all visits but some."""
        problem, skipped = self.problem, set(without)
        load = np.zeros((len(problem.helpers), 7 * problem.weeks), np.int64)
        halves = np.zeros((*load.shape, 2), np.int64)
        for q, turns in enumerate(self.turns):
            if q in skipped:
                continue
            half = half_of(problem.wanted[q], problem.noon)
            for date, people in turns.items():
                for h in people:
                    ticks = problem.wanted[q].duration + int(problem.ways[h, q])
                    load[h, date] += ticks
                    if half >= 0:
                        halves[h, date, half] += ticks
        return load, halves


def half_of(asked: Recurring, noon: int) -> int:
    """0 for a visit that is over by noon, 1 for one that begins after it, -1 for one that may lie on either side."""
    return 0 if asked.window[1] + asked.duration <= noon else 1 if asked.window[0] >= noon else -1


class Eligible:
    """Who could do each wanted visit on which date, looked up once."""

    def __init__(self, problem: Weeks) -> None:
        self.problem = problem
        dates = range(7 * problem.weeks)
        self.able: list[dict[int, frozenset[int]]] = []
        self.near: list[list[int]] = []
        index = {helper.id: h for h, helper in enumerate(problem.helpers)}
        self.known = [frozenset(index[who] for who in asked.previous if who in index) for asked in problem.wanted]
        for q, asked in enumerate(problem.wanted):
            fits = {
                h: frozenset(date for date in dates if not barrier(asked, helper, date))
                for h, helper in enumerate(problem.helpers)
            }
            self.able.append({h: days for h, days in fits.items() if days})
            ranked = sorted(self.able[q], key=lambda h: (-min(len(fits[h]), 5), int(problem.ways[h, q]), h))
            self.near.append(ranked[:NEAREST])

    def candidates(self, q: int, now: Iterable[int]) -> list[int]:
        """The caregivers looked at for visit q, those who come `now` among them."""
        chosen = {*self.near[q], *self.known[q], *now}
        return sorted(h for h in chosen if h in self.able[q])


class Chunk:
    """The model of some elders; `improved` gives their new choices when they are better than the old."""

    def __init__(self, eligible: Eligible, choices: Choices, elders: Iterable[str]) -> None:
        self.problem, self.eligible, self.now = eligible.problem, eligible, choices
        self.elders = list(elders)
        self.free = [q for elder in self.elders for q in self.problem.elders[elder]]
        self.load, self.halves = choices.loads(self.free)
        self.cp = cp_model.CpModel()
        self.cost: list[Any] = []
        self.day: dict[tuple[int, int], Any] = {}
        self.comes: dict[tuple[int, int, int], Any] = {}
        self.by_day: dict[tuple[int, int], list[tuple[Any, int, int]]] = {}
        self.moving: dict[int, list[Any]] = {}
        for elder in self.elders:
            self._elder(elder)
        self._hours()
        self.cp.minimize(sum(self.cost))

    def _elder(self, elder: str) -> None:
        problem, weights = self.problem, self.problem.weights
        known = frozenset[int]().union(*(self.eligible.known[q] for q in problem.elders[elder]))
        crew: dict[int, Any] = {}
        for q in problem.elders[elder]:
            here = {h for people in self.now.turns[q].values() for h in people}
            people = self.eligible.candidates(q, here)
            for h in people:
                if h not in crew:
                    crew[h] = self.cp.new_bool_var("")
                    self.cost.append(crew[h] * (weights.person + weights.stranger * bool(known and h not in known)))
            self._wanted(q, people, crew)
        if crew:
            self.cp.add(sum(crew.values()) <= problem.crowd)
        met = {h for q in problem.elders[elder] for turn in self.now.turns[q].values() for h in turn}
        for h, var in crew.items():
            self.cp.add_hint(var, h in met)

    def _wanted(self, q: int, people: list[int], crew: dict[int, Any]) -> None:
        problem, cp, asked = self.problem, self.cp, self.problem.wanted[q]
        days = [cp.new_bool_var("") for _ in range(7)]
        for w, var in enumerate(days):
            self.day[q, w] = var
            cp.add_hint(var, w in self.now.days[q])
        cp.add(sum(days) <= asked.times)
        if asked.patterns:
            chosen = [cp.new_bool_var("") for _ in asked.patterns]
            cp.add_exactly_one(chosen)
            for w, var in enumerate(days):
                cp.add_bool_or([~var, *(y for y, pattern in zip(chosen, asked.patterns, strict=True) if w in pattern)])
        for one in range(7):
            for other in range(one + 1, 7):
                if too_close(asked, one, other):
                    cp.add_at_most_one([days[one], days[other]])
        self.cost.append(asked.price * problem.weeks * (asked.times - sum(days)))
        for w in range(7):
            self._weekday(q, w, people, crew)

    def _weekday(self, q: int, w: int, people: list[int], crew: dict[int, Any]) -> None:
        """One weekday of a visit: the same caregivers on every date on which the usual ones are on duty."""
        dates = range(w, 7 * self.problem.weeks, 7)
        able = {date: tuple(h for h in people if date in self.eligible.able[q][h]) for date in dates}
        usual = max(able.values(), key=lambda here: (list(able.values()).count(here), here))
        shared: dict[int, Any] = {}
        for date in dates:
            regular = able[date] == usual and bool(usual)
            self._turn(q, date, able[date], crew, shared if regular else None)

    def _turn(
        self, q: int, date: int, people: tuple[int, ...], crew: dict[int, Any], shared: dict[int, Any] | None
    ) -> None:
        """One date of a visit: who comes. A date of its own may be missed though its weekday is chosen."""
        problem, cp, asked = self.problem, self.cp, self.problem.wanted[q]
        day, now, fresh = self.day[q, date % 7], self.now.turns[q].get(date, ()), not shared
        comes: dict[int, Any] = {} if shared is None else shared
        for h in people:
            if h not in comes:
                comes[h] = cp.new_bool_var("")
                cp.add_hint(comes[h], h in now)
                cp.add_implication(comes[h], crew[h])
            self.comes[q, date, h] = comes[h]
            ticks = asked.duration + int(problem.ways[h, q])
            self.by_day.setdefault((h, date), []).append((comes[h], ticks, half_of(asked, problem.noon)))
            self.cost.append(problem.weights.travel * int(problem.ways[h, q]) * comes[h])
        if shared is None:
            gap = cp.new_bool_var("")
            cp.add_implication(gap, day)
            cp.add_hint(gap, date % 7 in self.now.days[q] and not now)
            cp.add(sum(comes.values()) == asked.people * day - asked.people * gap)
            self.cost.append(asked.price * gap)
        elif fresh:
            cp.add(sum(comes.values()) == asked.people * day)

    def _hours(self) -> None:
        """Room in every day and half of it, weekly limits, and how far apart people's weeks are."""
        problem, weights = self.problem, self.problem.weights
        for (h, date), terms in self.by_day.items():
            begin, end = problem.helpers[h].days[date]
            middle = min(max(problem.noon, begin), end)
            self._room(terms, end - begin - int(self.load[h, date]))
            for half, room in ((0, middle - begin), (1, end - middle)):
                self._room([t for t in terms if t[2] == half], room - int(self.halves[h, date, half]))
        for week in range(problem.weeks):
            most, least = 0, None
            for h, helper in enumerate(problem.helpers):
                dates = [date for date in range(7 * week, 7 * week + 7) if date in helper.days]
                if not dates:
                    continue
                hours = [ticks * var for date in dates for var, ticks, _ in self.by_day.get((h, date), ())]
                base = int(self.load[h, 7 * week : 7 * week + 7].sum())
                if not hours:
                    most, least = max(most, base), base if least is None else min(least, base)
                    self.cost.append(weights.under * max(0, helper.least - base))
                    continue
                paid: Any = sum(hours) + base
                self.cp.add(paid <= max(base, helper.most))
                self._apart(week, paid, helper.least)
            self._spread(week, most, least)

    def _room(self, terms: list[tuple[Any, int, int]], room: int) -> None:
        filled: Any = sum(ticks * var for var, ticks, _ in terms)
        if sum(term[1] for term in terms) > room:
            self.cp.add(filled <= max(0, room))

    def _apart(self, week: int, paid: Any, least: int) -> None:
        self.moving.setdefault(week, []).append(paid)
        if least and self.problem.weights.under:
            under = self.cp.new_int_var(0, least, "")
            self.cp.add(under >= least - paid)
            self.cost.append(self.problem.weights.under * under)

    def _spread(self, week: int, most: int, least: int | None) -> None:
        moving, longest = self.moving.get(week, []), 7 * 86_400 * 100
        if not moving or not self.problem.weights.spread:
            self.cost.append(self.problem.weights.spread * (most - (least or 0)))
            return
        high = self.cp.new_int_var(most, longest, "")
        low = self.cp.new_int_var(0, longest if least is None else least, "")
        for paid in moving:
            self.cp.add(high >= paid)
            self.cp.add(low <= paid)
        self.cost.append(self.problem.weights.spread * (high - low))

    def improved(self, effort: float, seed: int) -> tuple[Choices | None, bool]:
        """(choices with these elders planned anew, or None when none was found, whether nothing cheaper exists)."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed
        solver.parameters.max_deterministic_time = effort
        status = solver.solve(self.cp)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None, False
        new = Choices(self.problem, list(self.now.days), list(self.now.turns))
        for q in self.free:
            new.days[q] = tuple(w for w in range(7) if solver.boolean_value(self.day[q, w]))
            new.turns[q] = {}
        for (q, date, h), var in self.comes.items():
            if solver.boolean_value(var):
                new.turns[q][date] = (*new.turns[q].get(date, ()), h)
        return new, status == cp_model.OPTIMAL
