"""Routes for plans and the day they make."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from models.types import Role
from service.auth import DESK, Actor, Allow
from service.clock import Clock, clock_of
from service.db import reading, writing
from service.dispatch import actions, queries
from service.idempotency import OnceOnly
from service.inputs import AreaCode, Input, PathId
from service.town_clock import town_time

router = APIRouter(prefix="/api", tags=["plans"])
Reading = Annotated[AsyncSession, Depends(reading)]
Writing = Annotated[AsyncSession, Depends(writing, scope="function")]
Desk = Annotated[Actor, Depends(Allow(*DESK))]
Planner = Annotated[Actor, Depends(Allow(Role.ADMIN, Role.DISPATCHER, Role.STATION_MANAGER))]
Timed = Annotated[Clock, Depends(clock_of)]


class NewPlan(Input):
    """Which day of which district to plan, and for how many seconds."""

    on_date: date
    area_code: AreaCode
    seconds: Annotated[float, Field(ge=1, le=actions.LONGEST_S)] = 20
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1


@router.get("/board/day")
async def show_day(session: Reading, actor: Desk, clock: Timed, on: date | None = None) -> dict[str, Any]:
    """Published plans, visits with their stops, and what is not served, of one day (today without one)."""
    day = on or (await town_time(session, clock)).today
    return await queries.day_view(session, actor, day)


@router.get("/plans")
async def list_plans(
    session: Reading, actor: Desk, clock: Timed, on: date | None = None, area: AreaCode | None = None
) -> list[dict[str, Any]]:
    """Versions of a day, newest first."""
    day = on or (await town_time(session, clock)).today
    return [await queries.plan_view(session, plan) for plan in await queries.list_plans(session, actor, day, area)]


@router.post("/plans", status_code=202)
async def ask_for_plan(
    actor: Planner, session: Writing, once: OnceOnly, clock: Timed, wanted: NewPlan
) -> dict[str, Any]:
    """Plan a day in the background; progress comes live and at GET /api/jobs/{job_id}."""

    async def ask() -> dict[str, Any]:
        job = await actions.ask_for_plan(
            session, actor, wanted.area_code, wanted.on_date, wanted.seconds, wanted.seed, clock.now()
        )
        return {"job_id": job.id}

    return await once(actor, ask, status=202)


@router.get("/plans/{plan_id}")
async def show_plan(session: Reading, actor: Desk, plan_id: PathId) -> dict[str, Any]:
    """One plan whole: head, routes readable per caregiver, and every visit left out with its reason."""
    plan = await queries.get_plan(session, actor, plan_id)
    routes, unserved = await queries.routes_view(session, plan.id), await queries.unserved_view(session, [plan.id])
    return {**await queries.plan_view(session, plan), "routes": routes, "unserved_visits": unserved}


@router.post("/plans/{plan_id}/publish")
async def publish_plan(actor: Planner, session: Writing, clock: Timed, plan_id: PathId) -> dict[str, Any]:
    """Put a draft in force."""
    return await queries.plan_view(session, await actions.publish_plan(session, actor, plan_id, clock.now()))
