"""What ends a run and whom it tells; it knows no engine."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from routing.plan import Plan

EXACT_STEPS = 1000
"""As many rebuilds an exact neighbourhood is counted for: it takes about as long."""


@dataclass
class Run:
    """What ends a run and whom to tell: `seconds` of wall clock or `iterations`, whichever comes first.

    `threads` search beside each other; `start` is a plan to begin from.
    """

    seconds: float | None
    iterations: int | None
    seed: int
    tell: Callable[[str, Plan | None, float, int, int], None]
    stopped: Callable[[], bool]
    threads: int = 1
    start: Plan | None = None
    began: float = field(default_factory=time.monotonic)

    def passed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.began

    def share(self, done: int) -> float:
        """How much of the run is over, 0 to 1."""
        parts = [0.0]
        if self.iterations:
            parts.append(done / self.iterations)
        if self.seconds:
            parts.append(self.passed() / self.seconds)
        return 1.0 if self.stopped() or self.iterations == 0 else min(1.0, max(parts))
