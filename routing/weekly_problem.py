"""What is asked of one to four weeks: visits that come back, caregivers by date; it refuses values out of range.

Times are ticks after a day's midnight, dates are counted from the first day, weekdays from 0 (Monday) to 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from routing.errors import ProblemError, named, whole
from routing.problem import FAR
from routing.travel import Ints, Legs

ROUND = 8
"""Way out and back are shared by about so many visits: a quarter of the way there counts for each."""
NEIGHBOURS = 5
"""The hop to the next door is the middle one of so many nearest doors."""


@dataclass(frozen=True, slots=True)
class Recurring:
    """A visit that comes back `times` a week at one elder's door, each time by `people` different caregivers.

    `window` is when service may start, the same every day; `patterns` the sets of weekdays allowed (none: any days);
    `apart` how many days lie between two occurrences at least (2: baths 48 h apart), over the turn of the week too.
    `price` is what one missed occurrence costs; `previous` caregivers are known to the elder.
    """

    id: str
    elder: str
    place: int
    times: int
    duration: int
    window: tuple[int, int]
    skills: Mapping[str, int] = field(default_factory=dict)
    people: int = 1
    patterns: tuple[frozenset[int], ...] = ()
    apart: int = 1
    price: int = 0
    refused: frozenset[str] = frozenset()
    previous: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        name = f"wanted.{named(self.id, 'recurring.id')}"
        named(self.elder, f"{name}.elder")
        whole(self.times, f"{name}.times", 1, 7)
        whole(self.people, f"{name}.people", 1, 2)
        whole(self.apart, f"{name}.apart", 1, 7)
        whole(self.duration, f"{name}.duration", 0, FAR)
        whole(self.price, f"{name}.price", 0, FAR)
        if whole(self.window[0], f"{name}.window[0]", 0, FAR) > whole(self.window[1], f"{name}.window[1]", 0, FAR):
            raise ProblemError(f"{name}.window", f"ends before it starts: {self.window}", "start <= latest start")
        for pattern in self.patterns:
            if not pattern <= frozenset(range(7)) or len(pattern) != self.times:
                raise ProblemError(f"{name}.patterns", f"has {sorted(pattern)}", f"{self.times} weekdays from 0 to 6")


@dataclass(frozen=True, slots=True)
class Helper:
    """A caregiver over the weeks: `days` maps a date to (from, to) on duty; a date that is missing is a day off.

    `least` and `most` bound the paid ticks of a week (care and travel): `most` is kept, below `least` costs.
    """

    id: str
    place: int
    mode: str
    days: Mapping[int, tuple[int, int]]
    skills: Mapping[str, int] = field(default_factory=dict)
    least: int = 0
    most: int = FAR

    def __post_init__(self) -> None:
        name = f"helpers.{named(self.id, 'helper.id')}"
        whole(self.least, f"{name}.least", 0, FAR)
        whole(self.most, f"{name}.most", 0, FAR)
        for date, (begin, end) in self.days.items():
            if whole(begin, f"{name}.days[{date}]", 0, FAR) > whole(end, f"{name}.days[{date}]", 0, FAR):
                raise ProblemError(f"{name}.days[{date}]", f"ends before it starts: {begin} to {end}", "from <= to")


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts beside missed visits, in ticks: per tick of `travel`, `spread`, `under`, per person and elder else.

    `person` for every caregiver of an elder, `stranger` more for one who is not known to an elder who knows others.
    `spread` is a week's most paid time less the least, `under` what is missing to somebody's least.
    """

    travel: int = 1
    person: int = 3600
    stranger: int = 1800
    spread: int = 1
    under: int = 1


@dataclass(frozen=True)
class Weeks:
    """The whole question. `crowd` bounds the different caregivers of one elder in all weeks, `noon` halves the day.

    Raises ProblemError for names used twice, places and modes that travel does not know, and values out of range.
    """

    name: str
    weeks: int
    travel: Legs
    helpers: tuple[Helper, ...]
    wanted: tuple[Recurring, ...]
    crowd: int = 3
    noon: int = 45_000
    weights: Weights = field(default_factory=Weights)

    def __post_init__(self) -> None:
        whole(self.weeks, "weeks", 1, 4)
        whole(self.crowd, "crowd", 1, 100)
        for room in ("helpers", "wanted"):
            ids = [item.id for item in getattr(self, room)]
            if len(set(ids)) != len(ids):
                twice = next(name for name in ids if ids.count(name) > 1)
                raise ProblemError(f"{room}.{twice}.id", "is used twice", "different ids")
        for helper in self.helpers:
            whole(helper.place, f"helpers.{helper.id}.place", 0, self.travel.places - 1)
            if helper.mode not in self.travel.modes:
                raise ProblemError(f"helpers.{helper.id}.mode", f"is {helper.mode!r}", ", ".join(self.travel.modes))
            for date in helper.days:
                whole(date, f"helpers.{helper.id}.days", 0, 7 * self.weeks - 1)
        for asked in self.wanted:
            whole(asked.place, f"wanted.{asked.id}.place", 0, self.travel.places - 1)

    @cached_property
    def ways(self) -> Ints:
        """Estimated travel for one visit, [helper, wanted]: a quarter of the way there and the hop to the next door."""
        doors = np.array([asked.place for asked in self.wanted], dtype=np.int64)
        rows = []
        for helper in self.helpers:
            there = self.travel.rows(helper.mode, [helper.place])[0][doors] if len(doors) else doors
            rows.append(2 * there // ROUND + self._hops(helper.mode, doors))
        return np.array(rows, dtype=np.int64).reshape(len(self.helpers), len(self.wanted))

    def _hops(self, mode: str, doors: Ints) -> Ints:
        """Per visit, the way to a near other door."""
        cache = self.__dict__.setdefault("_hop_cache", {})
        if mode not in cache:
            places = np.unique(doors)
            legs = np.sort(self.travel.block(mode, places), axis=1)[:, 1 : 1 + NEIGHBOURS] if len(places) > 1 else None
            hops = np.zeros(len(places), np.int64) if legs is None else np.median(legs, axis=1).astype(np.int64)
            cache[mode] = hops[np.searchsorted(places, doors)]
        found: Ints = cache[mode]
        return found

    @cached_property
    def elders(self) -> dict[str, list[int]]:
        """The wanted visits of each elder, by index."""
        found: dict[str, list[int]] = {}
        for q, asked in enumerate(self.wanted):
            found.setdefault(asked.elder, []).append(q)
        return found


def barrier(asked: Recurring, helper: Helper, date: int) -> str:
    """What keeps a caregiver from an occurrence on a date: "skill", "refused", "off", "hours", or "" for nothing."""
    if any(helper.skills.get(skill, 0) < level for skill, level in asked.skills.items()):
        return "skill"
    if helper.id in asked.refused:
        return "refused"
    if date not in helper.days:
        return "off"
    begin, end = helper.days[date]
    start = max(begin, asked.window[0])
    return "" if start <= asked.window[1] and start + asked.duration <= end else "hours"


def too_close(asked: Recurring, one: int, other: int) -> bool:
    """Whether two weekdays lie closer than `apart`, this week or over its turn."""
    days = abs(one - other)
    return 0 < days < asked.apart or (days > 0 and 7 - days < asked.apart)
