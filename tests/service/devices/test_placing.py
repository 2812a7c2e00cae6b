"""A terminal's way: out of the box into stock, into a home, to another, back; and what each step refuses."""

import httpx
import pytest
from sqlalchemy import select

from models import Terminal
from service.exchange.tables import write_csv
from tests.fixtures.town import CAST, Signed, TownBuilder

NEW = {"id": "T-0001", "model": "床头一键"}


async def registered(desk: httpx.AsyncClient, town: TownBuilder, **more: object) -> httpx.Response:
    return await desk.post("/api/terminals", json={**NEW, "station_id": town.station_id, **more})


async def claimed(town: TownBuilder, desk: httpx.AsyncClient, terminal: str) -> Signed:
    """The terminal as it is once it has asked for its key by the public door."""
    code = (await desk.post(f"/api/terminals/{terminal}/claim-code")).json()["code"]
    line = town.client()
    given = (await line.post("/terminals/v1/claim", json={"code": code})).json()
    return Signed(line, terminal, bytes.fromhex(given["key"]))


async def stock(desk: httpx.AsyncClient) -> list[str]:
    return [one["id"] for one in (await desk.get("/api/terminals?wants=in_stock")).json()["items"]]


async def test_from_the_box_to_a_bedside(town: TownBuilder) -> None:
    """Registered it waits in stock, wanting nothing; claimed, placed and pressed its call names that home's door."""
    ma, wu = await town.desk("ma"), await town.desk("wu")
    assert (await registered(wu, town)).status_code == 403
    made = await registered(ma, town)
    assert (made.status_code, made.json()["in_stock"], made.json()["address"]) == (201, True, None)
    again = await registered(ma, town, model="another")
    assert (again.status_code, again.json()["code"]) == (409, "terminal.known")
    assert await stock(wu) == ["T-0001"]
    health = {one["model"]: one for one in (await wu.get("/api/terminals/health")).json()["items"]}["床头一键"]
    assert (health["total"], health["in_stock"], health["never_tested"], health["offline"]) == (1, 1, 0, 0)
    terminal = await claimed(town, ma, "T-0001")
    placed = await ma.post("/api/terminals/T-0001/place", json={"elder_id": town.elders["yu"]})
    assert placed.json()["address"] == "清泉社区 试验路 3 号 2-502"
    await terminal.presses_call("test")
    case = (await terminal.presses_call("sos"))["incident"]
    shown = (await wu.get(f"/api/incidents/{case}")).json()
    assert (shown["place"]["address"], shown["elder"]["id"]) == ("清泉社区 试验路 3 号 2-502", town.elders["yu"])
    assert await stock(wu) == []


async def test_another_home_asks_for_another_test(town: TownBuilder) -> None:
    """What it proved at one bedside counts for nothing at the next; placed where it stands already nothing changes."""
    ma = await town.desk("ma")
    await town.terminal("chen").presses_call("test")
    same = await ma.post("/api/terminals/T-chen/place", json={"elder_id": town.elders["chen"]})
    assert same.json()["tested_at"] is not None
    moved = await ma.post("/api/terminals/T-chen/place", json={"elder_id": town.elders["yu"]})
    assert (moved.json()["tested_at"], moved.json()["elder_id"]) == (None, town.elders["yu"])
    back = (await ma.post("/api/terminals/T-chen/take-back")).json()
    assert (back["in_stock"], back["elder_id"], back["installed_at"]) == (True, None, None)
    assert (await ma.post("/api/terminals/T-far/take-back")).status_code == 404


async def test_a_bed_does_not_lose_its_device_unseen(town: TownBuilder) -> None:
    """Fitting takes one from stock into the bed's home; taken back or moved it is only after another took its place."""
    ma, sun = await town.desk("ma"), await town.desk("sun")
    bed = (await sun.get(f"/api/beds?elder_id={town.elders['yu']}")).json()["items"][0]["id"]
    made = (await ma.post(f"/api/beds/{bed}/devices", json={"kind": "call", "mandatory": True})).json()
    device = made["devices"][0]["id"]
    await registered(ma, town)
    fitted = await ma.post(f"/api/beds/{bed}/devices/{device}/fit", json={"terminal_id": "T-0001"})
    assert fitted.status_code == 200, fitted.text
    assert await stock(ma) == []
    for verb, body in (("take-back", {}), ("place", {"elder_id": town.elders["chen"]})):
        refused = await ma.post(f"/api/terminals/T-0001/{verb}", json=body)
        assert (refused.status_code, refused.json()["code"], refused.json()["bed_id"]) == (409, "terminal.fitted", bed)
    await ma.post(f"/api/beds/{bed}/devices/{device}/fit", json={"terminal_id": "T-yu"})
    assert (await ma.post("/api/terminals/T-0001/take-back")).json()["in_stock"]


