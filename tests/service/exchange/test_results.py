"""Promise: results of years come in as a sheet, by ID number; each waits for its review, a batch is taken back."""

from datetime import timedelta

import pytest

from service.exchange.result_sheet import SCALES
from service.exchange.tables import write_csv
from tests.fixtures.town import TownBuilder
from tests.service.elders.people import id_number, person
from tests.service.exchange.test_elders import sent

HEADS = ["身份证号", "评估标准", "等级", "评估日期", "有效期至", "来源"]
ID = id_number("19400506", 12)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_results_come_in_and_wait(town: TownBuilder) -> None:
    """Levels by name or number, each fault by row and column, nothing twice; undone, reviewed ones stay."""
    wu, sun = await town.desk("wu"), await town.desk("sun")
    elder = (await wu.post("/api/elders", json=person(id_number=ID))).json()["id"]
    recent = (town.today - timedelta(days=30)).isoformat()
    rows = [
        HEADS,
        [ID.lower(), "GB/T 42195", "中度失能", recent, "", "区评估机构"],
        [ID, "MZ/T 039", "2", "2019-03-05", "", "旧档案"],
        [ID, "长护险", "重度失能Ⅱ级", recent.replace("-", "/"), "", "医保经办"],
        [ID, "GB/T 42195", "2", recent, "", "又一份"],
        [ID, "MZ/T 039", "完全失能", "2018-03-05", "", "旧档案"],
        [id_number("19400506", 14), "GB/T 42195", "1", recent, "", "无此人"],
        [ID, "GB/T 42195", "1", "2100-01-01", "", "未来"],
        [ID, "GB/T 42195", "1", recent, "2020-01-01", "颠倒"],
        ["990000194005060124", "自定", "", recent, "", ""],
        [ID, "GB/T 42195", "1", "2010-01-01", "9999-12-31", "永久有效"],
        [ID, "GB/T 42195", "1", "2010-01-01", "2100-12-31", "长期有效"],
    ]
    path = {"dry_run": False, "file_name": "评估.csv"}
    tried = (await wu.post("/api/imports/assessments", content=write_csv(rows))).status_code
    assert tried == 403
    done = (await sun.post("/api/imports/assessments", params=path, content=write_csv(rows))).json()
    assert (done["rows"], done["good"], done["bad"]) == (11, 3, 8), done
    told = sorted((one["row"], one["column"]) for one in done["faults"])
    assert told == [
        (5, "评估日期"), (6, "等级"), (7, "身份证号"), (8, "评估日期"), (9, "有效期至"), (10, "来源"), (10, "等级"),
        (10, "评估标准"), (10, "身份证号"), (11, "有效期至"), (12, "有效期至"),
    ]  # fmt: skip
    history = (await wu.get(f"/api/elders/{elder}/assessments")).json()["items"]
    assert [(one["scale"], one["state"], one["level"], one["holds"]) for one in history] == [
        ("gbt42195", "submitted", 2, False), ("mzt039", "approved", 2, False), ("ltci2021", "submitted", 4, False),
    ]  # fmt: skip
    by_sun = await sun.post(f"/api/assessments/{history[0]['id']}/review", json={"version": 1, "approve": True})
    assert by_sun.status_code == 403, "whoever read them in does not review them"
    assert (
        await wu.post(f"/api/assessments/{history[0]['id']}/review", json={"version": 1, "approve": True})
    ).is_success
    undone = (await sun.post(f"/api/imports/{done['import']}/undo")).json()
    assert (undone["removed"], undone["kept"]) == (2, [history[0]["id"]])
    again = (await sent(sun, (await sun.get("/api/imports/assessments/template")).content)).status_code
    assert again == 422, "a sheet of results is no sheet of elders"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_result_is_refused_once_with_every_column(town: TownBuilder) -> None:
    """A level that cannot be, a day to come, a source that is too long, nobody of that number: all at the first try."""
    wu, sun = await town.desk("wu"), await town.desk("sun")
    made = (await wu.post("/api/elders", json=person(id_number=ID))).json()["id"]
    recent, before = ((town.today - timedelta(days=days)).isoformat() for days in (10, 20))
    left = {"version": 1, "left_on": before, "left_why": "去世"}
    assert (await wu.patch(f"/api/elders/{made}", json=left)).status_code == 200
    rows = [
        HEADS,
        [id_number("19400506", 14), "GB/T 42195", "很重", "2100-01-01", "昨天", "源" * 121],
        [ID, "自定", "2", "1899-01-01", "", "区评估机构"],
        [ID, "GB/T 42195", "2", recent, before, "区评估机构"],
        [ID, "MZ/T 039", "2", "2019-03-05", "", "旧档案"],
    ]
    tried = (await sun.post("/api/imports/assessments", content=write_csv(rows))).json()
    assert (tried["good"], tried["bad"]) == (1, 3), tried
    told: dict[int, dict[str, str]] = {}
    for one in tried["faults"]:
        told.setdefault(one["row"], {})[one["column"]] = one["accepted"]
    assert told[2].keys() == {"身份证号", "等级", "评估日期", "有效期至", "来源"}
    assert told[2]["来源"] == "at most this long: 120" and told[2]["评估日期"] == f"a date 1900-01-01 to {town.today}"
    assert told[3] == {"评估标准": "、".join(SCALES), "评估日期": "at least 1900-01-01"}
    assert told[4].keys() == {"评估日期", "有效期至"} and told[4]["评估日期"] == f"a date 1940-05-06 to {before}"
