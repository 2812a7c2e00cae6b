"""Promise: where categories are from reads back as it was written, and a plain word is the source of all of them."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import ElderCategory
from models.types import Category
from service.exchange.category_cells import CATEGORY_WORDS, foreign, noted, read_sources, sources_as_text

TODAY = date(2026, 3, 5)
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
SOURCES = st.text("区民政局村居走访2018号〔〕:： 至-/1，", min_size=1, max_size=20).map(str.strip).filter(bool)
NOTES = st.builds(
    ElderCategory, category=st.sampled_from(Category), source=SOURCES, from_on=DAYS, until_on=st.none() | DAYS
)


@settings(max_examples=200)
@given(st.lists(NOTES, min_size=1, max_size=5))
def test_what_is_written_is_read_again(notes: list[ElderCategory]) -> None:
    """Whatever stands in a source, a year, a colon, a word that means "to": category, source and days come back."""
    read = read_sources(sources_as_text(notes, full=True))
    assert isinstance(read, list)
    assert [(one["category"], one["source"], one["from_on"], one["until_on"]) for one in read] == [
        (one.category, one.source, one.from_on, one.until_on) for one in notes
    ]


@pytest.mark.parametrize("text", ["村居走访", "来源：民政局", "威民发〔2018〕161号；村居", "2018 年普查"])
def test_a_plain_word_is_the_source_of_all(text: str) -> None:
    """It says so of each category, from today on."""
    both = [Category.LOW_INCOME, Category.AGED]
    assert noted(both, read_sources(text), TODAY) == [
        {"category": one, "source": text, "from_on": TODAY} for one in both
    ]


def test_every_category_has_its_word() -> None:
    """Else it would leave as a code."""
    assert set(CATEGORY_WORDS.values()) == set(Category)


def test_what_has_no_note_is_from_the_import() -> None:
    """And a note without a day holds from today."""
    read = read_sources("低保： 民政局；低保老人：街道 2024/1/5")
    assert noted([Category.LOW_INCOME, Category.AGED], read, TODAY) == [
        {"category": Category.LOW_INCOME, "source": "民政局", "from_on": TODAY, "until_on": None},
        {"category": Category.LOW_INCOME, "source": "街道", "from_on": date(2024, 1, 5), "until_on": None},
        {"category": Category.AGED, "source": "导入", "from_on": TODAY},
    ]


def test_nothing_is_guessed() -> None:
    """Parts with and without a category are refused; a category that the row does not have is named."""
    with pytest.raises(ValueError, match="one part and none in another"):
        read_sources("低保：民政局；村居走访")
    assert foreign([Category.AGED], read_sources("低保：民政局；高龄：出生日期")) == "低保"
    assert foreign([Category.AGED], "民政局") == foreign([Category.AGED], None) == ""


def test_a_masked_sheet_gives_no_birthday_away() -> None:
    """Whoever is aged by birth is so since their 80th birthday; other days may be read."""
    notes = [
        ElderCategory(category=Category.AGED, source="按出生日期", from_on=date(2020, 5, 6)),
        ElderCategory(category=Category.LOW_INCOME, source="民政局", from_on=date(2024, 1, 5)),
    ]
    assert sources_as_text(notes, full=False) == "高龄：按出生日期；低保：民政局 2024-01-05"
    assert sources_as_text(notes, full=True).startswith("高龄：按出生日期 2020-05-06；")
