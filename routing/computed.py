"""Travel that is computed when asked for, from points alone: for cities whose matrices would not fit into memory."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from routing.errors import ProblemError, UnknownPlace, whole
from routing.travel import (
    DENSE,
    DETOUR,
    PARK_S,
    SPEED_MPS,
    Floats,
    Ints,
    Legs,
    Points,
    arcs_m,
    chosen_places,
    on_sphere,
    ride_ticks,
    straight,
)


@dataclass(frozen=True)
class Pace:
    """How the estimate moves: great circle x `detour` at `speed_mps`, plus `park_s` between different places."""

    detour: float = DETOUR
    speed_mps: Mapping[str, float] = field(default_factory=lambda: dict(SPEED_MPS))
    park_s: Mapping[str, int] = field(default_factory=lambda: dict(PARK_S))

    def __post_init__(self) -> None:
        if not (math.isfinite(self.detour) and 1 <= self.detour <= 10):
            raise ProblemError("pace.detour", f"is {self.detour}", "1 to 10")
        if not self.speed_mps:
            raise ProblemError("pace.speed_mps", "is empty", "a speed per way of moving")
        for mode, speed in self.speed_mps.items():
            if not (math.isfinite(speed) and 0.01 <= speed <= 100):
                raise ProblemError(f"pace.speed_mps.{mode}", f"is {speed}", "0.01 to 100 metres a second")
        for mode, seconds in self.park_s.items():
            whole(seconds, f"pace.park_s.{mode}", 0, 86_400)


@dataclass(frozen=True, eq=False)
class Computed:
    """Legs between (lon, lat) points of one datum, computed when asked for; the estimate of `straight`, bit for bit.

    Keeps three numbers a place. Raises ProblemError for points that are not on the earth.
    """

    points: tuple[tuple[float, float], ...]
    ticks_per_s: int = 1
    pace: Pace = field(default_factory=Pace)
    _vectors: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", tuple((float(lon), float(lat)) for lon, lat in self.points))
        object.__setattr__(self, "_vectors", on_sphere(self.points))

    @property
    def places(self) -> int:
        """How many places there are."""
        return len(self.points)

    @property
    def modes(self) -> tuple[str, ...]:
        """The ways of moving, sorted."""
        return tuple(sorted(self.pace.speed_mps))

    @property
    def exact(self) -> None:
        """Estimates have no exact lengths."""
        return None

    @property
    def matrices(self) -> Mapping[str, Ints]:
        """All legs per way of moving. Raises ProblemError beyond DENSE places: ask for blocks."""
        if self.places > DENSE:
            raise ProblemError("travel", f"has {self.places} places, too many for matrices", f"at most {DENSE}")
        everywhere = np.arange(self.places)
        return {mode: self.block(mode, everywhere) for mode in self.modes}

    def time(self, mode: str, origin: int, target: int) -> int:
        """Ticks from one place to another, the same number as in every block. Raises UnknownPlace."""
        return int(self._legs(mode, chosen_places([origin], self.places), chosen_places([target], self.places))[0, 0])

    def block(self, mode: str, places: Sequence[int] | Ints) -> Ints:
        """Ticks between some places, square, in the order given. Raises UnknownPlace."""
        return self.legs(mode, places, places)

    def legs(self, mode: str, origins: Sequence[int] | Ints, targets: Sequence[int] | Ints) -> Ints:
        """Ticks from some places (rows) to others (columns). Raises UnknownPlace."""
        return self._legs(mode, chosen_places(origins, self.places), chosen_places(targets, self.places))

    def rows(self, mode: str, origins: Sequence[int] | Ints) -> Ints:
        """Ticks from some places to every place. Raises UnknownPlace."""
        return self._legs(mode, chosen_places(origins, self.places), np.arange(self.places))

    def _legs(self, mode: str, origins: Ints, targets: Ints) -> Ints:
        speed = self.pace.speed_mps.get(mode)
        if speed is None:
            raise UnknownPlace("mode", f"is {mode!r}", ", ".join(self.modes))
        metres = arcs_m(self._vectors[:, origins], self._vectors[:, targets]) * self.pace.detour
        return ride_ticks(metres, speed, self.pace.park_s.get(mode, 0), self.ticks_per_s)


def estimated(points: Points, *, ticks_per_s: int = 1, pace: Pace | None = None) -> Legs:
    """Matrices for up to DENSE places, computed legs beyond. Raises ProblemError for bad points."""
    pace = pace or Pace()
    if len(points) > DENSE:
        return Computed(tuple(points), ticks_per_s, pace)
    return straight(
        points, modes=tuple(pace.speed_mps), ticks_per_s=ticks_per_s, detour=pace.detour, speed_mps=pace.speed_mps,
        park_s=pace.park_s,
    )  # fmt: skip
