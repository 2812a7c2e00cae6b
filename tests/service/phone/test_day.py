"""The caregiver's day on the phone: own stops, steps at the door, places, and calls."""

from datetime import timedelta

import httpx
from sqlalchemy import select, update

from models import Event, Position, Shift, Visit
from models.types import VisitState
from service.clock import rfc3339
from tests.service.accounts.desk import DayPlan, Desk
from tests.service.phone.test_session import URL, phone

HERE = {"lon": 121.4452, "lat": 37.5101, "datum": "wgs84"}


async def call_for(desk: Desk, caregiver_id: int) -> int:
    """A call that the desk has sent this caregiver to."""
    console = await desk.signed_in("wu")
    card = (await console.post("/api/incidents", json={"elder_id": 1})).json()
    sent = {"caregiver_id": caregiver_id, "despite": True}
    assert (await console.post(f"/api/incidents/{card['id']}/assign", json=sent)).status_code == 200
    return int(card["id"])


async def events(desk: Desk, topic: str) -> int:
    async with desk.database.reading() as session:
        return len((await session.scalars(select(Event.seq).where(Event.topic == topic))).all())


async def test_today_shows_the_own_route_and_nothing_else(desk: Desk) -> None:
    """Own stops in order with names, access and partners; the code of the gate and all numbers stay sealed."""
    plan = await DayPlan(desk).publish()
    together = await plan.visit(5, 6, after_min=10)
    own = await plan.visit(5, after_min=90)
    await plan.visit(6, after_min=90)
    today = (await (await phone(desk)).get(f"{URL}/today")).json()
    assert [stop["visit"]["id"] for stop in today["stops"]] == [together, own]
    visit = today["stops"][0]["visit"]
    assert visit["elder"]["name"] == "陈玉兰" and visit["access"]["note"] == "门铃坏了"
    assert [partner["name"] for partner in visit["partners"]] == ["gao"]
    text = str(today)
    assert "4711" not in text and "13805352207" not in text and "13905351111" not in text


async def test_a_day_without_a_plan_is_empty(desk: Desk) -> None:
    """Without a published plan there are no stops, and no error."""
    today = (await (await phone(desk)).get(f"{URL}/today")).json()
    assert today["stops"] == [] and today["route"] is None and today["shift"] is None


async def test_the_gate_code_opens_for_the_own_visit_until_it_is_over(desk: Desk) -> None:
    """Who goes there sees the code before and at the visit, nobody else ever, and nobody after."""
    plan = await DayPlan(desk).publish()
    visit_id = await plan.visit(5, after_min=10)
    client = await phone(desk)
    access = (await client.get(f"{URL}/visits/{visit_id}")).json()["visit"]["access"]
    assert access["gate_code"] == "4711#" and access["key_holder_phone"] == "13805352207"
    assert (await (await phone(desk, "gao")).get(f"{URL}/visits/{visit_id}")).status_code == 404
    async with desk.database.writing() as session:
        await session.execute(update(Visit).values(state=VisitState.FINISHED))
    assert "gate_code" not in (await client.get(f"{URL}/visits/{visit_id}")).json()["visit"]["access"]


async def test_steps_at_the_door_are_kept_once_and_only_for_own_visits(desk: Desk) -> None:
    """Each step is told once however often it is sent; somebody else's visit does not exist."""
    plan = await DayPlan(desk).publish()
    visit_id = await plan.visit(5, after_min=10)
    client = await phone(desk)
    for step, state in (
        ("en-route", "en_route"),
        ("arrive", "arrived"),
        ("start", "in_service"),
        ("finish", "finished"),
    ):
        for _ in range(2):
            body = {**HERE, "at": rfc3339(desk.clock.now())}
            answer = await client.post(f"{URL}/visits/{visit_id}/{step}", json=body)
            assert answer.status_code == 200 and answer.json()["state"] == state, answer.text
    assert await events(desk, "visit.finished") == 1
    assert (await (await phone(desk, "gao")).post(f"{URL}/visits/{visit_id}/arrive")).status_code == 404
    assert (await client.post(f"{URL}/visits/{visit_id}/dance")).status_code == 422
    assert (await client.post(f"{URL}/visits/{visit_id}/finish", json={"lon": 1.0})).status_code == 422


