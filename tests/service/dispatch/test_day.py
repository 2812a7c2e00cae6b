"""Promise: orders become a plan that the checker passed, published whole, readable per caregiver, with reasons."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.fixtures.town import DISTRICT, STREET, TownBuilder


async def planned(desk: httpx.AsyncClient, town: TownBuilder, seconds: float = 6) -> dict[str, Any]:
    """Ask for today's plan and wait for its draft; gives the plan."""
    wanted = {"on_date": town.today.isoformat(), "area_code": DISTRICT, "seconds": seconds}
    answer = await desk.post("/api/plans", json=wanted)
    assert answer.status_code == 202, answer.text
    while (job := (await desk.get(f"/api/jobs/{answer.json()['job_id']}")).json())["state"] in ("waiting", "running"):
        await asyncio.sleep(0.1)
    assert job["state"] == "done", job["error"]
    plan: dict[str, Any] = (await desk.get(f"/api/plans/{job['plan_id']}")).json()
    return plan


@pytest.mark.slow
async def test_from_orders_to_a_published_plan(town: TownBuilder) -> None:
    """A two-person bath starts for both at once, a visit nobody can do comes back with its reason, publish is whole."""
    town.clock.shift(seconds=0)
    desk = await town.desk("wu")
    await town.orders(desk, "chen", "bath.two", town.local(20), town.local(20, 5))
    await town.orders(desk, "yu", "clean.home", town.local(22), town.local(22, 30))
    await town.orders(desk, "yu", "medical.signs", town.local(23, 57), town.local(23, 58))
    plan = await planned(desk, town)
    assert plan["state"] == "draft"
    bath = [stop for route in plan["routes"] for stop in route["stops"] if stop["kind"] == "visit"]
    starts = {stop["start_at"] for stop in bath if sum(s["visit_id"] == stop["visit_id"] for s in bath) == 2}
    assert len(starts) == 1, "both halves of the bath start together"
    (left_out,) = plan["unserved_visits"]
    assert left_out["reason"] and left_out["text"] and left_out["counts"]
    assert plan["served"] == 2

    published = await desk.post(f"/api/plans/{plan['id']}/publish")
    assert published.json()["state"] == "published"
    twice = await desk.post(f"/api/plans/{plan['id']}/publish")
    assert (twice.status_code, twice.json()["code"]) == (409, "plan.not_a_draft")
    day = (await desk.get("/api/board/day")).json()
    assert day["plan"]["id"] == plan["id"]
    assert sorted(len(visit["stops"]) for visit in day["visits"]) == [0, 1, 2]

    phone = await town.phone("lin")
    today = (await phone.get("/phone/v1/today")).json()
    assert any(stop["kind"] == "visit" for stop in today["stops"])


@pytest.mark.slow
async def test_what_has_begun_stays(town: TownBuilder) -> None:
    """A visit under way keeps its caregiver and its place in the next version; the version before is superseded."""
    desk = await town.desk("wu")
    await town.orders(desk, "chen", "clean.home", town.local(22), town.local(22, 30))
    first = await planned(desk, town)
    await desk.post(f"/api/plans/{first['id']}/publish")
    (route,) = [route for route in first["routes"] if route["stops"]]
    (stop,) = [stop for stop in route["stops"] if stop["kind"] == "visit"]
    who = next(name for name, number in town.caregivers.items() if number == route["caregiver_id"])
    phone = await town.phone(who)
    assert (await phone.post(f"/phone/v1/visits/{stop['visit_id']}/en-route")).status_code == 200
    assert (await phone.post(f"/phone/v1/visits/{stop['visit_id']}/arrive")).status_code == 200
    again = await phone.post(f"/phone/v1/visits/{stop['visit_id']}/en-route")
    assert again.status_code == 200, "a late repeat of an earlier step changes nothing"

    await town.orders(desk, "yu", "clean.home", town.local(22), town.local(23, 30))
    second = await planned(desk, town)
    kept = [s for r in second["routes"] for s in r["stops"] if s["visit_id"] == stop["visit_id"]]
    assert [(s["caregiver_id"], s["start_at"], s["pinned"]) for s in kept] == [
        (route["caregiver_id"], stop["start_at"], True)
    ]
    await desk.post(f"/api/plans/{second['id']}/publish")
    versions = (await desk.get(f"/api/plans?area={DISTRICT}")).json()
    assert [(plan["version"], plan["state"]) for plan in versions] == [(2, "published"), (1, "superseded")]


async def test_what_cannot_be_planned_says_why(town: TownBuilder) -> None:
    """A street is not a district; somebody else's district is not there; a second job for one day has to wait."""
    desk = await town.desk("wu")
    wanted = {"on_date": town.today.isoformat(), "area_code": STREET, "seconds": 5}
    answer = await desk.post("/api/plans", json=wanted)
    assert answer.status_code == 422
    assert answer.json()["fields"][0]["field"] == "area_code"
    assert (await desk.post("/api/plans", json={**wanted, "area_code": "370602000000"})).status_code == 404


async def test_somebody_elses_visit_is_not_there(town: TownBuilder) -> None:
    """A caregiver records steps only where the plan sends them."""
    desk = await town.desk("wu")
    await town.orders(desk, "chen", "clean.home", town.local(22), town.local(22, 30))
    visit_id = (await desk.get("/api/board/day")).json()["visits"][0]["id"]
    phone = await town.phone("gao")
    assert (await phone.post(f"/phone/v1/visits/{visit_id}/en-route")).status_code == 404