async def test_who_moves_takes_the_terminal_along(town: TownBuilder) -> None:
    """After a move a call names the new door; the terminal is to be tried there."""
    sun = await town.desk("sun")
    async with town.database.reading() as session:
        home = await session.scalar(select(Terminal.household_id).where(Terminal.id == "T-yu"))
    terminal = town.terminal("chen")
    await terminal.presses_call("test")
    version = (await sun.get(f"/api/elders/{town.elders['chen']}")).json()["version"]
    change = {"version": version, "household_id": home}
    assert (await sun.patch(f"/api/elders/{town.elders['chen']}", json=change)).is_success
    case = (await terminal.presses_call("sos"))["incident"]
    assert (await sun.get(f"/api/incidents/{case}")).json()["place"]["address"] == "清泉社区 试验路 3 号 2-502"
    shown = (await sun.get("/api/terminals?wants=never_tested")).json()["items"]
    assert "T-chen" in [one["id"] for one in shown]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_one_that_is_heard_from_stock_is_astray(town: TownBuilder) -> None:
    """Switched on in a drawer it is no longer stock: the lint is red, for nobody would know where to go."""
    ma = await town.desk("ma")
    await registered(ma, town)

    async def red() -> list[str]:
        found = (await ma.get("/api/lint")).json()["findings"]
        return [name for one in found if one["code"] == "terminal.no_address" for name in one["subjects"]]

    assert await red() == []
    await (await claimed(town, ma, "T-0001")).presses_call("battery", battery=5)
    assert await red() == ["T-0001"]
    for wants, found in (("in_stock", []), ("unplaced", ["T-0001"])):
        asked = {"wants": wants, "station": town.station_id}
        listed = (await ma.get("/api/terminals", params=asked)).json()["items"]
        assert [one["id"] for one in listed] == found, wants
    elsewhere = {"wants": "unplaced", "station": town.station_id + 1}
    assert (await ma.get("/api/terminals", params=elsewhere)).json()["items"] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_box_comes_as_a_sheet(town: TownBuilder) -> None:
    """Three good rows of eight, all faults of a row at once by column; codes for the sheet; undone, used ones stay."""
    ma = await town.desk("ma")
    rows = [
        ["终端编号", "型号", "站点"],
        ["860000000000001", "床头一键", "清泉站"],
        ["860000000000002.0", "床头一键", "清泉站"],
        ["8.60E+14", "床头一键", "清泉站"],
        ["T-chen", "床头一键", "清泉站"],
        ["860000000000003", "床头一键", "没有的站"],
        ["860000000000003", "手环", "清泉站"],
        ["T chen", "床" * 41, "没有的站"],
        ["T-chen", "", "没有的站"],
    ]
    done = (await ma.post("/api/imports/terminals", params={"dry_run": False}, content=write_csv(rows))).json()
    assert (done["rows"], done["good"], done["bad"]) == (8, 3, 5), done
    told = [(one["row"], one["field"]) for one in done["faults"]]
    assert told[:3] == [(4, "id"), (5, "id"), (6, "station")]
    assert sorted(told[3:]) == [(number, field) for number in (8, 9) for field in ("id", "model", "station")]
    names = [f"86000000000000{n}" for n in (1, 2, 3)]
    codes = (await ma.post("/api/terminals/claim-codes", json={"ids": [*names, "T-far"]})).json()["items"]
    assert [one["code"] is not None for one in codes] == [True, True, True, False]
    assert codes[3]["problem"]["code"] == "not_found"
    await ma.post(f"/api/terminals/{names[1]}/place", json={"elder_id": town.elders["yu"]})
    undone = (await ma.post(f"/api/imports/{done['import']}/undo")).json()
    assert (undone["removed"], undone["kept"]) == (2, [names[1]])
    assert await stock(ma) == []


@pytest.mark.parametrize("name", [name for name, *_ in CAST if name != "far"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_only_those_who_install(town: TownBuilder, name: str) -> None:
    """Administrators and station managers; a foreign home is no place, whoever asks."""
    desk = await town.desk(name)
    may = name in ("ma", "root")
    assert (await registered(desk, town)).status_code == (201 if may else 403)
    placed = await desk.post("/api/terminals/T-0001/place", json={"elder_id": town.elders["far"]})
    assert placed.status_code == {"ma": 404, "root": 200}.get(name, 403)
