"""Routes for the waiting list for beds."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from models.types import Role
from service import exports
from service.auth import DESK, Actor, Allow
from service.clock import Clock, clock_of
from service.db import reading, writing
from service.elders.behalf import note_caller
from service.elders.consents import passable
from service.elders.queries import get_elder
from service.idempotency import OnceOnly
from service.inputs import AreaCode, Called, Day, Input, Line, OnBehalf, PathId, RowId
from service.organisations.queries import get_station
from service.town_clock import town_time
from service.waiting import actions, queries

router = APIRouter(prefix="/api/waiting", tags=["waiting"])
Reading = Annotated[AsyncSession, Depends(reading)]
Writing = Annotated[AsyncSession, Depends(writing, scope="function")]
Desk = Annotated[Actor, Depends(Allow(*DESK))]
Granter = Annotated[Actor, Depends(Allow(Role.ADMIN, Role.SUPERVISOR))]
Timed = Annotated[Clock, Depends(clock_of)]
Where = Annotated[AreaCode, Query(description="any code of the district")]
COLUMNS = ("position", "elder", "area_code", "asked_on", "decided_by", "reasons", "unmet", "note")
MOST, MOST_ROWS = 2000, 20_000


class NewEntry(Input):
    """Who asks for a bed; on paper earlier perhaps, so the day can be given."""

    elder_id: RowId
    asked_on: Day | None = None
    note: Line | None = None
    on_behalf: OnBehalf = None


class Grant(Input):
    """The station that will run the bed; why, when somebody else came first."""

    station_id: RowId
    why: Line | None = None


@router.get("")
async def show_list(
    session: Reading,
    actor: Desk,
    clock: Timed,
    area_code: Where,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 200,
) -> dict[str, Any]:
    """The list of a district in order, reckoned now, with the reasons of every position and the rule they come from."""
    return await queries.list_views(session, actor, area_code, (await town_time(session, clock)).today, limit)


@router.get("/export.csv", response_class=Response, responses=exports.DECLARED)
async def export_list(session: Reading, actor: Desk, clock: Timed, area_code: Where) -> Response:
    """The list of a district as CSV."""
    today = (await town_time(session, clock)).today
    shown = await queries.list_views(session, actor, area_code, today, MOST_ROWS)
    rows, withheld = await passable(session, shown["items"])
    told = [{**row, "reasons": [_said(one) for one in row["reasons"]]} for row in rows]
    return exports.as_csv("waiting", COLUMNS, told, withheld)


def _said(reason: dict[str, Any]) -> str:
    """One reason in a cell: what is compared, its value here, and the rule's own name for it."""
    value = str(reason["value"]).lower() if isinstance(reason["value"], bool) else reason["value"]
    return f"{reason['by']} {value}" + (f" ({reason['name']})" if reason["name"] else "")


@router.get("/{entry_id}")
async def get_entry(session: Reading, actor: Desk, clock: Timed, entry_id: PathId) -> dict[str, Any]:
    """One application with its position and reasons."""
    entry = await queries.get_entry(session, actor, entry_id)
    return await queries.entry_view(session, actor, entry, (await town_time(session, clock)).today)


@router.post("", status_code=201)
async def ask(actor: Desk, session: Writing, once: OnceOnly, clock: Timed, wanted: NewEntry) -> dict[str, Any]:
    """Put an elder on the list."""

    async def work() -> dict[str, Any]:
        elder = await get_elder(session, actor, wanted.elder_id)
        today = (await town_time(session, clock)).today
        asked_on = wanted.asked_on or today
        entry = await actions.ask(session, actor, elder, asked_on, wanted.note, clock.now(), today)
        subject = f"waiting_entry:{entry.id}"
        note_caller(session, actor, elder.id, "waiting.ask", subject, wanted.on_behalf, clock.now())
        return await queries.entry_view(session, actor, entry, today)

    return await once(actor, work, status=201)


@router.post("/{entry_id}/withdraw")
async def withdraw(
    actor: Desk, session: Writing, clock: Timed, entry_id: PathId, called: Called | None = None
) -> dict[str, Any]:
    """Take an elder off the list."""
    entry = await actions.withdraw(session, actor, entry_id, clock.now())
    caller = None if called is None else called.on_behalf
    note_caller(session, actor, entry.elder_id, "waiting.withdraw", f"waiting_entry:{entry.id}", caller, clock.now())
    return await queries.entry_view(session, actor, entry, (await town_time(session, clock)).today)


@router.post("/{entry_id}/grant")
async def grant(actor: Granter, session: Writing, clock: Timed, entry_id: PathId, wanted: Grant) -> dict[str, Any]:
    """Open a bed for who is first, or for somebody else with a reason."""
    station = await get_station(session, actor, wanted.station_id)
    today = (await town_time(session, clock)).today
    entry = await actions.grant(session, actor, entry_id, station, wanted.why, clock.now(), today)
    return await queries.entry_view(session, actor, entry, today)
