"""The schematic street grid of the demo town, with invented names; no road of it exists in Yantai."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass

import numpy as np

from service.demo.geometry import Bools, Floats, inside, lengths, near_line
from service.demo.landforms import Landforms
from service.demo.names import LANES, MAIN_ALONG, MAIN_INLAND, SECOND_ALONG, SECOND_INLAND

MAIN, SECONDARY, MINOR = 0, 1, 2
STEP_M = 45.0  # how finely a street follows its curve
MAIN_ROWS = (55.0, 980.0, 1960.0, 3050.0, 4250.0, 5500.0, 6900.0)
MAIN_COLUMNS = (2350.0, 3450.0, 4500.0, 5580.0, 6600.0, 7650.0, 8680.0, 9800.0, 10880.0, 11950.0, 13050.0, 14150.0,
                15230.0, 16300.0, 17400.0)  # fmt: skip


@dataclass(frozen=True)
class Edge:
    """One stretch of street between two nodes; `line` in metres, `from_m` its start's distance along the road."""

    a: int
    b: int
    road: int
    line: Floats
    length_m: float
    from_m: float


@dataclass(frozen=True)
class Road:
    """A named street; its edges follow each other but may leave gaps where a hill is in the way."""

    name: str
    road_class: int
    edges: tuple[int, ...]


@dataclass(frozen=True)
class RoadGraph:
    """Nodes (n, 2) in metres, edges between them, roads over them; one connected piece."""

    nodes: Floats
    edges: tuple[Edge, ...]
    roads: tuple[Road, ...]


@dataclass(frozen=True)
class _Line:
    """One grid line: where it lies (t of a row, s of a column), its class, and how deep or far it goes."""

    at_m: float
    road_class: int
    name: str
    ends_m: float


@dataclass
class _Draft:
    """A stretch before pruning: grid keys of its ends and what it belongs to."""

    a: tuple[int, int]
    b: tuple[int, int]
    road: tuple[str, int, int]
    name: str
    road_class: int
    line: Floats


