"""Routes for the rules of care that districts set."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from models.types import Role
from service.auth import DESK, Actor, Allow
from service.bodies import Heard
from service.clock import Clock, clock_of
from service.db import reading, writing
from service.idempotency import OnceOnly
from service.inputs import AreaCode, Day, Input, Line
from service.organisations.queries import get_area
from service.paging import as_list
from service.policies import actions, queries
from service.town_clock import town_time

router = APIRouter(prefix="/api/policies", tags=["policies"])
Reading = Annotated[AsyncSession, Depends(reading)]
Writing = Annotated[AsyncSession, Depends(writing, scope="function")]
Desk = Annotated[Actor, Depends(Allow(*DESK))]
Ruler = Annotated[Actor, Depends(Allow(Role.ADMIN, Role.SUPERVISOR))]
Timed = Annotated[Clock, Depends(clock_of)]


class NewPolicy(Input):
    """A rule for an area from a day on, with its source; `verified` says that somebody held it against the text."""

    kind: Annotated[str, Field(min_length=1, max_length=40)]
    area_code: AreaCode
    value: dict[str, Any]
    from_on: Day
    until_on: Day | None = None
    source: Line
    verified: bool = False


@router.get("")
async def list_policies(
    session: Reading,
    _actor: Desk,
    clock: Timed,
    area_code: Annotated[AreaCode, Query()],
    on: Annotated[Day | None, Query()] = None,
) -> dict[str, Any]:
    """What holds at a place on a day (today without one), kind by kind, with source and whether it was verified."""
    day: date = on or (await town_time(session, clock)).today
    area = await get_area(session, area_code)
    return as_list(await queries.rules_at(session, area.code, day), None)


@router.get("/history")
async def list_history(
    session: Reading,
    _actor: Desk,
    kind: Annotated[str, Query(pattern=r"^[a-z][a-z.]{0,39}$")],
    area_code: Annotated[AreaCode, Query()],
) -> dict[str, Any]:
    """What was ever set of one kind for a place or an area around it: who, when, from which day; to come first."""
    area = await get_area(session, area_code)
    return as_list(await queries.history_of(session, kind, area.code), None)


@router.post("", status_code=201)
async def set_policy(
    actor: Ruler, session: Writing, once: OnceOnly, clock: Timed, told: Heard[NewPolicy]
) -> dict[str, Any]:
    """Set a rule for an area; what stood before stays as history."""

    async def work() -> dict[str, Any]:
        rule = await actions.set_policy(session, actor, told.values, clock.now(), unread=told.faults)
        return rule.as_json()

    return await once(actor, work, status=201)
