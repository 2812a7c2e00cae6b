"""The table of everything that `make bench` measures; a new section is one import and one line here.

A section is a function from an Effort (how many minutes) to lines of Markdown; it writes no file itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench import town
from bench.effort import Effort


@dataclass(frozen=True, slots=True)
class Section:
    """What is measured, its title in bench/results.md, and the minutes it may take in an ordinary run."""

    title: str
    measure: Callable[[Effort], list[str]]
    minutes: float


SECTIONS: dict[str, Section] = {
    "town": Section("a town's generated day", town.measure, 1),
}
