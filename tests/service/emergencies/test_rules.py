"""The decisions about incidents as plain values: steps, what a close lacks, promises, who is nearest."""

from datetime import UTC, datetime, timedelta

import pytest

from models.types import IncidentState, Outcome
from service.emergencies import nearest, rules
from service.emergencies.nearest import Candidate, Engagement

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SCENE = (121.45, 37.51)


def minutes(number: float) -> datetime:
    return NOW + timedelta(minutes=number)


def metres_east(metres: float) -> tuple[float, float]:
    return SCENE[0] + metres / 88_200, SCENE[1]


def someone(number: int, metres: float, **more: object) -> Candidate:
    fields: dict[str, object] = {"name": f"c{number}", "level": 4, "mode": "walk", "place": metres_east(metres)}
    fields |= {"on_shift": True, "trained": True, "responding": False} | more
    return Candidate(caregiver_id=number, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("outcome", [Outcome.HELPED, Outcome.HOSPITAL, Outcome.NOT_FOUND, Outcome.OTHER])
def test_a_real_call_needs_somebody_on_scene_and_a_note(outcome: Outcome) -> None:
    """What really happened is not closed before somebody was there and wrote what it was."""
    assert rules.close_lacks(IncidentState.ASSIGNED, outcome, " ", None) == ["on_scene", "note"]
    assert rules.close_lacks(IncidentState.ON_SCENE, outcome, "took her pills", NOW) == []


def test_a_false_alarm_needs_only_an_answer_and_the_outcome() -> None:
    """When nothing had happened, the outcome is enough, but somebody has to have answered."""
    assert rules.close_lacks(IncidentState.ACKNOWLEDGED, Outcome.FALSE_ALARM, None, None) == []
    assert rules.close_lacks(IncidentState.OPEN, Outcome.DEVICE_FAULT, None, None) == ["acknowledged"]
    assert rules.close_lacks(IncidentState.RECOVERING, None, "note", NOW) == ["outcome"]


def test_promises_count_only_what_is_decided() -> None:
    """A call that may still be answered in time is neither met nor missed; a false alarm owes no visit."""
    calls = [
        rules.Call(minutes(-60), minutes(-59.5), minutes(-40), Outcome.HELPED),
        rules.Call(minutes(-60), minutes(-50), None, None),
        rules.Call(minutes(-0.5), None, None, None),
        rules.Call(minutes(-60), minutes(-59), None, Outcome.FALSE_ALARM),
    ]
    assert rules.promises(calls, NOW) == {"answered_60": [2, 3], "on_site_45": [1, 2]}


def test_the_suitable_come_first_and_the_nearest_of_them_first() -> None:
    """Travel time decides, not distance, and who cannot go comes last with the reason."""
    people = [
        someone(1, 900),
        someone(2, 1500, mode="ebike"),
        someone(3, 100, on_shift=False),
        someone(4, 50, trained=False),
        someone(5, 10, responding=True),
    ]
    ranked = nearest.rank(people, SCENE, NOW)
    assert [one.candidate.caregiver_id for one in ranked] == [2, 1, 5, 4, 3]
    assert [one.fit for one in ranked] == [True, True, False, False, False]
    assert all(one.why for one in ranked if not one.fit)


def test_nobody_leaves_a_two_person_service() -> None:
    """One of two who lift somebody out of a bath is never sent away, however near."""
    bath = Engagement(7, "陈**", metres_east(10), minutes(-10), minutes(20), minutes(0), people=2, begun=True)
    assert nearest.respond(someone(1, 10, stops=(bath,)), SCENE, NOW).fit is False
    later = Engagement(7, "陈**", metres_east(10), minutes(60), minutes(90), minutes(120), people=2)
    assert nearest.respond(someone(1, 10, stops=(later,)), SCENE, NOW).fit is True


def test_slips_are_told_until_the_day_has_caught_up() -> None:
    """Each visit that would begin later is named with the minutes and whether its window breaks; a gap absorbs it."""
    soon = Engagement(1, "甲**", metres_east(0), minutes(5), minutes(35), minutes(20))
    tight = Engagement(2, "乙**", metres_east(100), minutes(40), minutes(60), minutes(120))
    late = Engagement(3, "丙**", metres_east(200), minutes(240), minutes(260), minutes(300))
    one = nearest.respond(someone(1, 60, stops=(soon, tight, late)), SCENE, NOW)
    assert [(slip.visit_id, slip.breaks_window) for slip in one.slips] == [(1, True), (2, False)]
    assert 24 <= one.slips[0].minutes <= 28
    assert one.slips[1].minutes <= one.slips[0].minutes


def test_who_is_free_all_day_makes_nobody_wait() -> None:
    """Without stops there are no slips, and standing at the scene takes no time."""
    one = nearest.respond(someone(1, 0), SCENE, NOW)
    assert (one.travel_s, one.distance_m, one.slips, one.doing) == (0, 0, (), "待命")


def test_a_log_line_is_a_sentence_of_its_event() -> None:
    """The log tells who answered and where it went, from the event alone; unknown topics do not break it."""
    card = {"acknowledged_by": {"id": 1, "display": "吴晓"}, "presses": 3, "outcome": None}
    line = rules.log_line(NOW, "incident.acknowledged", {"incident": card})
    assert line == {"at": "2026-03-02T02:00:00.000+00:00", "topic": "incident.acknowledged", "text": "吴晓 接听"}
    assert rules.log_line(NOW, "incident.escalated", {"incident": card, "rung": "family"})["text"].endswith("家属")
    assert rules.log_line(NOW, "incident.odd{x}", {})["topic"] == "incident.odd{x}"
