"""Routes for areas, stations and the duty roster."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from models.types import Post, Role
from service.auth import DESK, Actor, Allow
from service.clock import Clock, clock_of
from service.db import reading, writing
from service.idempotency import OnceOnly
from service.inputs import AreaCode, Day, Input, Line, Moment, PathId, RowId
from service.organisations import actions, queries, standing
from service.town_clock import town_time
from service.vault import Vault, vault_of

router = APIRouter(prefix="/api", tags=["organisations"])
Reading = Annotated[AsyncSession, Depends(reading)]
Writing = Annotated[AsyncSession, Depends(writing, scope="function")]
Desk = Annotated[Actor, Depends(Allow(*DESK))]
Rosterer = Annotated[Actor, Depends(Allow(*queries.ROSTERERS))]
Overseer = Annotated[Actor, Depends(Allow(Role.ADMIN, Role.SUPERVISOR))]
Timed = Annotated[Clock, Depends(clock_of)]
WEEK_DAYS = 7
LONGEST_DAYS = 31


class NewDuty(Input):
    """Somebody on duty: at a station, or for an area; with an account, or a name and a number."""

    post: Post
    area_code: AreaCode | None = None
    station_id: RowId | None = None
    account_id: RowId | None = None
    name: Line | None = Field(default=None, max_length=60)
    phone: str | None = Field(default=None, pattern=r"^\+?[0-9]{3,20}$")
    from_at: Moment
    to_at: Moment


class Standing(Input):
    """What changes of a provider's standing, and why; what is left out stays."""

    licence_until_on: Day | None = None
    blacklisted: bool | None = None
    why: Line


@router.get("/areas")
async def list_areas(session: Reading, actor: Desk) -> list[dict[str, Any]]:
    """Areas in scope with their 12-digit codes."""
    return await queries.area_views(session, actor)


@router.get("/stations")
async def list_stations(session: Reading, actor: Desk) -> list[dict[str, Any]]:
    """Stations in scope."""
    return await queries.station_views(session, actor)


@router.get("/providers")
async def list_providers(session: Reading, _actor: Desk) -> list[dict[str, Any]]:
    """Who may be named for works and contracts, with their licences."""
    return await queries.provider_views(session)


@router.post("/providers/{provider_id}/standing")
async def set_standing(
    actor: Overseer, session: Writing, clock: Timed, provider_id: PathId, wanted: Standing
) -> dict[str, Any]:
    """Prolong or cut a licence, put a provider on the black list or take it off."""
    today = (await town_time(session, clock)).today
    until, black = wanted.licence_until_on, wanted.blacklisted
    row = await standing.set_standing(session, actor, provider_id, until, black, wanted.why, clock.now())
    return standing.provider_view(row, today)


@router.get("/duty")
async def list_duty(session: Reading, actor: Desk, clock: Timed) -> list[dict[str, Any]]:
    """Who is on duty now."""
    return await queries.duty_views(session, actor, clock.now())


@router.get("/duty/roster")
async def list_roster(
    session: Reading,
    actor: Desk,
    clock: Timed,
    since: Moment | None = None,
    days: Annotated[int, Query(ge=1, le=LONGEST_DAYS)] = WEEK_DAYS,
    post: Post | None = None,
) -> list[dict[str, Any]]:
    """Who is on duty when, a week from now unless asked otherwise."""
    begin = since or clock.now()
    return await queries.roster_views(session, actor, begin, begin + timedelta(days=days), post)


@router.post("/duty", status_code=201)
async def put_on_duty(
    actor: Rosterer,
    session: Writing,
    once: OnceOnly,
    clock: Timed,
    vault: Annotated[Vault, Depends(vault_of)],
    wanted: NewDuty,
) -> dict[str, Any]:
    """Put somebody on duty."""
    values = wanted.model_dump()
    return await once(actor, lambda: actions.put_on_duty(session, actor, vault, values, clock.now()), status=201)


@router.delete("/duty/{duty_id}", status_code=204)
async def end_duty(actor: Rosterer, session: Writing, clock: Timed, duty_id: PathId) -> None:
    """Take somebody off duty, from now on."""
    await actions.end_duty(session, actor, duty_id, clock.now())
