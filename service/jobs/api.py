"""Routes to watch a job and to cancel it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession

from models.types import Role
from service.auth import DESK, Actor, Allow
from service.clock import Clock, clock_of
from service.db import reading, writing
from service.inputs import PathId
from service.jobs import actions, queries

router = APIRouter(prefix="/api/jobs", tags=["jobs"])

Canceller = Annotated[Actor, Depends(Allow(Role.ADMIN, Role.DISPATCHER, Role.STATION_MANAGER))]


@router.get("/{job_id}")
async def show_job(
    actor: Annotated[Actor, Depends(Allow(*DESK))], session: Annotated[AsyncSession, Depends(reading)], job_id: PathId
) -> dict[str, Any]:
    """How far a job is: state, progress, result, error."""
    return queries.job_view(await queries.get_job(session, actor, job_id))


@router.post("/{job_id}/cancel")
async def cancel_job(
    actor: Canceller,
    session: Annotated[AsyncSession, Depends(writing, scope="function")],
    clock: Annotated[Clock, Depends(clock_of)],
    job_id: PathId,
) -> dict[str, Any]:
    """Ask a job to stop; one that has not begun never will."""
    return await actions.cancel_job(session, actor, job_id, clock.now())
