"""The schematic ground of the demo town: landforms, streets and communities; never a map of the real Yantai."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import numpy as np

from service.demo.geometry import Floats, clipped_to_box, simplified
from service.demo.landforms import HALF_HEIGHT_M, HALF_WIDTH_M, Landforms, make_landforms
from service.demo.places import AreaName, area_names
from service.demo.roads import MAIN, MINOR, RoadGraph, main_lines, make_roads

DATUM = "wgs84"
REACH_M = 1750.0  # how far from its street's middle a community may lie
# Street code -> s along the shore and t inland of its middle, metres: the order is right, the places are schematic.
STREETS = {
    "370602004000": (4550.0, 1250.0),
    "370602007000": (4750.0, 2450.0),
    "370602003000": (6500.0, 1250.0),
    "370602001000": (7950.0, 520.0),
    "370602002000": (9150.0, 1350.0),
    "370602006000": (7050.0, 2700.0),
    "370602011000": (5350.0, 3700.0),
    "370613001000": (11250.0, 950.0),
    "370613002000": (10250.0, 2950.0),
    "370613003000": (13550.0, 1250.0),
}


@dataclass(frozen=True)
class Area:
    """An official area at its schematic middle (degrees WGS-84; x_m and y_m in the frame of the landforms)."""

    code: str
    name: str
    short: str
    kind: str
    parent: str | None
    lon: float
    lat: float
    x_m: float
    y_m: float


@dataclass(frozen=True)
class Ground:
    """Landforms, streets and areas of one seed; `edge_community[e]` is the community of street edge e, or -1."""

    seed: int
    land: Landforms
    graph: RoadGraph
    areas: tuple[Area, ...]
    edge_community: tuple[int, ...]

    @property
    def communities(self) -> tuple[Area, ...]:
        return tuple(area for area in self.areas if area.kind == "community")


def make_ground(seed: int) -> Ground:
    """The ground of one seed, always the same for the same seed."""
    land = make_landforms(seed, main_lines(seed)[1])
    graph = make_roads(seed, land)
    names = area_names()
    middles = {code: land.shore.to_plane(np.array([s]), np.array([t]))[0] for code, (s, t) in STREETS.items()}
    places, owner = _communities(seed, land, graph, names, middles)
    for district in (a for a in names if a.kind == "district"):
        places[district.code] = np.mean([middles[a.code] for a in names if a.parent == district.code], axis=0)
    places[names[0].code] = np.mean(list(middles.values()), axis=0)
    places.update(middles)
    return Ground(seed, land, graph, tuple(_area(land, name, places[name.code]) for name in names), owner)


def _area(land: Landforms, name: AreaName, place: Floats) -> Area:
    lon, lat = (round(float(v), 6) for v in land.frame.to_lonlat(place[None, :])[0])
    x_m, y_m = round(float(place[0]), 1), round(float(place[1]), 1)
    return Area(name.code, name.name, name.short, name.kind, name.parent, lon, lat, x_m, y_m)


def _communities(
    seed: int, land: Landforms, graph: RoadGraph, names: list[AreaName], middles: dict[str, Floats]
) -> tuple[dict[str, Floats], tuple[int, ...]]:
    """Where each community lies, and which community each street edge belongs to."""
    rng = random.Random(f"communities {seed}")
    halves = np.array([edge.line[len(edge.line) // 2] for edge in graph.edges])
    usable = land.visible(halves, 260.0) & np.array([graph.roads[e.road].road_class != MAIN for e in graph.edges])
    codes = list(middles)
    away = _gaps(halves, np.array([middles[code] for code in codes]))
    street_of = np.where(usable & (away.min(axis=1) < REACH_M), away.argmin(axis=1), -1)
    order = {name.code: k for k, name in enumerate(n for n in names if n.kind == "community")}
    owner = np.full(len(halves), -1)
    places: dict[str, Floats] = {}
    for k, code in enumerate(codes):
        mine = np.flatnonzero(street_of == k)
        members = [name.code for name in names if name.parent == code]
        spread = _spread(rng, halves[mine], len(members))
        nearest = _gaps(halves[mine], halves[mine][spread]).argmin(axis=1)
        owner[mine] = [order[members[int(n)]] for n in nearest]
        places.update({member: halves[mine][at] for member, at in zip(members, spread, strict=True)})
    return places, tuple(int(n) for n in owner)


def _spread(rng: random.Random, points: Floats, count: int) -> list[int]:
    """Indices of `count` of the points, spread evenly: farthest-point start, then a few rounds of Lloyd (1982)."""
    chosen = [rng.randrange(len(points))]
    gap = np.full(len(points), np.inf)
    while len(chosen) < count:
        gap = np.minimum(gap, np.hypot(*(points - points[chosen[-1]]).T))
        chosen.append(int(gap.argmax()))
    for _ in range(6):
        nearest = _gaps(points, points[chosen]).argmin(axis=1)
        means = np.array([points[nearest == k].mean(axis=0) for k in range(count)])
        own = np.where(nearest[:, None] == np.arange(count), _gaps(points, means), np.inf)
        chosen = [int(k) for k in own.argmin(axis=0)]
    return chosen


def _gaps(points: Floats, others: Floats) -> Floats:
    """Metres from each of n points to each of m others, (n, m)."""
    away = points[:, None, :] - others[None, :, :]
    return np.asarray(np.hypot(away[:, :, 0], away[:, :, 1]))


def basemap(ground: Ground) -> dict[str, Any]:
    """The desk's basemap of the ground, ready for JSON; marked as schematic.

    Rings in `coast`, `hills` and `water` are closed. `class` is 0 main, 1 secondary, 2 minor.
    """
    land, frame = ground.land, ground.land.frame
    south_west, north_east = frame.to_lonlat(np.array([[-HALF_WIDTH_M, -HALF_HEIGHT_M], [HALF_WIDTH_M, HALF_HEIGHT_M]]))
    return {
        "schematic": True,
        "label": "示意",
        "datum": DATUM,
        "bounds": [round(float(v), 5) for v in (*south_west, *north_east)],
        "coast": [frame.rounded(simplified(ring, 1.5)) for ring in (land.land, land.island, *land.moles)],
        "hills": [frame.rounded(simplified(hill.ring, 2.0)) for hill in land.hills],
        "water": [frame.rounded(simplified(land.river, 1.5))],
        "roads": _road_lines(ground),
        "labels": _labels(ground),
    }


def _road_lines(ground: Ground) -> list[dict[str, Any]]:
    """Every road as unbroken lines, small streets first so that larger ones are drawn over them."""
    frame = (-HALF_WIDTH_M - 400, -HALF_HEIGHT_M - 400, HALF_WIDTH_M + 400, HALF_HEIGHT_M + 400)
    drawn: list[dict[str, Any]] = []
    for road in sorted(ground.graph.roads, key=lambda road: -road.road_class):
        runs: list[list[Floats]] = []
        last = -1
        for edge in (ground.graph.edges[number] for number in road.edges):
            if edge.a == last:
                runs[-1].append(edge.line[1:])
            else:
                runs.append([edge.line])
            last = edge.b
        tolerance = 3.0 if road.road_class == MINOR else 1.6
        for run in runs:
            for part in clipped_to_box(simplified(np.vstack(run), tolerance), frame):
                drawn.append({"name": road.name, "class": road.road_class, "line": ground.land.frame.rounded(part)})
    return drawn


def _labels(ground: Ground) -> list[dict[str, Any]]:
    land = ground.land
    spots: list[tuple[str, str, float, float]] = [("黄海", "sea", 1500.0, 2950.0)]
    spots += [(hill.name, "hill", *hill.middle) for hill in land.hills if hill.name]
    spots += [(area.short, "area", area.x_m, area.y_m) for area in ground.areas if area.kind == "street"]
    found = []
    for text, kind, x, y in spots:
        point = np.array([[x, y]])
        if land.visible(point, 120.0)[0]:
            lon, lat = land.frame.rounded(point)[0]
            found.append({"text": text, "kind": kind, "lon": lon, "lat": lat})
    return found
