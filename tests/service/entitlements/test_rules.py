"""Promise: what is told at night follows from rules and facts alone, and the same facts twice change nothing."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.entitlements.rules import benefit_faults, difference, is_time, missed, patrolled_since
from service.policies.conditions import Facts
from service.policies.kinds import KINDS

RULES: list[dict[str, Any]] = KINDS["entitlements"].default["rules"]
CATEGORIES = ("destitute", "low_income", "severe_handicap", "special_family", "living_alone", "empty_nest")
GIFTS = ("assessment", "patrol", "home_adaptation", "home_care")


def facts(age: int = 70, ability: int | None = None, *categories: str, alone: bool = False) -> Facts:
    return Facts(age, ability, alone, ability is not None, frozenset(categories))


@pytest.mark.parametrize(
    ("known", "codes"),
    [
        (facts(79), []),
        (facts(80), ["assessment_80"]),
        (facts(70, alone=True), ["patrol_special"]),
        (facts(70, 0, "severe_handicap"), ["patrol_special"]),
        (facts(70, 1, "low_income"), []),
        (facts(70, 2, "low_income"), ["home_adaptation", "home_care_45h"]),
        (facts(70, 3, "destitute"), ["home_adaptation", "home_care_60h"]),
        (facts(70, None, "destitute"), []),
        (facts(80, 0, "low_income"), ["assessment_80", "home_adaptation"]),
    ],
)
def test_the_rules_that_are_shipped(known: Facts, codes: list[str]) -> None:
    """At the edges of age and level; an unknown level opens nothing."""
    assert [one.rule for one in missed(RULES, known, set())] == codes


known_facts = st.builds(
    facts, st.integers(60, 110), st.none() | st.integers(0, 4), *[st.sampled_from(CATEGORIES)] * 2, alone=st.booleans()
)


@settings(max_examples=80, deadline=None)
@given(known_facts, st.sets(st.sampled_from(GIFTS)), st.sets(st.sampled_from([rule["code"] for rule in RULES])))
def test_one_night_settles_it(known: Facts, received: set[str], standing: set[str]) -> None:
    """After a night exactly what is missed stands; a second look changes nothing; nothing received is told."""
    night = difference(RULES, known, received, standing)
    after = (standing - {code for code, _ in night.ended}) | {one.rule for one in night.new}
    assert after == {one.rule for one in missed(RULES, known, received)}
    again = difference(RULES, known, received, after)
    assert (again.new, again.ended) == ((), ())
    assert not {one.gives for one in night.new} & received


def test_why_something_ended() -> None:
    """Received, or not entitled any more."""
    received = difference(RULES, facts(80), {"assessment"}, {"assessment_80"})
    assert received.ended == (("assessment_80", "received"),)
    richer = difference(RULES, facts(70, 3), set(), {"home_care_60h"})
    assert richer.ended == (("home_care_60h", "not_entitled"),)


@pytest.mark.parametrize(
    ("from_on", "until_on", "wrong"),
    [
        (date(2026, 3, 5), None, []),
        (date(1940, 1, 1), date(1940, 1, 1), []),
        (date(2027, 3, 6), None, []),
        (date(2027, 3, 7), None, ["from_on"]),
        (date(2150, 1, 1), date(2149, 1, 1), ["from_on", "until_on"]),
        (date(1939, 12, 31), None, ["from_on"]),
        (date(2026, 3, 5), date(2026, 3, 4), ["until_on"]),
        (date(2026, 3, 5), date(2100, 1, 1), ["until_on"]),
    ],
)
def test_the_days_of_a_benefit(from_on: date, until_on: date | None, wrong: list[str]) -> None:
    """Not before they were born, begun within a year, for at most thirty; each wrong day is named."""
    faults = benefit_faults(from_on, until_on, date(1940, 1, 1), date(2026, 3, 5))
    assert [fault.field for fault in faults] == wrong and all(fault.accepted for fault in faults)


def test_the_time_of_the_look() -> None:
    """At night, once; by day only when a night was missed; never by itself before the first night."""
    three_at_night, nine = datetime(2026, 3, 5, 19, tzinfo=UTC), datetime(2026, 3, 5, 1, tzinfo=UTC)
    assert is_time(three_at_night, None) and not is_time(nine, None)
    assert not is_time(three_at_night, three_at_night - timedelta(hours=1))
    assert is_time(three_at_night, three_at_night - timedelta(hours=24))
    assert not is_time(nine, nine - timedelta(hours=29)) and is_time(nine, nine - timedelta(hours=31))


@pytest.mark.parametrize(
    ("today", "since"), [(date(2026, 1, 1), date(2025, 12, 1)), (date(2026, 3, 31), date(2026, 2, 1))]
)
def test_a_look_in_of_last_month_counts(today: date, since: date) -> None:
    """Until this month is over."""
    assert patrolled_since(today) == since
