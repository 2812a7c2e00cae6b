"""Around an incident: who calls, false alarms counted, diverting with the rest planned anew, the elder's card."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from models import AuditRow, Contact, Elder, Visit
from tests.fixtures.town import TownBuilder
from tests.service.dispatch.test_day import planned


async def test_the_caller_is_known_by_the_number(town: TownBuilder) -> None:
    """Chen's daughter calls: her mother's card and how they are related; an unknown number finds nobody; each noted."""
    number = town.vault.keyed_hash("15400001234")
    async with town.database.writing() as session:
        mine = update(Contact).where(Contact.elder_id == town.elders["chen"]).values(phone_hash=number)
        await session.execute(mine)
        theirs = update(Elder).where(Elder.id == town.elders["far"]).values(phone_hash=number)
        await session.execute(theirs)
    wu = await town.desk("wu")
    found = (await wu.get("/api/incidents/callers", params={"phone": "15400001234"})).json()["callers"]
    assert [(one["as"], one["contact"], one["elder"]["name"]) for one in found] == [("女儿", "于**", "陈**")]
    assert (await wu.get("/api/incidents/callers", params={"phone": "15400009999"})).json()["callers"] == []
    assert (await wu.get("/api/incidents/callers", params={"phone": "abc"})).status_code == 422
    async with town.database.reading() as session:
        noted = (await session.scalars(select(AuditRow.detail).where(AuditRow.action == "hotline.lookup"))).all()
    assert noted == ["...34", "...99"], "the number itself is not written down"


async def test_false_alarms_are_counted_for_terminal_and_place(town: TownBuilder) -> None:
    """Chen's three calls were nothing; they are kept, and counted where they came from; Yu's is still open."""
    wu = await town.desk("wu")
    terminal = town.terminal("chen")
    for outcome in ("false_alarm", "false_alarm", "device_fault"):
        call = (await terminal.presses_call())["incident"]
        await wu.post(f"/api/incidents/{call}/acknowledge")
        assert (await wu.post(f"/api/incidents/{call}/close", json={"outcome": outcome})).status_code == 200
        town.clock.shift(minutes=1)
    await town.terminal("yu").presses_call()
    counted = (await wu.get("/api/incidents/false-alarms")).json()
    assert counted["terminals"] == [{"terminal_id": "T-chen", "false": 3, "calls": 3}]
    assert [(one["false"], one["calls"]) for one in counted["places"]] == [(3, 4)]


async def test_the_card_says_what_helps(town: TownBuilder) -> None:
    """Medicines while it is open, the phase, and the last visit that was finished at the door."""
    async with town.database.writing() as session:
        sealed = town.vault.seal("降压药，早晚各一片", "elder.medicines_sealed")
        mine = update(Elder).where(Elder.id == town.elders["chen"])
        await session.execute(mine.values(medicines_sealed=sealed))
    wu = await town.desk("wu")
    await town.orders(wu, "chen", "clean.home", town.local(22), town.local(22, 30))
    async with town.database.writing() as session:
        await session.execute(update(Visit).values(finished_at=town.clock.now(), state="finished"))
    call = (await town.terminal("chen").presses_call())["incident"]
    shown = (await wu.get(f"/api/incidents/{call}")).json()
    assert shown["access"]["medicines"] == "降压药，早晚各一片" and shown["phase"] == "warning"
    assert shown["last_visit"]["item"] == "居室保洁"
    await wu.post(f"/api/incidents/{call}/acknowledge")
    closed = (await wu.post(f"/api/incidents/{call}/close", json={"outcome": "false_alarm"})).json()
    assert closed["phase"] == "closed"
    town.clock.shift(minutes=31)
    assert (await wu.get(f"/api/incidents/{call}")).json()["access"]["medicines"] is None


@pytest.mark.slow
async def test_one_click_diverts_and_the_rest_is_planned_anew(town: TownBuilder) -> None:
    """Whoever has Yu's next visit is sent to Chen: the visit goes to the other one, checked, in force, and told."""
    wu = await town.desk("wu")
    await town.orders(wu, "yu", "clean.home", town.local(9, 10), town.local(9, 25))
    plan = await planned(wu, town)
    assert plan["served"] == 1
    await wu.post(f"/api/plans/{plan['id']}/publish")
    (route,) = [route for route in plan["routes"] if any(stop["kind"] == "visit" for stop in route["stops"])]
    busy, visit = route["caregiver_id"], next(stop["visit_id"] for stop in route["stops"] if stop["kind"] == "visit")
    (other,) = [one for one in town.caregivers.values() if one != busy]

    call = (await town.terminal("chen").presses_call())["incident"]
    near = (await wu.get(f"/api/incidents/{call}/responders")).json()["responders"]
    slips = next(one["slips"] for one in near if one["caregiver_id"] == busy)
    assert [(one["visit_id"], one["breaks_window"]) for one in slips] == [(visit, True)]
    sent = await wu.post(f"/api/incidents/{call}/divert", json={"caregiver_id": busy})
    assert sent.status_code == 200, sent.text
    assert sent.json()["incident"]["assigned_to"]["id"] == busy and sent.json()["slips"] == slips
    job = await job_done(wu, sent.json()["job_id"])
    assert job["state"] == "done", job
    assert [(one["visit_id"], one["from"], one["to"]) for one in job["changes"]] == [(visit, [busy], [other])]
    day = (await wu.get("/api/board/day")).json()
    assert day["plan"]["id"] == job["plan_id"] and day["plan"]["state"] == "published"
    (now,) = [one for one in day["visits"] if one["id"] == visit]
    assert [stop["caregiver_id"] for stop in now["stops"]] == [other]
    assert [one["caregiver_id"] for one in day["pauses"] if one["kind"] == "incident"] == [busy]


async def job_done(desk: httpx.AsyncClient, job_id: int) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while (job := (await desk.get(f"/api/jobs/{job_id}")).json())["state"] in ("waiting", "running"):
            await asyncio.sleep(0.1)
    result: dict[str, Any] = job
    return result
