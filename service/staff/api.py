"""Routes for caregivers."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession

from service.auth import DESK, Actor, Allow
from service.clock import Clock, clock_of
from service.db import reading
from service.staff import queries
from service.town_clock import town_time

router = APIRouter(prefix="/api/caregivers", tags=["staff"])


@router.get("")
async def list_caregivers(
    session: Annotated[AsyncSession, Depends(reading)],
    actor: Annotated[Actor, Depends(Allow(*DESK))],
    clock: Annotated[Clock, Depends(clock_of)],
) -> list[dict[str, Any]]:
    """Caregivers in scope with what they are doing now."""
    return await queries.caregiver_views(session, actor, await town_time(session, clock))
