"""Puts jobs into the queue and asks them to stop; refuses a second one of the same key, and to run anything."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Job
from models.types import JobState
from service import audit
from service.auth import Actor
from service.errors import Conflict
from service.jobs.queries import get_job, job_view

PENDING = (JobState.WAITING, JobState.RUNNING)


class AlreadyWaiting(Conflict):
    """A job of the same key waits or runs; `job_id` names it."""

    code = "job.already_waiting"


class AlreadyEnded(Conflict):
    """The job has ended: nothing is left to cancel."""

    code = "job.already_ended"


async def enqueue(
    session: AsyncSession,
    kind: str,
    payload: dict[str, Any],
    *,
    now: datetime,
    unique_key: str | None = None,
    area_code: str | None = None,
    made_by: int | None = None,
) -> Job:
    """Add a job for the worker that knows `kind`. Raises AlreadyWaiting while one of the same key is pending."""
    if unique_key is not None:
        await _only_one(session, unique_key)
    job = Job(kind=kind, unique_key=unique_key, state=JobState.WAITING, payload=payload, progress={}, result={})
    job.area_code, job.made_at, job.made_by, job.cancel_asked = area_code, now, made_by, False
    session.add(job)
    await session.flush()
    return job


async def cancel_job(session: AsyncSession, actor: Actor, job_id: int, now: datetime) -> dict[str, Any]:
    """Cancel a waiting job at once, ask a running one to stop. Raises NotFound, AlreadyEnded with the job as it is."""
    job = await get_job(session, actor, job_id)
    waiting = update(Job).where(Job.id == job.id, Job.state == JobState.WAITING)
    stopped = waiting.values(state=JobState.CANCELLED, cancel_asked=True, ended_at=now).returning(Job.id)
    if (await session.execute(stopped)).first() is None:
        asked = update(Job).where(Job.id == job.id, Job.state == JobState.RUNNING).values(cancel_asked=True)
        if (await session.execute(asked.returning(Job.id))).first() is None:
            raise AlreadyEnded(f"job {job.id} is {job.state}", job=job_view(job))
    audit.note(session, now, actor.account_id, "job.cancel", f"job:{job.id}")
    await session.refresh(job)
    return job_view(job)


async def _only_one(session: AsyncSession, unique_key: str) -> None:
    """Hold the key until the transaction ends (the embedded database has one writer anyway), then look."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(unique_key, 0))))
    pending = select(Job.id).where(Job.unique_key == unique_key, Job.state.in_(PENDING))
    found = (await session.scalars(pending)).first()
    if found is not None:
        raise AlreadyWaiting("the same work is waiting or running already", job_id=found)
