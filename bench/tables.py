"""Writes tables in Markdown: gaps, means and the sentence about what went wrong."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A table; cells are written as they are."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return lines + [f"| {' | '.join(str(cell) for cell in row)} |" for row in rows]


def gap(cost: float | None, reference: float) -> float | None:
    """Percent above the reference; None without a cost or reference."""
    return None if cost is None or not reference > 0 else 100 * (cost / reference - 1)


def percent(value: float | None) -> str:
    """A signed percentage, or a dash."""
    return "-" if value is None else f"{value:+.2f}"


def number(value: float | None, digits: int = 2) -> str:
    """A number, or a dash."""
    return "-" if value is None else f"{value:.{digits}f}"


def mean(values: Iterable[float | None]) -> float | None:
    """The mean of what is there."""
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None


def means(values: Iterable[float | None]) -> str:
    """The mean as a signed percentage, and how many values are missing from it."""
    found = list(values)
    missing = sum(value is None for value in found)
    return percent(mean(found)) + (f" ({missing} without)" if missing and missing < len(found) else "")


def worst(values: Iterable[float | None]) -> float | None:
    """The greatest of what is there."""
    return max((value for value in values if value is not None), default=None)


def remarks(notes: Iterable[str], most: int = 8) -> list[str]:
    """What went wrong as a list below a table; nothing when all went well."""
    found = list(dict.fromkeys(notes))
    lines = [f"- {note}" for note in found[:most]]
    return (
        ["", "What went wrong:", "", *lines, *(["- and more like these"] if len(found) > most else [])] if found else []
    )
