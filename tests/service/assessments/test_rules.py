"""Promise: how long a result holds and which falls call for a new one, at the edges of months and days."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models.types import Scale
from service.assessments.rules import falls_again, imported_problems, valid_until
from service.elders.rules import age_on, birthday, born_by


@pytest.mark.parametrize(
    ("on", "months", "last"),
    [
        (date(2026, 3, 5), 12, date(2027, 3, 4)),
        (date(2026, 1, 1), 12, date(2026, 12, 31)),
        (date(2024, 2, 29), 12, date(2025, 2, 27)),
        (date(2026, 1, 31), 1, date(2026, 2, 27)),
        (date(2025, 12, 15), 24, date(2027, 12, 14)),
        (date(2026, 11, 30), 1, date(2026, 12, 29)),
    ],
)
def test_the_last_day_of_a_result(on: date, months: int, last: date) -> None:
    """The day before the same day, also where the month has no such day."""
    assert valid_until(on, months) == last


@pytest.mark.parametrize(
    ("until", "months", "faults"),
    [
        (None, 12, []),
        (date(2011, 1, 1), 12, []),
        (date(2010, 1, 1), 12, ["valid_until_on"]),
        (date(2011, 1, 2), 12, ["valid_until_on"]),
        (date(2012, 1, 1), 24, []),
        (date(2199, 12, 31), 24, ["valid_until_on"]),
    ],
)
def test_paper_holds_no_longer_than_the_district_lets_results_hold(
    until: date | None, months: int, faults: list[str]
) -> None:
    """A result from elsewhere may end sooner than one made here, never later; the fault names the last day."""
    on, born = date(2010, 1, 2), date(1940, 5, 6)
    wanted = {"scale": Scale.GBT42195, "level": 2, "assessed_on": on, "valid_until_on": until}
    found = imported_problems(wanted, born, date(2026, 3, 5), months)
    assert [one.field for one in found] == faults
    assert all(one.accepted == f"{on} to {valid_until(on, months)}, or none" for one in found)


def test_two_falls_within_thirty_days() -> None:
    """On the thirtieth day they count, a moment later not; before the last assessment's day they never do."""
    first = datetime(2026, 3, 5, 2, tzinfo=UTC)
    within, beyond = first + timedelta(days=30), first + timedelta(days=30, microseconds=1)
    assert falls_again([first, within], None) == (first, within)
    assert falls_again([within, first], date(2026, 3, 4)) == (first, within)
    assert falls_again([first, beyond], None) == ()
    assert falls_again([first], None) == falls_again([], None) == ()
    assert falls_again([first, within], date(2026, 3, 5)) == ()
    late = [first, beyond, beyond + timedelta(days=1)]
    assert falls_again(late, None) == tuple(late[1:])


@pytest.mark.parametrize("today", [date(2026, 3, 5), date(2024, 2, 29), date(2023, 2, 28), date(2023, 3, 1)])
def test_eighty_on_the_very_day(today: date) -> None:
    """The last birthday that makes eighty does, the day after it does not, born on 29 February included."""
    last = born_by(today, 80)
    assert age_on(last, today) == 80
    assert age_on(last + timedelta(days=1), today) == 79


@pytest.mark.parametrize("born", [date(1940, 2, 29), date(1946, 3, 5), date(1943, 12, 31)])
def test_a_birthday_is_the_first_day_of_an_age(born: date) -> None:
    """Also of those born on 29 February, in years that have none."""
    for years in (79, 80, 81):
        day = birthday(born, years)
        assert (age_on(born, day), age_on(born, day - timedelta(days=1))) == (years, years - 1)
