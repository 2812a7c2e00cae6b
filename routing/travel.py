"""How long it takes from place to place, per way of moving; it knows matrices only and asks no server."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing.errors import ProblemError, UnknownPlace

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

LONGEST = 1 << 40
EARTH_M = 6_371_008.8
DETOUR = 1.35
SPEED_MPS: Mapping[str, float] = {"walk": 1.25, "ebike": 4.2, "bus": 4.0, "car": 6.5}
PARK_S: Mapping[str, int] = {"walk": 0, "ebike": 45, "bus": 300, "car": 150}


@dataclass(frozen=True, eq=False)
class Travel:
    """Travel in ticks: `matrices[mode]` is square over the same places.

    `exact` holds lengths in natural units when the printed travel must not be rounded (Li & Lim).
    Raises ProblemError for a matrix that is not square, has holes (None, NaN) or negative entries.
    """

    matrices: Mapping[str, Ints]
    exact: Floats | None = None

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

    @property
    def places(self) -> int:
        """How many places there are."""
        return len(next(iter(self.matrices.values())))

    def time(self, mode: str, origin: int, target: int) -> int:
        """Ticks from one place to another. Raises UnknownPlace for a mode or place that is not there."""
        matrix = self.matrices.get(mode)
        if matrix is None:
            raise UnknownPlace("mode", f"is {mode!r}", ", ".join(sorted(self.matrices)))
        if not (0 <= origin < len(matrix) and 0 <= target < len(matrix)):
            raise UnknownPlace("place", f"{origin} or {target} is outside the matrix", f"0 to {len(matrix) - 1}")
        return int(matrix[origin, target])


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


def distances_m(points: Sequence[tuple[float, float]]) -> Floats:
    """Great-circle distances in metres between (lon, lat) points of one datum, n x n. Raises ProblemError."""
    for i, (lon, lat) in enumerate(points):
        if not (math.isfinite(lon) and math.isfinite(lat) and -180 <= lon <= 180 and -90 <= lat <= 90):
            raise ProblemError(f"points[{i}]", f"is ({lon}, {lat})", "lon in -180..180, lat in -90..90")
    if not points:
        raise ProblemError("points", "is empty", "at least one point")
    lon, lat = np.radians(np.array(points, dtype=np.float64)).T
    half = np.sin((lat[:, None] - lat[None]) / 2) ** 2
    half += np.cos(lat[:, None]) * np.cos(lat[None]) * np.sin((lon[:, None] - lon[None]) / 2) ** 2
    result: Floats = 2 * EARTH_M * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return result


def straight(
    points: Sequence[tuple[float, float]],
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
        seconds = metres / speed_mps[mode] + np.where(metres > 1.0, park_s.get(mode, 0), 0)
        matrices[mode] = np.rint(seconds * ticks_per_s).astype(np.int64)
    return Travel(matrices)
