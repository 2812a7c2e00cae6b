"""Promise: a file with bad rows says which, why and what would be right; undo is one click; exports are on record."""

from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from models import AuditRow, Elder, Household, Provider
from service.exchange.tables import read_table, write_csv, write_xlsx
from tests.fixtures.town import COMMUNITY, TownBuilder
from tests.service.elders.people import fields, id_number, person

HEADS = ["姓名", "身份证号", "社区代码", "地址", "经度", "纬度", "坐标系", "电话", "人群类别"]
ROWS = 60


def line(number: int, **other: str) -> list[str]:
    told = {
        "姓名": "贺兰",
        "身份证号": id_number("19400506", number),
        "社区代码": COMMUNITY,
        "地址": f"试验路 {number} 号",
    }
    told |= {"经度": "121.44", "纬度": "37.51", "坐标系": "wgs84", "电话": f"139{number:08d}", "人群类别": "独居"}
    return [{**told, **other}[head] for head in HEADS]


def sheet(**bad: dict[str, str]) -> list[list[str]]:
    """Sixty rows; `r17={"电话": "x"}` spoils the row of that number in the file."""
    return [HEADS, *(line(n, **bad.get(f"r{n}", {})) for n in range(2, ROWS + 2))]


async def sent(desk: httpx.AsyncClient, rows: list[list[str]] | bytes, **query: Any) -> httpx.Response:
    body = rows if isinstance(rows, bytes) else write_xlsx("x", rows)
    return await desk.post("/api/imports/elders", params=query, content=body)


async def people(town: TownBuilder) -> tuple[int, int]:
    async with town.database.reading() as session:
        elders, homes = [await session.scalar(select(func.count()).select_from(table)) for table in (Elder, Household)]
    return elders or 0, homes or 0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_tried_imported_and_taken_back(town: TownBuilder) -> None:
    """Three bad rows of sixty by number, column, reason, remedy; on trial nothing is written; undone all are gone."""
    sun, wu = await town.desk("sun"), await town.desk("wu")
    before = await people(town)
    spoilt = sheet(r17={"电话": "1390"}, r23={"身份证号": id_number("19400506", 22)}, r48={"社区代码": "370602001001"})
    tried = (await sent(sun, spoilt)).json()
    assert (tried["dry_run"], tried["rows"], tried["good"], tried["bad"]) == (True, ROWS, ROWS - 3, 3)
    told = [(one["row"], one["column"]) for one in tried["faults"]]
    assert told == [(17, "电话"), (23, "身份证号"), (48, "社区代码")]
    assert all(one["problem"] and one["accepted"] for one in tried["faults"])
    assert "row 22" in tried["faults"][1]["problem"] and await people(town) == before
    assert (await sent(wu, spoilt)).status_code == 403
    done = (await sent(sun, spoilt, dry_run=False, file_name="三月.xlsx")).json()
    assert (done["good"], done["bad"]) == (ROWS - 3, 3)
    assert await people(town) == (before[0] + ROWS - 3, before[1] + ROWS - 3)
    again = await sent(sun, spoilt, dry_run=False)
    assert (again.status_code, again.json()["import_id"]) == (409, done["import"])
    mended = (await sent(sun, sheet(r17={"电话": "13900000017"}, r23={}, r48={}))).json()
    assert mended["good"] == 3 and {one["problem"].split(" as ")[0] for one in mended["faults"]} == {
        "is in the register"
    }
    found = (await wu.get("/api/elders", params={"category": "living_alone", "limit": 200})).json()["items"]
    assert len(found) == ROWS - 3 and found[0]["name"] == "贺**"
    touched = found[0]["id"]
    assert (await wu.patch(f"/api/elders/{touched}", json={"version": 1, "dialect": "说烟台话"})).status_code == 200
    ordered = town.local(14), town.local(16)
    placed = await wu.post("/api/orders", json={
        "elder_id": found[1]["id"], "item_code": "clean.home", "service_on": town.today.isoformat(),
        "window_from": ordered[0].isoformat(), "window_to": ordered[1].isoformat(),
    })  # fmt: skip
    assert placed.status_code == 201, placed.text
    (listed,) = (await sun.get("/api/imports")).json()["items"]
    assert (listed["file_name"], listed["added"], listed["refused"]) == ("三月.xlsx", ROWS - 3, 3)
    undone = (await sun.post(f"/api/imports/{listed['id']}/undo")).json()
    assert (undone["removed"], undone["kept"]) == (ROWS - 5, [touched, found[1]["id"]])
    assert await people(town) == (before[0] + 2, before[1] + 2)
    again = (await sun.post(f"/api/imports/{listed['id']}/undo")).json()
    assert (again["removed"], again["kept"]) == (0, undone["kept"])
    assert (await (await town.desk("ma")).post(f"/api/imports/{listed['id']}/undo")).status_code == 404


