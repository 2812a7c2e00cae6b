"""Judges a plan of weeks from its problem alone; it shares no code with the model and mends nothing."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator

from routing.verdict import Violation
from routing.weekly_plan import Choice, WeekPlan
from routing.weekly_problem import Helper, Recurring, Weeks


def judge_weeks(problem: Weeks, plan: WeekPlan) -> list[Violation]:
    """Every broken rule, and every claimed number that is not what it should be; never raises for a broken plan."""
    return list(_Weeks(problem, plan).run())


class _Weeks:
    def __init__(self, problem: Weeks, plan: WeekPlan) -> None:
        self.problem, self.plan = problem, plan
        self.wanted = {asked.id: asked for asked in problem.wanted}
        self.helpers = {helper.id: helper for helper in problem.helpers}
        self.load: dict[tuple[str, int], int] = defaultdict(int)
        self.halves: dict[tuple[str, int, int], int] = defaultdict(int)
        self.met: dict[str, set[str]] = defaultdict(set)

    def run(self) -> Iterator[Violation]:
        chosen = [choice.wanted for choice in self.plan.choices]
        for name in sorted(set(chosen)):
            if chosen.count(name) > 1 or name not in self.wanted:
                yield Violation("unknown_wanted", name, f"chosen {chosen.count(name)} times")
        for choice in self.plan.choices:
            if choice.wanted in self.wanted:
                yield from self._choice(self.wanted[choice.wanted], choice)
        yield from self._missing()
        yield from self._days()
        yield from self._numbers()

    def _choice(self, asked: Recurring, choice: Choice) -> Iterator[Violation]:
        days = choice.weekdays
        if len(set(days)) != len(days) or not set(days) <= set(range(7)) or len(days) > asked.times:
            yield Violation("weekdays", asked.id, f"are {days}, asked {asked.times}")
        if asked.patterns and not any(set(days) <= pattern for pattern in asked.patterns):
            yield Violation("pattern", asked.id, f"{days} is in no allowed pattern")
        weeks = sorted(days) + [day + 7 for day in sorted(days)[:1]]
        for one, other in itertools.pairwise(weeks):
            if len(days) > 1 and other - one < asked.apart:
                yield Violation("apart", asked.id, f"{other - one} days, at least {asked.apart}")
        dates = [turn.date for turn in choice.turns]
        if len(set(dates)) != len(dates):
            yield Violation("twice", asked.id, "two occurrences on one date")
        for turn in choice.turns:
            yield from self._turn(asked, choice, turn.date, turn.caregivers)

    def _turn(self, asked: Recurring, choice: Choice, date: int, people: tuple[str, ...]) -> Iterator[Violation]:
        name = f"{asked.id} on {date}"
        if date % 7 not in choice.weekdays or not 0 <= date < 7 * self.problem.weeks:
            yield Violation("date", name, f"weekdays are {choice.weekdays}")
        if len(set(people)) != asked.people:
            yield Violation("people", name, f"{people}, asked {asked.people}")
        for who in people:
            helper = self.helpers.get(who)
            if helper is None:
                yield Violation("unknown_caregiver", name, who)
                continue
            yield from self._able(asked, helper, date, name)
            i, q = self.problem.helpers.index(helper), self.problem.wanted.index(asked)
            ticks = asked.duration + int(self.problem.ways[i, q])
            self.load[who, date] += ticks
            self.met[asked.elder].add(who)
            if asked.window[1] + asked.duration <= self.problem.noon:
                self.halves[who, date, 0] += ticks
            elif asked.window[0] >= self.problem.noon:
                self.halves[who, date, 1] += ticks

    def _able(self, asked: Recurring, helper: Helper, date: int, name: str) -> Iterator[Violation]:
        for skill, level in asked.skills.items():
            if helper.skills.get(skill, 0) < level:
                yield Violation("skill", f"{name} by {helper.id}", f"{skill} {level}")
        if helper.id in asked.refused:
            yield Violation("refused", f"{name} by {helper.id}", "was refused")
        begin, end = helper.days.get(date, (0, -1))
        if end < begin:
            yield Violation("day_off", f"{name} by {helper.id}", f"date {date}")
        elif max(begin, asked.window[0]) > min(asked.window[1], end - asked.duration):
            yield Violation("hours", f"{name} by {helper.id}", f"on duty {begin} to {end}")

    def _missing(self) -> Iterator[Violation]:
        turns = {choice.wanted: len(choice.turns) for choice in self.plan.choices}
        for asked in self.problem.wanted:
            lacking = asked.times * self.problem.weeks - turns.get(asked.id, 0)
            told = self.plan.missing[asked.id].missed if asked.id in self.plan.missing else 0
            if lacking != told:
                yield Violation("unaccounted", asked.id, f"{lacking} missed, {told} told")

    def _days(self) -> Iterator[Violation]:
        for (who, date), load in sorted(self.load.items()):
            begin, end = self.helpers[who].days.get(date, (0, 0))
            for half, (low, high) in enumerate(((begin, self.problem.noon), (self.problem.noon, end))):
                if self.halves[who, date, half] > max(0, min(high, end) - max(low, begin)):
                    yield Violation("half_day", f"{who} on {date}", f"{self.halves[who, date, half]} in half {half}")
            if load > end - begin:
                yield Violation("day", f"{who} on {date}", f"{load} of {end - begin}")
        for elder, people in self.met.items():
            if len(people) > self.problem.crowd:
                yield Violation("crowd", elder, f"{len(people)} people, at most {self.problem.crowd}")

    def _numbers(self) -> Iterator[Violation]:
        paid = {
            who: tuple(sum(self.load[who, 7 * week + day] for day in range(7)) for week in range(self.problem.weeks))
            for who in self.helpers
        }
        for who, weeks in paid.items():
            if max(weeks) > self.helpers[who].most:
                yield Violation("week", who, f"{max(weeks)} paid, at most {self.helpers[who].most}")
            if tuple(self.plan.paid.get(who, ())) != weeks:
                yield Violation("paid_differs", who, f"says {self.plan.paid.get(who)}, is {weeks}")
        parts = self._parts(paid)
        for name, value in parts.items():
            if self.plan.parts.get(name) != value:
                yield Violation("parts_differ", name, f"says {self.plan.parts.get(name)}, is {value}")
        if self.plan.cost != sum(parts.values()):
            yield Violation("cost_differs", "plan", f"says {self.plan.cost}, is {sum(parts.values())}")

    def _parts(self, paid: dict[str, tuple[int, ...]]) -> dict[str, int]:
        """Every part of the cost, weighted."""
        problem, weights = self.problem, self.problem.weights
        travel = sum(
            int(problem.ways[problem.helpers.index(self.helpers[who]), q])
            for choice in self.plan.choices if choice.wanted in self.wanted
            for q in [problem.wanted.index(self.wanted[choice.wanted])]
            for turn in choice.turns for who in turn.caregivers if who in self.helpers
        )  # fmt: skip
        known: dict[str, frozenset[str]] = {}
        for asked in problem.wanted:
            known[asked.elder] = known.get(asked.elder, frozenset()) | asked.previous
        strangers = sum(len(people - known[elder]) for elder, people in self.met.items() if known[elder])
        spread = under = 0
        for week in range(problem.weeks):
            working = [h for h in problem.helpers if any(7 * week <= date < 7 * week + 7 for date in h.days)]
            hours = [paid[helper.id][week] for helper in working]
            spread += max(hours, default=0) - min(hours, default=0)
            under += sum(max(0, helper.least - paid[helper.id][week]) for helper in working)
        turns = {choice.wanted: len(choice.turns) for choice in self.plan.choices}
        missed = sum(a.price * (a.times * problem.weeks - turns.get(a.id, 0)) for a in problem.wanted)
        return {
            "missed": missed,
            "travel": weights.travel * travel,
            "people": weights.person * sum(len(people) for people in self.met.values()),
            "strangers": weights.stranger * strangers,
            "spread": weights.spread * spread,
            "under": weights.under * under,
        }
