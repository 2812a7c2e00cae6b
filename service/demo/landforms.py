"""The schematic coast, island, harbour, hills and river of the demo town, from a seed; it is no survey of Yantai."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import numpy as np

from service.demo.geometry import Bools, Floats, Frame, inside, lengths, near_line, spline

CENTRE = (121.430, 37.527)  # WGS-84, between the centres of Zhifu and Laishan
HALF_WIDTH_M, HALF_HEIGHT_M = 5300.0, 3900.0
# The town hugs this line: along the north shore of Zhifu, then turning south-east past Laishan.
SHORE = ((-9000, 2450), (-6000, 2420), (-3200, 2400), (-700, 1950), (1500, 1100), (3300, -150), (4700, -1700),
         (5800, -3400), (6900, -5300), (8000, -7300))  # fmt: skip
# Name, s and t of the middle, radius: ranges inland in the west, single hills between the streets, a few parks.
HILLS = (
    ("鹤筹山", 3150, 4950, 1020), ("砚屏岭", 2250, 3150, 560), ("枕霞山", 6050, 5150, 760), ("槐荫岭", 7120, 3560, 300),
    ("晴岚山", 11450, 3700, 430), ("苍屿岭", 14650, 2600, 560), ("望筝山", 16400, 3300, 620),
    ("", 5060, 1470, 150), ("", 12480, 1380, 170), ("", 9230, 2480, 135), ("", 3900, 620, 120), ("", 14050, 640, 120),
)  # fmt: skip
HEAD_HILL = "观澜山"


@dataclass(frozen=True)
class Hill:
    """A hill that roads go around; `ring` is closed, in metres."""

    name: str
    ring: Floats
    middle: tuple[float, float]
    radius_m: float


class Shore:
    """Curved coordinates of the town: s metres along the shore line, t metres inland (negative: out to sea)."""

    def __init__(self, rng: random.Random) -> None:
        self._line = spline(SHORE, 40.0)
        self._run = lengths(self._line)
        self.length_m = float(self._run[-1])
        self._waves = [(rng.uniform(0, math.tau), rng.uniform(2100, 3900), rng.uniform(0, math.tau)) for _ in range(4)]

    def to_plane(self, s: Floats, t: Floats) -> Floats:
        """(n,) s and t -> (n, 2) metres in the plane, gently warped so that no street is ruler-straight."""
        x, y = np.interp(s, self._run, self._line[:, 0]), np.interp(s, self._run, self._line[:, 1])
        x2, y2 = np.interp(s + 60, self._run, self._line[:, 0]), np.interp(s + 60, self._run, self._line[:, 1])
        x1, y1 = np.interp(s - 60, self._run, self._line[:, 0]), np.interp(s - 60, self._run, self._line[:, 1])
        size = np.maximum(np.hypot(x2 - x1, y2 - y1), 1e-9)
        flat = np.column_stack([x + t * (y2 - y1) / size, y - t * (x2 - x1) / size])
        return flat + self._warp(flat)

    def _warp(self, flat: Floats) -> Floats:
        shift = np.zeros_like(flat)
        for angle, wave_m, phase in self._waves:
            ahead = (flat[:, 0] * math.cos(angle) + flat[:, 1] * math.sin(angle)) * math.tau / wave_m + phase
            shift += np.outer(np.sin(ahead), [-26 * math.sin(angle), 26 * math.cos(angle)])
        return shift


@dataclass(frozen=True)
class Landforms:
    """Everything that was there before the town; rings are closed and in metres of `frame`."""

    frame: Frame
    shore: Shore
    land: Floats
    coast: Floats
    island: Floats
    moles: tuple[Floats, ...]
    hills: tuple[Hill, ...]
    river: Floats
    river_line: Floats

    @property
    def box(self) -> tuple[float, float, float, float]:
        return (-HALF_WIDTH_M, -HALF_HEIGHT_M, HALF_WIDTH_M, HALF_HEIGHT_M)

    def dry(self, points: Floats, margin_m: float = 0.0) -> Bools:
        """Which points are on the main land, off the river, and at least `margin_m` from the water."""
        good = inside(points, self.land) & ~inside(points, self.river)
        if margin_m > 0:
            good &= ~near_line(points, self.coast, margin_m)
            good &= ~near_line(points, self.river, margin_m)
        return good

    def on_hill(self, points: Floats, margin_m: float = 0.0) -> Bools:
        """Which points are on a hill or nearer to one than `margin_m`."""
        hit = np.zeros(len(points), dtype=np.bool_)
        for hill in self.hills:
            near = np.hypot(points[:, 0] - hill.middle[0], points[:, 1] - hill.middle[1]) < hill.radius_m * 2 + margin_m
            if near.any():
                hit[near] |= inside(points[near], hill.ring)
                if margin_m > 0:
                    hit[near] |= near_line(points[near], hill.ring, margin_m)
        return hit

    def visible(self, points: Floats, margin_m: float = 0.0) -> Bools:
        """Which points lie in the map's frame, at least `margin_m` from its edge."""
        return np.asarray(
            (np.abs(points[:, 0]) < HALF_WIDTH_M - margin_m) & (np.abs(points[:, 1]) < HALF_HEIGHT_M - margin_m)
        )


def make_landforms(seed: int, columns: tuple[float, ...]) -> Landforms:
    """Coast, hills and river for one seed; the river keeps between two main streets (`columns`: their s)."""
    rng = random.Random(f"landforms {seed}")
    shore = Shore(rng)
    coast, heads = _coast(rng, shore)
    corners = np.array([[coast[-1, 0], -HALF_HEIGHT_M - 3000], [-HALF_WIDTH_M - 4000, -HALF_HEIGHT_M - 3000]])
    land = np.vstack([coast, corners, coast[:1]])
    river, river_line = _river(rng, shore, columns)
    return Landforms(
        frame=Frame(*CENTRE),
        shore=shore,
        land=land,
        coast=coast,
        island=_blob(rng, (rng.uniform(3250, 3700), rng.uniform(1900, 2300)), 330, 0.16, 90),
        moles=_moles(shore, heads[0]),
        hills=_hills(rng, shore, heads),
        river=river,
        river_line=river_line,
    )


