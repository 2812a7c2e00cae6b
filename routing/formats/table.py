"""Numbers out of whitespace tables, naming the line of whatever does not fit."""

from __future__ import annotations

import math

from routing.errors import FormatError

BIGGEST = 1e9


def numbers(line: str, number: int, file: str, count: int, names: str) -> list[float]:
    """Exactly `count` finite numbers of one line. Raises FormatError with the line number."""
    words = line.split()
    where = f"line {number}"
    if len(words) != count:
        raise FormatError(names, f"has {len(words)} columns", f"{count} columns", file=file, where=where)
    found = []
    for word, name in zip(words, names.split(), strict=True):
        try:
            value = float(word)
        except ValueError:
            raise FormatError(name, f"is {word!r:.40}", "a number", file=file, where=where) from None
        if not math.isfinite(value) or abs(value) > BIGGEST:
            raise FormatError(name, f"is {word!r:.40}", f"a number up to {BIGGEST:g}", file=file, where=where)
        found.append(value)
    return found


def whole(value: float, name: str, number: int, file: str, low: int = 0, high: int = 100_000) -> int:
    """A whole number in [low, high]. Raises FormatError with the line number."""
    if value != int(value) or not low <= value <= high:
        raise FormatError(
            name, f"is {value:g}", f"a whole number from {low} to {high}", file=file, where=f"line {number}"
        )
    return int(value)


def ticks(value: float, per_unit: int) -> int:
    """A time of the file in ticks."""
    return round(value * per_unit)
