"""Promise: weekdays and caregivers over weeks keep every rule, are repeatable, and what is missed says why."""

import itertools
from dataclasses import replace

import pytest

from routing.errors import ProblemError
from routing.travel import straight
from routing.weekly import WeekProgress, plan_weeks
from routing.weekly_check import judge_weeks
from routing.weekly_plan import Choice, Turn, WeekPlan
from routing.weekly_problem import Helper, Recurring, Weeks, Weights, barrier, too_close
from tests.routing.weeks import HOUR, town_weeks

MORNING = (8 * HOUR, 11 * HOUR)


def office(name: str, *, days: range | list[int] = range(5), skill: str = "care", level: int = 1) -> Helper:
    """Somebody on duty from eight to five at place 0."""
    return Helper(name, 0, "ebike", dict.fromkeys(days, (8 * HOUR, 17 * HOUR)), {skill: level}, 0, 40 * HOUR)


def often(name: str, times: int, **more: object) -> Recurring:
    """An hour of care in the morning at place 1, so many times a week."""
    fixed = {"skills": {"care": 1}, "price": 4 * HOUR, **more}
    return Recurring(name, name.split(".")[0], 1, times, HOUR, MORNING, **fixed)  # type: ignore[arg-type]


def small(helpers: tuple[Helper, ...], *wanted: Recurring, weeks: int = 1, crowd: int = 3) -> Weeks:
    """A station and two doors."""
    home = straight([(121.44, 37.51), (121.45, 37.52), (121.46, 37.51)], modes=["ebike"])
    return Weeks("small", weeks, home, helpers, wanted, crowd)


@pytest.mark.parametrize(("seed", "weeks"), [(1, 1), (2, 1), (3, 2), (4, 3)])
def test_every_rule_is_kept(seed: int, weeks: int) -> None:
    """The independent judge finds nothing in the plan of a seeded town, its cost and hours included."""
    problem = town_weeks(30, 8, weeks, seed)
    plan = plan_weeks(problem, rounds=6, seed=seed)
    assert judge_weeks(problem, plan) == []
    assert sum(m.missed for m in plan.missing.values()) <= 0.1 * sum(a.times * weeks for a in problem.wanted)


def test_the_same_seed_and_rounds_give_the_same_plan() -> None:
    """Two runs agree in every choice; cost never grows while it is told."""
    problem, news = town_weeks(24, 6, 1, 5), list[WeekProgress]()
    one = plan_weeks(problem, rounds=4, seed=7, on_progress=news.append)
    assert plan_weeks(problem, rounds=4, seed=7) == one
    assert [n.cost for n in news] == sorted((n.cost for n in news), reverse=True)
    assert news[-1].cost == one.cost and one.ended == "rounds"


def test_a_small_week_is_solved_to_the_end() -> None:
    """With everything in one group CP-SAT proves that no plan is cheaper, and trying all of them agrees."""
    problem = small((office("lin", days=[0, 2]), office("chen", days=[1, 2])), often("a", 2), often("b", 1))
    plan = plan_weeks(problem)
    assert plan.proved and plan.ended == "proved"
    assert plan.cost == by_trying(problem)


def by_trying(problem: Weeks) -> int:
    """The least cost over all ways to give each date of each visit to a helper or nobody, judged one by one."""
    best = 1 << 60
    names = [helper.id for helper in problem.helpers]
    for turns in itertools.product(*([None, *names] for _ in range(7 * len(problem.wanted)))):
        chosen = [turns[7 * i : 7 * i + 7] for i in range(len(problem.wanted))]
        if any(sum(who is not None for who in t) > a.times for a, t in zip(problem.wanted, chosen, strict=True)):
            continue
        if any(who and barrier(a, problem.helpers[names.index(who)], date)
               for a, t in zip(problem.wanted, chosen, strict=True) for date, who in enumerate(t)):  # fmt: skip
            continue
        choices = tuple(
            Choice(
                a.id,
                tuple(d for d, who in enumerate(t) if who),
                tuple(Turn(d, (who,)) for d, who in enumerate(t) if who),
            )
            for a, t in zip(problem.wanted, chosen, strict=True)
        )
        bare = WeekPlan(choices, {}, {}, 0, {})
        found = judge_weeks(problem, bare)
        if all(v.code in {"unaccounted", "paid_differs", "parts_differ", "cost_differs"} for v in found):
            cost = next((int(v.detail.rsplit(" ", 1)[1]) for v in found if v.code == "cost_differs"), 0)
            best = min(best, cost)
    return best


def test_baths_lie_two_days_apart_over_the_turn_of_the_week() -> None:
    """Three times a week with two days between: never Sunday and Monday."""
    crew = (office("lin", days=range(7)),)
    plan = plan_weeks(small(crew, often("bath", 3, apart=2)))
    (choice,) = plan.choices
    assert len(choice.weekdays) == 3
    assert not any(too_close(often("bath", 3, apart=2), a, b) for a, b in itertools.combinations(choice.weekdays, 2))
    four = plan_weeks(small(crew, often("bath", 4, apart=2)))
    assert len(four.choices[0].weekdays) == 3 and four.missing["bath"].missed == 1


