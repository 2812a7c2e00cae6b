"""Promise: the steps at a door follow one another, and lateness counts from the plan."""

from datetime import UTC, datetime, timedelta

import pytest

from models.types import VisitState
from service.visits.rules import is_missed, lateness, next_states

NOON = datetime(2026, 7, 16, 4, tzinfo=UTC)


def test_steps_only_go_forward() -> None:
    """A phone without network may leave steps out, but nothing follows the end."""
    assert next_states(VisitState.ACCEPTED)[0] is VisitState.EN_ROUTE
    assert VisitState.EN_ROUTE not in next_states(VisitState.IN_SERVICE)
    assert next_states(VisitState.FINISHED) == []
    assert next_states(VisitState.CANCELLED) == []
    assert VisitState.ARRIVED in next_states(VisitState.MISSED)


@pytest.mark.parametrize(("minutes", "mark"), [(14, 0), (15, 15), (29, 15), (30, 30), (59, 30), (60, 60), (500, 60)])
def test_lateness_rises_at_15_30_and_60_minutes(minutes: int, mark: int) -> None:
    """Each mark from its minute on."""
    assert lateness(VisitState.ACCEPTED, NOON, NOON + timedelta(minutes=minutes)) == mark


def test_whoever_has_arrived_is_not_late() -> None:
    """Lateness ends at the door."""
    assert lateness(VisitState.ARRIVED, NOON, NOON + timedelta(hours=3)) == 0


def test_missed_two_hours_after_the_window() -> None:
    """Only when nobody set out."""
    assert not is_missed(VisitState.ACCEPTED, NOON, NOON + timedelta(minutes=119))
    assert is_missed(VisitState.ACCEPTED, NOON, NOON + timedelta(minutes=120))
    assert not is_missed(VisitState.EN_ROUTE, NOON, NOON + timedelta(hours=9))
