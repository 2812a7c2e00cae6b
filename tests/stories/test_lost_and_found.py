"""Promise: Granny Chen has wandered off; whoever the growing circle reaches hears it once, and that she is found."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from models import Position
from models.types import Datum
from service.emergencies.circle import START_M, radius_m
from tests.fixtures.gateway import Gateway
from tests.fixtures.rescue import NUMBERS
from tests.fixtures.town import CHEN_AT, TownBuilder
from tests.service.emergencies.watching import watching

pytestmark = pytest.mark.slow
NEAR, AWAY = (121.4465, 37.5115), (121.4650, 37.5110)


async def places(town: TownBuilder) -> None:
    """Lin is round the corner, Gao 1.8 km away; both phones said so just now."""
    now = town.clock.now()
    async with town.database.writing() as session:
        for name, (lon, lat) in (("lin", NEAR), ("gao", AWAY)):
            place = {"lon": lon, "lat": lat, "datum": Datum.WGS84, "at": now, "received_at": now}
            await session.merge(Position(caregiver_id=town.caregivers[name], **place))


async def wandered(town: TownBuilder, desk: httpx.AsyncClient) -> int:
    await watching(town.database)
    incident = int((await town.terminal("chen").presses_call(kind="wander"))["incident"])
    await desk.post(f"/api/incidents/{incident}/acknowledge")
    return incident


async def search(town: TownBuilder, desk: httpx.AsyncClient, incident: int) -> dict[str, Any]:
    seen_at = town.clock.now() - timedelta(minutes=5)
    last = {"lon": CHEN_AT[0], "lat": CHEN_AT[1], "place": "菜市场", "seen_at": seen_at.isoformat(), "wears": "红外套"}
    answer = await desk.put(f"/api/incidents/{incident}/lost", json=last)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()["lost"]
    return body


async def test_the_circle_grows_until_she_is_found(rescue: TownBuilder, gateway: Gateway) -> None:
    """Family, village, station and Lin at first; Gao half an hour later; nobody twice; then the word that ends it."""
    desk = await rescue.desk("wu")
    incident = await wandered(rescue, desk)
    await places(rescue)
    lost = await search(rescue, desk, incident)
    assert lost["radius_m"] == radius_m("walk", rescue.clock.now() - timedelta(minutes=5), rescue.clock.now())
    page = await gateway.pages("sms", NUMBERS["daughter"], rung="lost")
    assert "红外套" in page["text"] and "菜市场" in page["text"]
    await gateway.pages("sms", NUMBERS["village"], rung="lost")
    refused = await desk.post(f"/api/incidents/{incident}/close", json={"outcome": "helped", "note": "x"})
    assert "found" in refused.json()["lacks"]

    for _ in range(4):
        rescue.clock.shift(minutes=10, seconds=1)
        await places(rescue)
        await asyncio.sleep(0.8)
    await gateway.pages("sms", NUMBERS["lin"], rung="lost")
    await gateway.pages("sms", NUMBERS["gao"], rung="lost")
    shown = (await desk.get(f"/api/incidents/{incident}")).json()["lost"]
    assert shown["radius_m"] > START_M + 2000 and shown["told"] >= 4 and shown["found"] is None

    phone = await rescue.phone("lin")
    found = await phone.post(f"/phone/v1/incidents/{incident}/found", json={"place": "海边长椅"})
    assert found.status_code == 200 and found.json()["state"] == "on_scene", found.text
    for name in ("daughter", "village"):
        assert "已找到" in (await gateway.pages("sms", NUMBERS[name], rung="found"))["text"]
    rescue.clock.shift(seconds=4)
    for name in ("lin", "gao"):
        await gateway.pages("sms", NUMBERS[name], rung="found")
    closed = await desk.post(f"/api/incidents/{incident}/close", json={"outcome": "helped", "note": "送回家"})
    assert closed.status_code == 200
    rescue.clock.shift(hours=3)
    await asyncio.sleep(1)


async def test_who_is_not_found_can_be_closed_as_that(rescue: TownBuilder, gateway: Gateway) -> None:
    """A search that ends without finding anybody says so; it tells nobody any more after the close."""
    desk = await rescue.desk("wu")
    incident = await wandered(rescue, desk)
    await search(rescue, desk, incident)
    await gateway.pages("sms", NUMBERS["daughter"], rung="lost")
    await gateway.pages("sms", NUMBERS["village"], rung="lost")
    closing = {"outcome": "not_found", "note": "已移交派出所"}
    assert (await desk.post(f"/api/incidents/{incident}/close", json=closing)).status_code == 200
    await places(rescue)
    rescue.clock.shift(hours=1)
    await asyncio.sleep(1)
    late = await desk.post(f"/api/incidents/{incident}/found", json={})
    assert (late.status_code, late.json()["code"]) == (409, "incident.no_search")


async def test_nobody_is_searched_for_without_a_search(rescue: TownBuilder, gateway: Gateway) -> None:
    """Found without a search is refused; another district's search does not exist."""
    desk = await rescue.desk("wu")
    incident = await wandered(rescue, desk)
    assert (await desk.post(f"/api/incidents/{incident}/found", json={})).status_code == 409
    far = await rescue.desk("far")
    assert (await far.post(f"/api/incidents/{incident}/found", json={})).status_code == 404
    assert gateway.unexpected == []
