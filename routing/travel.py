"""How long it takes from place to place, per way of moving; it knows matrices only and asks no server."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from routing.errors import ProblemError, UnknownPlace

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Points = Sequence[tuple[float, float]]

LONGEST = 1 << 40
UNREACHABLE = 1 << 29
"""A leg of so many ticks or more is no way at all: the checker refuses it and reasons call it unreachable."""
DENSE = 4000
"""Up to so many places every leg is kept in a matrix; beyond, legs are computed when asked for."""
EARTH_M = 6_371_008.8
DETOUR = 1.35
SPEED_MPS: Mapping[str, float] = {"walk": 1.25, "ebike": 4.2, "bus": 4.0, "car": 6.5}
PARK_S: Mapping[str, int] = {"walk": 0, "ebike": 45, "bus": 300, "car": 150}


class Legs(Protocol):
    """What a problem asks of travel; `Travel` holds matrices, `Computed` (computed.py) holds points only."""

    @property
    def places(self) -> int:
        """How many places there are."""
        ...

    @property
    def modes(self) -> tuple[str, ...]:
        """The ways of moving, sorted."""
        ...

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        """(lon, lat) per place in WGS-84, or nothing when only times are known."""
        ...

    @property
    def exact(self) -> Floats | None:
        """Unrounded lengths in natural units, when the printed travel needs them."""
        ...

    @property
    def matrices(self) -> Mapping[str, Ints]:
        """All legs per way of moving. Raises ProblemError beyond DENSE places: ask for blocks."""
        ...

    def time(self, mode: str, origin: int, target: int) -> int:
        """Ticks of one leg. Raises UnknownPlace."""
        ...

    def block(self, mode: str, places: Sequence[int] | Ints) -> Ints:
        """Ticks between some places, square, in the order given. Raises UnknownPlace."""
        ...

    def legs(self, mode: str, origins: Sequence[int] | Ints, targets: Sequence[int] | Ints) -> Ints:
        """Ticks from some places (rows) to others (columns). Raises UnknownPlace."""
        ...

    def rows(self, mode: str, origins: Sequence[int] | Ints) -> Ints:
        """Ticks from some places to every place. Raises UnknownPlace."""
        ...


@dataclass(frozen=True, eq=False)
class Travel:
    """Travel in ticks: `matrices[mode]` is square over the same places.

    `exact` holds lengths in natural units when the printed travel must not be rounded (Li & Lim), `points` where the
    places are (WGS-84), when that is known.
    Raises ProblemError for a matrix that is not square, has holes (None, NaN) or negative entries.
    """

    matrices: Mapping[str, Ints]
    exact: Floats | None = None
    points: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        if not self.matrices:
            raise ProblemError("travel", "has no way of moving", "at least one matrix")
        clean = {mode: checked_matrix(matrix, f"travel.{mode}") for mode, matrix in self.matrices.items()}
        sizes = {len(matrix) for matrix in clean.values()}
        if len(sizes) != 1:
            raise ProblemError(
                "travel", f"matrices of different sizes {sorted(sizes)}", "the same places in every mode"
            )
        object.__setattr__(self, "matrices", clean)
        if self.exact is not None and self.exact.shape != (self.places, self.places):
            raise ProblemError("travel.exact", f"has shape {self.exact.shape}", f"{self.places} x {self.places}")
        if self.points and len(self.points) != self.places:
            raise ProblemError("travel.points", f"are {len(self.points)}", f"{self.places} points")

    @property
    def places(self) -> int:
        """How many places there are."""
        return len(next(iter(self.matrices.values())))

    @property
    def modes(self) -> tuple[str, ...]:
        """The ways of moving, sorted."""
        return tuple(sorted(self.matrices))

    def time(self, mode: str, origin: int, target: int) -> int:
        """Ticks from one place to another. Raises UnknownPlace for a mode or place that is not there."""
        matrix = self._matrix(mode)
        if not (0 <= origin < len(matrix) and 0 <= target < len(matrix)):
            raise UnknownPlace("place", f"{origin} or {target} is outside the matrix", f"0 to {len(matrix) - 1}")
        return int(matrix[origin, target])

    def block(self, mode: str, places: Sequence[int] | Ints) -> Ints:
        """Ticks between some places, square, in the order given. Raises UnknownPlace."""
        return self.legs(mode, places, places)

    def legs(self, mode: str, origins: Sequence[int] | Ints, targets: Sequence[int] | Ints) -> Ints:
        """Ticks from some places (rows) to others (columns). Raises UnknownPlace."""
        count = self.places
        return self._matrix(mode)[np.ix_(chosen_places(origins, count), chosen_places(targets, count))]

    def rows(self, mode: str, origins: Sequence[int] | Ints) -> Ints:
        """Ticks from some places to every place. Raises UnknownPlace."""
        return self._matrix(mode)[chosen_places(origins, self.places)]

    def _matrix(self, mode: str) -> Ints:
        matrix = self.matrices.get(mode)
        if matrix is None:
            raise UnknownPlace("mode", f"is {mode!r}", ", ".join(self.modes))
        return matrix


def chosen_places(places: Sequence[int] | Ints, count: int) -> Ints:
    """The places as an index array. Raises UnknownPlace for one outside 0 to count - 1."""
    chosen = np.asarray(places, dtype=np.int64)
    outside = chosen[(chosen < 0) | (chosen >= count)]
    if len(outside):
        raise UnknownPlace("place", f"{outside[0]} is not known", f"0 to {count - 1}")
    return chosen


def checked_matrix(matrix: object, field: str) -> Ints:
    """The matrix as int64. Raises ProblemError naming the first bad row or cell."""
    if isinstance(matrix, np.ndarray) and matrix.ndim == 2 and matrix.dtype.kind in "iu":
        clean = matrix.astype(np.int64)
    else:
        clean = _from_rows(matrix, field)
    if clean.shape[0] != clean.shape[1] or not clean.size:
        raise ProblemError(field, f"has shape {clean.shape}", "a square matrix with at least one place")
    bad = np.argwhere((clean < 0) | (clean > LONGEST))
    if len(bad):
        row, column = bad[0]
        raise ProblemError(
            f"{field}[{row}][{column}]", f"is {clean[row, column]}", f"a whole number from 0 to {LONGEST}"
        )
    return clean


def _from_rows(matrix: object, field: str) -> Ints:
    rows = matrix.tolist() if isinstance(matrix, np.ndarray) else matrix
    if not isinstance(rows, Sequence) or isinstance(rows, (str, bytes)):
        raise ProblemError(field, "is not a matrix", "a list of rows")
    for i, row in enumerate(rows):
        if not isinstance(row, Sequence) or isinstance(row, (str, bytes)) or len(row) != len(rows):
            raise ProblemError(f"{field}[{i}]", "is not a row of the square", f"{len(rows)} numbers")
        for j, cell in enumerate(row):
            number = isinstance(cell, (int, float, np.integer)) and not isinstance(cell, bool)
            if not number or not 0 <= cell <= LONGEST or cell != int(cell):
                raise ProblemError(f"{field}[{i}][{j}]", f"is {cell!r:.40}", f"a whole number from 0 to {LONGEST}")
    return np.array(rows, dtype=np.int64)


def checked_points(points: Points) -> Floats:
    """The points as an n x 2 array of degrees. Raises ProblemError for one that is not on the earth, or none at all."""
    if not len(points):
        raise ProblemError("points", "is empty", "at least one point")
    for i, (lon, lat) in enumerate(points):
        if not (math.isfinite(lon) and math.isfinite(lat) and -180 <= lon <= 180 and -90 <= lat <= 90):
            raise ProblemError(f"points[{i}]", f"is ({lon}, {lat})", "lon in -180..180, lat in -90..90")
    return np.array(points, dtype=np.float64)


def on_sphere(points: Points) -> Floats:
    """The points as unit vectors, 3 x n. Raises ProblemError."""
    lon, lat = np.radians(checked_points(points)).T
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def arcs_m(origins: Floats, targets: Floats) -> Floats:
    """Great-circle metres between unit vectors, rows x columns; the same bits however the legs are asked for."""
    squares = np.zeros((origins.shape[1], targets.shape[1]))
    for axis in range(3):
        step = origins[axis][:, None] - targets[axis][None]
        squares += step * step
    chords = np.sqrt(squares)
    result: Floats = 2 * EARTH_M * np.arcsin(np.minimum(chords / 2, 1.0))
    return result


def distances_m(points: Points) -> Floats:
    """Great-circle distances in metres between (lon, lat) points of one datum, n x n. Raises ProblemError."""
    vectors = on_sphere(points)
    return arcs_m(vectors, vectors)


def ride_ticks(metres: Floats, speed_mps: float, park_s: float, ticks_per_s: int) -> Ints:
    """Ticks for lengths on the way: at a speed, plus parking when the places are more than a metre apart."""
    seconds = metres / speed_mps + np.where(metres > 1.0, park_s, 0.0)
    return np.rint(seconds * ticks_per_s).astype(np.int64)


def straight(
    points: Points,
    *,
    modes: Sequence[str] = ("walk", "ebike", "bus", "car"),
    ticks_per_s: int = 1,
    detour: float = DETOUR,
    speed_mps: Mapping[str, float] = SPEED_MPS,
    park_s: Mapping[str, int] = PARK_S,
) -> Travel:
    """Travel estimated without a road network: great circle x detour / speed, plus parking between different places.

    `points` are (lon, lat) of one datum. Raises ProblemError for bad points or an unknown mode.
    """
    metres = distances_m(points) * detour
    matrices: dict[str, Ints] = {}
    for mode in modes:
        if mode not in speed_mps:
            raise ProblemError("modes", f"{mode!r} has no speed", ", ".join(sorted(speed_mps)))
        matrices[mode] = ride_ticks(metres, speed_mps[mode], park_s.get(mode, 0), ticks_per_s)
    return Travel(matrices, points=tuple((float(lon), float(lat)) for lon, lat in points))
