"""Golden vectors of GB/T 42195-2022: every boundary, every rule that changes a level, under both settings."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.assessments import forms
from service.assessments.gbt42195 import ITEMS, LEVELS, PARTS, Form, Reading, level_of, problems, reckon

FULL = {item.code: item.most for item in ITEMS}
READINGS = [Reading(combine, count) for combine in ("once", "each") for count in ("sum", "per_kind")]  # type: ignore[arg-type]


def scored(total: int) -> dict[str, int]:
    """Some form of this total: points taken away from the first items on."""
    scores, over = dict(FULL), 90 - total
    for code in scores:
        taken = min(over, scores[code])
        scores[code], over = scores[code] - taken, over - taken
    assert sum(scores.values()) == total
    return scores


def test_the_table_adds_up() -> None:
    """26 items, 90 points, four parts of 32, 15, 28 and 15 points; seven items with a maximum below four."""
    assert len(ITEMS) == 26 and sum(FULL.values()) == 90
    assert {part: sum(i.most for i in ITEMS if i.part == part) for part in PARTS} == {k: v[1] for k, v in PARTS.items()}
    assert {part: most for part, (_, most) in PARTS.items()} == {"B1": 32, "B2": 15, "B3": 28, "B4": 15}
    small = {item.code: item.most for item in ITEMS if item.most < 4}
    assert small == {"B2.4": 3, "B3.7": 1, "B3.8": 1, "B3.9": 2, "B4.1": 2, "B4.2": 2, "B4.4": 3}


@pytest.mark.parametrize(
    ("total", "level"),
    [(0, 4), (29, 4), (30, 3), (45, 3), (46, 2), (65, 2), (66, 1), (89, 1), (90, 0)],
)
def test_levels_at_every_boundary(total: int, level: int) -> None:
    """29/30, 45/46, 65/66, 89/90."""
    result = reckon(Form(scored(total)))
    assert (result.total, result.base_level, result.level) == (total, level, level)
    assert result.as_json()["level_name"] == LEVELS[level]


DEMENTIA, PSYCHOSIS, UNSURE = [("F01.1", False)], [("F20", True)], [("F20", False)]
TWO_FALLS, ONE_EACH, ONE = {"fall": 2}, {"fall": 1, "choking": 1}, {"fall": 1}


@pytest.mark.parametrize(
    ("diagnoses", "events", "steps"),
    [
        ([], {}, {"once sum": 0, "once per_kind": 0, "each sum": 0, "each per_kind": 0}),
        (DEMENTIA, {}, {"once sum": 1, "once per_kind": 1, "each sum": 1, "each per_kind": 1}),
        (PSYCHOSIS, {}, {"once sum": 1, "once per_kind": 1, "each sum": 1, "each per_kind": 1}),
        (UNSURE, {}, {"once sum": 0, "once per_kind": 0, "each sum": 0, "each per_kind": 0}),
        ([], ONE, {"once sum": 0, "once per_kind": 0, "each sum": 0, "each per_kind": 0}),
        ([], TWO_FALLS, {"once sum": 1, "once per_kind": 1, "each sum": 1, "each per_kind": 1}),
        ([], ONE_EACH, {"once sum": 1, "once per_kind": 0, "each sum": 1, "each per_kind": 0}),
        (DEMENTIA, TWO_FALLS, {"once sum": 1, "once per_kind": 1, "each sum": 2, "each per_kind": 2}),
        (DEMENTIA, ONE_EACH, {"once sum": 1, "once per_kind": 1, "each sum": 2, "each per_kind": 1}),
        (UNSURE, ONE_EACH, {"once sum": 1, "once per_kind": 0, "each sum": 1, "each per_kind": 0}),
    ],
)
@pytest.mark.parametrize("total", [90, 66, 46, 30, 0])
def test_rules_that_worsen_a_level(
    diagnoses: list[tuple[str, bool]], events: dict[str, int], steps: dict[str, int], total: int
) -> None:
    """Diagnoses and risk events under all four readings, from every level, never beyond the worst."""
    for reading in READINGS:
        result = reckon(Form(scored(total), diagnoses=diagnoses, events=events), reading)
        wanted = min(level_of(total) + steps[f"{reading.combine} {reading.count}"], 4)
        assert result.level == wanted, reading
        assert result.level - result.base_level == sum(change.steps for change in result.changes)


def test_a_coma_is_the_worst_level_at_once() -> None:
    """Whatever the points, and without them."""
    assert reckon(Form({}, coma=True)).as_json()["total"] is None
    whole = reckon(Form({**FULL, "B3.9": 0}, coma=True))
    assert (whole.total, whole.level, [one.rule for one in whole.changes]) == (88, 4, ["coma"])
    assert [one.field for one in problems(Form({"B3.9": 2}, coma=True))] == ["items.B3.9"]


def test_a_half_filled_form_is_no_result() -> None:
    """Every missing, foreign and impossible answer is named with what would be right."""
    form = Form({**FULL, "B4.4": 4, "B9.9": 1}, diagnoses=[("G30", False)], events={"fall": 100, "x": 1})
    del form.scores["B1.1"]  # type: ignore[attr-defined]
    found = {one.field: one for one in problems(form)}
    assert set(found) == {"items.B1.1", "items.B4.4", "items.B9.9", "diagnoses", "events.fall", "events.x"}
    assert found["items.B4.4"].accepted.startswith("0 to 3")


@settings(max_examples=60, deadline=None)
@given(st.fixed_dictionaries({item.code: st.integers(0, item.most) for item in ITEMS}), st.sampled_from(ITEMS))
def test_more_ability_never_worsens_a_level(scores: dict[str, int], item: object) -> None:
    """One point more, anywhere, keeps the level or betters it."""
    code = item.code  # type: ignore[attr-defined]
    better = {**scores, code: min(scores[code] + 1, FULL[code])}
    assert problems(Form(scores)) == []
    assert reckon(Form(better)).level <= reckon(Form(scores)).level


def test_every_score_says_what_it_means_in_both_languages() -> None:
    """As many English words as Chinese, none of them empty, none left in the other script."""
    for item in forms.scales()["gbt42195"]["items"]:
        assert [score["score"] for score in item["scores"]] == list(range(len(item["scores"]) - 1, -1, -1))
        assert all(score["en"].isascii() and score["en"] and not score["words"].isascii() for score in item["scores"])
        assert bool(item["hint"]) == bool(item["hint_en"])
