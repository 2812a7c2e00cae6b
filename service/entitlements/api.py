"""Routes of entitlements: who is to be found, by which rule; the look itself; what elders receive from outside."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from models.types import Role
from service.auth import DESK, Actor, Allow
from service.clock import LOCAL, Clock, clock_of
from service.db import reading, writing
from service.elders.queries import get_elder
from service.entitlements import actions, queries
from service.idempotency import OnceOnly
from service.inputs import AreaCode, Day, Input, Line, PathId
from service.jobs.queries import job_view
from service.paging import Page, as_list
from service.town_clock import town_time

router = APIRouter(prefix="/api", tags=["entitlements"])
Reading = Annotated[AsyncSession, Depends(reading)]
Writing = Annotated[AsyncSession, Depends(writing, scope="function")]
Desk = Annotated[Actor, Depends(Allow(*DESK))]
Asker = Annotated[Actor, Depends(Allow(Role.ADMIN, Role.SUPERVISOR))]
Timed = Annotated[Clock, Depends(clock_of)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{0,39}$")]


class NewBenefit(Input):
    """Something an elder receives from outside: its code (what a rule `gives`), who says so, from when to when."""

    item: Code
    source: Annotated[Line, Field(max_length=60)]
    from_on: Day
    until_on: Day | None = None


@router.get("/entitlements")
async def list_missed(
    session: Reading,
    actor: Desk,
    clock: Timed,
    page: Annotated[Page, Depends()],
    rule: Annotated[Code | None, Query()] = None,
    area: Annotated[AreaCode | None, Query()] = None,
) -> dict[str, Any]:
    """People entitled to something that they do not receive, each with the rule and the facts that say so."""
    today: date = clock.now().astimezone(LOCAL).date()
    return as_list(*await queries.list_missed(session, actor, page, today, rule, area))


@router.get("/entitlements/counts")
async def count_missed(
    session: Reading, actor: Desk, area: Annotated[AreaCode | None, Query()] = None
) -> dict[str, Any]:
    """How many findings stand for each rule, for how many people, and when the register was last looked through."""
    return await queries.count_missed(session, actor, area)


@router.post("/entitlements/look", status_code=202)
async def ask_for_look(actor: Asker, session: Writing, once: OnceOnly, clock: Timed) -> dict[str, Any]:
    """Look through the register now instead of tonight; 409 while a look is under way."""

    async def work() -> dict[str, Any]:
        return job_view(await actions.ask_for_look(session, clock.now(), actor.account_id))

    return await once(actor, work, status=202)


@router.get("/elders/{elder_id}/benefits")
async def list_benefits(session: Reading, actor: Desk, elder_id: PathId) -> list[dict[str, Any]]:
    """What this elder receives from outside."""
    await get_elder(session, actor, elder_id)
    return await queries.list_benefits(session, elder_id)


@router.post("/elders/{elder_id}/benefits", status_code=201)
async def note_benefit(
    actor: Desk, session: Writing, once: OnceOnly, clock: Timed, elder_id: PathId, wanted: NewBenefit
) -> dict[str, Any]:
    """Note what an elder receives from outside, so that they are not looked for any more."""

    async def work() -> dict[str, Any]:
        today = (await town_time(session, clock)).today
        noted = await actions.note_benefit(session, actor, elder_id, wanted.model_dump(), clock.now(), today)
        return as_list(noted, None)

    return await once(actor, work, status=201)
