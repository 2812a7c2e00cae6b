"""Plane geometry in metres for the schematic map; it knows no database and draws nothing."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

METRES_PER_DEGREE = math.pi / 180 * 6_371_008.8
CHUNK = 128  # points compared at once: what fits a core's cache
DECIMALS = 5  # about one metre: finer digits only make the file longer


class Frame:
    """A flat frame in metres (x east, y north) around one WGS-84 point; good for a town, not for a country."""

    def __init__(self, lon: float, lat: float) -> None:
        self.lon, self.lat = lon, lat
        self._x_m = METRES_PER_DEGREE * math.cos(math.radians(lat))

    def to_lonlat(self, points: Floats) -> Floats:
        """(n, 2) metres -> (n, 2) degrees, longitude first."""
        scale = np.array([self._x_m, METRES_PER_DEGREE])
        return np.asarray(points / scale + np.array([self.lon, self.lat]))

    def to_metres(self, points: Floats) -> Floats:
        """(n, 2) degrees, longitude first -> (n, 2) metres."""
        scale = np.array([self._x_m, METRES_PER_DEGREE])
        return np.asarray((points - np.array([self.lon, self.lat])) * scale)

    def rounded(self, points: Floats) -> list[list[float]]:
        """Metres -> a plain list of [lon, lat] as the basemap carries it."""
        listed: list[list[float]] = np.round(self.to_lonlat(points), DECIMALS).tolist()
        return listed


def inside(points: Floats, ring: Floats) -> Bools:
    """Which of the (n, 2) points lie in the ring (open or closed); even-odd rule."""
    (west, south), (east, north) = ring.min(axis=0), ring.max(axis=0)
    x, y = points[:, 0], points[:, 1]
    hit = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    maybe = np.flatnonzero(hit)
    for part in np.array_split(maybe, len(maybe) // CHUNK + 1):
        hit[part] = _inside(points[part], ring)
    return np.asarray(hit)


def _inside(points: Floats, ring: Floats) -> Bools:
    x, y = points[:, 0, None], points[:, 1, None]
    x0, y0 = ring[:, 0], ring[:, 1]
    x1, y1 = np.roll(x0, -1), np.roll(y0, -1)
    slope = (x1 - x0) / np.where(y1 == y0, 1.0, y1 - y0)
    crosses = ((y0 > y) != (y1 > y)) & (x < slope * (y - y0) + x0)
    return np.asarray(crosses.sum(axis=1) % 2 == 1)


def distance_to_line(points: Floats, line: Floats) -> Floats:
    """Metres from each of the (n, 2) points to the polyline."""
    a, step = line[:-1], np.diff(line, axis=0)
    length2 = np.maximum((step**2).sum(axis=1), 1e-9)
    gap = points[:, None, :] - a[None, :, :]
    along = np.clip((gap * step).sum(axis=2) / length2, 0.0, 1.0)
    away = gap - along[:, :, None] * step
    return np.asarray(np.sqrt((away**2).sum(axis=2)).min(axis=1))


def near_line(points: Floats, line: Floats, margin_m: float) -> Bools:
    """Which points are nearer to the polyline than `margin_m`; far points cost almost nothing."""
    picks = np.unique(np.append(np.arange(0, len(line), max(1, len(line) // 100)), len(line) - 1))
    reach = margin_m + float(np.diff(lengths(line)[picks]).max()) / 2 + 1e-6
    near = np.zeros(len(points), dtype=np.bool_)
    for part in np.array_split(np.arange(len(points)), len(points) // CHUNK + 1):
        gap = points[part, None, :] - line[None, picks, :]
        part = part[(gap[:, :, 0] ** 2 + gap[:, :, 1] ** 2 < reach**2).any(axis=1)]
        near[part] = distance_to_line(points[part], line) < margin_m
    return near


def lengths(line: Floats) -> Floats:
    """Metres from the start of the polyline to each of its points; the first is 0."""
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])


def spline(points: Sequence[tuple[float, float]], step_m: float) -> Floats:
    """A smooth line (Catmull-Rom) through the points, resampled about every `step_m` metres."""
    p = np.asarray(points, dtype=np.float64)
    p = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    t = np.linspace(0.0, 1.0, 24, endpoint=False)[:, None]
    parts = []
    for a, b, c, d in zip(p[:-3], p[1:-2], p[2:-1], p[3:], strict=True):
        parts.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    fine = np.vstack([*parts, p[-2:-1]])
    run = lengths(fine)
    at = np.linspace(0.0, run[-1], max(2, round(run[-1] / step_m) + 1))
    return np.column_stack([np.interp(at, run, fine[:, 0]), np.interp(at, run, fine[:, 1])])


def simplified(line: Floats, tolerance: float) -> Floats:
    """The polyline without points nearer than `tolerance` to the line without them.

    Source: Douglas and Peucker (1973).
    """
    keep = np.zeros(len(line), dtype=np.bool_)
    keep[[0, -1]] = True
    todo = [(0, len(line) - 1)]
    while todo:
        first, last = todo.pop()
        if last - first < 2:
            continue
        off = distance_to_line(line[first + 1 : last], line[[first, last]])
        worst = int(off.argmax())
        if off[worst] > tolerance:
            middle = first + 1 + worst
            keep[middle] = True
            todo += [(first, middle), (middle, last)]
    return line[keep]


def clipped_to_box(line: Floats, box: tuple[float, float, float, float]) -> list[Floats]:
    """The runs of the polyline that lie in box (west, south, east, north), cut exactly at its edges.

    Source: Liang and Barsky (1984), segment by segment.
    """
    runs: list[list[Floats]] = []
    open_run = False
    for a, b in itertools.pairwise(line):
        cut = _segment_in_box(a, b, box)
        if cut is None:
            open_run = False
            continue
        start, end = cut
        if open_run and start == 0.0:
            runs[-1].append(a + (b - a) * end)
        else:
            runs.append([a + (b - a) * start, a + (b - a) * end])
        open_run = end == 1.0
    return [np.array(run) for run in runs if len(run) > 1]


def _segment_in_box(a: Floats, b: Floats, box: tuple[float, float, float, float]) -> tuple[float, float] | None:
    """The part of a-b in the box as fractions (start, end), or None."""
    start, end = 0.0, 1.0
    dx, dy = float(b[0] - a[0]), float(b[1] - a[1])
    sides = ((-dx, a[0] - box[0]), (dx, box[2] - a[0]), (-dy, a[1] - box[1]), (dy, box[3] - a[1]))
    for speed, room in sides:
        if speed == 0.0:
            if room < 0:
                return None
        elif speed < 0:
            start = max(start, float(room) / speed)
        else:
            end = min(end, float(room) / speed)
    return (start, end) if start < end else None
