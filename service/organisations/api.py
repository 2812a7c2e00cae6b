"""Routes for areas, stations and duty."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession

from service.auth import DESK, Actor, Allow
from service.clock import Clock, clock_of
from service.db import reading
from service.organisations import queries

router = APIRouter(prefix="/api", tags=["organisations"])
Reading = Annotated[AsyncSession, Depends(reading)]
Desk = Annotated[Actor, Depends(Allow(*DESK))]


@router.get("/areas")
async def list_areas(session: Reading, actor: Desk) -> list[dict[str, Any]]:
    """Areas in scope with their 12-digit codes."""
    return await queries.area_views(session, actor)


@router.get("/stations")
async def list_stations(session: Reading, actor: Desk) -> list[dict[str, Any]]:
    """Stations in scope."""
    return await queries.station_views(session, actor)


@router.get("/duty")
async def list_duty(session: Reading, actor: Desk, clock: Annotated[Clock, Depends(clock_of)]) -> list[dict[str, Any]]:
    """Who is on duty now."""
    return await queries.duty_views(session, actor, clock.now())
