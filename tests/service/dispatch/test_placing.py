"""Promise: one visit finds its best place in a day under way, and planning anew keeps what people were told."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.fixtures.town import TownBuilder
from tests.service.dispatch.test_day import planned


async def job_of(desk: httpx.AsyncClient, answer: httpx.Response) -> dict[str, Any]:
    """The job that the answer names, when it has ended."""
    assert answer.status_code == 202, answer.text
    while (job := (await desk.get(f"/api/jobs/{answer.json()['job_id']}")).json())["state"] in ("waiting", "running"):
        await asyncio.sleep(0.05)
    found: dict[str, Any] = job
    return found


async def visits_of(desk: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Today's visits as the desk sees them, by id."""
    found: list[dict[str, Any]] = (await desk.get("/api/board/day")).json()["visits"]
    return sorted(found, key=lambda visit: int(visit["id"]))


def who_and_when(visit: dict[str, Any]) -> list[tuple[int, str]]:
    """Who comes, and when service starts."""
    return [(stop["caregiver_id"], stop["start_at"]) for stop in visit["stops"]]


@pytest.mark.slow
async def test_an_urgent_visit_finds_a_place_and_takes_it(town: TownBuilder) -> None:
    """Places come with cost, delays and who must be told; the one taken is in force, and everybody else stays."""
    desk = await town.desk("wu")
    await town.orders(desk, "chen", "clean.home", town.local(22), town.local(22, 30))
    first = await planned(desk, town)
    await desk.post(f"/api/plans/{first['id']}/publish")
    await town.orders(desk, "yu", "clean.home", town.local(20), town.local(23))
    old, urgent = await visits_of(desk)
    answer = await desk.get(f"/api/visits/{urgent['id']}/places?best=3")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    best = found["places"][0]
    assert found["plan_id"] == first["id"] and best["breaks"] == [] and best["cost_s"] >= 0
    assert best["told"][0] == best["caregivers"][0]["caregiver_id"]
    costs = [place["cost_s"] + place["delay_s"] for place in found["places"]]
    assert costs == sorted(costs)

    chosen = {"plan_id": found["plan_id"], "caregiver_ids": [one["caregiver_id"] for one in best["caregivers"]]}
    job = await job_of(desk, await desk.post(f"/api/visits/{urgent['id']}/places", json=chosen))
    assert job["state"] == "done", job["error"]
    day = (await desk.get("/api/board/day")).json()
    assert day["plan"]["id"] == job["plan_id"] and day["plan"]["engine"] == "insert" and day["unserved"] == []
    kept, placed = await visits_of(desk)
    assert who_and_when(kept) == who_and_when(old)
    assert [stop["start_at"] for stop in placed["stops"]] == [best["caregivers"][0]["start_at"]]

    stale = await job_of(desk, await desk.post(f"/api/visits/{urgent['id']}/places", json=chosen))
    assert stale["state"] == "failed"


@pytest.mark.slow
async def test_planning_anew_keeps_what_people_were_told(town: TownBuilder) -> None:
    """With more to do the next version leaves the visits of the one in force with their caregiver and time."""
    desk = await town.desk("wu")
    await town.orders(desk, "chen", "clean.home", town.local(20), town.local(23))
    first = await planned(desk, town)
    await desk.post(f"/api/plans/{first['id']}/publish")
    (before,) = await visits_of(desk)
    await town.orders(desk, "yu", "clean.home", town.local(20), town.local(23))
    second = await planned(desk, town, seconds=4)
    kept = [s for route in second["routes"] for s in route["stops"] if s["visit_id"] == before["id"]]
    assert [stop["caregiver_id"] for stop in kept] == [stop["caregiver_id"] for stop in before["stops"]]
    assert second["parts"]["changed"] == 0


@pytest.mark.slow
async def test_what_is_fixed_by_hand_stays_fixed(town: TownBuilder) -> None:
    """A pinned visit goes to the caregiver chosen, at the time chosen, and the plan says so; taken away, it is free."""
    desk = await town.desk("wu")
    await town.orders(desk, "chen", "clean.home", town.local(20), town.local(23))
    (visit,) = await visits_of(desk)
    at = town.local(22, 10)
    pin = {"caregiver_ids": [town.caregivers["gao"]], "start_at": at.isoformat()}
    answer = await desk.put(f"/api/visits/{visit['id']}/pin", json=pin)
    assert answer.status_code == 200, answer.text
    plan = await planned(desk, town)
    (stop,) = [s for route in plan["routes"] for s in route["stops"] if s["visit_id"] == visit["id"]]
    assert stop["caregiver_id"] == town.caregivers["gao"] and stop["pinned"]
    assert stop["start_at"] == answer.json()["start_at"]
    free = await desk.put(f"/api/visits/{visit['id']}/pin", json={"caregiver_ids": []})
    assert free.json() == {"visit_id": visit["id"], "caregiver_ids": [], "start_at": None}


async def test_pins_that_cannot_be_kept_are_refused_by_name(town: TownBuilder) -> None:
    """Two people for one, somebody unknown, a start outside the window, and somebody else's visit."""
    desk = await town.desk("wu")
    await town.orders(desk, "chen", "clean.home", town.local(22), town.local(22, 30))
    (visit,) = await visits_of(desk)
    path, lin, gao = f"/api/visits/{visit['id']}/pin", town.caregivers["lin"], town.caregivers["gao"]
    for body, field in (
        ({"caregiver_ids": [lin, gao]}, "caregiver_ids"),
        ({"caregiver_ids": [999_999]}, "caregiver_ids"),
        ({"caregiver_ids": [lin], "start_at": town.local(8).isoformat()}, "start_at"),
    ):
        answer = await desk.put(path, json=body)
        assert answer.status_code == 422 and answer.json()["fields"][0]["field"] == field, answer.text
    far = await town.desk("far")
    assert (await far.put(path, json={"caregiver_ids": [lin]})).status_code == 404
    assert (await far.get(path)).status_code == 404


async def test_a_day_without_a_plan_has_no_places(town: TownBuilder) -> None:
    """Before anything is published a visit waits for the plan, and says so."""
    desk = await town.desk("wu")
    await town.orders(desk, "chen", "clean.home", town.local(22), town.local(22, 30))
    (visit,) = await visits_of(desk)
    answer = await desk.get(f"/api/visits/{visit['id']}/places")
    assert (answer.status_code, answer.json()["code"]) == (409, "plan.not_in_force")
