"""Promise: a measuring run spends what it was given, chooses fairly, and one section never eats another's numbers."""

import argparse
from dataclasses import replace

import pytest

from bench import __main__ as bench
from bench import results
from bench.contest import Outcome, Series, play
from bench.effort import Effort
from bench.plain import Unplayable, plain_of, timed_plan
from bench.sections import SECTIONS
from bench.tables import gap, means, table
from routing.check import check
from routing.problem import Break, Objective, Problem
from tests.routing.town import call, lin, line, rich

ITEMS = list("abcdefghij")


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (0.1, {"f": 1}),
        (1.0, {"a": 1, "c": 1, "e": 1, "f": 1, "h": 1, "j": 1}),
        (1.7, dict.fromkeys(ITEMS, 1)),
        (5.0, dict.fromkeys(ITEMS, 3)),
        (60.0, dict.fromkeys(ITEMS, 5)),
    ],
)
def test_a_budget_buys_instances_first_and_seeds_then(minutes: float, expected: dict[str, int]) -> None:
    """Few minutes measure evenly spaced instances once, more minutes all of them, the rest goes into seeds."""
    picked = {item: len(seeds) for item, seeds in Effort(minutes).pick(ITEMS, 10.0)}
    assert picked == expected
    assert sum(picked.values()) * 10 <= max(10, minutes * 60)


def test_full_knows_no_budget_and_quick_shortens_solves() -> None:
    """--full measures everything five times; --quick a tenth of the wall clock, three seconds at least."""
    assert all(len(seeds) == 5 for _, seeds in Effort(0.1, full=True).pick(ITEMS, 60.0))
    assert [Effort(1, quick=True).seconds(s) for s in (1.0, 10.0, 60.0)] == [1.0, 3.0, 6.0]
    assert Effort(1).seconds(60.0) == 60.0


def test_a_section_owns_its_part_of_the_results() -> None:
    """Writing one section anew leaves the others, keeps the order, and drops what is no section."""
    text = results.put("# old\n\n## Loose heading\n\nx\n", "late", "the last", ["l"], ["early", "late"])
    text = results.put(text, "early", "the first", ["one", "### 10 s", "two"], ["early", "late"])
    text = results.put(text, "other", "somebody else's", ["o"], ["early", "late"])
    text = results.put(text, "late", "the last", ["new"], ["early", "late"])
    assert list(results.sections(text)) == ["early", "late", "other"]
    assert "### 10 s\ntwo" in text and "new" in text and "\nl\n" not in text and "Loose" not in text
    assert results.put(text, "late", "the last", ["new"], ["early", "late"]) == text


def test_a_broken_section_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """An exception in one section becomes its text and the exit code; nothing is raised. (--quick writes no file.)"""

    def breaks(effort: Effort) -> list[str]:
        raise ValueError(f"no luck in {effort.minutes:.1f} min")

    name = next(iter(SECTIONS))
    monkeypatch.setitem(SECTIONS, name, replace(SECTIONS[name], measure=breaks))
    options = argparse.Namespace(budget=6.0, quick=True, full=False, print=False)
    assert bench.run(name, options) is False
    assert "This section broke" in (told := capsys.readouterr().out) and "no luck in 0.5 min" in told


def test_all_sections_fit_into_the_promised_time() -> None:
    """The ordinary run of everything is promised to end within about an hour and a quarter."""
    assert sum(section.minutes for section in SECTIONS.values()) <= 75
    assert all(section.title and section.minutes > 0 for section in SECTIONS.values())


def plain() -> Problem:
    """Four visits that anybody can plan: prices, two levels of skill, hard windows."""
    visits = (call("a", 1), call("b", 2, 100, 200), call("c", 3, needs=call("c", 3).needs), call("far", 4, 0, 30))
    crew = (lin(skills={"care": 2}), lin("chen"))
    return Problem("plain", 1, line(5), crew, visits, objective=Objective(tardiness=0, overtime=0))


def test_a_plain_problem_and_an_order_make_a_plan() -> None:
    """Orders of indices become a plan at the earliest times, judged by the same checker as ours."""
    problem = plain()
    arrays = plain_of(problem)
    assert arrays.visits == 4 and arrays.people == 2 and arrays.able.all()
    plan = timed_plan(problem, [(0, [0, 1]), (1, [2])], "outside")
    verdict = check(problem, plan, claimed=False)
    assert verdict.valid and set(plan.unserved) == {"far"}
    assert verdict.cost == 2 * 20 + 2 * 30 + 5000
    late = check(problem, timed_plan(problem, [(0, [2, 3])], "outside"), claimed=False)
    assert [v.code for v in late.violations] == ["after_window"]


def test_what_peers_cannot_say_is_refused_by_name() -> None:
    """The first feature that has no place with the peers is named; nothing is dropped silently."""
    problem = plain()
    soft = replace(problem, objective=Objective())
    rested = replace(problem, caregivers=(lin(rest=Break(30, 300, 450)),))
    for bad, says in ((rich(), "meals"), (soft, "tardiness"), (rested, "breaks")):
        with pytest.raises(Unplayable, match=says):
            plain_of(bad)
    assert "meals" in play("vroom", rich(), 1.0).note


def test_a_seed_without_a_plan_counts_against_the_median() -> None:
    """Two of three seeds without a plan leave no median; one of three leaves the worse of the others."""
    series = [Series([Outcome("ours", cost, 1.0) for cost in costs]) for costs in ([3.0, None, 1.0], [None, 2.0, None])]
    assert [one.median for one in series] == [3.0, None]
    assert [one.best for one in series] == [1.0, 2.0] and not series[0].valid
    assert means([1.0, None, 3.0]) == "+2.00 (1 without)" and gap(110.0, 100.0) == pytest.approx(10.0)
    assert table(("a", "b"), [(1, "x")]) == ["| a | b |", "|---|---|", "| 1 | x |"]
