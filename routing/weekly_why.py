"""Says why a recurring visit is missed, and what would have to give least; it changes no choice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from routing.problem import FAR
from routing.weekly_model import Choices, Chunk, Eligible
from routing.weekly_plan import Missing
from routing.weekly_problem import Helper, Recurring, Weeks, barrier

WORDS = {
    "skill": "lack the skill",
    "refused": "are refused",
    "off": "are never on duty on such a day",
    "hours": "are on duty at other hours",
    "full": "have no room left",
}
EFFORT = 0.5
HOUR = 3600
REMEDIES = 40
"""So many missed visits at most are asked what would help them."""
NOTHING = "no single change is enough"


def explained(choices: Choices, eligible: Eligible) -> dict[str, Missing]:
    """A reason and a remedy for every wanted visit of which occurrences are missed."""
    problem, found = choices.problem, dict[str, Missing]()
    for q, asked in enumerate(problem.wanted):
        missed = asked.times * problem.weeks - len(choices.turns[q])
        if missed:
            counts = _counts(problem, asked)
            told = ", ".join(f"{n} {WORDS[code]}" for code, n in counts.items())
            text = (
                f"{missed} of {asked.times * problem.weeks} missed; {len(problem.helpers)} caregivers: {told or 'none'}"
            )
            remedy = _remedy(choices, q) if len(found) < REMEDIES else ""
            found[asked.id] = Missing(missed, counts, text, remedy)
    return found


def _counts(problem: Weeks, asked: Recurring) -> dict[str, int]:
    """For how many caregivers what stops them on most allowed dates; "full" when nothing but time does."""
    counts: Counter[str] = Counter()
    weekdays = frozenset[int]().union(*asked.patterns) if asked.patterns else frozenset(range(7))
    dates = [date for date in range(7 * problem.weeks) if date % 7 in weekdays]
    for helper in problem.helpers:
        codes = Counter(barrier(asked, helper, date) for date in dates)
        counts["full" if codes.get("") else codes.most_common(1)[0][0]] += 1
    return dict(counts.most_common())


def _remedy(choices: Choices, q: int) -> str:
    """The first of these that lets in every occurrence, everybody else's weeks as they are: mildest first."""
    asked = choices.problem.wanted[q]
    for words, problem in _eased(choices.problem, asked):
        eased = Choices(problem, list(choices.days), list(choices.turns))
        new, _ = Chunk(Eligible(problem), eased, [asked.elder]).improved(EFFORT, 1)
        others = [other for other in problem.elders[asked.elder] if other != q]
        if new is None or any(len(new.turns[other]) < len(choices.turns[other]) for other in others):
            continue
        if len(new.turns[q]) == problem.wanted[q].times * problem.weeks:
            return words
    return NOTHING


def _eased(problem: Weeks, asked: Recurring) -> Iterator[tuple[str, Weeks]]:
    """Problems in which one thing gives, the mildest first, each in words."""

    def wanted(changed: Recurring) -> Weeks:
        return replace(problem, wanted=tuple(changed if r.id == asked.id else r for r in problem.wanted))

    if asked.patterns:
        yield "any weekdays", wanted(replace(asked, patterns=()))
    yield "one more caregiver for this elder", replace(problem, crowd=problem.crowd + 1)
    low, high = asked.window
    for hours in (1, 2, 4):
        wide = replace(asked, window=(max(0, low - hours * HOUR), high + hours * HOUR))
        yield f"a window {hours} h wider on both sides", wanted(wide)
    for hours in (2, 6):
        longer = tuple(replace(helper, most=min(FAR, helper.most + hours * HOUR)) for helper in problem.helpers)
        yield f"{hours} h a week more for a caregiver", replace(problem, helpers=longer)
    yield (
        "an hour more on duty at both ends of a day",
        replace(problem, helpers=tuple(map(_longer_day, problem.helpers))),
    )
    if asked.apart > 1:
        yield "a day less between two occurrences", wanted(replace(asked, apart=asked.apart - 1, patterns=()))
    lower = {skill: max(1, level - 1) for skill, level in asked.skills.items()}
    if lower != dict(asked.skills):
        yield "one level lower", wanted(replace(asked, skills=lower))
    if asked.refused:
        yield "somebody who was refused", wanted(replace(asked, refused=frozenset()))
    if asked.people == 2:
        yield "one person in place of two", wanted(replace(asked, people=1))
    if asked.times > 1:
        yield "one occurrence fewer a week", wanted(replace(asked, times=asked.times - 1, patterns=()))


def _longer_day(helper: Helper) -> Helper:
    days = {date: (max(0, low - HOUR), high + HOUR) for date, (low, high) in helper.days.items()}
    return replace(helper, days=days)
