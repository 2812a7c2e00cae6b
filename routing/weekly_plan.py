"""What is answered for the weeks: weekdays and caregivers of every recurring visit, and why some are missed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Turn:
    """One occurrence: on which date, by whom."""

    date: int
    caregivers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One recurring visit: its weekdays, the same every week, and its turns; fewer than asked when some are missed."""

    wanted: str
    weekdays: tuple[int, ...]
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """How many occurrences are missed, what stops how many caregivers (`counts`), and the least that would help."""

    missed: int
    counts: Mapping[str, int]
    text: str
    remedy: str = ""


@dataclass(frozen=True)
class WeekPlan:
    """The whole answer; `paid` maps a caregiver to estimated paid ticks per week. `proved` when no plan is cheaper."""

    choices: tuple[Choice, ...]
    missing: Mapping[str, Missing]
    paid: Mapping[str, tuple[int, ...]]
    cost: int
    parts: Mapping[str, int]
    seed: int = 0
    rounds: int = 0
    ended: str = ""
    proved: bool = False
    gains: Mapping[str, int] = field(default_factory=dict)
