"""Pure decisions about promises: minutes left, whether they will be kept, minutes nobody covers; looks nothing up."""

import itertools
from calendar import monthrange
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from models.types import RespiteKind

Span = tuple[datetime, datetime]


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of the month around a day."""
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def due_minutes(minutes: int, active: Collection[date], first: date, last: date) -> int:
    """The part of a month's promise that its active days are worth, in whole minutes, never rounded up."""
    return minutes * len(active) // ((last - first).days + 1)


@dataclass(frozen=True)
class Progress:
    """How a month's promise stands, in minutes: due by the active days, had, planned, and what will be short."""

    due: int
    consumed: int
    planned: int
    left: int
    forecast: int
    short: int

    @property
    def at_risk(self) -> bool:
        return self.short > 0


def progress(due: int, consumed: int, planned: int, days_gone: int, days_left: int) -> Progress:
    """The bar and its forecast: what was had, then what is planned or the pace so far, whichever is more.

    `days_gone` are active days that are over, `days_left` active days from today on.
    """
    pace = consumed * days_left // days_gone if days_gone else 0
    coming = max(planned, pace) if days_left else 0
    forecast = consumed + coming
    return Progress(due, consumed, planned, max(0, due - consumed - planned), forecast, max(0, due - forecast))


def uncovered(spans: Iterable[Span], begin: datetime, end: datetime) -> list[Span]:
    """The stretches from `begin` up to `end` in which no span runs; a span ends before its last moment."""
    gaps, reached = [], begin
    for start, stop in sorted(span for span in spans if span[0] < span[1]):
        if start >= end:
            break
        if start > reached:
            gaps.append((reached, start))
        reached = max(reached, stop)
    if reached < end:
        gaps.append((reached, end))
    return gaps


def minutes_in(spans: Iterable[Span]) -> int:
    """Whole minutes in these stretches, each begun minute counted: a gap of seconds is a gap."""
    return sum(-(-int((stop - start).total_seconds()) // 60) for start, stop in spans)


def covered_percent(gaps: Iterable[Span], days: int) -> float:
    """Covered minutes of these days in per cent; never rounded up to 100 while a minute is not."""
    missing = minutes_in(gaps)
    return 100.0 if not missing else min(round(100 - missing / (days * 14.4), 2), 99.99)


def respite_days(spans: Iterable[Span], year: int) -> int:
    """Days of a year that blocks of respite touch, a block of some hours as one."""
    return len({day for start, stop in spans for day in _days(start, stop) if day.year == year})


def last_day(stop: datetime) -> date:
    """The last day that a block touches: one that ends at midnight touches none of the next."""
    return (stop - timedelta(microseconds=1)).date()


def _days(start: datetime, stop: datetime) -> list[date]:
    first, last = start.date(), last_day(stop)
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def respite_price(hour_fen: int, start: datetime, stop: datetime) -> int:
    """The low price of a block, every begun hour counted."""
    return hour_fen * -(-int((stop - start).total_seconds()) // 3600)


def cut(start: datetime, stop: datetime, longest_hours: int) -> list[Span]:
    """A block as stretches for one caregiver each: none crosses midnight, none is longer, those of a day are alike."""
    found = []
    for day in _days(start, stop):
        begin = max(start, datetime.combine(day, time(), start.tzinfo))
        end = min(stop, datetime.combine(day + timedelta(days=1), time(), start.tzinfo))
        minutes = int((end - begin).total_seconds()) // 60
        parts = max(1, -(-minutes // (60 * longest_hours)))
        marks = [begin + timedelta(minutes=minutes * number // parts) for number in range(parts)] + [end]
        found += list(itertools.pairwise(marks))
    return found


def kind_of(start: datetime, stop: datetime) -> RespiteKind:
    """With a night in it, or some hours of one local day."""
    return RespiteKind.DAY if len(_days(start, stop)) == 1 else RespiteKind.OVERNIGHT
