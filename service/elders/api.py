"""Routes for the register of elders and its texture on the map."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from sqlalchemy.ext.asyncio import AsyncSession

from service.auth import DESK, Actor, Allow
from service.clock import LOCAL, Clock, clock_of
from service.db import reading
from service.elders import queries
from service.inputs import PathId
from service.paging import Page, as_list

router = APIRouter(prefix="/api", tags=["elders"])
Reading = Annotated[AsyncSession, Depends(reading)]
Desk = Annotated[Actor, Depends(Allow(*DESK))]
Timed = Annotated[Clock, Depends(clock_of)]


@router.get("/elders")
async def list_elders(
    session: Reading,
    actor: Desk,
    clock: Timed,
    page: Annotated[Page, Depends()],
    name: Annotated[str | None, Query(max_length=15)] = None,
) -> dict[str, Any]:
    """Elders in scope, a page at a time; `name` is how the name begins."""
    rows, following = await queries.list_elders(session, actor, page, name)
    today = clock.now().astimezone(LOCAL).date()
    return as_list(await queries.elder_views(session, rows, today), following)


@router.get("/elders/{elder_id}")
async def get_elder(session: Reading, actor: Desk, clock: Timed, elder_id: PathId) -> dict[str, Any]:
    """One elder's head card."""
    elder = await queries.get_elder(session, actor, elder_id)
    return (await queries.elder_views(session, [elder], clock.now().astimezone(LOCAL).date()))[0]


@router.get("/map/elders")
async def list_home_points(session: Reading, actor: Desk) -> dict[str, Any]:
    """Where elders live, as bare points."""
    return {"datum": "wgs84", "points": await queries.home_points(session, actor)}
