"""What a judgement of a plan holds: violations under stable codes, and the cost as reckoned from the problem."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken promise: a stable code, who breaks it, and the numbers."""

    code: str
    who: str
    detail: str

    def __str__(self) -> str:
        return f"{self.code}: {self.who}: {self.detail}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every violation found, and the cost and its parts recomputed from the problem."""

    violations: tuple[Violation, ...]
    cost: float
    parts: dict[str, float]

    @property
    def valid(self) -> bool:
        """Whether nothing is broken."""
        return not self.violations
