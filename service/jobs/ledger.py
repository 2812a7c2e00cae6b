"""The worker's own verbs on job rows: claim, stay alive, end, recover; refuses to touch a job it does not hold."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Job
from models.types import JobState

STALE = timedelta(seconds=30)
"""A running job without a sign of life for this long has lost its process."""


async def anything_waiting(session: AsyncSession, kinds: Collection[str]) -> bool:
    """Whether a look at the queue is worth a write transaction."""
    query = select(Job.id).where(Job.state == JobState.WAITING, Job.kind.in_(kinds)).limit(1)
    return (await session.scalars(query)).first() is not None


async def claim(session: AsyncSession, kinds: Collection[str], now: datetime) -> Job | None:
    """Take the oldest waiting job of these kinds; two workers never get the same one."""
    oldest = select(Job.id).where(Job.state == JobState.WAITING, Job.kind.in_(kinds)).order_by(Job.id).limit(1)
    chosen = (await session.scalars(oldest.with_for_update(skip_locked=True))).first()
    if chosen is None:
        return None
    mine = update(Job).where(Job.id == chosen, Job.state == JobState.WAITING)
    taken = mine.values(state=JobState.RUNNING, started_at=now, alive_at=now, error=None).returning(Job)
    job = (await session.scalars(taken)).first()
    if job is not None:
        job.progress = {**job.progress, "attempt": int(job.progress.get("attempt", 0)) + 1}
    return job


async def stay_alive(session: AsyncSession, job_id: int, now: datetime) -> bool | None:
    """Tell that the job is alive; answers whether somebody asked to cancel, None when it is not ours any more."""
    beat = update(Job).where(Job.id == job_id, Job.state == JobState.RUNNING).values(alive_at=now)
    return (await session.execute(beat.returning(Job.cancel_asked))).scalar_one_or_none()


async def end(
    session: AsyncSession,
    job_id: int,
    state: JobState,
    now: datetime,
    error: str | None = None,
    result: dict[str, Any] | None = None,
) -> bool:
    """Close a running job (or give it back to wait); False when it is not running any more."""
    ended = None if state is JobState.WAITING else now
    done = update(Job).where(Job.id == job_id, Job.state == JobState.RUNNING)
    values = {"state": state, "ended_at": ended, "error": error, "result": result or {}}
    return (await session.execute(done.values(values).returning(Job.id))).first() is not None


async def recover(
    session: AsyncSession, retries: Mapping[str, int], now: datetime, *, everything: bool = False
) -> list[tuple[int, JobState]]:
    """Give jobs of a lost process back to the queue while they have tries left, else fail them with the reason.

    `everything`: this is the only process and it has just started, so whatever runs has lost its process.
    """
    lost: ColumnElement[bool] = Job.state == JobState.RUNNING
    if not everything:
        lost &= Job.alive_at < now - STALE
    query = select(Job).where(lost, Job.kind.in_(retries)).with_for_update(skip_locked=True)
    changed: list[tuple[int, JobState]] = []
    for job in await session.scalars(query):
        again = int(job.progress.get("attempt", 1)) <= retries[job.kind] and not job.cancel_asked
        state = JobState.WAITING if again else JobState.FAILED
        if await end(session, job.id, state, now, "the process that ran it stopped"):
            changed.append((job.id, state))
    return changed
