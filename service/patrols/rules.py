"""Pure decisions about patrols: who is looked in on and by which rule, on which days, and how a month stands."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from service.policies.conditions import Facts, holds

FRIDAY = 4


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of the month around a day."""
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def groups_of(facts: Facts, policy: dict[str, Any]) -> list[str]:
    """The names of all groups of the district that somebody belongs to; empty for who is not looked in on."""
    return [rule["name"] for rule in policy["groups"] if holds(rule["when"], facts)]


def days_left(today: date, last: date) -> int:
    """Days of the month that are left, today among them; 0 when it is over."""
    return max(0, (last - today).days + 1)


def days_to_use(today: date, first: date, last: date) -> list[date]:
    """The days on which visits are still made: working days from tomorrow on, else whatever days are left."""
    begin = max(today + timedelta(days=1), first)
    ahead = [begin + timedelta(days=number) for number in range((last - begin).days + 1)]
    working = [day for day in ahead if day.weekday() <= FRIDAY]
    return working or ahead or ([today] if first <= today <= last else [])


def spread(count: int, days: Sequence[date]) -> list[date]:
    """A day for each of `count` people in their order, as even as can be: neighbours share a day and a route."""
    return [days[place * len(days) // count] for place in range(count)]


@dataclass(frozen=True)
class Standing:
    """How a month's patrols stand: people on the register, seen, with a visit ahead, and neither."""

    targets: int
    done: int
    planned: int

    @property
    def missing(self) -> int:
        return self.targets - self.done - self.planned

    def percent(self) -> float | None:
        """Seen of all, in per cent, never rounded up to 100; None when nobody is on the register: nothing was done."""
        if not self.targets:
            return None
        if self.done == self.targets:
            return 100.0
        return min(round(100 * self.done / self.targets, 2), 99.99)


def covers(rest: tuple[date, date | None] | None, day: date) -> bool:
    """Whether a rest of somebody's bed covers a day."""
    return rest is not None and rest[0] <= day and (rest[1] is None or day < rest[1])


def rests_all_month(rest: tuple[date, date | None] | None, today: date, last: date) -> bool:
    """Whether a rest of somebody's bed leaves no day of the month, from today on, on which they are at home."""
    if rest is None:
        return False
    begin, end = rest
    return begin <= today and (end is None or end > last)
