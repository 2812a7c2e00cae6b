"""Promise: what the demo town knows of its elders holds by the register's own rules, and belongs to nobody."""

from datetime import UTC, date, datetime
from functools import cache

from models.types import AssessmentState
from service.assessments.rules import Policy, missing, problems, reckon
from service.demo import knowing
from service.demo.people import CARE_LEVELS
from service.demo.town import Town, make_town
from service.elders.rules import Identity, read_id_number

ON, NOW = date(2026, 3, 5), datetime(2026, 3, 5, 2, tzinfo=UTC)


@cache
def town() -> Town:
    return make_town(1)


def test_id_numbers_check_and_are_nobodys() -> None:
    """Each reads back as its elder's birth and sex, none twice, all of a place that is none."""
    numbers = [knowing.id_number(elder, place) for place, elder in enumerate(town().elders)]
    assert len(set(numbers)) == len(numbers) == 1200
    for number, elder in zip(numbers, town().elders, strict=True):
        assert read_id_number(number, ON) == Identity(number, elder.born_on, elder.sex)
        assert number.startswith("9900")


def test_forms_come_to_the_level_of_their_elder() -> None:
    """Whole forms without a fault, each reckoned anew to what is written; part of the old are missing, some wait."""
    ids = list(range(1, 1201))
    rows = knowing.assessment_rows(town(), ids, ids[:300], NOW, ON)
    assert 300 < len(rows) < 700 and not {row["elder_id"] for row in rows} & set(ids[:300])
    for row in rows:
        assert problems(row["scale"], row["answers"], whole=True) == missing(row["scale"], row["answers"]) == []
        level, result = reckon(row["scale"], row["answers"], Policy())
        assert (level, result) == (row["level"], row["result"])
        assert level == CARE_LEVELS.index(town().elders[row["elder_id"] - 1].care_level)
    assert {row["state"] for row in rows} == {AssessmentState.APPROVED, AssessmentState.SUBMITTED}


def test_categories_began_when_they_could() -> None:
    """One row for each category on an elder's own row, with a source, none in the future, the aged at eighty."""
    rows = knowing.category_rows(town(), range(1, 1201), NOW, ON)
    assert len(rows) == sum(len(elder.categories) for elder in town().elders)
    assert all(row["source"] and row["from_on"] <= ON for row in rows)
