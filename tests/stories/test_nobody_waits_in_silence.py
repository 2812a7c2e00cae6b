"""Promise: when nobody answers Granny Chen, one after the other is told by a way that reaches them, and no one else."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from models import Event, Notice
from models.types import NoticeState
from tests.fixtures.gateway import Gateway
from tests.fixtures.rescue import NUMBERS
from tests.fixtures.town import TownBuilder
from tests.service.emergencies.watching import nobody_watching, watching

pytestmark = pytest.mark.slow


async def told(town: TownBuilder, topic: str) -> list[dict[str, Any]]:
    async with town.database.reading() as session:
        return list(await session.scalars(select(Event.data).where(Event.topic == topic).order_by(Event.seq)))


async def until(town: TownBuilder, topic: str, count: int = 1) -> list[dict[str, Any]]:
    async with asyncio.timeout(20):
        while len(found := await told(town, topic)) < count:
            await asyncio.sleep(0.05)
    return found


async def quiet(town: TownBuilder) -> None:
    """A while in which whatever is due is sent."""
    await asyncio.sleep(1.5)
    await town.house.app.state.courier.settled()


async def test_the_ladder_climbs_until_somebody_answers(rescue: TownBuilder, gateway: Gateway) -> None:
    """Desk, station, daughter, village, supervisor: each at their time, by app, message or voice; then Wu answers."""
    await watching(rescue.database)
    incident = (await rescue.terminal("chen").presses_call())["incident"]
    await quiet(rescue)
    assert gateway.unexpected == []
    rescue.clock.shift(seconds=4)
    await gateway.pages("voice", NUMBERS["wu"], rung="desk", incident=incident)  # nobody has shown it for 3 s

    rescue.clock.shift(seconds=57)
    await until(rescue, "incident.escalated")
    rescue.clock.shift(seconds=4)  # neither app has shown it
    for name in ("lin", "gao"):
        page = await gateway.pages("sms", NUMBERS[name], rung="station")
        assert "陈**" in page["text"] and "按了呼叫器" in page["text"]

    rescue.clock.shift(seconds=60)
    await gateway.pages("sms", NUMBERS["daughter"], rung="family")
    rescue.clock.shift(seconds=120)
    await gateway.pages("voice", NUMBERS["village"], rung="village")
    rescue.clock.shift(seconds=120)
    await until(rescue, "incident.escalated", 4)
    rescue.clock.shift(seconds=4)  # no console has shown it to Sun
    assert "120" in (await gateway.pages("sms", NUMBERS["sun"], rung="supervisor"))["text"]
    assert [one["rung"] for one in await told(rescue, "incident.escalated")] == [
        *("station", "family", "village", "supervisor")
    ]

    desk = await rescue.desk("wu")
    assert (await desk.post(f"/api/incidents/{incident}/acknowledge")).status_code == 200
    assert (await desk.post(f"/api/incidents/{incident}/close", json={"outcome": "false_alarm"})).status_code == 200
    rescue.clock.shift(hours=2)
    await quiet(rescue)


async def test_with_no_console_open_nobody_waits_a_minute(rescue: TownBuilder, gateway: Gateway) -> None:
    """Nobody sits at any desk: Wu's telephone rings and the station is told at once, not after its minute."""
    await nobody_watching(rescue.database)
    await rescue.terminal("chen").presses_call()
    await gateway.pages("voice", NUMBERS["wu"], rung="desk")
    (station,) = await until(rescue, "incident.escalated")
    assert station["rung"] == "station" and len(station["told"]) == 2
    phone = await rescue.phone("lin")
    incident = station["incident"]["id"]
    answered = await phone.post(f"/phone/v1/incidents/{incident}/confirm")
    assert answered.json()["state"] == "acknowledged" and answered.json()["acknowledged_by"]["display"] == "林**"
    rescue.clock.shift(seconds=30)
    await quiet(rescue)


async def test_somebody_who_is_sent_and_does_not_look_is_called(rescue: TownBuilder, gateway: Gateway) -> None:
    """Lin is sent; her app does not show it for three seconds, so a message goes out, and no rung any more."""
    await watching(rescue.database)
    incident = (await rescue.terminal("chen").presses_call())["incident"]
    desk = await rescue.desk("wu")
    lin = rescue.caregivers["lin"]
    sent = await desk.post(f"/api/incidents/{incident}/assign", json={"caregiver_id": lin, "despite": True})
    assert sent.status_code == 200, sent.text
    rescue.clock.shift(seconds=4)
    await gateway.pages("sms", NUMBERS["lin"], rung="sent")
    shown = (await desk.get(f"/api/incidents/{incident}")).json()["notices"]
    assert [(one["channel"], one["state"]) for one in shown] == [("push", "failed"), ("sms", "sent")]
    rescue.clock.shift(hours=1)
    await quiet(rescue)


async def test_a_drill_goes_the_whole_way_and_counts_for_nothing(rescue: TownBuilder, gateway: Gateway) -> None:
    """Every word says that it is a drill; a real call beside it is its own; the figures know only the real one."""
    await watching(rescue.database)
    desk = await rescue.desk("wu")
    wish = {"elder_id": rescue.elders["chen"], "kind": "fall", "text": "月度演练"}
    drill = await desk.post("/api/incidents/drills", json=wish)
    assert drill.status_code == 201 and drill.json()["drill"]
    rescue.clock.shift(seconds=4)
    assert "演练" in (await gateway.pages("voice", NUMBERS["wu"], rung="desk"))["text"]
    await desk.post(f"/api/incidents/{drill.json()['id']}/acknowledge")

    real = (await rescue.terminal("chen").presses_call())["incident"]
    assert real != drill.json()["id"]
    await desk.post(f"/api/incidents/{real}/acknowledge")
    report = (await desk.get("/api/incidents/report")).json()["districts"]
    assert [(one["calls"], one["promises"][0]["due"]) for one in report] == [(1, 1)]
    practised = (await desk.get("/api/incidents/drills")).json()["districts"]
    (only,) = practised[0]["drills"]
    assert only["incident_id"] == drill.json()["id"] and only["reached"]["desk"] == [1, 1]
    async with rescue.database.reading() as session:
        waiting = select(Notice.id).where(Notice.state == NoticeState.PENDING)
        assert (await session.scalars(waiting)).all() == []
