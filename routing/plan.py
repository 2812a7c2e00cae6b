"""What is answered: who goes where when, what is not served and why, and what it costs; it holds no judgement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop, all times in ticks: `travel` from the place before, `wait` between being able to start and `start`.

    `kind` is "visit", "break" (at the place before) or "load" (a canteen, named in `visit`); `half` is 0 or 1.
    """

    kind: str
    visit: str
    half: int
    place: int
    travel: int
    arrive: int
    wait: int
    start: int
    finish: int


@dataclass(frozen=True, slots=True)
class Route:
    """One caregiver's shift: leaves the start place at `depart`, is back at `back` after `travel_back`."""

    caregiver: str
    shift: int
    depart: int
    stops: tuple[Stop, ...]
    travel_back: int
    back: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a visit is not served: `counts` says for how many caregivers each constraint is the blocking one."""

    code: str
    text: str
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stage:
    """What one stage of the search gained: cost before and after it, seconds and tries spent in it."""

    name: str
    seconds: float
    before: float
    after: float
    tries: int = 0


@dataclass(frozen=True)
class Plan:
    """A whole answer. `cost` and `parts` in natural units of the problem; `ended` tells what stopped the search."""

    routes: tuple[Route, ...]
    unserved: Mapping[str, Reason]
    cost: float
    parts: Mapping[str, float]
    stages: tuple[Stage, ...] = ()
    seed: int = 0
    engine: str = "outside"
    ended: str = ""
    iterations: int = 0

    @property
    def served(self) -> int:
        """How many visits are served."""
        return len({stop.visit for route in self.routes for stop in route.stops if stop.kind == "visit"})

    def where(self, visit: str) -> list[tuple[Route, int]]:
        """The routes and positions at which a visit stands; empty when it is not served."""
        return [
            (route, i)
            for route in self.routes
            for i, stop in enumerate(route.stops)
            if stop.kind == "visit" and stop.visit == visit
        ]