def main_lines(seed: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The t of the main rows and the s of the main columns for one seed; the landforms keep clear of them."""
    rng = random.Random(f"main {seed}")
    rows = tuple(t + (rng.uniform(-60, 60) if t > 100 else 0.0) for t in MAIN_ROWS)
    return rows, tuple(s + rng.uniform(-70, 70) for s in MAIN_COLUMNS)


def make_roads(seed: int, land: Landforms) -> RoadGraph:
    """The street network for one seed: main, secondary and minor streets on land, around hills, one piece."""
    rng = random.Random(f"roads {seed}")
    rows, columns = main_lines(seed)
    along = _rows(rng, rows)
    inland = _columns(rng, rows, columns)
    drafts = _Weaver(rng, land, along, inland).weave()
    return _graph(_one_piece(_on_land(rng, land, drafts)))


def _rows(rng: random.Random, rows: tuple[float, ...]) -> list[_Line]:
    """All lines along the shore from the headlands inland, minor ones between the others at odd places."""
    main, second = iter(MAIN_ALONG), iter(rng.sample(SECOND_ALONG, len(SECOND_ALONG)))
    strong = [(-660.0, SECONDARY), (-300.0, SECONDARY)]
    for t0, t1 in itertools.pairwise(rows):
        strong.append((t0, MAIN))
        parts = 2 if t1 - t0 < 1250 else 3
        strong += [(t0 + (t1 - t0) * (k + rng.uniform(-0.08, 0.08)) / parts, SECONDARY) for k in range(1, parts)]
    lines = [_Line(t, c, next(main) if c == MAIN else next(second), 1e9) for t, c in strong]
    return _with_minor(lines)


def _columns(rng: random.Random, rows: tuple[float, ...], columns: tuple[float, ...]) -> list[_Line]:
    """All lines running inland; secondary ones stop where the fan of columns gets too tight."""
    main, second = iter(MAIN_INLAND), iter(rng.sample(SECOND_INLAND, len(SECOND_INLAND)))
    lines: list[_Line] = []
    for k_main, (s0, s1) in enumerate(itertools.pairwise(columns)):
        lines.append(_Line(s0, MAIN, next(main), rows[4] + 20 if k_main % 2 and s0 > 7000 else 1e9))
        parts = 3 if rng.random() < 0.45 else 2
        for k in range(1, parts):
            at = s0 + (s1 - s0) * (k + rng.uniform(-0.1, 0.1)) / parts
            lines.append(_Line(at, SECONDARY, next(second), rng.choice((rows[2], rows[3], rows[3], rows[4])) + 20))
    lines.append(_Line(columns[-1], MAIN, next(main), 1e9))
    return _with_minor(lines)


def _with_minor(lines: list[_Line]) -> list[_Line]:
    """Strong lines at even places, a minor one half-way between each two."""
    out: list[_Line] = []
    for line, following in itertools.pairwise(lines):
        ends = min(line.ends_m, following.ends_m)
        out += [line, _Line((line.at_m + following.at_m) / 2, MINOR, "", ends)]
    return [*out, lines[-1]]


class _Weaver:
    """Lays the grid lines as stretches between neighbouring crossings; it prunes nothing."""

    def __init__(self, rng: random.Random, land: Landforms, along: list[_Line], inland: list[_Line]) -> None:
        self._rng, self._land, self._along, self._inland = rng, land, along, inland
        crossings = itertools.product(range(len(along)), range(len(inland)))
        self._bend = {key: (rng.uniform(-1, 1), rng.uniform(-1, 1)) for key in crossings}
        self._lane_names = rng.sample(LANES, len(LANES))
        self._lanes: dict[tuple[str, int, int], str] = {}

    def weave(self) -> list[_Draft]:
        drafts: list[_Draft] = []
        for i, row in enumerate(self._along):
            for j, column in enumerate(self._inland):
                if j + 1 < len(self._inland):
                    drafts += self._stretch("along", (i, j), (i, j + 1), row)
                if i + 1 < len(self._along):
                    drafts += self._stretch("inland", (i, j), (i + 1, j), column)
        return drafts

    def _stretch(self, way: str, a: tuple[int, int], b: tuple[int, int], line: _Line) -> list[_Draft]:
        number, place = (a[0], a[1]) if way == "along" else (a[1], a[0])
        if line.road_class == MINOR:
            return self._lane(way, a, b, number, place)
        if way == "inland" and max(self._place(a)[1], self._place(b)[1]) > line.ends_m:
            return []
        return [_Draft(a, b, (way, number, 0), line.name, line.road_class, self._curve(a, b))]

    def _lane(self, way: str, a: tuple[int, int], b: tuple[int, int], number: int, place: int) -> list[_Draft]:
        """A lane goes through whole blocks: both halves of a block are there or neither, mostly."""
        block = place // 2
        chance = random.Random(f"{way} {number} {block} {self._bend[(0, 0)][0]}")
        if chance.random() > (0.74 if way == "along" else 0.6):
            return []
        if chance.random() < 0.2 and place % 2 == 1:
            return []  # a blind alley
        key = (way, number, block // 3)
        if key not in self._lanes:
            self._lanes[key] = self._lane_names[len(self._lanes) % len(self._lane_names)]
        return [_Draft(a, b, key, self._lanes[key], MINOR, self._curve(a, b))]

    def _place(self, key: tuple[int, int]) -> tuple[float, float]:
        """(s, t) of a crossing; crossings of lanes sit a little off the grid."""
        i, j = key
        row, column = self._along[i], self._inland[j]
        loose_s, loose_t = self._bend[key]
        s = column.at_m + (loose_s * 26 if column.road_class == MINOR else loose_s * 5)
        return s, row.at_m + (loose_t * 24 if row.road_class == MINOR else loose_t * 5)

    def _curve(self, a: tuple[int, int], b: tuple[int, int]) -> Floats:
        (s0, t0), (s1, t1) = self._place(a), self._place(b)
        n = max(2, round(float(np.hypot(s1 - s0, t1 - t0)) / STEP_M) + 1)
        f = np.linspace(0.0, 1.0, n)
        return self._land.shore.to_plane(s0 + (s1 - s0) * f, t0 + (t1 - t0) * f)


def _on_land(rng: random.Random, land: Landforms, drafts: list[_Draft]) -> list[_Draft]:
    """Only the stretches that lie on dry land off the hills; larger streets may bridge the river."""
    drafts = [d for d in drafts if land.visible(d.line, -500.0).any()]
    spans = np.cumsum([0, *[len(d.line) for d in drafts]])
    points = np.vstack([d.line for d in drafts])
    ashore = inside(points, land.land) & ~near_line(points, land.coast, 24.0)
    hilly = land.on_hill(points, 22.0)
    wet = near_line(points, land.river, 8.0) | inside(points, land.river)
    kept: list[_Draft] = []
    for d, first, last in zip(drafts, spans[:-1], spans[1:], strict=True):
        if _stands(rng, d.road_class, ashore[first:last], hilly[first:last], wet[first:last]):
            kept.append(d)
    return _without_stumps(land, kept)


def _stands(rng: random.Random, road_class: int, ashore: Bools, hilly: Bools, wet: Bools) -> bool:
    if not ashore.all() or hilly.any():
        return False
    if wet.any() and (road_class == MINOR or (road_class == SECONDARY and rng.random() < 0.4)):
        return False
    return road_class != SECONDARY or rng.random() >= 0.045


def _without_stumps(land: Landforms, drafts: list[_Draft]) -> list[_Draft]:
    """Without the ends of larger streets that lead nowhere; a lane may end blind, a street may not."""
    while True:
        degree: dict[tuple[int, int], int] = {}
        for d in drafts:
            for key in (d.a, d.b):
                degree[key] = degree.get(key, 0) + 1
        kept = [
            d
            for d in drafts
            if d.road_class == MINOR or min(degree[d.a], degree[d.b]) > 1 or not land.visible(d.line, -20.0).all()
        ]
        if len(kept) == len(drafts):
            return kept
        drafts = kept


def _one_piece(drafts: list[_Draft]) -> list[_Draft]:
    """The largest connected part of the network."""
    root: dict[tuple[int, int], tuple[int, int]] = {}

    def find(key: tuple[int, int]) -> tuple[int, int]:
        root.setdefault(key, key)
        while root[key] != key:
            root[key] = root[root[key]]
            key = root[key]
        return key

    for d in drafts:
        root[find(d.a)] = find(d.b)
    sizes: dict[tuple[int, int], int] = {}
    for d in drafts:
        sizes[find(d.a)] = sizes.get(find(d.a), 0) + 1
    largest = max(sizes, key=lambda key: sizes[key])
    return [d for d in drafts if find(d.a) == largest]


def _graph(drafts: list[_Draft]) -> RoadGraph:
    numbers: dict[tuple[int, int], int] = {}
    nodes: list[Floats] = []
    for d in drafts:
        for key, point in ((d.a, d.line[0]), (d.b, d.line[-1])):
            if key not in numbers:
                numbers[key] = len(nodes)
                nodes.append(point)
    by_road: dict[tuple[str, int, int], list[_Draft]] = {}
    for d in sorted(drafts, key=lambda d: (d.road, d.a)):
        by_road.setdefault(d.road, []).append(d)
    edges: list[Edge] = []
    roads: list[Road] = []
    for parts in by_road.values():
        run, first = 0.0, len(edges)
        for d in parts:
            length = float(lengths(d.line)[-1])
            edges.append(Edge(numbers[d.a], numbers[d.b], len(roads), d.line, length, run))
            run += length
        roads.append(Road(parts[0].name, parts[0].road_class, tuple(range(first, len(edges)))))
    return RoadGraph(np.array(nodes), tuple(edges), tuple(roads))
