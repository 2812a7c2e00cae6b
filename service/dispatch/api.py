"""Routes for plans and the day they make."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from models.types import Role
from service.auth import DESK, Actor, Allow
from service.clock import Clock, clock_of
from service.db import Database, database_of, reading, writing
from service.dispatch import actions, placing, queries
from service.idempotency import OnceOnly
from service.inputs import AreaCode, Day, Input, Moment, PathId
from service.town_clock import town_time

router = APIRouter(prefix="/api", tags=["plans"])
Reading = Annotated[AsyncSession, Depends(reading)]
Writing = Annotated[AsyncSession, Depends(writing, scope="function")]
Desk = Annotated[Actor, Depends(Allow(*DESK))]
Planner = Annotated[Actor, Depends(Allow(Role.ADMIN, Role.DISPATCHER, Role.STATION_MANAGER))]
Timed = Annotated[Clock, Depends(clock_of)]


class NewPlan(Input):
    """Which day of which district to plan, and for how many seconds."""

    on_date: Day
    area_code: AreaCode
    seconds: Annotated[float, Field(ge=1, le=actions.LONGEST_S)] = 20
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1


class ChosenPlace(Input):
    """Which of the places shown a visit takes: the plan they were shown for, and who comes."""

    plan_id: PathId
    caregiver_ids: Annotated[list[PathId], Field(min_length=1, max_length=2)]


class NewPin(Input):
    """Who comes to a visit whatever is planned, and when if that is fixed too; nobody takes the pin away."""

    caregiver_ids: Annotated[list[PathId], Field(max_length=2)]
    start_at: Moment | None = None


@router.get("/board/day")
async def show_day(session: Reading, actor: Desk, clock: Timed, on: Day | None = None) -> dict[str, Any]:
    """Published plans, visits with their stops, and what is not served, of one day (today without one)."""
    day = on or (await town_time(session, clock)).today
    return await queries.day_view(session, actor, day)


@router.get("/plans")
async def list_plans(
    session: Reading, actor: Desk, clock: Timed, on: Day | None = None, area: AreaCode | None = None
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


@router.get("/visits/{visit_id}/places")
async def show_places(
    database: Annotated[Database, Depends(database_of)],
    actor: Desk,
    clock: Timed,
    visit_id: PathId,
    best: Annotated[int, Query(ge=1, le=20)] = 5,
    breaking: bool = False,
) -> dict[str, Any]:
    """Where a visit fits best into the plan in force, with cost, delays of others, and who would have to be told.

    With `breaking` places that break a promise are shown as well, last and marked.
    """
    return await placing.places_of(database, actor, clock, visit_id, best, breaking)


@router.post("/visits/{visit_id}/places", status_code=202)
async def take_place(
    actor: Planner, session: Writing, once: OnceOnly, clock: Timed, visit_id: PathId, chosen: ChosenPlace
) -> dict[str, Any]:
    """Give a visit its best place with the caregivers chosen; the new version comes in force in the background."""

    async def ask() -> dict[str, Any]:
        visit = await placing.open_visit(session, actor, visit_id)
        job = await actions.ask_for_place(session, actor, visit, chosen.plan_id, chosen.caregiver_ids, clock.now())
        return {"job_id": job.id}

    return await once(actor, ask, status=202)


@router.get("/visits/{visit_id}/pin")
async def show_pin(session: Reading, actor: Desk, visit_id: PathId) -> dict[str, Any]:
    """What is fixed by hand for a visit."""
    visit = await placing.visit_in_scope(session, actor, visit_id)
    return await queries.pin_view(session, visit.id)


@router.put("/visits/{visit_id}/pin")
async def pin_visit(actor: Planner, session: Writing, clock: Timed, visit_id: PathId, wanted: NewPin) -> dict[str, Any]:
    """Fix who comes to a visit, and when; the next plans fill the day around it. Without caregivers: free again."""
    visit = await placing.open_visit(session, actor, visit_id)
    await actions.pin_visit(session, actor, visit, wanted.caregiver_ids, wanted.start_at, clock.now())
    await session.flush()
    return await queries.pin_view(session, visit.id)
