"""Promise: what was taken back holds where data goes out, and says for what and what to do; a call is never refused."""

from typing import Any

import pytest
from sqlalchemy import select

from models import AuditRow
from service.exchange.tables import read_table
from tests.fixtures.keeping import Keeping
from tests.fixtures.town import TownBuilder

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def says(desk: Any, elder_id: int, purpose: str, given: bool) -> None:
    said = {"purpose": purpose, "given": given, "said_by": "陈桂兰", "said_how": "当面"}
    assert (await desk.post(f"/api/elders/{elder_id}/consents", json=said)).status_code == 201


@SQLITE
async def test_health_is_not_shown_but_in_need(town: TownBuilder) -> None:
    """Conditions stay sealed once consent was taken back, the number does not; given again, or in a call, they show."""
    sun, chen = await town.desk("sun"), town.elders["chen"]
    card = (await sun.get(f"/api/elders/{chen}")).json()
    changed = {"version": card["version"], "conditions": "高血压", "phone": "13900001234"}
    assert (await sun.patch(f"/api/elders/{chen}", json=changed)).is_success
    look = {"fields": ["conditions", "phone"], "reason": "上门前核对"}
    assert (await sun.post(f"/api/elders/{chen}/reveal", json=look)).json()["conditions"] == "高血压"
    await says(sun, chen, "health", False)
    shut = await sun.post(f"/api/elders/{chen}/reveal", json=look)
    assert (shut.status_code, shut.json()["code"], shut.json()["purpose"]) == (409, "consent.withdrawn", "health")
    assert f"/api/elders/{chen}/consents" in shut.json()["remedy"]
    assert (await sun.post(f"/api/elders/{chen}/reveal", json={**look, "fields": ["phone"]})).is_success
    called = await town.terminal("chen").presses_call()
    assert (await sun.post(f"/api/elders/{chen}/reveal", json=look)).json()["conditions"] == "高血压"
    helping = (await sun.get(f"/api/incidents/{called['incident']}")).json()
    assert "高血压" in str(helping) and "13900001234" not in str((await sun.get(f"/api/elders/{chen}")).json())
    assert (await sun.post(f"/api/incidents/{called['incident']}/acknowledge")).is_success
    done = {"outcome": "false_alarm", "note": "没事了"}
    assert (await sun.post(f"/api/incidents/{called['incident']}/close", json=done)).is_success
    assert (await sun.post(f"/api/elders/{chen}/reveal", json=look)).status_code == 409
    await says(sun, chen, "health", True)
    assert (await sun.post(f"/api/elders/{chen}/reveal", json=look)).json()["conditions"] == "高血压"


@SQLITE
async def test_files_leave_out_who_took_it_back(keeping: Keeping) -> None:
    """Every file that names people holds the others and tells how many it leaves out; one that would hold nobody says
    why; who never said a word is in."""
    town, sun = keeping.town, keeping.sun
    chen = town.elders["chen"]
    bed_id = await keeping.lives("chen")
    await sun.post("/api/patrols/refresh", json={"area_code": "370613000000"})
    files = ("beds", "promises", "patrols", "contracts")
    whole = {name: await sun.get(f"/api/{name}/export.csv") for name in files}
    assert all(one.status_code == 200 and "x-withheld" not in one.headers for one in whole.values())
    assert len(read_table((await sun.post("/api/exports/elders", json={"format": "csv"})).content)) == 3
    await says(sun, chen, "authorities", False)
    for name, lines in (("beds", 0), ("promises", 0), ("contracts", 0), ("patrols", 1)):
        answer = await sun.get(f"/api/{name}/export.csv")
        if lines:
            assert answer.headers["x-withheld"] == "1", name
            assert len(answer.text.splitlines()) == len(whole[name].text.splitlines()) - 1
        else:
            assert (answer.status_code, answer.json()["purpose"], answer.json()["withheld"]) == (409, "authorities", 1)
    sheet = await sun.post("/api/exports/elders", json={"format": "csv", "full": True, "reason": "上报区局"})
    assert sheet.headers["x-withheld"] == "1" and len(read_table(sheet.content)) == 2 and "陈桂兰" not in sheet.text
    assert (await sun.get(f"/api/beds/{bed_id}")).status_code == 200
    await says(sun, chen, "authorities", True)
    assert (await sun.get("/api/beds/export.csv")).text == whole["beds"].text