async def test_who_has_works_at_home_stays(town: TownBuilder) -> None:
    """Works name the home and nobody who lives there: the undo keeps them, takes the others, and says so."""
    root = await town.desk("root")
    done = (await sent(root, [HEADS, *(line(number) for number in (2, 3, 4))], dry_run=False)).json()
    one = (await root.get("/api/elders", params={"category": "living_alone"})).json()["items"][0]["id"]
    async with town.database.reading() as session:
        home = (await session.get_one(Elder, one)).household_id
        provider = (await session.scalars(select(Provider.id).order_by(Provider.id).limit(1))).one()
    asked = await root.post("/api/works", json={"household_id": home, "design_provider_id": provider})
    assert asked.status_code == 201, asked.text
    undone = await root.post(f"/api/imports/{done['import']}/undo")
    assert undone.status_code == 200, undone.text
    assert (undone.json()["removed"], undone.json()["kept"]) == (2, [one])
    assert (await root.get(f"/api/elders/{one}")).json()["home"]["address"].startswith("试验路")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_who_was_written_about_since_stays(town: TownBuilder) -> None:
    """A consent taken back, a category noted or ended later: the undo loses none of it."""
    sun = await town.desk("sun")
    done = (await sent(sun, [HEADS, *(line(number) for number in (2, 3, 4, 5))], dry_run=False)).json()
    people = (await sun.get("/api/elders", params={"category": "living_alone"})).json()["items"]
    first, second, third, _ = sorted(one["id"] for one in people)
    said = {"purpose": "health", "given": False, "said_by": "贺兰", "said_how": "电话"}
    noted = {"category": "low_income", "source": "民政局", "from_on": str(town.today)}
    row = (await sun.get(f"/api/elders/{third}")).json()["category_rows"][0]["id"]
    for path, body in (
        (f"{first}/consents", said),
        (f"{second}/categories", noted),
        (f"{third}/categories/{row}/end", {"until_on": str(town.today)}),
    ):
        assert (await sun.post(f"/api/elders/{path}", json=body)).is_success
    undone = (await sun.post(f"/api/imports/{done['import']}/undo")).json()
    assert (undone["removed"], undone["kept"]) == (1, [first, second, third])
    assert len((await sun.get(f"/api/elders/{first}")).json()["consents"]) == 1


