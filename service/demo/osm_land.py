"""Land polygons from OpenStreetMap coast lines, which keep the land on their left; it trusts their direction."""

from __future__ import annotations

import numpy as np

from service.demo.geometry import Floats, clipped_to_box

Line = list[tuple[float, float]]
Box = tuple[float, float, float, float]


def joined(lines: list[Line]) -> list[Line]:
    """Lines joined where one ends on the start of another, in the direction given; closed ones end on their start."""
    starts: dict[tuple[float, float], list[int]] = {}
    for number, line in enumerate(lines):
        if line:
            starts.setdefault(line[0], []).append(number)
    ends = {line[-1] for line in lines if line}
    used: set[int] = set()
    chains: list[Line] = []
    # Begin with lines that nothing leads to; rings made of several lines may begin anywhere.
    for number in sorted(range(len(lines)), key=lambda n: bool(lines[n]) and lines[n][0] in ends):
        if number in used or not lines[number]:
            continue
        used.add(number)
        chain = list(lines[number])
        while chain[0] != chain[-1]:
            following = next((n for n in starts.get(chain[-1], ()) if n not in used), None)
            if following is None:
                break
            used.add(following)
            chain += lines[following][1:]
        chains.append(chain)
    return chains


def closed_land(chains: list[Line], box: Box) -> list[Floats]:
    """Closed land rings (n, 2) inside the box (west, south, east, north).

    A coast that crosses the box is closed along the box's edge, counter-clockwise, so that land stays on the
    left. Islands stay rings. Without any coast the whole box is land. A line that ends inside the box cannot
    be closed and is left out.
    """
    islands: list[Floats] = []
    crossing: list[Floats] = []
    for chain in chains:
        for part in clipped_to_box(np.array(chain), box):
            if len(part) > 3 and np.allclose(part[0], part[-1], atol=1e-12):
                islands.append(part)
            elif _edge(part[0], box) is not None and _edge(part[-1], box) is not None:
                crossing.append(part)
    if not crossing:
        mainland = [] if islands and _signed_area(islands[0]) > 0 else [_corners(box)]
        return mainland + [ring for ring in islands if _signed_area(ring) > 0]
    return _closed_along(crossing, box) + [ring for ring in islands if _signed_area(ring) > 0]


def _closed_along(crossing: list[Floats], box: Box) -> list[Floats]:
    """Rings from coasts that enter and leave the box, walking its edge from each way out to the next way in."""
    entries = [_edge(part[0], box) or 0.0 for part in crossing]
    exits = [_edge(part[-1], box) or 0.0 for part in crossing]
    left = set(range(len(crossing)))
    rings: list[Floats] = []
    while left:
        first = min(left)
        ring: list[Floats] = []
        at = first
        while at in left:
            left.discard(at)
            ring.append(crossing[at])
            following = min(range(len(crossing)), key=lambda k: (entries[k] - exits[at]) % 4.0)
            ring.append(_along_edge(exits[at], entries[following], box))
            at = following
        rings.append(np.vstack([*ring, crossing[first][:1]]))
    return rings


def _corners(box: Box) -> Floats:
    west, south, east, north = box
    return np.array([(west, south), (east, south), (east, north), (west, north), (west, south)])


def _edge(point: Floats, box: Box) -> float | None:
    """How far round the box's edge the point lies, 0 to 4 counter-clockwise from the south-west; None inside."""
    west, south, east, north = box
    x, y = float(point[0]), float(point[1])
    near_x, near_y = (east - west) * 1e-9, (north - south) * 1e-9
    if abs(y - south) <= near_y:
        return (x - west) / (east - west)
    if abs(x - east) <= near_x:
        return 1.0 + (y - south) / (north - south)
    if abs(y - north) <= near_y:
        return 2.0 + (east - x) / (east - west)
    if abs(x - west) <= near_x:
        return 3.0 + (north - y) / (north - south)
    return None


def _along_edge(start: float, end: float, box: Box) -> Floats:
    """The corners passed when walking the edge counter-clockwise from one place to another, (n, 2)."""
    corners = _corners(box)
    span = (end - start) % 4.0
    passed = [k for k in range(1, 9) if start < k < start + span]
    return np.array([corners[k % 4] for k in passed]).reshape(-1, 2)


def _signed_area(ring: Floats) -> float:
    """Positive when the ring runs counter-clockwise, so that it holds land; in square degrees."""
    x, y = ring[:, 0], ring[:, 1]
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum()) / 2