async def test_a_list_that_is_taken_out_leaves_people_out_and_is_noted(keeping: Keeping) -> None:
    """Whoever makes a file of what they read asks whom it may name: not who took consent back, nor strangers."""
    town, sun = keeping.town, keeping.sun
    chen, yu = town.elders["chen"], town.elders["yu"]
    wanted = {"title": "探访", "rows": 3, "elder_ids": [chen, yu, chen]}
    assert (await sun.post("/api/exports/lists", json=wanted)).json() == {"withheld": [], "outside": []}
    await says(sun, chen, "authorities", False)
    assert (await sun.post("/api/exports/lists", json=wanted)).json() == {"withheld": [chen], "outside": []}
    strange = {**wanted, "elder_ids": [yu, chen, 999_999]}
    told = (await sun.post("/api/exports/lists", json=strange)).json()
    assert told == {"withheld": [chen, 999_999], "outside": [999_999]}
    nobody_left = await sun.post("/api/exports/lists", json={**wanted, "elder_ids": [chen, 999_999]})
    assert (nobody_left.status_code, nobody_left.json()["code"]) == (409, "export.nobody_left")
    assert (nobody_left.json()["withheld"], nobody_left.json()["outside"]) == (2, 1)
    alone = await sun.post("/api/exports/lists", json={**wanted, "elder_ids": [chen]})
    assert (alone.status_code, alone.json()["code"], alone.json()["withheld"]) == (409, "consent.withdrawn", 1)
    assert (await sun.post("/api/exports/lists", json={**wanted, "rows": 20_001})).status_code == 422
    nobody = {"title": "改造", "rows": 4, "elder_ids": []}
    assert (await sun.post("/api/exports/lists", json=nobody)).json() == {"withheld": [], "outside": []}
    async with town.database.reading() as session:
        noted = select(AuditRow.detail).where(AuditRow.action == "list.exported").order_by(AuditRow.id)
        assert list(await session.scalars(noted)) == [
            "探访: 3 rows, 2 people",
            "探访: 3 rows, 2 people, 1 withheld",
            "探访: 3 rows, 3 people, 1 withheld, 1 outside",
            "改造: 4 rows, 0 people",
        ]


@SQLITE
async def test_who_declined_care_gets_no_order_but_help(keeping: Keeping) -> None:
    """No order, bed or respite after care was declined; what was ordered stands until somebody cancels it; the button
    works as ever."""
    town, sun = keeping.town, keeping.sun
    yu = town.elders["yu"]
    await town.orders(keeping.root, "yu", "clean.home", town.local(14), town.local(15))
    await says(sun, yu, "care", False)
    wish = {"elder_id": yu, "item_code": "clean.home", "service_on": str(town.today)}
    wish |= {"window_from": town.local(16).isoformat(), "window_to": town.local(17).isoformat()}
    refused = await keeping.root.post("/api/orders", json=wish)
    assert (refused.status_code, refused.json()["code"], refused.json()["purpose"]) == (
        409,
        "consent.withdrawn",
        "care",
    )
    bed = await sun.post("/api/beds", json={"elder_id": yu, "station_id": town.station_id})
    assert bed.json()["code"] == "consent.withdrawn"
    assert [one["state"] for one in (await sun.get("/api/orders")).json()["items"]] == ["placed"]
    assert (await town.terminal("yu").presses_call())["state"] == "open"
    by_phone = await keeping.root.post("/api/incidents", json={"elder_id": yu, "kind": "sos"})
    assert by_phone.is_success, by_phone.text
    await says(sun, yu, "care", True)
    assert (await keeping.root.post("/api/orders", json=wish)).status_code == 201
