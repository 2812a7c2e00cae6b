"""Jobs through the desk's routes: seen and cancelled by who may, unknown to everybody else."""

from typing import Any

import pytest
from sqlalchemy import update

from models import Job
from models.types import JobState
from service.clock import Clock
from service.db import Database
from service.jobs.actions import enqueue
from service.jobs.api import router
from tests.service.accounts.desk import LAISHAN, Desk, open_desk


@pytest.fixture
async def desk(database: Database, clock: Clock) -> Desk:
    return await open_desk(database, clock, router)


async def add_job(desk: Desk, state: JobState = JobState.WAITING, **more: Any) -> int:
    async with desk.database.writing() as session:
        job = await enqueue(session, "plan.day", {"secret": "payload"}, now=desk.clock.now(), **more)
        job.state, job.progress = state, {"phase": "search", "attempt": 1}
        return job.id


async def test_a_job_shows_its_progress_and_not_its_payload(desk: Desk) -> None:
    """State and progress are flat for the page; what went in stays inside."""
    job_id = await add_job(desk, area_code=LAISHAN)
    shown = (await (await desk.signed_in("wu")).get(f"/api/jobs/{job_id}")).json()
    assert shown["job_id"] == job_id and shown["state"] == "waiting" and shown["phase"] == "search"
    assert "secret" not in str(shown) and "attempt" not in shown


async def test_a_job_of_another_district_does_not_exist(desk: Desk) -> None:
    """Outside the scope a job can be neither seen nor cancelled; one without an area only by its maker."""
    own = await add_job(desk, area_code=LAISHAN)
    nowhere = await add_job(desk, made_by=desk.people["sun"])
    far, wu, sun = await desk.signed_in("far"), await desk.signed_in("wu"), await desk.signed_in("sun")
    assert (await far.get(f"/api/jobs/{own}")).status_code == 404
    assert (await far.post(f"/api/jobs/{own}/cancel")).status_code == 404
    assert (await wu.get(f"/api/jobs/{nowhere}")).status_code == 404
    assert (await sun.get(f"/api/jobs/{nowhere}")).status_code == 200


async def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_is_asked(desk: Desk) -> None:
    """A job that has not begun never will; one in work hears of it; an ended one is refused with how it stands."""
    client = await desk.signed_in("wu")
    waiting = await add_job(desk, area_code=LAISHAN)
    running = await add_job(desk, JobState.RUNNING, area_code=LAISHAN)
    assert (await client.post(f"/api/jobs/{waiting}/cancel")).json()["state"] == "cancelled"
    asked = (await client.post(f"/api/jobs/{running}/cancel")).json()
    assert asked["state"] == "running" and asked["cancel_asked"] is True
    async with desk.database.writing() as session:
        await session.execute(update(Job).where(Job.id == running).values(state=JobState.DONE))
    refused = await client.post(f"/api/jobs/{running}/cancel")
    assert (refused.status_code, refused.json()["code"]) == (409, "job.already_ended")
    assert refused.json()["job"]["state"] == "done"
