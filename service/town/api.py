"""Routes for the town's map and the demo's clock."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from models.types import Role
from service.auth import DESK, Actor, Allow
from service.clock import Clock, clock_of
from service.db import reading, writing
from service.inputs import Input, Moment
from service.town import actions
from service.town.basemap import Basemap
from service.town_clock import town_time

router = APIRouter(prefix="/api", tags=["town"])
Desk = Annotated[Actor, Depends(Allow(*DESK))]
Timed = Annotated[Clock, Depends(clock_of)]


class NewClock(Input):
    """What to change of the demo's clock."""

    speed: Annotated[float | None, Field(ge=1, le=120)] = None
    paused: bool | None = None
    at: Moment | None = None


@router.get("/map/basemap", response_class=Response)
async def show_basemap(request: Request, actor: Desk) -> Response:
    """The drawn map: coast, hills, water, roads, labels, in WGS-84."""
    basemap: Basemap = request.app.state.basemap
    return Response(basemap.body(), media_type="application/json", headers={"cache-control": "private, max-age=60"})


@router.get("/demo/clock")
async def show_clock(session: Annotated[AsyncSession, Depends(reading)], actor: Desk, clock: Timed) -> dict[str, Any]:
    """The town's clock; `demo` is false where it is the real one."""
    return (await town_time(session, clock)).as_json()


@router.post("/demo/clock")
async def set_clock(
    actor: Annotated[Actor, Depends(Allow(Role.ADMIN, Role.DISPATCHER))],
    session: Annotated[AsyncSession, Depends(writing, scope="function")],
    clock: Timed,
    wanted: NewClock,
) -> dict[str, Any]:
    """Turn the demo's clock; plans, visits and lateness follow, calls stay on real time."""
    return (await actions.set_clock(session, clock, wanted.speed, wanted.paused, wanted.at)).as_json()
