"""Invented addresses along the schematic streets: compounds, buildings, units and rooms; all on land, near a street."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np

from service.demo.geometry import Floats, distance_to_line
from service.demo.ground import DATUM, Ground
from service.demo.roads import Edge

NEAR_STREET_M = 120.0  # no home is farther from a street
OFF_STREET_M = 11.0  # and none stands on one
NUMBER_EVERY_M = 18.0  # house numbers per side of a street


@dataclass(frozen=True)
class Home:
    """One dwelling; `area_code` is its community's, `room` as people say it (502 is on floor 5), degrees WGS-84."""

    area_code: str
    community: str
    road: str
    number: int
    building: int
    unit: int
    room: int
    floor: int
    lift: bool
    lon: float
    lat: float

    datum = DATUM

    @property
    def address(self) -> str:
        return f"{self.community} {self.road} {self.number} 号 {self.building} 号楼 {self.unit}-{self.room}"


@dataclass(frozen=True)
class Site:
    """A house with a street number that is no home: a station, a canteen."""

    area_code: str
    community: str
    road: str
    number: int
    lon: float
    lat: float

    datum = DATUM

    @property
    def address(self) -> str:
        return f"{self.community} {self.road} {self.number} 号"


@dataclass(frozen=True)
class _Compound:
    """A group of like buildings behind one street number."""

    community: int
    road: str
    number: int
    gate: tuple[float, float]
    buildings: tuple[tuple[float, float], ...]
    floors: int
    units: int

    @property
    def lift(self) -> bool:
        return self.floors > 6


class Builder:
    """Builds compounds community by community; the same seed and calls give the same addresses."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._rng = random.Random(f"homes {ground.seed}")
        self._edges: dict[int, list[int]] = {}
        for number, community in enumerate(ground.edge_community):
            if community >= 0 and ground.graph.edges[number].length_m > 60:
                self._edges.setdefault(community, []).append(number)
        self._halves = np.array([edge.line[len(edge.line) // 2] for edge in ground.graph.edges])
        self._numbers: set[tuple[str, int]] = set()
        self._rooms: set[tuple[str, int, int, int, int]] = set()

    def homes(self, community: int, count: int) -> list[Home]:
        """`count` different dwellings in the community with that index."""
        compounds = self._compounds(community, max(3, round(count / 1.7)))
        return [self._home(self._rng.choice(compounds)) for _ in range(count)]

    def site(self, community: int) -> Site:
        """A house on the street for a station or a canteen in the community with that index."""
        compound = self._compounds(community, 1)[0]
        area = self._ground.communities[community]
        lon, lat = self._ground.land.frame.to_lonlat(np.array([compound.gate]))[0]
        return Site(area.code, area.short, compound.road, compound.number, round(float(lon), 6), round(float(lat), 6))

    def _compounds(self, community: int, wanted: int) -> list[_Compound]:
        area = self._ground.communities[community]
        middle = np.array([area.x_m, area.y_m])
        near = sorted(self._edges[community], key=lambda e: float(np.hypot(*(self._halves[e] - middle))))
        near = near[: max(6, 3 * wanted)]
        built: list[_Compound] = []
        for _ in range(60):
            compound = self._compound(community, self._rng.choice(near))
            if compound is not None:
                built.append(compound)
            if len(built) == wanted:
                break
        if not built:
            raise ValueError(f"no room for a house in {area.short}")
        return built

    def _compound(self, community: int, number: int) -> _Compound | None:
        rng, edge = self._rng, self._ground.graph.edges[number]
        tall = rng.random() < 0.28
        side, along = rng.choice((-1, 1)), rng.uniform(0.12, 0.88) * edge.length_m
        gate, ahead = _at(edge, along)
        out = np.array([-ahead[1], ahead[0]]) * side
        rows = rng.randint(2, 3)
        spots = [
            gate + out * (24 + 27 * row) + ahead * (rng.uniform(-4, 4) + 32 * (k - 1))
            for row in range(rows)
            for k in range(3)
        ]
        good = self._free(np.array([gate + out * 14, *spots]), number)
        if not good[0] or good[1:].sum() < 3:
            return None
        street = self._ground.graph.roads[edge.road].name
        house = 1 + 2 * int((edge.from_m + along) / NUMBER_EVERY_M) + (side < 0)
        while (street, house) in self._numbers:
            house += 2
        self._numbers.add((street, house))
        kept = tuple((float(x), float(y)) for (x, y), free in zip(spots, good[1:], strict=True) if free)
        front = gate + out * 14
        floors, units = (rng.choice((11, 17, 18, 24)), 2) if tall else (rng.choice((5, 6, 6, 6)), rng.choice((3, 4)))
        return _Compound(community, street, house, (float(front[0]), float(front[1])), kept, floors, units)

    def _free(self, points: Floats, number: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which points are dry, off the hills and off every street, yet near one."""
        land = self._ground.land
        free = land.dry(points, 26.0) & ~land.on_hill(points, 8.0) & land.visible(points, 60.0)
        beside = np.flatnonzero(np.abs(self._halves - self._halves[number]).max(axis=1) < 420.0)
        gap = np.full(len(points), np.inf)
        for other in beside:
            gap = np.minimum(gap, distance_to_line(points, self._ground.graph.edges[int(other)].line))
        return np.asarray(free & (gap > OFF_STREET_M) & (gap < NEAR_STREET_M))

    def _home(self, compound: _Compound) -> Home:
        rng = self._rng
        while True:
            building = rng.randrange(len(compound.buildings))
            floor = rng.randint(1, compound.floors)
            if not compound.lift and floor > 3 and rng.random() < 0.35:
                continue  # old people move down when they can
            unit, room = rng.randint(1, compound.units), floor * 100 + rng.randint(1, 2 if not compound.lift else 4)
            key = (compound.road, compound.number, building, unit, room)
            if key not in self._rooms:
                break
        self._rooms.add(key)
        x, y = compound.buildings[building]
        point = np.array([[x + (unit - (compound.units + 1) / 2) * 4.0, y]])
        lon, lat = self._ground.land.frame.to_lonlat(point)[0]
        area = self._ground.communities[compound.community]
        return Home(
            area.code, area.short, compound.road, compound.number, building + 1, unit, room, floor, compound.lift,
            round(float(lon), 6), round(float(lat), 6),
        )  # fmt: skip


def _at(edge: Edge, along_m: float) -> tuple[Floats, Floats]:
    """The point `along_m` metres down the edge and the unit vector of the way ahead."""
    steps = np.diff(edge.line, axis=0)
    sizes = np.hypot(*steps.T)
    ends = np.cumsum(sizes)
    k = min(int(np.searchsorted(ends, along_m)), len(steps) - 1)
    ahead = steps[k] / sizes[k]
    return edge.line[k] + ahead * (along_m - (ends[k] - sizes[k])), ahead
