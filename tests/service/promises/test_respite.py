"""Promise: a block of respite becomes visits that the days' plans serve, at the low price, and that go with it."""

import asyncio
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models import Visit
from models.types import Family, VisitState
from service.beds.jobs import begin_rests
from service.clock import LOCAL
from service.promises.rules import cut
from tests.fixtures.keeping import Keeping
from tests.fixtures.town import DISTRICT

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BEGIN = datetime(2026, 3, 1, tzinfo=LOCAL)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2880), st.integers(1, 5000), st.integers(1, 24))
def test_a_block_is_cut_without_gap_or_overlap(offset: int, minutes: int, longest: int) -> None:
    """Stretches follow on each other from begin to end, cross no midnight, and none is longer than one may stay."""
    start, stop = BEGIN + timedelta(minutes=offset), BEGIN + timedelta(minutes=offset + minutes)
    parts = cut(start, stop, longest)
    assert parts[0][0] == start and parts[-1][1] == stop
    assert all(one[1] == other[0] for one, other in pairwise(parts))
    for begin, end in parts:
        assert begin < end <= begin + timedelta(hours=longest)
        assert (end - timedelta(minutes=1)).date() == begin.date()


async def visits(keeping: Keeping) -> list[tuple[date, int, VisitState]]:
    async with keeping.town.database.reading() as session:
        rows = await session.scalars(select(Visit).where(Visit.family == Family.RESPITE).order_by(Visit.window_from_at))
        return [(row.service_on, row.duration_min, row.state) for row in rows]


async def books(keeping: Keeping, bed_id: int, start: datetime, hours: int) -> dict[str, Any]:
    wish = {"bed_id": bed_id, "contact_id": 1, "from_at": start.isoformat()}
    answer = await keeping.root.post("/api/respites", json={**wish, "to_at": str(start + timedelta(hours=hours))})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def plans(keeping: Keeping) -> dict[str, Any]:
    wanted = {"on_date": str(keeping.town.today), "area_code": DISTRICT, "seconds": 2}
    job_id = (await keeping.root.post("/api/plans", json=wanted)).json()["job_id"]
    while (job := (await keeping.root.get(f"/api/jobs/{job_id}")).json())["state"] in ("waiting", "running"):
        await asyncio.sleep(0.05)
    assert job["state"] == "done", job["error"]
    plan: dict[str, Any] = (await keeping.root.get(f"/api/plans/{job['plan_id']}")).json()
    return plan


@SQLITE
async def test_the_plan_sends_somebody(keeping: Keeping) -> None:
    """Four hours this afternoon are one visit in the plan, as long as the block; called off, it is no visit more."""
    bed_id, town = await keeping.lives("chen"), keeping.town
    booked = await books(keeping, bed_id, town.local(14), 4)
    assert (booked["visits"], booked["charged_fen"], booked["price_fen"]) == (1, 6000, 6000)
    assert await visits(keeping) == [(town.today, 240, VisitState.ACCEPTED)]
    (stop,) = [one for route in (await plans(keeping))["routes"] for one in route["stops"] if one["kind"] == "visit"]
    begun, done = (datetime.fromisoformat(stop[name]) for name in ("start_at", "finish_at"))
    assert done - begun == timedelta(hours=4) and town.local(14) <= begun <= town.local(14, 15)
    gone = (await keeping.root.post(f"/api/respites/{booked['id']}/cancel")).json()
    assert (gone["state"], gone["visits"], gone["charged_fen"]) == ("cancelled", 0, 0)
    assert await visits(keeping) == [(town.today, 240, VisitState.CANCELLED)]


