"""How long a bed has been in its state and which days are billed, told by local days."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.beds import rules
from service.beds.rules import days_in

EARLY = datetime(2026, 11, 27, 23, 50, tzinfo=UTC)
"""Ten to eight in the morning of the 28th here."""


@pytest.mark.parametrize(
    ("on", "days"),
    [
        (date(2026, 11, 28), 0),
        (date(2026, 11, 29), 1),
        (date(2026, 12, 28), 30),
        (date(2026, 11, 27), 0),
    ],
)
def test_a_bed_moved_this_morning_is_there_since_today(on: date, days: int) -> None:
    """The day counts here, not in Greenwich; a day before the move is no negative stay."""
    assert days_in(EARLY, on) == days


SPANS = st.lists(st.tuples(st.integers(-20, 50), st.one_of(st.none(), st.integers(0, 30))), max_size=5)


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.none(), st.integers(-40, 40)), st.one_of(st.none(), st.integers(-40, 40)), SPANS)
def test_a_day_of_rest_is_never_billed(
    begun: int | None, ended: int | None, spans: list[tuple[int, int | None]]
) -> None:
    """Day by day: billed exactly when the bed lives and no rest covers it; stretches hold the same days, apart."""
    first, last = date(2026, 3, 1), date(2026, 3, 31)

    def day(number: int | None) -> date | None:
        return None if number is None else first + timedelta(days=number)

    rests = [(first + timedelta(days=at), day(None if long is None else at + long)) for at, long in spans]
    billed = rules.billed_days(day(begun), day(ended), rests, first, last)
    for number in range(31):
        one = first + timedelta(days=number)
        lives = begun is not None and begun <= number and (ended is None or number < ended)
        rested = any(start <= one and (stop is None or one < stop) for start, stop in rests)
        assert (one in billed) is (lives and not rested)
    found = rules.stretches(billed)
    assert sum((end - begin).days + 1 for begin, end in found) == len(billed)
    assert all((later[0] - earlier[1]).days > 1 for earlier, later in pairwise(found))
