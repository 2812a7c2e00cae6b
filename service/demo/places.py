"""Real names and 12-digit codes of the areas the demo town borrows; it holds no coordinate, those are schematic."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib import resources

CODE_DIGITS = 12
CITY = ("370600000000", "烟台市")
_ENDINGS = (("居民委员会", ""), ("村民委员会", "村"), ("村委会", "村"), ("居委会", ""))


@dataclass(frozen=True)
class AreaName:
    """One area of the official tree: `kind` is city, district, street or community; `short` is what people say."""

    code: str
    name: str
    short: str
    kind: str
    parent: str | None


def padded(code: str) -> str:
    """An area code at full length: `370602` -> `370602000000`. Raises ValueError for anything but 1-12 digits."""
    if not (code.isascii() and code.isdigit() and len(code) <= CODE_DIGITS):
        raise ValueError(f"an area code has up to {CODE_DIGITS} digits, not {code!r}")
    return code.ljust(CODE_DIGITS, "0")


def short_name(name: str) -> str:
    """What people call a community: `清泉社区居委会` -> `清泉社区`, `解家村委会` -> `解家村`."""
    for ending, instead in _ENDINGS:
        if name.endswith(ending):
            return name.removesuffix(ending) + instead
    return name


def area_names() -> list[AreaName]:
    """City, districts, streets and communities of the demo, parents before children, in the order of their codes."""
    text = resources.files("service.demo").joinpath("reference/yantai.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    found = {CITY[0]: AreaName(CITY[0], CITY[1], "烟台", "city", None)}
    for row in rows:
        district, street = padded(row["district_code"]), padded(row["street_code"])
        found.setdefault(district, AreaName(district, row["district"], row["district"], "district", CITY[0]))
        found.setdefault(street, AreaName(street, row["street"], row["street"], "street", district))
        code = padded(row["community_code"])
        found[code] = AreaName(code, row["community"], short_name(row["community"]), "community", street)
    rank = {"city": 0, "district": 1, "street": 2, "community": 3}
    return sorted(found.values(), key=lambda area: (rank[area.kind], area.code))
