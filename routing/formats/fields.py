"""Takes values out of parsed JSON one by one, naming the path of whatever does not fit."""

from __future__ import annotations

import math
from typing import Any

from routing.errors import FormatError

BIGGEST = 1e11


class Fields:
    """A JSON value with its path. Every getter raises FormatError naming that path."""

    def __init__(self, value: Any, path: str = "$", file: str = "") -> None:
        self.value, self.path, self.file = value, path, file

    def fail(self, problem: str, accepted: str = "") -> FormatError:
        """The error to raise about this value."""
        return FormatError(self.path, problem, accepted, file=self.file)

    def get(self, key: str) -> Fields:
        """A member that must be there."""
        if not isinstance(self.value, dict):
            raise self.fail(f"is {_kind(self.value)}", "an object")
        if key not in self.value:
            raise FormatError(f"{self.path}.{key}", "is missing", "", file=self.file)
        return Fields(self.value[key], f"{self.path}.{key}", self.file)

    def find(self, key: str) -> Fields | None:
        """A member, or None when it is absent or null."""
        if not isinstance(self.value, dict):
            raise self.fail(f"is {_kind(self.value)}", "an object")
        return None if self.value.get(key) is None else self.get(key)

    def only(self, *keys: str) -> None:
        """Refuses members that nobody would read."""
        if not isinstance(self.value, dict):
            raise self.fail(f"is {_kind(self.value)}", "an object")
        for key in self.value:
            if key not in keys:
                raise FormatError(f"{self.path}.{key}", "is not supported", ", ".join(keys), file=self.file)

    def names(self) -> list[str]:
        """The names of an object's members."""
        if not isinstance(self.value, dict):
            raise self.fail(f"is {_kind(self.value)}", "an object")
        return list(self.value)

    def items(self, least: int = 0, most: int | None = None) -> list[Fields]:
        """The members of a list."""
        if not isinstance(self.value, list):
            raise self.fail(f"is {_kind(self.value)}", "a list")
        if len(self.value) < least or (most is not None and len(self.value) > most):
            raise self.fail(f"has {len(self.value)} members", f"{least} to {'any' if most is None else most}")
        return [Fields(value, f"{self.path}[{i}]", self.file) for i, value in enumerate(self.value)]

    def number(self, low: float = -BIGGEST, high: float = BIGGEST) -> float:
        """A finite number in [low, high]."""
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)):
            raise self.fail(f"is {_kind(self.value)}", "a number")
        if not math.isfinite(self.value) or not low <= self.value <= high:
            raise self.fail(f"is {self.value!r:.40}", f"a number from {low:g} to {high:g}")
        return float(self.value)

    def whole(self, low: int = -(1 << 40), high: int = 1 << 40) -> int:
        """A whole number in [low, high]."""
        number = self.number(low, high)
        if number != int(number):
            raise self.fail(f"is {self.value!r:.40}", "a whole number")
        return int(self.value)

    def ticks(self, ticks_per_unit: int, low: float = -BIGGEST) -> int:
        """A number of units, rounded to 3 decimals, as ticks."""
        return round(round(self.number(low), 3) * ticks_per_unit)

    def text(self) -> str:
        """A text of 1 to 200 characters."""
        if not isinstance(self.value, str) or not 0 < len(self.value) <= 200:
            raise self.fail(f"is {_kind(self.value)}", "a text of 1 to 200 characters")
        return self.value

    def flag(self) -> bool:
        """true or false."""
        if not isinstance(self.value, bool):
            raise self.fail(f"is {_kind(self.value)}", "true or false")
        return self.value


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "a truth value", type(None): "null"}
    return names.get(type(value), f"{value!r:.40}")
