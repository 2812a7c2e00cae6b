"""Moves coordinates between WGS-84, GCJ-02 and BD-09; it refuses to guess a datum that was not named."""

from __future__ import annotations

import math
from collections.abc import Callable

from routing.errors import ProblemError

DATUMS = ("wgs84", "gcj02", "bd09")
_AXIS = 6_378_245.0
_ECCENTRICITY = 0.00669342162296594323
_BD_TURN = math.pi * 3000.0 / 180.0


def convert(lon: float, lat: float, source: str, target: str) -> tuple[float, float]:
    """(lon, lat) in another datum; exact inverses by iteration (below a millimetre).

    Raises ProblemError for an unknown datum or a coordinate that is not on the earth.
    """
    for field, datum in (("source", source), ("target", target)):
        if datum not in DATUMS:
            raise ProblemError(field, f"is {datum!r}", ", ".join(DATUMS))
    if not (math.isfinite(lon) and math.isfinite(lat) and -180 <= lon <= 180 and -90 <= lat <= 90):
        raise ProblemError("coordinate", f"is ({lon}, {lat})", "lon in -180..180, lat in -90..90")
    if source == target:
        return lon, lat
    middle = (lon, lat)
    if source == "wgs84":
        middle = _to_gcj(lon, lat)
    elif source == "bd09":
        middle = _inverse(_gcj_to_bd, lon, lat)
    if target == "gcj02":
        return middle
    return _gcj_to_bd(*middle) if target == "bd09" else _inverse(_to_gcj, *middle)


def _outside(lon: float, lat: float) -> bool:
    return not (72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271)


def _waves(x: float, y: float) -> float:
    return (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0


def _shift_lat(x: float, y: float) -> float:
    shift = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + _waves(x, y)
    shift += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    return shift + (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0


def _shift_lon(x: float, y: float) -> float:
    shift = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + _waves(x, y)
    shift += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    return shift + (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0


def _to_gcj(lon: float, lat: float) -> tuple[float, float]:
    """Source: the published GCJ-02 polynomial (Krasovsky ellipsoid); outside China nothing is shifted."""
    if _outside(lon, lat):
        return lon, lat
    radians = math.radians(lat)
    magic = 1 - _ECCENTRICITY * math.sin(radians) ** 2
    root = math.sqrt(magic)
    d_lat = math.degrees(_shift_lat(lon - 105.0, lat - 35.0) / (_AXIS * (1 - _ECCENTRICITY) / (magic * root)))
    d_lon = math.degrees(_shift_lon(lon - 105.0, lat - 35.0) / (_AXIS / root * math.cos(radians)))
    return lon + d_lon, lat + d_lat


def _gcj_to_bd(lon: float, lat: float) -> tuple[float, float]:
    reach = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _BD_TURN)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _BD_TURN)
    return reach * math.cos(angle) + 0.0065, reach * math.sin(angle) + 0.006


def _inverse(forward: Callable[[float, float], tuple[float, float]], lon: float, lat: float) -> tuple[float, float]:
    guess_lon, guess_lat = lon, lat
    for _ in range(30):
        ahead_lon, ahead_lat = forward(guess_lon, guess_lat)
        miss_lon, miss_lat = lon - ahead_lon, lat - ahead_lat
        guess_lon, guess_lat = guess_lon + miss_lon, guess_lat + miss_lat
        if abs(miss_lon) < 1e-12 and abs(miss_lat) < 1e-12:
            break
    return guess_lon, guess_lat
