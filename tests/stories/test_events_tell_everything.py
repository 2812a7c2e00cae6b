"""Promise: a desk that applied every event sees what a desk sees that has just been opened."""

from typing import Any

import pytest

from tests.fixtures.desk_socket import DeskSocket
from tests.fixtures.town import TownBuilder


def applied(state: dict[str, Any], events: list[dict[str, Any]]) -> dict[str, Any]:
    """The documented way to follow the board: an event carries the whole of what it changes."""
    incidents = {case["id"]: case for case in state["incidents"]}
    visits = {visit["id"]: visit for visit in state["visits"]}
    people = {person["id"]: person for person in state["caregivers"]}
    for event in events:
        data = event["data"]
        if "incident" in data:
            incidents[data["incident"]["id"]] = data["incident"]
        if data.get("visit"):
            visits[data["visit"]["id"]] = data["visit"]
        if event["topic"] == "order.cancelled" and data.get("visit"):
            visits.pop(data["visit"]["id"])
        if "caregiver" in data:
            people[data["caregiver"]["id"]] |= data["caregiver"]
    return {"incidents": incidents, "visits": visits, "caregivers": people}


@pytest.mark.slow
async def test_snapshot_and_events_make_a_fresh_snapshot(town: TownBuilder) -> None:
    """Pressed, pressed again, answered, sent, on scene, closed; ordered and cancelled; a phone that moves."""
    desk, phone = await town.desk("wu"), await town.phone("lin")
    async with town.house.listening() as url, DeskSocket(desk, url) as watching:
        assert watching.snapshot is not None
        chen = town.terminal("chen")
        case = (await chen.presses_call())["incident"]
        await chen.presses_call("fall")
        smoke = (await town.terminal("yu").presses_call("smoke"))["incident"]
        for ringing in (case, smoke):  # both answered: no rung comes of its own accord between two looks
            assert (await desk.post(f"/api/incidents/{ringing}/acknowledge")).status_code == 200
        sent = await desk.post(f"/api/incidents/{case}/assign", json={"caregiver_id": town.caregivers["lin"]})
        assert sent.status_code == 200, sent.text
        here = {"lon": 121.446, "lat": 37.5112, "datum": "wgs84", "accuracy_m": 8}
        assert (await phone.post("/phone/v1/positions", json=here)).status_code in (200, 202, 204)
        await desk.post(f"/api/incidents/{case}/on-scene")
        await desk.post(f"/api/incidents/{case}/close", json={"outcome": "helped", "note": "扶起"})
        await town.orders(desk, "chen", "clean.home", town.local(20), town.local(21))
        second = await town.orders(desk, "yu", "clean.home", town.local(20), town.local(21))
        await desk.post(f"/api/orders/{second}/cancel")
        await watching.sees("order.cancelled")
        async with DeskSocket(desk, url) as fresh:
            assert fresh.snapshot is not None
            while (watching.cursor or 0) < (fresh.cursor or 0):
                await watching.receive()
            now = applied(fresh.snapshot, [])
            followed = applied(watching.snapshot, watching.events)
    assert followed["visits"] == now["visits"]
    assert followed["incidents"] == now["incidents"]
    moved = town.caregivers["lin"]
    assert followed["caregivers"][moved] == now["caregivers"][moved]
