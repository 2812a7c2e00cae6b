"""Looks up jobs within scope; refuses to show their payload."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from models import Job
from service.auth import Actor
from service.clock import rfc3339
from service.errors import NotFound


async def get_job(session: AsyncSession, actor: Actor, job_id: int) -> Job:
    """One job: the actor's own, or one of an area in scope. Raises NotFound."""
    job = await session.get(Job, job_id)
    if job is None or not (job.made_by == actor.account_id or _in_scope(actor, job)):
        raise NotFound(f"no job {job_id}")
    return job


def _in_scope(actor: Actor, job: Job) -> bool:
    return "" in actor.area_prefixes if job.area_code is None else actor.sees(job.area_code, None)


def job_view(job: Job) -> dict[str, Any]:
    """A job on the wire: what its handler reported and gave, flat, beside what every job has."""
    return {
        **{name: value for name, value in job.progress.items() if name != "attempt"},
        **job.result,
        "job_id": job.id,
        "kind": job.kind,
        "state": job.state.value,
        "area_code": job.area_code,
        "error": job.error,
        "cancel_asked": job.cancel_asked,
        "made_at": rfc3339(job.made_at),
        "started_at": rfc3339(job.started_at),
        "ended_at": rfc3339(job.ended_at),
    }
