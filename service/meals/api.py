"""Routes for canteens and meals."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession

from service.auth import DESK, Actor, Allow
from service.db import reading
from service.meals import queries

router = APIRouter(prefix="/api", tags=["meals"])
Reading = Annotated[AsyncSession, Depends(reading)]
Desk = Annotated[Actor, Depends(Allow(*DESK))]


@router.get("/canteens")
async def list_canteens(session: Reading, actor: Desk) -> list[dict[str, Any]]:
    """Canteens in scope."""
    return await queries.canteen_views(session, actor)


@router.get("/meals")
async def list_meals(session: Reading, actor: Desk) -> list[dict[str, Any]]:
    """Meals that can be ordered."""
    return await queries.meal_views(session, actor)
