"""Routes for family care beds."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession

from models.types import BedState
from service.auth import DESK, Actor, Allow
from service.beds import queries
from service.db import reading
from service.paging import Page, as_list

router = APIRouter(prefix="/api/beds", tags=["beds"])
Reading = Annotated[AsyncSession, Depends(reading)]
Desk = Annotated[Actor, Depends(Allow(*DESK))]


@router.get("")
async def list_beds(
    session: Reading, actor: Desk, page: Annotated[Page, Depends()], state: BedState | None = None
) -> dict[str, Any]:
    """Beds in scope, a page at a time, of one state when given."""
    return as_list(*await queries.list_beds(session, actor, page, state))


@router.get("/counts")
async def count_beds(session: Reading, actor: Desk) -> dict[str, int]:
    """How many beds stand in each state."""
    return await queries.count_by_state(session, actor)
