"""How long a bed has been in its state, told by local days."""

from datetime import UTC, date, datetime

import pytest

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
