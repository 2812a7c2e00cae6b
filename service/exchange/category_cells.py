"""Categories, and where each is from since when, as the cells of a sheet: written so that they are read again."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from models import ElderCategory
from models.types import Category
from service.exchange.sheets import a_day

CATEGORY_WORDS = {
    "独居": Category.LIVING_ALONE, "空巢": Category.EMPTY_NEST, "留守": Category.LEFT_BEHIND, "高龄": Category.AGED,
    "失能": Category.DISABLED, "失智": Category.DEMENTIA, "失独": Category.BEREAVED, "重残": Category.SEVERE_HANDICAP,
    "计生特殊": Category.SPECIAL_FAMILY, "特困": Category.DESTITUTE, "低保": Category.LOW_INCOME,
    "军人家属": Category.MILITARY_FAMILY, "烈属": Category.MARTYR_FAMILY, "劳模": Category.MODEL_WORKER,
    "优抚对象": Category.SPECIAL_CARE, "老党员": Category.OLD_PARTY_MEMBER,
}  # fmt: skip
WORD_OF = {category.value: word for word, category in CATEGORY_WORDS.items()}
DAY = r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?"
NOTE = re.compile(rf"([^：:]+)[：:]\s*(.+?)(?:\s+({DAY})(?:\s*至\s*({DAY}))?)?")
"""Where one category is from: 低保：民政局 2024-01-01, or 失能：评估机构 2024-01-01至2026-12-31."""
MIXED = "names a category in one part and none in another|低保：民政局 2024-01-01；独居：村居走访"
BY_IMPORT = "导入"

Sources = str | list[dict[str, Any]] | None
"""One source for all categories of a row, or a note for each."""


def sources_as_text(notes: Iterable[ElderCategory], *, full: bool) -> str:
    """Who says each category since when, in one cell; unless `full`, no day of the aged: it is their birthday."""
    return "；".join(
        f"{WORD_OF[note.category.value]}：{re.sub('[；;]', '，', note.source)}"
        + ("" if note.category is Category.AGED and not full else _days(note))
        for note in notes
    )


def _days(note: ElderCategory) -> str:
    return f" {note.from_on}" if note.until_on is None else f" {note.from_on}至{note.until_on}"


def read_categories(text: str) -> list[Category]:
    """Words or codes of categories, each once."""
    found = []
    for word in re.split(r"[、,，;；/|\s]+", text):
        known = _known(word)
        if known is None:
            raise ValueError(f"{word!r} is no category|{'、'.join(CATEGORY_WORDS)}")
        found.append(known)
    return list(dict.fromkeys(found))


def read_sources(text: str) -> Sources:
    """One source for all categories, or, where the parts begin with categories, a note for each with its days."""
    matches = [NOTE.fullmatch(part.strip()) for part in re.split("[；;]", text) if part.strip()]
    named = [_known(match[1].strip()) if match else None for match in matches]
    if not any(named):
        return text
    notes = []
    for match, category in zip(matches, named, strict=True):
        if match is None or category is None:
            raise ValueError(MIXED)
        days = {"from_on": match[3] and a_day(match[3]), "until_on": match[4] and a_day(match[4])}
        notes.append({"category": category, "source": match[2].strip(), **days})
    return notes


def noted(wanted: Sequence[Category], sources: Sources, today: date) -> list[dict[str, Any]]:
    """The categories of a row as registering takes them; without a note or a day of its own, one holds from today."""
    by_category: dict[Category, list[dict[str, Any]]] = {}
    for note in sources if isinstance(sources, list) else []:
        by_category.setdefault(note["category"], []).append({**note, "from_on": note["from_on"] or today})
    plain = sources if isinstance(sources, str) else BY_IMPORT
    bare = ([{"category": one, "source": plain, "from_on": today}] for one in wanted)
    return [note for one, rest in zip(wanted, bare, strict=True) for note in by_category.get(one, rest)]


def foreign(wanted: Sequence[Category], sources: Sources) -> str:
    """Categories that have a source and are not the row's, in words; empty when there are none."""
    notes = sources if isinstance(sources, list) else []
    odd = dict.fromkeys(one["category"] for one in notes if one["category"] not in wanted)
    return "、".join(WORD_OF[category.value] for category in odd)


def _known(word: str) -> Category | None:
    codes = {category.value: category for category in Category}
    return CATEGORY_WORDS.get(word.removesuffix("老人").removesuffix("家庭")) or codes.get(word)