async def test_positions_are_kept_and_told_as_needed(desk: Desk) -> None:
    """A move of 25 m is told at once, standing still once a minute, and an older place never replaces a newer one."""
    client = await phone(desk)
    now = desk.clock.now()
    first = await client.post(f"{URL}/positions", json={**HERE, "at": rfc3339(now)})
    assert first.json()["kept"] is True
    assert (await client.post(f"{URL}/positions", json={**HERE, "lon": 121.44521})).json()["kept"] is False
    old = {**HERE, "lon": 121.46, "at": rfc3339(now - timedelta(minutes=5))}
    assert (await client.post(f"{URL}/positions", json=[old])).json()["kept"] is False
    moved = [old, {**HERE, "lon": 121.447, "at": rfc3339(now + timedelta(seconds=30))}]
    assert (await client.post(f"{URL}/positions", json=moved)).json()["kept"] is True
    desk.clock.shift(seconds=61)
    nowhere = {**HERE, "lon": 0, "lat": 0}
    assert (await client.post(f"{URL}/positions", json=nowhere)).json()["kept"] is False
    assert (await client.post(f"{URL}/positions", json=[{**HERE, "lon": 121.447}, nowhere])).json()["kept"] is True
    assert await events(desk, "caregiver.moved") == 3
    async with desk.database.reading() as session:
        assert (await session.get_one(Position, 5)).lon == 121.447


async def test_a_place_without_datum_or_off_the_earth_is_refused(desk: Desk) -> None:
    """Every coordinate carries its datum and lies on the earth; a clock never set is no reason to refuse."""
    client = await phone(desk)
    for strange in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1970-01-01T00:00:00Z"):
        assert (await client.post(f"{URL}/positions", json={**HERE, "at": strange})).status_code == 200
    for body in ({"lon": 121.0, "lat": 37.0}, {**HERE, "lat": 91}, {**HERE, "at": "2026-01-01T00:00:00"}, [HERE] * 501):
        assert (await client.post(f"{URL}/positions", json=body)).status_code == 422
    assert (await client.post(f"{URL}/positions", json=[])).json()["kept"] is False


async def test_a_call_comes_to_the_phone_and_is_answered_there(desk: Desk) -> None:
    """The caregiver sees own calls only, with what opens the door, accepts, and is on scene; the desk sees it."""
    incident_id = await call_for(desk, 5)
    client, other = await phone(desk), await phone(desk, "gao")
    assert [card["id"] for card in (await client.get(f"{URL}/incidents")).json()["incidents"]] == [incident_id]
    assert (await other.get(f"{URL}/incidents")).json()["incidents"] == []
    detail = (await client.get(f"{URL}/incidents/{incident_id}")).json()
    assert detail["access"]["gate_code"] == "4711#" and detail["access"]["elder_name"] == "陈玉兰"
    for verb in ("accept", "on-scene"):
        assert (await other.post(f"{URL}/incidents/{incident_id}/{verb}")).status_code == 404
        assert (await client.post(f"{URL}/incidents/{incident_id}/{verb}")).status_code == 200
    assert (await other.get(f"{URL}/incidents/{incident_id}")).status_code == 404
    console = await desk.signed_in("wu")
    shown = (await console.get(f"/api/incidents/{incident_id}")).json()
    assert shown["state"] == "on_scene"
    assert [line["text"] for line in shown["log"]][-2:] == ["l** 已接单", "l** 到场"]


async def test_who_declines_gives_the_call_back_to_the_desk(desk: Desk) -> None:
    """A declined call rings at the desk again at once and leaves the phone."""
    incident_id = await call_for(desk, 5)
    client = await phone(desk)
    answer = await client.post(f"{URL}/incidents/{incident_id}/decline", json={"why": "车坏了"})
    assert answer.status_code == 204
    assert (await client.get(f"{URL}/incidents")).json()["incidents"] == []
    console: httpx.AsyncClient = await desk.signed_in("wu")
    shown = (await console.get(f"/api/incidents/{incident_id}")).json()
    assert shown["state"] == "acknowledged" and shown["assigned_to"] is None
    assert shown["log"][-1]["text"] == "lin 去不了：车坏了"


async def test_a_two_person_bath_keeps_both_from_a_call(desk: Desk) -> None:
    """The plan knows who is in the middle of a two-person bath: near, yet not sent; visits that slip are named."""
    plan = await DayPlan(desk).publish()
    await plan.visit(5, 6, after_min=-5, state=VisitState.IN_SERVICE)
    following = await plan.visit(5, after_min=45)
    now = desk.clock.now()
    async with desk.database.writing() as session:
        for caregiver_id in (5, 6):
            shift = Shift(caregiver_id=caregiver_id, from_at=now - timedelta(hours=2), to_at=now + timedelta(hours=2))
            session.add(shift)
    console = await desk.signed_in("wu")
    card = (await console.post("/api/incidents", json={"elder_id": 1})).json()
    near = (await console.get(f"/api/incidents/{card['id']}/responders")).json()["responders"]
    assert [(one["caregiver_id"], one["fit"]) for one in near] == [(5, False), (6, False)]
    assert "双人" in near[0]["why"] and near[0]["doing"] == "服务中 陈**"
    assert following in [slip["visit_id"] for slip in near[0]["slips"]]
