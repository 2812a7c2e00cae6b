"""Promise: a sheet that leaves open which column is meant is refused, and a bound is told as people write it."""

from datetime import date

import pytest

from service.errors import BadInput
from service.exchange.elder_sheet import SHEET, read_row
from service.exchange.sheets import letters
from tests.fixtures.town import COMMUNITY, TownBuilder
from tests.service.exchange.test_elders import HEADS, line, sent

CELLS = {"name": "贺兰", "area_code": COMMUNITY, "address": "试验路 1 号", "datum": "wgs84", "sex": "女"}


def test_a_heading_that_stands_twice() -> None:
    """Under the same word, another of its words or a remark in brackets: refused, with both columns by letter."""
    twice = [*HEADS, "联系方式", "备注", "电话（手机）", "姓名"]
    with pytest.raises(BadInput) as refused:
        SHEET.read_head([twice])
    told = {one.field: one.problem for one in refused.value.fields}
    assert told == {
        "phone": "stands in more than one column: H 电话, J 联系方式, L 电话（手机）",
        "name": "stands in more than one column: A 姓名, M 姓名",
    }
    places, unknown = SHEET.read_head([[*HEADS, "别的", "别的"]])
    assert places["phone"] == HEADS.index("电话") and unknown == ["别的", "别的"]


def test_columns_are_named_as_spreadsheets_do() -> None:
    """A to Z, then AA."""
    assert [letters(place) for place in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


@pytest.mark.parametrize(
    ("cells", "column", "accepted"),
    [
        ({"lon": "500", "lat": "37.5"}, "经度", "at most 180"),
        ({"lon": "121.4", "lat": "-91"}, "纬度", "at least -90"),
        ({"lon": "121.4", "lat": "37.5", "floor": "201"}, "楼层", "at most 200"),
        ({"lon": "121.4", "lat": "37.5", "notes": "话" * 201}, "备注", "at most this long: 200"),
        ({"lon": "121.4", "lat": "37.5", "datum": "mars"}, "坐标系", "'wgs84', 'gcj02' or 'bd09'"),
    ],
)
def test_bounds_in_words(cells: dict[str, str], column: str, accepted: str) -> None:
    """At most, at least: the words that every form uses, never a checker's own."""
    _, (fault,) = read_row(2, {**CELLS, "born_on": "1940-05-06", **cells}, date(2026, 3, 5))
    assert (fault.column, fault.accepted) == (column, accepted)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_nothing_of_such_a_sheet_is_taken(town: TownBuilder) -> None:
    """The refusal names the columns; nobody is registered with the other telephone number."""
    sun = await town.desk("sun")
    refused = await sent(sun, [[*HEADS, "联系方式"], [*line(2), "13900000099"]], dry_run=False)
    (fault,) = refused.json()["fields"]
    assert (refused.status_code, fault["field"], fault["accepted"]) == (422, "phone", "one column of it")
    assert (await sun.get("/api/imports")).json()["items"] == []
