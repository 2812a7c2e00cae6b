"""Promise: the demo's pictures of works are whole PNG files, and before differs from after."""

import struct
import zlib

import pytest

from service.demo.bedlife import FITTINGS
from service.demo.pictures import HIGH, WIDE, picture


def lines_of(body: bytes) -> bytes:
    """The dots of a PNG after looking at every chunk's check sum."""
    assert body[:8] == b"\x89PNG\r\n\x1a\n"
    place, data = 8, b""
    while place < len(body):
        (size,) = struct.unpack(">I", body[place : place + 4])
        kind, part = body[place + 4 : place + 8], body[place + 8 : place + 8 + size]
        assert struct.unpack(">I", body[place + 8 + size : place + 12 + size]) == (zlib.crc32(kind + part),)
        data += part if kind == b"IDAT" else b""
        place += 12 + size
    return zlib.decompress(data)


@pytest.mark.parametrize(("name", "place"), [(name, place) for name, place, _ in FITTINGS])
def test_every_fitting_has_a_picture_before_and_after(name: str, place: str) -> None:
    """As many dots as its head says, small, and something new to see."""
    before, after = picture(name, place, False), picture(name, place, True)
    assert len(lines_of(before)) == len(lines_of(after)) == HIGH * (WIDE + 1)
    assert before != after and max(len(before), len(after)) < 2048
