"""The desk's basemap of a real town from an OpenStreetMap XML file; it fetches nothing and repairs nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np

from service.demo.geometry import METRES_PER_DEGREE, Floats, clipped_to_box, simplified
from service.demo.osm_land import closed_land, joined
from service.errors import BadInput, FieldProblem

ATTRIBUTION = "© OpenStreetMap contributors, ODbL"
TOLERANCE_M = 3.0
ROAD_CLASSES = {
    "motorway": 0, "trunk": 0, "primary": 0, "secondary": 1, "tertiary": 1, "unclassified": 2, "residential": 2,
    "living_street": 2, "pedestrian": 2, "road": 2,
}  # fmt: skip
GREEN = {
    ("leisure", "park"), ("leisure", "garden"), ("leisure", "nature_reserve"), ("leisure", "golf_course"),
    ("landuse", "forest"), ("landuse", "grass"), ("landuse", "recreation_ground"), ("natural", "wood"),
    ("natural", "scrub"), ("natural", "heath"),
}  # fmt: skip
WATER = {("natural", "water"), ("waterway", "riverbank"), ("landuse", "reservoir"), ("natural", "bay")}
STREAMS = {"river", "canal", "stream"}
PLACES = {"suburb", "quarter", "neighbourhood", "town", "village", "city_block"}
SMALLEST_AREA_M2 = 900.0  # smaller greens and ponds are specks at the desk's zoom
MAX_ELEMENTS = 5_000_000  # more than a large city: beyond it the file is refused rather than the memory filled


class MapFormatError(BadInput):
    """The map file cannot be read: which file, which line (0 when no line is to blame), what is wrong."""

    code = "map.unreadable"

    def __init__(self, file: str, line: int, problem: str) -> None:
        where = f"{file}:{line}" if line else file
        super().__init__(f"{where}: {problem}", fields=[FieldProblem(where, problem, "OpenStreetMap XML")])
        self.file, self.line = file, line


@dataclass
class _Way:
    nodes: list[str] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class _Relation:
    members: list[tuple[str, str]] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)


class _Reader:
    """Collects nodes, ways and relations from the parser's events; unknown elements are passed over."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.nodes: dict[str, tuple[float, float]] = {}
        self.places: list[tuple[float, float, dict[str, str]]] = []
        self.ways: dict[str, _Way] = {}
        self.relations: list[_Relation] = []
        self.bounds: tuple[float, float, float, float] | None = None
        self._tags: dict[str, str] | None = None
        self._way: _Way | None = None
        self._relation: _Relation | None = None
        self._depth = self._elements = 0
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._doctype

    def read(self, path: Path) -> None:
        try:
            with path.open("rb") as stream:
                self._parser.ParseFile(stream)
        except expat.ExpatError as wrong:
            raise MapFormatError(
                self.file, wrong.lineno, f"not well-formed XML: {expat.ErrorString(wrong.code)}"
            ) from wrong
        except OSError as wrong:
            raise MapFormatError(self.file, 0, f"cannot be read: {wrong.strerror or wrong}") from wrong
        except (ValueError, LookupError) as wrong:
            raise MapFormatError(self.file, self._parser.CurrentLineNumber, f"cannot be decoded: {wrong}") from wrong

    def _wrong(self, problem: str) -> MapFormatError:
        return MapFormatError(self.file, self._parser.CurrentLineNumber, problem)

    def _doctype(self, *_: object) -> None:
        raise self._wrong("a document type is not allowed in a map file")

    def _start(self, name: str, given: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise self._wrong(f"more than {MAX_ELEMENTS} elements; cut out a smaller area")
        if self._depth == 1 and name != "osm":
            raise self._wrong(f"the root element is <{name}>, not <osm>")
        match name:
            case "bounds":
                self.bounds = self._box(given)
            case "node":
                self._node(given)
            case "way":
                self._way = self.ways[self._text(given, "id", name)] = _Way()
                self._tags = self._way.tags
            case "relation":
                self._relation = _Relation()
                self.relations.append(self._relation)
                self._tags = self._relation.tags
            case "nd" if self._way is not None:
                self._way.nodes.append(self._text(given, "ref", name))
            case "member" if self._relation is not None and given.get("type") == "way":
                self._relation.members.append((self._text(given, "ref", name), given.get("role", "")))
            case "tag" if self._tags is not None:
                self._tags[self._text(given, "k", name)] = given.get("v", "")
            case _:
                pass

    def _end(self, name: str) -> None:
        self._depth -= 1
        if name in ("node", "way", "relation"):
            self._tags = self._way = self._relation = None

    def _node(self, given: dict[str, str]) -> None:
        lon, lat = self._degrees(given, "lon", 180.0), self._degrees(given, "lat", 90.0)
        self.nodes[self._text(given, "id", "node")] = (lon, lat)
        self._tags = {}
        self.places.append((lon, lat, self._tags))
        if len(self.places) > 1 and not self.places[-2][2]:
            del self.places[-2]  # most nodes carry no tag: keep only the last bare one, it may still get some

    def _box(self, given: dict[str, str]) -> tuple[float, float, float, float]:
        west, east = (self._degrees(given, key, 180.0) for key in ("minlon", "maxlon"))
        south, north = (self._degrees(given, key, 90.0) for key in ("minlat", "maxlat"))
        if not (west < east and south < north):
            raise self._wrong("the bounds are empty")
        return west, south, east, north

    def _text(self, given: dict[str, str], key: str, element: str) -> str:
        if not given.get(key):
            raise self._wrong(f"<{element}> without {key}")
        return given[key]

    def _degrees(self, given: dict[str, str], key: str, limit: float) -> float:
        try:
            value = float(given.get(key, ""))
        except ValueError:
            raise self._wrong(f"{key} is {given.get(key, 'missing')!r}, not a number") from None
        if not abs(value) <= limit:  # also catches nan
            raise self._wrong(f"{key} is {value}, outside {-limit:g} to {limit:g}")
        return value


def read_osm(path: Path) -> dict[str, Any]:
    """The basemap JSON of an OpenStreetMap XML file, in WGS-84, simplified to a few metres.

    Ways whose nodes were cut off lose those nodes. Raises MapFormatError with file and line for anything
    that is no such file, and when no road is left to draw.
    """
    reader = _Reader(path.name)
    reader.read(path)
    return _Drawing(reader).basemap()


class _Drawing:
    """Turns what was read into lines and rings of the basemap, simplified in metres."""

    def __init__(self, reader: _Reader) -> None:
        self._read = reader
        self._roads = [way for way in reader.ways.values() if way.tags.get("highway") in ROAD_CLASSES]
        self._box = reader.bounds or self._extent()
        middle = math.radians((self._box[1] + self._box[3]) / 2)
        self._scale = np.array([METRES_PER_DEGREE * max(math.cos(middle), 0.01), METRES_PER_DEGREE])

    def basemap(self) -> dict[str, Any]:
        roads = self._road_lines()
        if not roads:
            raise MapFormatError(self._read.file, 0, "no road to draw in it")
        return {
            "schematic": False,
            "label": "",
            "attribution": ATTRIBUTION,
            "datum": "wgs84",
            "bounds": [round(v, 5) for v in self._box],
            "coast": self._coast(),
            "hills": self._areas(GREEN),
            "water": self._areas(WATER) + self._streams(),
            "roads": roads,
            "labels": self._labels(),
        }

    def _extent(self) -> tuple[float, float, float, float]:
        """A frame around nearly all road nodes when the file names no bounds.

        Extracts keep whole ways: one long road leaving the town would make the frame many towns wide.
        """
        lines = [line for line in map(self._line, self._roads) if len(line) > 1]
        points = [point for line in lines for point in (line[0], line[len(line) // 2], line[-1])]
        if len(set(points)) < 2:
            raise MapFormatError(self._read.file, 0, "no road to draw in it")
        west, south = np.quantile(np.array(points), 0.03, axis=0)
        east, north = np.quantile(np.array(points), 0.97, axis=0)
        pad_x, pad_y = 0.06 * (east - west) + 1e-4, 0.06 * (north - south) + 1e-4
        return float(west - pad_x), float(south - pad_y), float(east + pad_x), float(north + pad_y)

    def _line(self, way: _Way) -> list[tuple[float, float]]:
        return [self._read.nodes[n] for n in way.nodes if n in self._read.nodes]

    def _drawn(self, line: Floats) -> list[list[float]]:
        thin = simplified(line * self._scale, TOLERANCE_M) / self._scale
        listed: list[list[float]] = np.round(thin, 5).tolist()
        return listed

    def _road_lines(self) -> list[dict[str, Any]]:
        found = []
        for way in sorted(self._roads, key=lambda way: -ROAD_CLASSES[way.tags["highway"]]):
            line = self._line(way)
            if len(line) < 2:
                continue
            name, road_class = way.tags.get("name", ""), ROAD_CLASSES[way.tags["highway"]]
            for part in clipped_to_box(np.array(line), self._box):
                found.append({"name": name, "class": road_class, "line": self._drawn(part)})
        return found

    def _streams(self) -> list[list[list[float]]]:
        lines = [self._line(way) for way in self._read.ways.values() if way.tags.get("waterway") in STREAMS]
        parts = [part for line in lines if len(line) > 1 for part in clipped_to_box(np.array(line), self._box)]
        return [self._drawn(part) for part in parts]

    def _areas(self, wanted: set[tuple[str, str]]) -> list[list[list[float]]]:
        """Closed rings of ways and multipolygons that carry one of the wanted tags; small ones are left out."""
        rings = []
        for way in self._read.ways.values():
            if wanted & set(way.tags.items()):
                rings.append(self._line(way))
        for relation in self._read.relations:
            if wanted & set(relation.tags.items()):
                outer = [
                    self._read.ways[ref] for ref, role in relation.members if role != "inner" and ref in self._read.ways
                ]
                rings += joined([self._line(way) for way in outer])
        closed = [np.array(ring) for ring in rings if len(ring) > 3 and ring[0] == ring[-1]]
        return [self._drawn(ring) for ring in closed if self._area_m2(ring) >= SMALLEST_AREA_M2]

    def _area_m2(self, ring: Floats) -> float:
        x, y = ((ring - ring[0]) * self._scale).T
        return abs(float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum())) / 2

    def _coast(self) -> list[list[list[float]]]:
        """Land: what the coast lines enclose on their left; the whole frame when the file has no coast."""
        lines = [self._line(way) for way in self._read.ways.values() if way.tags.get("natural") == "coastline"]
        rings = closed_land(joined([line for line in lines if len(line) > 1]), self._box)
        return [self._drawn(ring) for ring in rings]

    def _labels(self) -> list[dict[str, Any]]:
        west, south, east, north = self._box
        found = []
        for lon, lat, tags in self._read.places:
            kind = "hill" if tags.get("natural") == "peak" else "area" if tags.get("place") in PLACES else None
            if kind and tags.get("name") and west <= lon <= east and south <= lat <= north:
                found.append({"text": tags["name"], "kind": kind, "lon": round(lon, 5), "lat": round(lat, 5)})
        return found
