"""Promise: a suspended bed has no visits from its day on, nobody can order some, and coming back brings them back."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from models import Assessment, Order, Visit
from models.types import OrderState, VisitState
from service.beds.jobs import begin_rests
from tests.fixtures.keeping import Keeping


async def states(keeping: Keeping) -> list[tuple[str, str]]:
    async with keeping.town.database.reading() as session:
        rows = await session.execute(
            select(Order.state, Visit.state).join(Visit, Visit.order_id == Order.id).order_by(Order.id)
        )
        return [(order.value, visit.value) for order, visit in rows]


async def orders_on(keeping: Keeping, days: int) -> int:
    """Cleaning at ten, so many days from now; the answer's status."""
    start = keeping.town.local(10) + timedelta(days=days)
    wish = {"elder_id": keeping.town.elders["chen"], "item_code": "clean.home", "service_on": start.date().isoformat()}
    wish |= {"window_from": start.isoformat(), "window_to": (start + timedelta(hours=2)).isoformat()}
    return (await keeping.root.post("/api/orders", json=wish)).status_code


async def test_away_and_home_again(keeping: Keeping) -> None:
    """Visits before the day stay, later ones rest; back early, those to come are placed again and the past ones not."""
    bed_id = await keeping.lives("chen")
    for days in (0, 1, 3):
        assert await orders_on(keeping, days) == 201
    tomorrow = keeping.town.today + timedelta(days=1)
    rest = {"kind": "hospital", "from_on": tomorrow.isoformat(), "why": "跌倒住院"}
    away = await keeping.root.post(f"/api/beds/{bed_id}/suspend", json=rest)
    assert away.status_code == 200 and away.json()["visits_paused"] == 2
    assert away.json()["state"] == "active" and away.json()["rest"]["begun"] is False
    assert (await keeping.root.post(f"/api/beds/{bed_id}/suspend", json=rest)).json()["code"] == "bed.rest_planned"
    assert await states(keeping) == [("placed", "accepted"), ("paused", "cancelled"), ("paused", "cancelled")]
    assert await orders_on(keeping, 2) == 409 and await orders_on(keeping, 0) == 201
    promise = (await keeping.sun.get(f"/api/promises/{bed_id}")).json()
    assert promise["active_days"] == 1
    await begin_rests(keeping.town.database, keeping.town.clock)
    assert (await keeping.bed(bed_id))["state"] == "active"
    keeping.town.clock.shift(days=2)
    await begin_rests(keeping.town.database, keeping.town.clock)
    await keeping.assesses("chen")
    keeping.sun, keeping.root = await keeping.town.desk("sun"), await keeping.town.desk("root")
    assert (await keeping.bed(bed_id))["state"] == "suspended" and (await keeping.bed(bed_id))["rest"]["begun"] is True
    early = await keeping.root.post(f"/api/beds/{bed_id}/resume", json={"on": str(tomorrow - timedelta(days=1))})
    assert early.status_code == 422 and early.json()["fields"][0]["field"] == "on"
    back = await keeping.root.post(f"/api/beds/{bed_id}/resume", json={})
    assert back.status_code == 200, back.text
    assert (back.json()["visits_back"], back.json()["orders_dropped"]) == (1, 1)
    assert (await states(keeping))[:3] == [("placed", "accepted"), ("cancelled", "cancelled"), ("placed", "accepted")]
    assert back.json()["pauses"][0]["until_on"] == keeping.town.today.isoformat() and back.json()["rest"] is None
    month = (await keeping.sun.get(f"/api/beds/{bed_id}/billing", params={"month": str(tomorrow)})).json()
    assert month["rest_days"] == 1
    assert all(not one["from_on"] <= str(tomorrow) <= one["to_on"] for one in month["stretches"])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_nobody_goes_away_after_all(keeping: Keeping) -> None:
    """A rest that is still to come is called off: its orders stand again, and closed it was none."""
    bed_id = await keeping.lives("chen")
    assert await orders_on(keeping, 3) == 201
    ahead = {"kind": "away", "from_on": str(keeping.town.today + timedelta(days=3)), "why": "去女儿家"}
    assert (await keeping.root.post(f"/api/beds/{bed_id}/suspend", json=ahead)).json()["visits_paused"] == 1
    listed = (await keeping.sun.get("/api/beds")).json()["items"][0]
    assert listed["rest"] == {"kind": "away", "from_on": ahead["from_on"], "begun": False, "why": "去女儿家"}
    back = await keeping.root.post(f"/api/beds/{bed_id}/resume", json={})
    assert back.status_code == 200 and back.json()["visits_back"] == 1 and back.json()["pauses"] == []
    assert await states(keeping) == [("placed", "accepted")]
    assert (await keeping.root.post(f"/api/beds/{bed_id}/resume", json={})).json()["code"] == "bed.illegal_move"
    assert (await keeping.root.post(f"/api/beds/{bed_id}/suspend", json=ahead)).is_success
    await keeping.steps(bed_id, "closed")
    page = await keeping.bed(bed_id)
    assert page["pauses"] == [] and page["billing"]["billed_days"] == 0 and page["rest"] is None
    assert await states(keeping) == [("cancelled", "cancelled")]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_coming_back_passes_the_gate_again(keeping: Keeping) -> None:
    """An assessment that ran out meanwhile keeps the bed suspended and says so; closed, nothing waits any more."""
    bed_id = await keeping.lives("chen")
    assert await orders_on(keeping, 1) == 201
    rest = {"kind": "away", "from_on": keeping.town.today.isoformat()}
    assert (await keeping.root.post(f"/api/beds/{bed_id}/suspend", json=rest)).is_success
    async with keeping.town.database.writing() as session:
        for row in await session.scalars(select(Assessment)):
            row.ended_on = keeping.town.today
    shut = await keeping.root.post(f"/api/beds/{bed_id}/resume", json={})
    assert shut.status_code == 409 and [lack["code"] for lack in shut.json()["missing"]] == ["assessment.none"]
    again = (await keeping.root.post(f"/api/beds/{bed_id}/suspend", json=rest)).json()
    assert (again["allowed"], again["verbs"]) == (["closed"], {"active": f"/api/beds/{bed_id}/resume"})
    await keeping.steps(bed_id, "closed")
    assert await states(keeping) == [(OrderState.CANCELLED.value, VisitState.CANCELLED.value)]
    assert (await keeping.bed(bed_id))["pauses"][0]["until_on"] is not None


async def test_an_order_at_the_same_moment(keeping: Keeping) -> None:
    """Orders that race the rest are refused or rest with it; none of them is left over."""
    bed_id = await keeping.lives("chen")
    rest = {"kind": "away", "from_on": str(keeping.town.today + timedelta(days=1))}
    away = keeping.root.post(f"/api/beds/{bed_id}/suspend", json=rest)
    answers = await asyncio.gather(*(orders_on(keeping, days) for days in (1, 2, 3)), away, orders_on(keeping, 4))
    assert {answer for answer in answers if isinstance(answer, int)} <= {201, 409}
    assert [one for one in await states(keeping) if one != ("paused", "cancelled")] == []
