"""Golden table of the care insurance's scale of 2021: 17 items, grades at their bounds, all 16 cells."""

import re

import pytest

from service.assessments import ltci_words
from service.assessments.forms import scales
from service.assessments.ltci2021 import (
    CELLS,
    ITEMS,
    LEVELS,
    PARTS,
    Cell,
    grade_of,
    problems,
    reckon,
    table_problems,
)

FULL = {item.code: item.scores[-1] for item in ITEMS}
DAILY = (
    {},
    {"A1": 5},
    {"A1": 0, "A2": 0, "A4": 0, "A5": 0},
    {"A1": 0, "A2": 0, "A4": 0, "A5": 0, "A6": 0, "A7": 0},
)
"""What makes daily life unimpaired (100), light (95), medium (60), severe (35)."""
MIND = ({}, {"M1": 3}, {"M1": 0, "M2": 0, "M3": 0, "M4": 2}, {"M1": 0, "M2": 0, "M3": 0, "M4": 1})


def test_the_table_adds_up() -> None:
    """10 + 4 + 3 items, 100 + 16 + 12 points, six levels, 16 cells of which two are confirmed."""
    counts = {part: [item for item in ITEMS if item.part == part] for part in PARTS}
    assert {part: len(items) for part, items in counts.items()} == {"daily": 10, "mind": 4, "senses": 3}
    assert {part: sum(i.scores[-1] for i in items) for part, items in counts.items()} == {
        part: most for part, (_, most) in PARTS.items()
    }
    assert len(CELLS) == 16 and table_problems(CELLS) == [] and len(LEVELS) == 6
    assert [(one.daily, one.other) for one in CELLS if one.verified] == [(2, 1), (3, 1)]


def test_every_score_has_words_of_its_own_in_both_languages() -> None:
    """17 items: a text for each score that no other score of the item has, named as ours and not verified."""
    shown = scales()["ltci2021"]
    assert shown["words"] == {"source": ltci_words.SOURCE, "verified": False}
    assert [item["code"] for item in shown["items"]] == list(ltci_words.WORDS) == [item.code for item in ITEMS]
    for item, known in zip(shown["items"], ITEMS, strict=True):
        assert [one["score"] for one in item["scores"]] == sorted(known.scores, reverse=True)
        for language, letters in (("words", r"[\u4e00-\u9fff]"), ("en", r"[a-z]{3}")):
            words = [one[language] for one in item["scores"]]
            assert len(set(words)) == len(words) and all(re.search(letters, one) for one in words)
    assert len(shown["grades"]) == len(shown["grades_en"]) and all(level["en"] for level in shown["levels"])


@pytest.mark.parametrize(
    ("part", "bounds"),
    [
        ("daily", [(100, 0), (95, 1), (65, 1), (60, 2), (45, 2), (40, 3), (0, 3)]),
        ("mind", [(16, 0), (15, 1), (4, 1), (3, 2), (2, 2), (1, 3), (0, 3)]),
        ("senses", [(12, 0), (11, 1), (4, 1), (3, 2), (2, 2), (1, 3), (0, 3)]),
    ],
)
def test_grades_at_every_bound(part: str, bounds: list[tuple[int, int]]) -> None:
    """Each part has its own bands."""
    assert [(total, grade_of(part, total)) for total, _ in bounds] == bounds


GOLDEN = ((0, 0, 1, 1), (1, 1, 1, 2), (2, 2, 2, 3), (3, 3, 4, 5))


@pytest.mark.parametrize("daily", range(4))
@pytest.mark.parametrize("other", range(4))
def test_every_cell(daily: int, other: int) -> None:
    """Daily life against the worse of the other two, whichever of them it is."""
    scores = {**FULL, **DAILY[daily], **MIND[other]}
    result = reckon(scores)
    assert (result.grades["daily"], result.grades["mind"], result.level) == (daily, other, GOLDEN[daily][other])
    assert result.as_json()["level_name"] == LEVELS[result.level]
    deaf = {**scores, **{"S1": 0, "S2": 0, "S3": 0}}
    assert reckon(deaf).level == GOLDEN[daily][3]


def test_a_score_that_no_item_has_is_named() -> None:
    """Five points more than there are, a score in between, a missing item."""
    scores = {**FULL, "A3": 10, "A1": 7, "X": 1}
    del scores["S3"]
    assert {one.field for one in problems(scores)} == {"items.A3", "items.A1", "items.X", "items.S3"}


def test_a_districts_own_table_is_checked() -> None:
    """A cell too few, a level too high, or somebody worse who would get less: refused; a sound one counts."""
    assert table_problems(CELLS[1:])
    assert table_problems([*CELLS[1:], Cell(0, 0, 6)])
    assert table_problems([*CELLS[:-1], Cell(3, 3, 2)])
    own = [*CELLS[:-1], Cell(3, 3, 4, verified=True)]
    assert table_problems(own) == []
    assert reckon({**FULL, **DAILY[3], **MIND[3]}, own).level == 4
