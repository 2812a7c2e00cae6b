"""The care insurance's scale of 2021 (17 items, three parts, a table of 4 x 4): tables as data, and one reckoning.

Source: 医保办发〔2021〕37号. Items and scores were seen in public; the grades of each part and 14 of the 16 cells are
from memory and say so (`verified`). A district can put its own cells in their place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.errors import FieldProblem

EDITION = "医保办发〔2021〕37号"


@dataclass(frozen=True)
class Item:
    """One line of the form with the scores it may have."""

    code: str
    part: str
    zh: str
    en: str
    scores: tuple[int, ...]
    verified: bool = True


@dataclass(frozen=True)
class Band:
    """From which total on a part has this grade: 0 unimpaired, 1 light, 2 medium, 3 severe."""

    least: int
    grade: int
    verified: bool = False


@dataclass(frozen=True)
class Cell:
    """The level where a grade of daily life meets the worse grade of the other two parts."""

    daily: int
    other: int
    level: int
    verified: bool = False


PARTS = {"daily": ("日常生活活动能力", 100), "mind": ("认知能力", 16), "senses": ("感知觉与沟通能力", 12)}
THREE, FOUR, TWO, FIVE = (0, 5, 10), (0, 5, 10, 15), (0, 5), (0, 1, 2, 3, 4)
ITEMS = (
    Item("A1", "daily", "进食", "eating", THREE),
    Item("A2", "daily", "穿衣", "dressing", THREE),
    Item("A3", "daily", "面部与口腔清洁", "face and mouth", TWO),
    Item("A4", "daily", "大便控制", "bowels", THREE),
    Item("A5", "daily", "小便控制", "bladder", THREE),
    Item("A6", "daily", "用厕", "toilet", THREE),
    Item("A7", "daily", "平地行走", "walking", FOUR),
    Item("A8", "daily", "床椅转移", "bed to chair", FOUR),
    Item("A9", "daily", "上下楼", "stairs", THREE),
    Item("A10", "daily", "洗澡", "bathing", TWO),
    Item("M1", "mind", "时间定向", "knowing the time", FIVE),
    Item("M2", "mind", "人物定向", "knowing people", FIVE),
    Item("M3", "mind", "空间定向", "knowing the place", FIVE),
    Item("M4", "mind", "记忆力", "memory", FIVE),
    Item("S1", "senses", "视力", "sight", FIVE),
    Item("S2", "senses", "听力", "hearing", FIVE),
    Item("S3", "senses", "沟通能力", "communication", FIVE),
)
BY_CODE = {item.code: item for item in ITEMS}
GRADES = ("完好", "轻度受损", "中度受损", "重度受损")
BANDS = {
    "daily": (Band(100, 0), Band(65, 1), Band(45, 2), Band(0, 3)),
    "mind": (Band(16, 0), Band(4, 1), Band(2, 2), Band(0, 3)),
    "senses": (Band(12, 0), Band(4, 1), Band(2, 2), Band(0, 3)),
}
LEVELS = ("基本正常", "轻度失能", "中度失能", "重度失能Ⅰ级", "重度失能Ⅱ级", "重度失能Ⅲ级")
CELLS = (
    *(Cell(0, 0, 0), Cell(0, 1, 0), Cell(0, 2, 1), Cell(0, 3, 1)),
    *(Cell(1, 0, 1), Cell(1, 1, 1), Cell(1, 2, 1), Cell(1, 3, 2)),
    *(Cell(2, 0, 2), Cell(2, 1, 2, verified=True), Cell(2, 2, 2), Cell(2, 3, 3)),
    *(Cell(3, 0, 3), Cell(3, 1, 3, verified=True), Cell(3, 2, 4), Cell(3, 3, 5)),
)
"""Provisional: two cells are confirmed by a worked example seen in public."""


@dataclass(frozen=True)
class Need:
    """The result: points and grade of each part, the level, and the cell of the table that gave it."""

    parts: Mapping[str, int]
    grades: Mapping[str, int]
    level: int
    cell: Cell

    def as_json(self) -> dict[str, Any]:
        cell = {"daily": self.cell.daily, "other": self.cell.other, "verified": self.cell.verified}
        return {
            "edition": EDITION,
            "parts": dict(self.parts),
            "total": sum(self.parts.values()),
            "grades": dict(self.grades),
            "bands_verified": all(band.verified for bands in BANDS.values() for band in bands),
            "level": self.level,
            "level_name": LEVELS[self.level],
            "cell": {**cell, "level": self.cell.level},
        }


def problems(scores: Mapping[str, int]) -> list[FieldProblem]:
    """Everything that keeps these scores from being reckoned."""
    found = [
        FieldProblem(f"items.{item.code}", "is missing", _accepted(item)) for item in ITEMS if item.code not in scores
    ]
    for code, score in scores.items():
        item = BY_CODE.get(code)
        if item is None:
            found.append(FieldProblem(f"items.{code}", "is no item of this scale", "A1 to A10, M1 to M4, S1 to S3"))
        elif score not in item.scores:
            found.append(FieldProblem(f"items.{code}", f"is {score}", _accepted(item)))
    return found


def grade_of(part: str, total: int) -> int:
    """0 unimpaired to 3 severe."""
    return next(band.grade for band in BANDS[part] if total >= band.least)


def reckon(scores: Mapping[str, int], cells: Sequence[Cell] = CELLS) -> Need:
    """The level by the table: daily life against the worse of mind and senses. `cells` must hold all 16."""
    parts = {part: sum(scores[item.code] for item in ITEMS if item.part == part) for part in PARTS}
    grades = {part: grade_of(part, total) for part, total in parts.items()}
    other = max(grades["mind"], grades["senses"])
    cell = next(one for one in cells if (one.daily, one.other) == (grades["daily"], other))
    return Need(parts, grades, cell.level, cell)


def table_problems(cells: Sequence[Cell]) -> list[FieldProblem]:
    """A table has each of the 16 cells once, levels 0 to 5, and never gets better where somebody gets worse."""
    found = []
    levels = {(one.daily, one.other): one.level for one in cells}
    whole = {(daily, other) for daily in range(len(GRADES)) for other in range(len(GRADES))}
    if len(cells) != len(whole) or levels.keys() != whole:
        return [FieldProblem("cells", f"{len(cells)} cells", "each of the 4 x 4 cells once")]
    for (daily, other), level in sorted(levels.items()):
        if not 0 <= level < len(LEVELS):
            found.append(FieldProblem("cells", f"level {level} at {daily}, {other}", f"0 to {len(LEVELS) - 1}"))
        before = [levels[near] for near in ((daily - 1, other), (daily, other - 1)) if near in levels]
        if before and level < max(before):
            found.append(
                FieldProblem("cells", f"{level} at {daily}, {other} is better than beside it", f"{max(before)} or more")
            )
    return found


def _accepted(item: Item) -> str:
    return f"{', '.join(map(str, item.scores))} ({item.zh})"