async def test_a_number_is_given_once(town: TownBuilder) -> None:
    """Who was brought by an import that was taken back keeps the number: nobody else is read under it in the audit."""
    sun = await town.desk("sun")
    done = (await sent(sun, sheet(), dry_run=False)).json()
    listed = (await sun.get("/api/elders", params={"category": "living_alone", "limit": 200})).json()["items"]
    assert (await sun.post(f"/api/imports/{done['import']}/undo")).json()["removed"] == ROWS
    await sent(sun, sheet(), dry_run=False)
    again = (await sun.get("/api/elders", params={"category": "living_alone", "limit": 200})).json()["items"]
    assert len(again) == ROWS and min(one["id"] for one in again) > max(one["id"] for one in listed)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_file_is_swallowed(town: TownBuilder) -> None:
    """Nothing, rubbish, a sheet without the headings, one of too many rows: each is refused with what is accepted."""
    sun = await town.desk("sun")
    for body in (b"", b"PK rubbish", b"\x00\x01"):
        answer = await sent(sun, body)
        assert answer.status_code == 422 and fields(answer) == ["file"]
    assert "area_code" in fields(await sent(sun, [["姓名"], ["甲"]]))
    assert fields(await sent(sun, write_csv([HEADS, *[["", "x"]] * 5001]))) == ["file"]
    template = await sun.get("/api/imports/elders/template")
    assert (await sent(sun, template.content)).json()["rows"] == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_goes_out(town: TownBuilder) -> None:
    """Masked by default, marked row by row, on record; in full only with a reason and a role; readable again."""
    wu, sun = await town.desk("wu"), await town.desk("sun")
    made = await wu.post(
        "/api/elders", json=person(id_number=id_number("19400506", 12), notes="=1+1", phone="13900007777")
    )
    assert made.status_code == 201, made.text
    plain = await wu.post("/api/exports/elders", json={"format": "csv"})
    assert plain.headers["content-disposition"].endswith('"elders.csv"')
    rows = read_table(plain.content)
    assert [row[0] for row in rows] == ["姓名", "陈**", "于**", "贺**"]
    assert "13900007777" not in plain.text and "wu " in rows[1][-1] and rows[1][-1].endswith("脱敏")
    assert (await wu.post("/api/exports/elders", json={"full": True, "reason": "月报核对"})).status_code == 403
    assert fields(await sun.post("/api/exports/elders", json={"full": True})) == ["reason"]
    full = await sun.post("/api/exports/elders", json={"full": True, "reason": "月报核对", "name": "贺"})
    whole = read_table(full.content)
    assert whole[1][:2] == ["贺兰", id_number("19400506", 12)] and len(whole) == 2
    csv = await sun.post(
        "/api/exports/elders", json={"full": True, "reason": "月报核对", "format": "csv", "name": "贺"}
    )
    assert "'=1+1" in csv.content.decode()
    back = (await sent(sun, full.content)).json()
    assert (back["rows"], back["ignored_columns"]) == (1, ["导出"]) and "is in the register" in back["faults"][0][
        "problem"
    ]
    async with town.database.reading() as session:
        told = list(await session.scalars(select(AuditRow.detail).where(AuditRow.action == "elders.exported")))
    assert told == ["3 rows, masked: ", "1 rows, full: 月报核对", "1 rows, full: 月报核对"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_where_categories_are_from_goes_out_and_comes_back(town: TownBuilder) -> None:
    """Each with who says so and its days; read in for somebody else, the register knows the same of them."""
    sun = await town.desk("sun")
    notes = [
        {"category": "low_income", "source": "区民政局；批文", "from_on": "2024-01-05", "until_on": "2100-12-31"},
        {"category": "living_alone", "source": "村居走访", "from_on": "2025-03-06", "until_on": None},
        {"category": "living_alone", "source": "网格员", "from_on": "2025-03-07", "until_on": None},
        {"category": "destitute", "source": "街道", "from_on": "2020-01-01", "until_on": "2020-12-31"},
    ]
    wish = person(id_number=id_number("19400506", 12), categories=notes, phone="13900007777")
    assert (await sun.post("/api/elders", json=wish)).is_success
    taken = await sun.post("/api/exports/elders", json={"full": True, "reason": "月报核对", "name": "贺"})
    heads, row = read_table(taken.content)
    told = "低保：区民政局，批文 2024-01-05至2100-12-31；独居：村居走访 2025-03-06；独居：网格员 2025-03-07"
    assert row[heads.index("类别来源")] == told
    row[heads.index("身份证号")] = id_number("19400506", 14)
    assert (await sent(sun, [heads, row], dry_run=False)).json()["good"] == 1
    (back,) = (await sun.post("/api/elders/search", json={"id_number": id_number("19400506", 14)})).json()["items"]
    rows = (await sun.get(f"/api/elders/{back['id']}")).json()["category_rows"]
    noted = [{name: one[name] for name in notes[0]} for one in rows]
    assert noted == [notes[0] | {"source": "区民政局，批文"}, *notes[1:3]]
    assert back["categories"] == ["living_alone", "low_income"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_import_that_brought_nothing_is_not_taken_back(town: TownBuilder) -> None:
    """Nothing came, so nothing is offered and nothing is done; one that brought somebody can be, once."""
    sun = await town.desk("sun")
    nothing = (await sent(sun, [HEADS, line(2, 电话="1390")], dry_run=False)).json()
    assert (nothing["good"], nothing["bad"]) == (0, 1)
    refused = await sun.post(f"/api/imports/{nothing['import']}/undo")
    assert (refused.status_code, refused.json()["code"]) == (409, "import.nothing_came")
    came = (await sent(sun, [HEADS, line(2)], dry_run=False)).json()["import"]

    async def listed() -> list[tuple[int, bool, bool]]:
        items = (await sun.get("/api/imports")).json()["items"]
        return [(one["added"], one["can_undo"], one["undone_at"] is not None) for one in items]

    assert await listed() == [(0, False, False), (1, True, False)]
    assert (await sun.post(f"/api/imports/{came}/undo")).json()["removed"] == 1
    assert await listed() == [(0, False, False), (1, False, True)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_row_is_refused_once_with_every_column(town: TownBuilder) -> None:
    """A cell that is no date, one that is too long, a number that cannot be, a place outside: all at the first try."""
    sun = await town.desk("sun")
    heads = [*HEADS, "楼层", "出生日期", "语言", "类别来源"]
    spoilt = line(2, 电话="1390", 社区代码="370602001001", 姓名="贺1", 身份证号="1.10105194912310E+17")
    tried = (await sent(sun, [heads, [*spoilt, "高", "四月", "话" * 61, "低保：民政局"]])).json()
    assert (tried["good"], tried["bad"]) == (0, 1)
    told = sorted(one["column"] for one in tried["faults"])
    assert told == sorted(["姓名", "身份证号", "出生日期", "电话", "社区代码", "楼层", "类别来源", "语言"])
