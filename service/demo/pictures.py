"""Draws the demo's pictures of works before and after, as plain schemes; refuses to look like anybody's real home."""

import struct
import zlib
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from models.types import WorksState
from service.vault import Vault
from service.works.actions import PLACE

WIDE, HIGH, HORIZON = 240, 180, 124
WALL, TILE, FLOOR, WHITE, EDGE, WOOD, CLOTH, NEW, LIGHT = range(9)
COLOURS = (
    *((233, 236, 233), (211, 218, 216), (196, 190, 178), (252, 252, 250), (92, 102, 104), (170, 132, 92)),
    *((150, 172, 190), (0, 118, 124), (250, 224, 150)),
)
"""What is new is of one colour, so that a glance tells the two pictures apart."""
PICTURED_BEFORE = tuple(one for one in WorksState if one not in (WorksState.SURVEYED, WorksState.CANCELLED))
PICTURED_AFTER = (WorksState.BUILT, WorksState.SENT_BACK, WorksState.ACCEPTED)

Row = dict[str, Any]
Lines = tuple[Row, Row]
"""A works order and one of its items, as values for rows; the item has its id."""


class Sketch:
    """A small picture of filled boxes in a few colours."""

    def __init__(self) -> None:
        self._rows = [bytearray([WALL if y < HORIZON else FLOOR]) * WIDE for y in range(HIGH)]

    def box(self, x: int, y: int, wide: int, high: int, colour: int, edge: int | None = None) -> None:
        """A filled box, cut off at the picture's sides, with an edge of one dot when given."""
        if edge is not None:
            self.box(x - 1, y - 1, wide + 2, high + 2, edge)
        for row in self._rows[y : y + high]:
            row[x : x + wide] = bytes([colour]) * (min(x + wide, WIDE) - x)

    def png(self) -> bytes:
        """The picture as PNG with a palette (ISO/IEC 15948)."""
        head = struct.pack(">IIBBBBB", WIDE, HIGH, 8, 3, 0, 0, 0)
        body = zlib.compress(b"".join(b"\x00" + row for row in self._rows), 9)
        palette = bytes(part for colour in COLOURS for part in colour)
        parts = ((b"IHDR", head), (b"PLTE", palette), (b"IDAT", body), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _bathroom(sketch: Sketch) -> None:
    for x in range(0, WIDE, 24):
        sketch.box(x, 0, 1, HORIZON, TILE)
    for y in range(0, HORIZON, 24):
        sketch.box(0, y, WIDE, 1, TILE)
    sketch.box(36, 76, 44, 26, WHITE, EDGE)
    sketch.box(40, 102, 36, 12, WHITE, EDGE)
    sketch.box(46, 114, 24, 22, WHITE, EDGE)
    sketch.box(164, 78, 52, 14, WHITE, EDGE)
    sketch.box(184, 92, 12, 46, WHITE, EDGE)
    sketch.box(170, 22, 40, 44, CLOTH, EDGE)


def _bedroom(sketch: Sketch) -> None:
    sketch.box(150, 18, 58, 54, CLOTH, EDGE)
    sketch.box(22, 66, 10, 80, WOOD, EDGE)
    sketch.box(32, 104, 150, 26, WHITE, EDGE)
    sketch.box(32, 92, 40, 14, CLOTH, EDGE)
    sketch.box(182, 96, 8, 50, WOOD, EDGE)


def _doorway(sketch: Sketch) -> None:
    sketch.box(84, 20, 72, HORIZON - 20, TILE, EDGE)
    sketch.box(76, 14, 8, HORIZON - 14, WOOD)
    sketch.box(156, 14, 8, HORIZON - 14, WOOD)
    sketch.box(76, 14, 88, 8, WOOD)


def _sill(sketch: Sketch) -> None:
    sketch.box(72, HORIZON - 10, 96, 14, EDGE)


def _rail(sketch: Sketch) -> None:
    sketch.box(92, 46, 6, 58, NEW)
    sketch.box(92, 98, 52, 6, NEW)


def _matting(sketch: Sketch) -> None:
    for y in range(HORIZON + 16, HIGH, 8):
        for x in range(4 + y % 16, WIDE - 8, 16):
            sketch.box(x, y, 9, 4, NEW)


def _bed_rail(sketch: Sketch) -> None:
    for x in (74, 104, 134):
        sketch.box(x, 84, 4, 40, NEW)
    sketch.box(74, 82, 64, 5, NEW)


def _chair(sketch: Sketch) -> None:
    for x in (28, 84):
        sketch.box(x, 70, 5, 76, NEW)
    sketch.box(28, 70, 61, 5, NEW)
    sketch.box(28, 100, 61, 5, NEW)


def _ramp(sketch: Sketch) -> None:
    for step in range(22):
        sketch.box(72 - step, HORIZON - 10 + step, 96 + 2 * step, 1, NEW)


def _lamp(sketch: Sketch) -> None:
    for step in range(40):
        sketch.box(196 - step, 96 + step, 12 + 2 * step, 1, LIGHT)
    sketch.box(195, 84, 14, 12, NEW)


def _stool(sketch: Sketch) -> None:
    sketch.box(104, 116, 44, 7, NEW)
    for x in (108, 139):
        sketch.box(x, 123, 5, 30, NEW)


Draw = Callable[[Sketch], None]
SCENES: dict[str, Draw] = {"卫生间": _bathroom, "卧室": _bedroom, "门厅": _doorway, "过道": _doorway}
FITTED: dict[str, Draw] = {
    "卫生间扶手": _rail, "防滑地面": _matting, "床边护栏": _bed_rail, "坐便椅": _chair,
    "过门石坡化": _ramp, "感应夜灯": _lamp, "浴室坐凳": _stool,
}  # fmt: skip
WORN: dict[str, Draw] = {"过门石坡化": _sill}


@cache
def picture(name: str, place: str, after: bool) -> bytes:
    """One fitting's place before or after the works, as PNG; the same each time."""
    sketch = Sketch()
    SCENES[place](sketch)
    drawn = FITTED if after else WORN
    if name in drawn:
        drawn[name](sketch)
    return sketch.png()


def photo_rows(lines: Sequence[Lines], vault: Vault) -> list[Row]:
    """Pictures of every item that its works' state could not have been reached without, sealed."""
    rows = []
    for order, item in lines:
        moments = {False: (PICTURED_BEFORE, order["made_at"]), True: (PICTURED_AFTER, order["state_since_at"])}
        for after, (states, moment) in moments.items():
            if order["state"] in states:
                rows.append(_row(item, after, moment, vault))
    return rows


def _row(item: Row, after: bool, moment: datetime, vault: Vault) -> Row:
    body = picture(item["name"], item["place"], after)
    sealed = {"body_sealed": vault.seal(body, PLACE), "media_type": "image/png", "size": len(body)}
    return {"item_id": item["id"], "after": after, "taken_at": moment, **sealed}