def test_known_faces_come_and_few_of_them() -> None:
    """An elder who knows Chen gets Chen, and one person rather than two."""
    crew = (office("lin"), office("chen"), office("wu"))
    problem = small(crew, often("a", 5, previous=frozenset({"chen"})), weeks=2)
    plan = plan_weeks(replace(problem, weights=Weights(spread=0)))
    assert {who for turn in plan.choices[0].turns for who in turn.caregivers} == {"chen"}


def test_paid_hours_are_shared() -> None:
    """Two people and four elders: with a weight on the spread nobody works more than the other."""
    wanted = tuple(often(f"e{i}", 5) for i in range(4))
    problem = replace(small((office("lin"), office("chen")), *wanted), weights=Weights(spread=10))
    plan = plan_weeks(problem)
    assert plan.parts["spread"] == 0 and plan.paid["lin"] == plan.paid["chen"]


@pytest.mark.parametrize(
    ("helpers", "asked", "code", "remedy"),
    [
        ((office("lin", level=1),), often("a", 1, skills={"care": 2}), "skill", "one level lower"),
        ((office("lin"),), often("a", 1, refused=frozenset({"lin"})), "refused", "somebody who was refused"),
        ((office("lin", days=[0]),), often("a", 1, patterns=(frozenset({3}),)), "off", "any weekdays"),
        ((office("lin"),), often("a", 1, people=2), "full", "one person in place of two"),
        ((replace(office("lin"), most=HOUR),), often("a", 1), "full", "2 h a week more for a caregiver"),
    ],
)  # fmt: skip
def test_what_is_missed_says_why_and_what_would_help(
    helpers: tuple[Helper, ...], asked: Recurring, code: str, remedy: str
) -> None:
    """The reason counts caregivers, the remedy has been tried."""
    plan = plan_weeks(small(helpers, asked))
    missing = plan.missing["a"]
    assert missing.missed == asked.times and (code in missing.counts) and missing.remedy == remedy
    assert judge_weeks(small(helpers, asked), plan) == []


def test_time_and_cancelling_end_it_early() -> None:
    """The plan in hand is given, and says what ended it."""
    problem = town_weeks(60, 10, 1, 3)
    assert plan_weeks(problem, seconds=0.01).ended == "seconds"
    stopped = plan_weeks(problem, cancelled=lambda: True)
    assert stopped.ended == "cancelled" and judge_weeks(problem, stopped) == []


def test_nothing_asked_and_nobody_there() -> None:
    """An empty week is planned at once; without caregivers everything is missed with its reason."""
    assert plan_weeks(small((office("lin"),))).choices == ()
    alone = plan_weeks(small((), often("a", 2)))
    assert alone.missing["a"].missed == 2 and judge_weeks(small((), often("a", 2)), alone) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"times": 8}, "times"), ({"people": 3}, "people"), ({"window": (5, 1)}, "window"), ({"apart": 0}, "apart"),
        ({"patterns": (frozenset({1, 9}),)}, "patterns"), ({"patterns": (frozenset({1}),)}, "patterns"),
    ],
)  # fmt: skip
def test_bad_values_are_named(change: dict[str, object], field: str) -> None:
    """Everything out of range is refused at birth under its field's name."""
    with pytest.raises(ProblemError) as refusal:
        replace(often("a", 2), **change)  # type: ignore[arg-type]
    assert field in refusal.value.field


BROKEN = {
    "apart": lambda c: replace(c, weekdays=(0, 1), turns=(Turn(0, ("lin",)), Turn(1, ("lin",)))),
    "date": lambda c: replace(c, turns=(Turn(({0, 1, 2, 3, 4} - {*c.weekdays}).pop(), ("lin",)), c.turns[1])),
    "people": lambda c: replace(c, turns=(Turn(c.turns[0].date, ("lin", "chen")), *c.turns[1:])),
    "day_off": lambda c: replace(c, weekdays=(0, 6), turns=(Turn(0, ("lin",)), Turn(6, ("lin",)))),
    "skill": lambda c: replace(c, turns=tuple(replace(t, caregivers=("bag",)) for t in c.turns)),
    "unknown_caregiver": lambda c: replace(c, turns=tuple(replace(t, caregivers=("nobody",)) for t in c.turns)),
    "weekdays": lambda c: replace(c, weekdays=(0, 2, 4)),
    "unaccounted": lambda c: replace(c, turns=c.turns[:1]),
    "twice": lambda c: replace(c, turns=(c.turns[0], c.turns[0])),
}


@pytest.mark.parametrize("code", BROKEN)
def test_the_judge_sees_what_was_broken(code: str) -> None:
    """Each mutation of a good plan is reported under its own code."""
    problem = small((office("lin"), office("chen"), office("bag", skill="meals")), often("a", 2, apart=2))
    plan = plan_weeks(problem)
    assert judge_weeks(problem, plan) == []
    broken = replace(plan, choices=(BROKEN[code](plan.choices[0]),))
    assert code in {violation.code for violation in judge_weeks(problem, broken)}
