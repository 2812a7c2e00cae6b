"""Promise: a sheet comes in as it was meant, goes out harmless, and hostile files end in a refusal."""

from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import BadInput
from service.exchange.elder_sheet import SHEET as ELDERS
from service.exchange.elder_sheet import read_row
from service.exchange.tables import read_table, write_csv, write_xlsx
from service.exchange.xlsx import BOOK, SHEET, NoTable, read_sheet

TODAY = date(2026, 3, 5)
cell = st.text(st.characters(blacklist_categories=["Cc", "Cs"], blacklist_characters="\ufffe\uffff"), max_size=12)
tables = st.lists(st.lists(cell.map(str.strip), min_size=2, max_size=5), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(tables)
def test_what_is_written_is_read(rows: list[list[str]]) -> None:
    """XLSX to the letter; CSV but for the mark before what looks like a formula."""
    assert read_table(write_xlsx("表 <1>", rows)) == rows
    assert write_xlsx("x", rows) == write_xlsx("x", rows)
    plain = [[one.removeprefix("'") for one in row] for row in read_table(write_csv([["a", "b"], *rows]))[1:]]
    assert plain == [[one.removeprefix("'") for one in row] for row in rows]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_formula_leaves_the_house(start: str) -> None:
    """In CSV such a cell begins with an apostrophe, in XLSX every cell is text."""
    body = write_csv([[f"{start}HYPERLINK(1)"]])
    assert b"'" + start.encode() in body
    with ZipFile(BytesIO(write_xlsx("x", [[f"{start}1"]]))) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_as_offices_save_it(encoding: str, separator: str) -> None:
    """Three encodings, three separators, quotes and line ends inside a cell."""
    text = separator.join(["姓名", "地址"]) + "\r\n" + separator.join(["陈桂兰", '"试验路\n9 号"']) + "\r\n"
    assert read_table(text.encode(encoding)) == [["姓名", "地址"], ["陈桂兰", "试验路\n9 号"]]


def made(sheet: str, shared: str | None = None) -> bytes:
    """An XLSX as a spreadsheet writes it."""
    body = BytesIO()
    with ZipFile(body, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", BOOK)
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        if shared is not None:
            archive.writestr("xl/sharedStrings.xml", shared)
    return body.getvalue()


def test_a_sheet_as_spreadsheets_save_it() -> None:
    """Shared strings with runs and phonetics, numbers, booleans, gaps in rows and columns."""
    shared = "<sst><si><t>姓名</t></si><si><r><t>陈</t></r><r><t>桂兰</t></r><rPh><t>x</t></rPh></si></sst>"
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="3"><c r="A3" t="s"><v>1</v></c>'
    rows += '<c r="C3"><v>14737</v></c><c r="D3" t="b"><v>1</v></c></row>'
    assert read_sheet(made(f"{SHEET}{rows}</sheetData></worksheet>", shared)) == [
        ["姓名"], [], ["陈桂兰", "", "14737", "是"],
    ]  # fmt: skip


BOMB = made(SHEET + "<row>" + "<c><v>" + "0" * 40_000_000 + "</v></c></row></sheetData></worksheet>")
ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet><sheetData/></worksheet>'


@pytest.mark.parametrize(
    "body",
    [b"PK", b"PK\x03\x04" + bytes(50), BOMB, made(ENTITIES), made("<worksheet>"), made(SHEET + '<row r="99999999"/>')],
    ids=["short", "broken", "bomb", "entities", "cut off", "far row"],
)
def test_hostile_files_are_refused(body: bytes) -> None:
    """Broken zips, one that unpacks without end, entities, half a document, a row far away."""
    with pytest.raises(NoTable):
        read_sheet(body)
    with pytest.raises(BadInput):
        read_table(body)


@pytest.mark.parametrize("body", [b"", b"  \n", b"\xff\xfe\x00", b'a,"b\n'])
def test_what_is_no_table(body: bytes) -> None:
    """Nothing, spaces, another encoding, a quote that never ends."""
    with pytest.raises(BadInput):
        read_table(body)


GOOD = {
    "name": "贺兰", "born_on": "1940-05-06", "sex": "女", "area_code": "370613001001", "address": "试验路 9 号",
    "lon": "121.44", "lat": "37.51", "datum": "WGS84",
}  # fmt: skip


def row(**other: str) -> tuple[dict[str, Any] | None, list[str]]:
    wanted, faults = read_row(7, {**GOOD, **other}, TODAY)
    assert all(one.row == 7 and one.problem and one.accepted for one in faults)
    return wanted, [one.field for one in faults]


@pytest.mark.parametrize(
    ("field", "text", "read"),
    [
        ("born_on", "1940/5/6", date(1940, 5, 6)),
        ("born_on", "1940年5月6日", date(1940, 5, 6)),
        ("born_on", "19400506", date(1940, 5, 6)),
        ("born_on", "14737", date(1940, 5, 6)),
        ("sex", "男性", "M"),
        ("phone", "13900001111.0", "13900001111"),
        ("categories", "独居老人、低保", ["living_alone", "low_income"]),
        ("categories", "destitute", ["destitute"]),
    ],
)
def test_cells_as_people_write_them(field: str, text: str, read: Any) -> None:
    """Dates in five ways, words of the trade, what spreadsheets make of numbers."""
    wanted, faults = row(**{field: text})
    assert faults == [] and wanted is not None
    found = wanted[field]
    assert ([one["category"] for one in found] if field == "categories" else found) == read


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("born_on", "1940"), ("born_on", "1940-02-30"), ("born_on", "五月"), ("sex", "x"), ("floor", "三"),
        ("lift", "也许"), ("categories", "独居、富裕"), ("lon", "东经"), ("lon", "999"), ("datum", "beijing54"),
        ("area_code", "3706"), ("id_number", "1.10105194912310E+17"), ("name", ""), ("address", ""),
    ],
)  # fmt: skip
def test_cells_that_mean_nothing(field: str, text: str) -> None:
    """Each is named by its column, and nothing is guessed: a year alone is no date. The rest of the row is read."""
    wanted, faults = row(**{field: text})
    assert faults == [field]
    assert wanted is not None and wanted["phone"] is None and wanted.get(field) in (None, [])


def test_the_heading_is_needed() -> None:
    """In either language, with a remark behind it; what nobody knows is told, what is missing refused by name."""
    heads = [column.heads[0] for column in ELDERS.columns]
    places, ignored = ELDERS.read_head([[*heads, "爱好"]])
    assert len(places) == len(ELDERS.columns) and ignored == ["爱好"]
    assert ELDERS.read_head([["name", "area_code", "address", "lon", "lat", "datum*"]])[0]["datum"] == 5
    with pytest.raises(BadInput) as refused:
        ELDERS.read_head([["姓名"]])
    assert [one.field for one in refused.value.fields] == ["area_code", "address", "lon", "lat", "datum"]
