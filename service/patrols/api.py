"""Routes for patrols: the month's register, its rate, who is missing, and the visits made for them."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from models.types import Role
from service import exports
from service.auth import DESK, Actor, Allow
from service.clock import Clock, clock_of
from service.db import Database, database_of, reading, writing
from service.elders.behalf import note_caller, refuse_uncalled
from service.elders.consents import passable
from service.idempotency import EachOnce, OnceOnly
from service.inputs import AreaCode, Day, Input, Line, OnBehalf, PathId, RowId
from service.paging import Page, as_list
from service.patrols import actions, queries, register
from service.patrols.queries import Month
from service.town_clock import town_time

router = APIRouter(prefix="/api/patrols", tags=["patrols"])
Reading = Annotated[AsyncSession, Depends(reading)]
Writing = Annotated[AsyncSession, Depends(writing, scope="function")]
Whole = Annotated[Database, Depends(database_of)]
Desk = Annotated[Actor, Depends(Allow(*DESK))]
Keeper = Annotated[Actor, Depends(Allow(Role.ADMIN, Role.SUPERVISOR))]
Excuser = Annotated[Actor, Depends(Allow(Role.ADMIN, Role.SUPERVISOR, Role.DISPATCHER))]
Timed = Annotated[Clock, Depends(clock_of)]
MonthOf = Annotated[Day | None, Query(description="any day of the month; this one without it")]
Status = Annotated[Literal["done", "planned", "missing", "unseen"] | None, Query()]
COLUMNS = ("elder", "address", "area_code", "groups", "status", "seen_on", "planned_on", "days_left")
MOST_ROWS = 50_000


class Seen(Input):
    """On which day who looked in on them, and what they found."""

    on: Day | None = None
    by: Annotated[Line, Field(max_length=60)]
    note: Line | None = None


class SeenMany(Seen):
    """The same word for many: a village committee's list."""

    target_ids: Annotated[list[RowId], Field(min_length=1, max_length=200)]


class Excuse(Input):
    """Why somebody is not looked in on this month; a dispatcher excuses only for who called."""

    why: Annotated[Line, Field(max_length=180)]
    on_behalf: OnBehalf = None


class District(Input):
    """The district whose register is meant, by its 12-digit code."""

    area_code: AreaCode


async def _month(session: AsyncSession, clock: Clock, day: date | None) -> Month:
    today = (await town_time(session, clock)).today
    return queries.month_around(day or today, today)


@router.get("")
async def list_targets(
    session: Reading,
    actor: Desk,
    clock: Timed,
    page: Annotated[Page, Depends()],
    month: MonthOf = None,
    status: Status = None,
) -> dict[str, Any]:
    """The month's register in scope, a page at a time: all, or done, planned, missing, or not seen yet."""
    return as_list(*await queries.list_targets(session, actor, page, await _month(session, clock, month), status))


@router.get("/rate")
async def show_rate(session: Reading, actor: Desk, clock: Timed, month: MonthOf = None) -> dict[str, Any]:
    """The month's rate to the person, in all and by street, the goal and the days left; null with nobody to see."""
    return await queries.rate(session, actor, await _month(session, clock, month))


@router.get("/export.csv", response_class=Response, responses=exports.DECLARED)
async def export_targets(session: Reading, actor: Desk, clock: Timed, month: MonthOf = None) -> Response:
    """The month's register as CSV."""
    rows = await queries.all_targets(session, actor, await _month(session, clock, month), MOST_ROWS)
    return exports.as_csv("patrols", COLUMNS, *await passable(session, rows))


@router.post("/refresh")
async def refresh(actor: Keeper, database: Whole, clock: Timed, district: District) -> dict[str, Any]:
    """Bring a district's register of this month up to date now."""
    month, prefix = await _district(database, actor, clock, district)
    return {**await register.refresh(database, clock, month, prefix), "month": month.first.isoformat()}


@router.post("/generate")
async def generate(actor: Keeper, database: Whole, clock: Timed, district: District) -> dict[str, Any]:
    """Make visits for everybody of a district who is missing, over the days that are left; twice makes none more."""
    month, prefix = await _district(database, actor, clock, district)
    return {**await register.generate(database, clock, month, prefix), "month": month.first.isoformat()}


async def _district(database: Database, actor: Actor, clock: Clock, district: District) -> tuple[Month, str]:
    async with database.reading() as session:
        prefix = await queries.prefix_of(session, actor, district.area_code)
        return await _month(session, clock, None), prefix


@router.post("/seen")
async def record_many(actor: Desk, database: Whole, once: EachOnce, clock: Timed, seen: SeenMany) -> dict[str, Any]:
    """Note for many people that somebody looked in on them; the answer says what came of every one."""

    async def work() -> dict[str, Any]:
        word = (seen.on, seen.by, seen.note)
        return as_list(await register.record_many(database, clock, actor, once, seen.target_ids, *word), None)

    return await once(actor, work)


@router.post("/{target_id}/seen", status_code=201)
async def record(
    actor: Desk, session: Writing, once: OnceOnly, clock: Timed, target_id: PathId, seen: Seen
) -> dict[str, Any]:
    """Note that somebody looked in on them, on the phone or at the door, on behalf of whoever did."""

    async def work() -> dict[str, Any]:
        town = await town_time(session, clock)
        day = seen.on or town.today
        target = await actions.record(session, actor, target_id, day, seen.by, seen.note, clock.now(), town)
        return {"id": target.id, "elder_id": target.elder_id, "seen_on": day.isoformat()}

    return await once(actor, work, status=201)


@router.post("/{target_id}/excuse")
async def excuse(actor: Excuser, session: Writing, clock: Timed, target_id: PathId, wanted: Excuse) -> dict[str, Any]:
    """Take somebody off this month's register, with the reason."""
    refuse_uncalled(actor, wanted.on_behalf)
    target = await actions.excuse(session, actor, target_id, wanted.why, clock.now())
    subject = f"patrol_target:{target.id}"
    note_caller(session, actor, target.elder_id, "patrol.excuse", subject, wanted.on_behalf, clock.now())
    return {"id": target.id, "elder_id": target.elder_id, "reason": target.drop_reason}
