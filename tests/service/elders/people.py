"""Invented people for the tests of the register; their ID numbers begin with 990000, which is nowhere."""

from typing import Any

from service.elders.rules import check_character
from tests.fixtures.town import COMMUNITY


def id_number(born: str, sequence: int, area: str = "990000") -> str:
    """A number whose check character fits, of somebody born on YYYYMMDD; an odd sequence is a man's."""
    first = f"{area}{born}{sequence:03d}"
    return first + check_character(first)


def home(**other: Any) -> dict[str, Any]:
    """A dwelling in the town."""
    place = {"area_code": COMMUNITY, "address": "试验路 9 号 1-101", "lon": 121.44, "lat": 37.51, "datum": "wgs84"}
    return {**place, "floor": 1, "lift": False, **other}


def person(**other: Any) -> dict[str, Any]:
    """Somebody to register."""
    return {"name": "贺兰", "sex": "F", "born_on": "1940-05-06", "home": home(), **other}


def fields(answer: Any) -> list[str]:
    """Which fields a refusal names."""
    return [one["field"] for one in answer.json()["fields"]]