@SQLITE
async def test_a_night_a_rest_and_the_end(keeping: Keeping) -> None:
    """Twenty hours over a night are stretches of at most four that cost the block's price; a rest of the bed lets them
    wait, coming back places them again, and a closed bed leaves none."""
    bed_id, town = await keeping.lives("chen"), keeping.town
    start = town.local(20) + timedelta(days=2)
    booked = await books(keeping, bed_id, start, 20)
    assert booked["kind"] == "overnight" and booked["charged_fen"] == booked["price_fen"] == 20 * 1500
    made = await visits(keeping)
    assert sum(minutes for _, minutes, _ in made) == 20 * 60 and {day for day, _, _ in made} == {
        start.date(),
        start.date() + timedelta(days=1),
    }
    orders = (await keeping.root.get("/api/orders", params={"service_on": str(start.date())})).json()["items"]
    assert [one["respite_id"] for one in orders] == [booked["id"]]
    straight = {"elder_id": town.elders["chen"], "item_code": "respite.home", "service_on": str(town.today)}
    straight |= {"window_from": town.local(14).isoformat(), "window_to": town.local(15).isoformat()}
    refused = await keeping.root.post("/api/orders", json=straight)
    assert refused.status_code == 422 and refused.json()["fields"][0]["accepted"] == "POST /api/respites"
    ahead = {"kind": "hospital", "from_on": str(town.today + timedelta(days=1))}
    paused = (await keeping.root.post(f"/api/beds/{bed_id}/suspend", json=ahead)).json()["visits_paused"]
    assert paused == len(made) and {state for *_, state in await visits(keeping)} == {VisitState.CANCELLED}
    assert (await keeping.root.post(f"/api/beds/{bed_id}/resume", json={})).json()["visits_back"] == len(made)
    assert await visits(keeping) == made
    card = (await keeping.root.get(f"/api/elders/{town.elders['chen']}")).json()
    struck = {"version": card["version"], "contacts": [{"name": "于海", "relation": "儿子", "phone": "13900001111"}]}
    named = await keeping.root.put(f"/api/elders/{town.elders['chen']}/contacts", json=struck)
    assert named.status_code == 422 and "respite" in named.json()["fields"][0]["problem"]
    await keeping.steps(bed_id, "closed")
    assert {state for *_, state in await visits(keeping)} == {VisitState.CANCELLED}
    (left,) = (await keeping.sun.get("/api/respites", params={"bed_id": bed_id})).json()["items"]
    assert (left["state"], left["visits"]) == ("cancelled", 0)


@SQLITE
async def test_what_is_a_block_and_what_a_rest_takes(keeping: Keeping) -> None:
    """A few seconds or minutes are no block; one may end at the midnight with which a rest begins, none may lie in it;
    a block that a rest has taken altogether frees its hours and its days of the year."""
    bed_id, town = await keeping.lives("chen"), keeping.town
    wish = {"bed_id": bed_id, "contact_id": 1, "from_at": town.local(14).isoformat()}
    for stop in (town.local(14) + timedelta(seconds=10), town.local(14, 59)):
        refused = await keeping.root.post("/api/respites", json={**wish, "to_at": stop.isoformat()})
        (fault,) = refused.json()["fields"]
        assert (fault["field"], fault["accepted"]) == ("to_at", "at least 1 hour")
    terms = {"hour_fen": 1500, "longest_hours": 336, "days_a_year": 2}
    policy = {"kind": "bed.respite", "area_code": DISTRICT, "value": terms, "source": "区里的规定"}
    assert (await keeping.root.post("/api/policies", json={**policy, "from_on": str(town.today)})).is_success
    taken = await books(keeping, bed_id, town.local(9) + timedelta(days=3), 4)
    away = {"kind": "away", "from_on": str(town.today + timedelta(days=2))}
    assert (await keeping.root.post(f"/api/beds/{bed_id}/suspend", json=away)).is_success
    await books(keeping, bed_id, town.local(20) + timedelta(days=1), 4)
    late = {"from_at": str(town.local(20) + timedelta(days=1)), "to_at": str(town.local(1) + timedelta(days=2))}
    assert (await keeping.root.post("/api/respites", json={**wish, **late})).json()["code"] == "respite.overlaps"
    town.clock.shift(days=6)
    await begin_rests(town.database, town.clock)
    keeping.root = await town.desk("root")
    assert (await keeping.root.post(f"/api/beds/{bed_id}/resume", json={})).json()["orders_dropped"] == 1
    await books(keeping, bed_id, town.local(9) + timedelta(days=1), 4)
    rows = (await keeping.root.get("/api/respites", params={"bed_id": bed_id})).json()["items"]
    assert {row["id"]: row["visits"] for row in rows}[taken["id"]] == 0