def _coast(rng: random.Random, shore: Shore) -> tuple[Floats, list[tuple[float, float, float]]]:
    """The coast line from west to south-east, and its headlands as (s, height_m, half width_m)."""
    heads = [
        (8050 + rng.uniform(-150, 150), rng.uniform(800, 930), 420.0),
        (5050 + rng.uniform(-200, 200), rng.uniform(330, 450), 520.0),
        (10950 + rng.uniform(-200, 200), rng.uniform(420, 520), 430.0),
        (13350 + rng.uniform(-150, 150), rng.uniform(300, 400), 380.0),
    ]
    s = np.arange(300.0, shore.length_m - 300.0, 22.0)
    out = np.full_like(s, 35.0)
    for at, height, half in heads:
        out += height * np.exp(-(((s - at) / half) ** 4)) + 0.22 * height * np.exp(-(((s - at) / (2.3 * half)) ** 2))
    for wave_m, size_m in ((1500.0, 34.0), (620.0, 17.0), (240.0, 7.0), (110.0, 4.0)):
        out += size_m * np.sin(s * math.tau / wave_m + rng.uniform(0, math.tau))
    out = np.maximum(out, -15.0)
    lean = 0.22 * np.maximum(out - 120.0, 0.0)  # headlands lean along the shore: a bay on the lee side
    return shore.to_plane(s + lean, -out), heads


def _river(rng: random.Random, shore: Shore, columns: tuple[float, ...]) -> tuple[Floats, Floats]:
    """A river (closed ring) and its middle line, from the hills to the sea, between two main columns."""
    gap = min(range(len(columns) - 1), key=lambda i: abs(columns[i] - 10000))
    middle = columns[gap] + 0.25 * (columns[gap + 1] - columns[gap])
    t = np.arange(-105.0, 7200.0, 40.0)
    phase = rng.uniform(0, math.tau)
    s = middle + 46 * np.sin(t / 430 + phase) + 26 * np.sin(t / 170 + 2 * phase)
    half = 15 + 24 * np.exp(-np.maximum(t, 0) / 900) + 26 * np.exp(-(((t + 150) / 110) ** 2))
    left, right = shore.to_plane(s - half, t), shore.to_plane(s + half, t)
    return np.vstack([left, right[::-1], left[:1]]), shore.to_plane(s, t)


def _moles(shore: Shore, head: tuple[float, float, float]) -> tuple[Floats, ...]:
    """Two breakwaters of a small harbour on the lee side of the first headland."""
    at, height, half = head
    arms = (
        ((at + half * 0.95, -height * 0.72), (at + half * 1.55, -height * 0.86), (at + half * 2.15, -height * 0.60)),
        ((at + half * 2.75, 30.0), (at + half * 2.65, -height * 0.28), (at + half * 2.35, -height * 0.40)),
    )
    return tuple(_thick(shore.to_plane(*np.array(arm).T), 13.0) for arm in arms)


def _thick(line: Floats, half_m: float) -> Floats:
    """A closed ring around a polyline, `half_m` to each side."""
    ahead = np.gradient(line, axis=0)
    side = np.column_stack([-ahead[:, 1], ahead[:, 0]]) / np.hypot(*ahead.T)[:, None] * half_m
    return np.vstack([line + side, (line - side)[::-1], (line + side)[:1]])


def _blob(rng: random.Random, middle: tuple[float, float], radius_m: float, rough: float, turn_deg: float) -> Floats:
    """A closed, rounded, slightly long ring around `middle`."""
    angle = np.linspace(0, math.tau, 73)
    radius = np.full_like(angle, 1.0)
    for k in (2, 3, 4, 5):
        radius += rough * rng.uniform(0.35, 1.0) / (k - 0.5) * np.sin(k * angle + rng.uniform(0, math.tau))
    long, wide = radius_m * 1.22, radius_m * 0.82
    turn = math.radians(turn_deg)
    x, y = long * radius * np.cos(angle), wide * radius * np.sin(angle)
    return np.column_stack(
        [middle[0] + x * math.cos(turn) - y * math.sin(turn), middle[1] + x * math.sin(turn) + y * math.cos(turn)]
    )


def _hills(rng: random.Random, shore: Shore, heads: list[tuple[float, float, float]]) -> tuple[Hill, ...]:
    """Hills inland that streets go around, parks, and a green hill at the tip of the first headland."""
    hills = []
    for name, s, t, radius in HILLS:
        off_s, off_t = (rng.uniform(-0.18, 0.18) * radius for _ in range(2))
        middle = shore.to_plane(np.array([s + off_s]), np.array([t + off_t]))[0]
        rough = 0.26 if radius > 400 else 0.12
        hills.append(_hill(rng, name, middle, rng.uniform(0.92, 1.06) * radius, rng.uniform(-40, 40), rough))
    at, height, _half = heads[0]
    tip = shore.to_plane(np.array([at + 0.2 * height]), np.array([-0.72 * height]))[0]
    hills.append(_hill(rng, HEAD_HILL, tip, 200.0, 40.0, 0.12))
    return tuple(hills)


def _hill(rng: random.Random, name: str, middle: Floats, radius_m: float, turn_deg: float, rough: float) -> Hill:
    point = (float(middle[0]), float(middle[1]))
    return Hill(name, _blob(rng, point, radius_m, rough, turn_deg), point, radius_m)
