"""Routes for what beds are promised: hours a month, duty cover, respite."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from models.types import Role
from service import exports
from service.auth import DESK, Actor, Allow
from service.beds.queries import get_bed as find_bed
from service.clock import Clock, clock_of
from service.db import reading, writing
from service.elders.behalf import note_caller
from service.elders.consents import passable
from service.idempotency import OnceOnly
from service.inputs import Called, Day, Input, Line, Moment, OnBehalf, PathId, RowId
from service.paging import Page, as_list
from service.promises import actions, queries
from service.town_clock import town_time

router = APIRouter(prefix="/api", tags=["promises"])
Reading = Annotated[AsyncSession, Depends(reading)]
Writing = Annotated[AsyncSession, Depends(writing, scope="function")]
Desk = Annotated[Actor, Depends(Allow(*DESK))]
Booker = Annotated[Actor, Depends(Allow(Role.ADMIN, Role.DISPATCHER, Role.STATION_MANAGER))]
Timed = Annotated[Clock, Depends(clock_of)]
MonthOf = Annotated[Day | None, Query(description="any day of the month; this one without it")]
FORTNIGHT, LONGEST_DAYS = 14, 31
MOST_ROWS = 20_000
COLUMNS = (
    *("bed_id", "elder", "provider_id", "station_id", "month", "active_days", "due_min", "consumed_min"),
    *("planned_min", "left_min", "forecast_min", "short_min"),
)


class NewRespite(Input):
    """The bed, the family carer who rests (a contact of the elder), and the block."""

    bed_id: RowId
    contact_id: RowId
    from_at: Moment
    to_at: Moment
    note: Line | None = None
    on_behalf: OnBehalf = None


async def _month(session: AsyncSession, clock: Clock, day: date | None) -> queries.Month:
    today = (await town_time(session, clock)).today
    return queries.month_around(day or today, today)


@router.get("/promises")
async def list_hours(
    session: Reading, actor: Desk, clock: Timed, page: Annotated[Page, Depends()], month: MonthOf = None
) -> dict[str, Any]:
    """Beds in scope that live or were closed since the month began, a page at a time, with what it promised them."""
    return as_list(*await queries.list_hours(session, actor, page, await _month(session, clock, month)))


@router.get("/promises/export.csv", response_class=Response, responses=exports.DECLARED)
async def export_hours(session: Reading, actor: Desk, clock: Timed, month: MonthOf = None) -> Response:
    """The month's promises of all live beds as CSV."""
    rows = await queries.all_hours(session, actor, await _month(session, clock, month), MOST_ROWS)
    return exports.as_csv("promises", COLUMNS, *await passable(session, rows))


@router.get("/promises/{bed_id}")
async def show_hours(
    session: Reading, actor: Desk, clock: Timed, bed_id: PathId, month: MonthOf = None
) -> dict[str, Any]:
    """One bed's promise of a month."""
    bed = await find_bed(session, actor, bed_id)
    return (await queries.hours_views(session, [bed], await _month(session, clock, month)))[0]


@router.get("/duty-cover")
async def show_cover(
    session: Reading, actor: Desk, clock: Timed, days: Annotated[int, Query(ge=1, le=LONGEST_DAYS)] = FORTNIGHT
) -> dict[str, Any]:
    """By operator: the minutes of the next 14 days with nobody on duty; where the first 50 of `gap_count` gaps lie."""
    return as_list(await queries.cover_views(session, actor, clock.now(), days), None)


@router.get("/respites")
async def list_respites(
    session: Reading, actor: Desk, page: Annotated[Page, Depends()], bed_id: Annotated[RowId | None, Query()] = None
) -> dict[str, Any]:
    """Blocks of respite in scope, of one bed when given."""
    return as_list(*await queries.list_respites(session, actor, page, bed_id))


@router.post("/respites", status_code=201)
async def book_respite(
    actor: Booker, session: Writing, once: OnceOnly, clock: Timed, wanted: NewRespite
) -> dict[str, Any]:
    """Book a block at the low price."""

    async def work() -> dict[str, Any]:
        town = await town_time(session, clock)
        start, stop = wanted.from_at, wanted.to_at
        row = await actions.book_respite(
            session, actor, wanted.bed_id, wanted.contact_id, start, stop, wanted.note, clock.now(), town.at
        )
        subject = f"respite:{row.id}"
        note_caller(session, actor, row.elder_id, "respite.book", subject, wanted.on_behalf, clock.now())
        return (await queries.respite_views(session, [row]))[0]

    return await once(actor, work, status=201)


@router.post("/respites/{respite_id}/cancel")
async def cancel_respite(
    actor: Booker, session: Writing, clock: Timed, respite_id: PathId, called: Called | None = None
) -> dict[str, Any]:
    """Call a block off."""
    row = await actions.cancel_respite(session, actor, respite_id, clock.now())
    caller = None if called is None else called.on_behalf
    note_caller(session, actor, row.elder_id, "respite.cancel", f"respite:{row.id}", caller, clock.now())
    return (await queries.respite_views(session, [row]))[0]
