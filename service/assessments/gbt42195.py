"""GB/T 42195-2022, ability of older adults: 26 items, 90 points, five levels, three rules that change them; no rows.

Items and greatest scores: two public transcriptions agree, item by item. Cut-offs: one public source. The words beside
the scores are our own. Where the text can be read in two ways the reading is a setting, kept with every result.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from service.errors import FieldProblem

Combine = Literal["once", "each"]
Count = Literal["sum", "per_kind"]

EDITION = "GB/T 42195-2022"
ASSIST = ("完全依赖，不能配合", "主要靠他人，自身能配合", "需要协助，以自身为主", "在指导或提示下完成", "独立完成")
GRADED = ("丧失或完全不能", "严重受限", "中等受限", "轻微受限", "正常")
SHORT = ("丧失或完全不能", "明显受限", "略有受限", "正常")
BRIEF = ("严重受损", "部分受损", "正常")
SEEN = ("近一个月出现过", "近一个月未出现")
AWAKE = ("昏睡或昏迷", "嗜睡或意识模糊", "清醒")
ENGLISH = {
    ASSIST: (
        "others do all of it",
        "others do most, takes part",
        "needs help, does most",
        "when told or watched",
        "alone",
    ),
    GRADED: ("lost or not at all", "severely limited", "moderately limited", "slightly limited", "normal"),
    SHORT: ("lost or not at all", "clearly limited", "slightly limited", "normal"),
    BRIEF: ("severely impaired", "partly impaired", "normal"),
    SEEN: ("seen within a month", "not seen within a month"),
    AWAKE: ("stuporous or in a coma", "drowsy or confused", "awake"),
}
"""The same words in our English, score by score."""


@dataclass(frozen=True)
class Item:
    """One line of the form; `words[score]` says in our words what a score means, so its length is the maximum + 1."""

    code: str
    part: str
    zh: str
    en: str
    words: tuple[str, ...]
    hint: str = ""
    hint_en: str = ""
    verified: bool = True

    @property
    def most(self) -> int:
        return len(self.words) - 1

    @property
    def words_en(self) -> tuple[str, ...]:
        return ENGLISH[self.words]


CHOKING = (
    "呛咳每月至少一次 2 分，每周至少一次 1 分，留置营养管 0 分",
    "choking once a month 2, once a week 1, feeding tube 0",
)
THREE_WORDS = ("三个词，五分钟后说出零至一个 3 分", "three words, none or one of them after five minutes 3")
PARTS = {"B1": ("自理能力", 32), "B2": ("基础运动能力", 15), "B3": ("精神状态", 28), "B4": ("感知觉与社会参与", 15)}
ITEMS = (
    Item(
        "B1.1",
        "B1",
        "进食",
        "eating",
        GRADED,
        "呛咳每月至少一次 2 分，每周至少一次 1 分，留置营养管 0 分",
        "choking once a month 2, once a week 1, feeding tube 0",
    ),
    Item("B1.2", "B1", "修饰", "grooming", ASSIST),
    Item("B1.3", "B1", "洗澡", "bathing", ASSIST),
    Item("B1.4", "B1", "穿/脱上衣", "dressing above", ASSIST),
    Item("B1.5", "B1", "穿/脱裤子和鞋袜", "dressing below", ASSIST),
    Item("B1.6", "B1", "小便控制", "bladder", GRADED, "留置导尿管 0 分", "indwelling catheter 0"),
    Item("B1.7", "B1", "大便控制", "bowels", GRADED),
    Item("B1.8", "B1", "如厕", "toilet", ASSIST),
    Item("B2.1", "B2", "床上体位转移", "moving in bed", ASSIST),
    Item("B2.2", "B2", "床椅转移", "bed to chair", ASSIST),
    Item("B2.3", "B2", "平地行走", "walking", GRADED, "约 50 米", "about 50 m"),
    Item("B2.4", "B2", "上下楼梯", "stairs", SHORT, "连续 10 至 15 个台阶", "10 to 15 steps in one go"),
    Item("B3.1", "B3", "时间定向", "knowing the time", GRADED),
    Item("B3.2", "B3", "空间定向", "knowing the place", GRADED),
    Item("B3.3", "B3", "人物定向", "knowing people", GRADED),
    Item(
        "B3.4",
        "B3",
        "记忆",
        "memory",
        GRADED,
        "三个词，五分钟后说出零至一个 3 分",
        "three words; none or one after five minutes 3",
    ),
    Item("B3.5", "B3", "理解能力", "understanding", GRADED),
    Item("B3.6", "B3", "表达能力", "expression", GRADED),
    Item("B3.7", "B3", "攻击行为", "aggression", SEEN),
    Item("B3.8", "B3", "抑郁症状", "depression", SEEN),
    Item("B3.9", "B3", "意识水平", "consciousness", AWAKE),
    Item("B4.1", "B4", "视力", "sight", BRIEF),
    Item("B4.2", "B4", "听力", "hearing", BRIEF),
    Item("B4.3", "B4", "执行日常事务", "daily affairs", ASSIST),
    Item("B4.4", "B4", "使用交通工具外出", "going out by vehicle", SHORT),
    Item("B4.5", "B4", "社会交往能力", "company", GRADED),
)
BY_CODE = {item.code: item for item in ITEMS}
LEVELS = ("能力完好", "轻度失能", "中度失能", "重度失能", "完全失能")
LEAST = (90, 66, 46, 30, 0)
"""The least total of each level. One public source beside our memory: `CUTOFFS_VERIFIED` says what the tables say."""
CUTOFFS_VERIFIED = True
WORST = len(LEVELS) - 1
EVENTS = {"fall": "跌倒", "lost": "走失", "choking": "噎食", "self_harm": "自杀或自伤", "other": "其他"}
MANY_EVENTS = 2
EVENT_DAYS = 30
DISORDER = re.compile(r"F(\d\d)(\.\d{1,2})?")
LAST_DEMENTIA = 3


@dataclass(frozen=True)
class Reading:
    """How the text is read where it leaves a choice; neither reading is verified.

    `combine`: rules 2 and 3 together worsen the level once, or each of them. `count`: two risk events in all, or two
    of one kind.
    """

    combine: Combine = "once"
    count: Count = "sum"


DEFAULT = Reading()


@dataclass(frozen=True)
class Form:
    """What was seen: a score for each item, coma, diagnoses of F00 to F99, risk events of the last 30 days by kind."""

    scores: Mapping[str, int]
    coma: bool = False
    diagnoses: Sequence[tuple[str, bool]] = ()
    """(ICD-10 code, diagnosed by a psychiatrist)."""
    events: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """A rule that worsened the level, by how many steps, and the fact behind it."""

    rule: str
    steps: int
    because: str


@dataclass(frozen=True)
class Ability:
    """The result: points by part and in all (None in a coma), level by points, level after the changes."""

    parts: Mapping[str, int]
    total: int | None
    base_level: int
    level: int
    changes: tuple[Change, ...]
    reading: Reading

    def as_json(self) -> dict[str, Any]:
        changes = [{"rule": one.rule, "steps": one.steps, "because": one.because} for one in self.changes]
        return {
            "edition": EDITION,
            "parts": dict(self.parts),
            "total": self.total,
            "base_level": self.base_level,
            "level": self.level,
            "level_name": LEVELS[self.level],
            "changes": changes,
            "reading": {"combine": self.reading.combine, "count": self.reading.count, "verified": False},
            "cutoffs_verified": CUTOFFS_VERIFIED,
        }


def level_of(total: int) -> int:
    """0 unimpaired to 4 fully lost, by points."""
    return next(level for level, least in enumerate(LEAST) if total >= least)


def problems(form: Form) -> list[FieldProblem]:
    """Everything that keeps this form from being reckoned; in a coma items may be missing."""
    found = [
        FieldProblem(f"items.{item.code}", "is missing", f"0 to {item.most} ({item.zh})")
        for item in ITEMS
        if item.code not in form.scores and not form.coma
    ]
    for code, score in form.scores.items():
        item = BY_CODE.get(code)
        if item is None:
            found.append(
                FieldProblem(f"items.{code}", "is no item of this scale", f"{ITEMS[0].code} to {ITEMS[-1].code}")
            )
        elif not 0 <= score <= item.most:
            found.append(FieldProblem(f"items.{code}", f"is {score}", f"0 to {item.most} ({item.zh})"))
    if form.coma and form.scores.get("B3.9", 0) != 0:
        found.append(FieldProblem("items.B3.9", "does not fit a coma", "0, or no coma"))
    for code, _ in form.diagnoses:
        if DISORDER.fullmatch(code) is None:
            found.append(
                FieldProblem("diagnoses", f"{code!r} is no such diagnosis", "F00 to F99 of ICD-10, such as F01.1")
            )
    for kind, count in form.events.items():
        if kind not in EVENTS or not 0 <= count <= 99:
            found.append(FieldProblem(f"events.{kind}", f"{count} of this", f"0 to 99 of {', '.join(EVENTS)}"))
    return found


def reckon(form: Form, reading: Reading = DEFAULT) -> Ability:
    """The level of a form without `problems`. Source: GB/T 42195-2022, totals and the rules that change a level."""
    parts = {part: sum(form.scores.get(item.code, 0) for item in ITEMS if item.part == part) for part in PARTS}
    if form.coma:
        whole = len(form.scores) == len(ITEMS)
        change = Change("coma", 0, "昏迷：直接评为完全失能")
        return Ability(parts, sum(parts.values()) if whole else None, WORST, WORST, (change,), reading)
    total = sum(parts.values())
    base = level_of(total)
    reasons = [one for one in (_disorder(form.diagnoses), _events(form.events, reading.count)) if one is not None]
    most = len(reasons) if reading.combine == "each" else min(len(reasons), 1)
    level = min(base + most, WORST)
    changes = tuple(
        Change(rule, int(place < most and base + place < WORST), why) for place, (rule, why) in enumerate(reasons)
    )
    return Ability(parts, total, base, level, changes, reading)


def _disorder(diagnoses: Sequence[tuple[str, bool]]) -> tuple[str, str] | None:
    """Dementia (F00 to F03), or another disorder of F04 to F99 that a psychiatrist has diagnosed."""
    for code, by_psychiatrist in diagnoses:
        match = DISORDER.fullmatch(code)
        if match is not None and (int(match[1]) <= LAST_DEMENTIA or by_psychiatrist):
            return "disorder", f"确诊 {code}"
    return None


def _events(events: Mapping[str, int], count: Count) -> tuple[str, str] | None:
    """Two risk events or more within 30 days, in all or of one kind."""
    told = "、".join(f"{EVENTS[kind]} {number} 次" for kind, number in events.items() if number)
    most = sum(events.values()) if count == "sum" else max(events.values(), default=0)
    return ("events", f"{EVENT_DAYS} 天内{told}") if most >= MANY_EVENTS else None
