"""Background jobs: each runs once, tells how far it is, can be stopped, and survives the loss of its process."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select, update

from models import Event, Job
from models.types import JobState
from service.clock import Clock
from service.db import Database
from service.errors import BadInput
from service.jobs import ledger
from service.jobs.actions import AlreadyWaiting, enqueue
from service.jobs.every import Every, keep_running
from service.jobs.worker import Handler, Kind, Run, Worker


async def add_job(database: Database, clock: Clock, kind: str = "sum", **more: Any) -> int:
    async with database.writing() as session:
        return (await enqueue(session, kind, {"numbers": [1, 2]}, now=clock.now(), **more)).id


async def look(database: Database, job_id: int) -> Job:
    async with database.reading() as session:
        job = await session.get_one(Job, job_id)
        session.expunge(job)
        return job


@contextlib.asynccontextmanager
async def working(database: Database, clock: Clock, **kinds: Kind | Handler) -> AsyncIterator[Worker]:
    known = {name: kind if isinstance(kind, Kind) else Kind(kind) for name, kind in kinds.items()}
    worker = Worker(database, clock, known)
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until_state(database: Database, job_id: int, *states: JobState) -> Job:
    for _ in range(400):
        job = await look(database, job_id)
        if job.state in states:
            return job
        await asyncio.sleep(0.02)
    raise AssertionError(f"job is {job.state}, not {states}")


async def add_up(run: Run) -> dict[str, Any]:
    async with run.database.writing() as session:
        await run.progress(session, {"phase": "adding"})
    return {"sum": sum(run.payload["numbers"])}


async def test_a_job_runs_once_and_keeps_its_result(database: Database, clock: Clock) -> None:
    """Several workers on one queue run each job exactly once."""
    ran: list[int] = []

    async def handler(run: Run) -> dict[str, Any]:
        ran.append(run.job_id)
        return await add_up(run)

    ids = [await add_job(database, clock) for _ in range(12)]
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(4):
            await stack.enter_async_context(working(database, clock, sum=handler))
        jobs = [await until_state(database, job_id, JobState.DONE) for job_id in ids]
    assert sorted(ran) == sorted(ids)
    assert {tuple(job.result.items()) for job in jobs} == {(("sum", 3),)}
    assert jobs[0].progress["phase"] == "adding" and jobs[0].ended_at is not None


async def test_only_one_job_of_a_key_is_pending(database: Database, clock: Clock) -> None:
    """A double click makes one job; the other learns which."""

    async def ask() -> int:
        try:
            return await add_job(database, clock, unique_key="plan:today")
        except AlreadyWaiting as error:
            return int(error.extra["job_id"])

    assert len(set(await asyncio.gather(*[ask() for _ in range(8)]))) == 1


async def test_a_refusal_fails_the_job_with_its_reason_and_others_go_on(database: Database, clock: Clock) -> None:
    """What the handler refuses is told in its words; the worker takes the next job."""

    async def refuses(run: Run) -> dict[str, Any]:
        raise BadInput("there is nothing to plan")

    first, second = await add_job(database, clock, "bad"), await add_job(database, clock)
    async with working(database, clock, bad=refuses, sum=add_up):
        assert (await until_state(database, first, JobState.FAILED)).error == "there is nothing to plan"
        await until_state(database, second, JobState.DONE)


async def test_an_unexpected_error_is_tried_again_as_often_as_the_kind_allows(database: Database, clock: Clock) -> None:
    """A job that fails by accident gets its tries, and then fails without giving inner details away."""
    tries: list[int] = []

    async def breaks(run: Run) -> dict[str, Any]:
        tries.append(run.attempt)
        raise RuntimeError("secret detail")

    job_id = await add_job(database, clock, "odd")
    async with working(database, clock, odd=Kind(breaks, retries=1)):
        job = await until_state(database, job_id, JobState.FAILED)
    assert tries == [1, 2]
    assert job.error == "an error in the service: RuntimeError"


async def test_a_running_job_can_be_cancelled(database: Database, clock: Clock) -> None:
    """A wish to cancel reaches the handler within seconds, and the end is told as an event."""

    async def patient(run: Run) -> dict[str, Any]:
        while not run.cancelled.is_set():
            await asyncio.sleep(0.02)
        raise BadInput("stopped")

    job_id = await add_job(database, clock, "long", area_code="370613000000")
    async with working(database, clock, long=Kind(patient, topic="plan.progress")):
        await until_state(database, job_id, JobState.RUNNING)
        async with database.writing() as session:
            await session.execute(update(Job).where(Job.id == job_id).values(cancel_asked=True))
        await until_state(database, job_id, JobState.CANCELLED)
    async with database.reading() as session:
        events = (await session.execute(select(Event.topic, Event.subject, Event.data))).all()
    assert [(topic, subject, data["state"]) for topic, subject, data in events] == [
        ("plan.progress", f"job:{job_id}", "cancelled")
    ]


async def test_stopping_the_service_gives_the_job_back(database: Database, clock: Clock) -> None:
    """A job in work when the service stops waits for the next worker and is done by it."""

    async def slow(run: Run) -> dict[str, Any]:
        await asyncio.sleep(60)
        return {}

    job_id = await add_job(database, clock)
    async with working(database, clock, sum=slow):
        await until_state(database, job_id, JobState.RUNNING)
    assert (await look(database, job_id)).state is JobState.WAITING
    async with working(database, clock, sum=add_up):
        await until_state(database, job_id, JobState.DONE)


@pytest.mark.parametrize(("retries", "state"), [(0, JobState.FAILED), (1, JobState.WAITING)])
async def test_a_job_whose_process_died_is_recovered(
    database: Database, clock: Clock, retries: int, state: JobState
) -> None:
    """A running job without a sign of life fails with the reason, or waits again while it has tries left."""
    job_id = await add_job(database, clock)
    async with database.writing() as session:
        assert await ledger.claim(session, {"sum"}, clock.now()) is not None
    async with database.writing() as session:
        assert await ledger.recover(session, {"sum": retries}, clock.now()) == []
    clock.shift(seconds=31)
    async with database.writing() as session:
        assert await ledger.recover(session, {"sum": retries}, clock.now()) == [(job_id, state)]
    job = await look(database, job_id)
    assert job.state is state and job.error == "the process that ran it stopped"


async def test_one_failing_entry_does_not_stop_the_others(database: Database, clock: Clock) -> None:
    """Timed work is isolated: an entry that always fails leaves the others running and is tried again."""
    counts = {"good": 0, "bad": 0}

    async def good(_database: Database, _clock: Clock) -> None:
        counts["good"] += 1

    async def bad(_database: Database, _clock: Clock) -> None:
        counts["bad"] += 1
        raise RuntimeError("always")

    entries = [Every("bad", 0.01, bad), Every("good", 0.01, good)]
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(keep_running(entries, database, clock), 0.4)
    assert counts["good"] > 10 and 2 <= counts["bad"] < counts["good"]
