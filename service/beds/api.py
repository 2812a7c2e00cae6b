"""Routes for family care beds: lists, the board, one bed's page and its steps; `waiting` opens them, its list asked."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from models import Bed
from models.types import BedState, DeviceKind, PauseKind, Role
from service import exports
from service.auth import DESK, Actor, Allow
from service.beds import actions, failing, moving, pausing, queries
from service.beds.gate import gate_of
from service.clock import Clock, clock_of
from service.db import Database, database_of, reading, writing
from service.elders.behalf import note_caller
from service.elders.consents import passable
from service.idempotency import OnceOnly
from service.inputs import Day, Input, Line, OnBehalf, PathId, RowId
from service.organisations.queries import get_station
from service.paging import Page, as_list
from service.town_clock import town_time

router = APIRouter(prefix="/api/beds", tags=["beds"])
Reading = Annotated[AsyncSession, Depends(reading)]
Writing = Annotated[AsyncSession, Depends(writing, scope="function")]
Whole = Annotated[Database, Depends(database_of)]
Desk = Annotated[Actor, Depends(Allow(*DESK))]
Keeper = Annotated[Actor, Depends(Allow(Role.ADMIN, Role.SUPERVISOR, Role.STATION_MANAGER))]
Timed = Annotated[Clock, Depends(clock_of)]
COLUMNS = ("id", "elder", "address", "area_code", "provider_id", "station_id", "state", "state_since_at", "blocked_by")
MOST_ROWS = 20_000


class Move(Input):
    """Where to, why, and where the caller saw the bed."""

    to: BedState
    why: Line | None = None
    expected: BedState | None = None


class Moves(Input):
    """The same step for many beds."""

    bed_ids: Annotated[list[RowId], Field(min_length=1, max_length=200)]
    to: BedState
    why: Line | None = None


class Rest(Input):
    """Why and from which day the bed rests."""

    kind: PauseKind
    from_on: Day
    why: Line | None = None
    on_behalf: OnBehalf = None


class Return(Input):
    """The day from which care goes on (today without one)."""

    on: Day | None = None
    why: Line | None = None
    on_behalf: OnBehalf = None


class HandOver(Input):
    """The station that runs the bed from now on."""

    station_id: RowId


class Device(Input):
    """A device that the bed is to have."""

    kind: DeviceKind
    mandatory: bool = True


class Fitting(Input):
    """The terminal that was fitted."""

    terminal_id: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[\x21-\x7e]+$")]


async def _page(session: AsyncSession, clock: Clock, bed: Bed) -> dict[str, Any]:
    return await queries.bed_page(session, bed, (await town_time(session, clock)).today)


@router.get("")
async def list_beds(
    session: Reading,
    actor: Desk,
    clock: Timed,
    page: Annotated[Page, Depends()],
    state: BedState | None = None,
    station_id: Annotated[RowId | None, Query()] = None,
    elder_id: Annotated[RowId | None, Query()] = None,
) -> dict[str, Any]:
    """Beds in scope, a page at a time, of one state, station or elder when given, with what blocks each."""
    today = (await town_time(session, clock)).today
    return as_list(*await queries.list_beds(session, actor, page, today, state, station_id, elder_id))


@router.get("/counts")
async def count_beds(session: Reading, actor: Desk) -> dict[str, int]:
    """How many beds stand in each state."""
    return await queries.count_by_state(session, actor)


@router.get("/board")
async def show_board(session: Reading, actor: Desk, clock: Timed) -> dict[str, Any]:
    """The board by stage: counts, and the cards of beds being built or suspended with what blocks each."""
    return await queries.board_views(session, actor, (await town_time(session, clock)).today)


@router.get("/failing")
async def list_failing(
    session: Reading,
    actor: Desk,
    clock: Timed,
    page: Annotated[Page, Depends()],
    lack: Annotated[str | None, Query(pattern=r"^[a-z]+\.[a-z_]+$", max_length=40)] = None,
) -> dict[str, Any]:
    """Active beds that would not get past their gate today, a page at a time, of one lack (its code) when given."""
    today = (await town_time(session, clock)).today
    return as_list(*await failing.list_failing(session, actor, page, today, lack))


@router.get("/failing/counts")
async def count_failing(session: Reading, actor: Desk, clock: Timed) -> dict[str, Any]:
    """How many active beds would not get past their gate today, and how many of them lack what."""
    return await failing.count_failing(session, actor, (await town_time(session, clock)).today)


@router.get("/export.csv", response_class=Response, responses=exports.DECLARED)
async def export_beds(session: Reading, actor: Desk, clock: Timed, state: BedState | None = None) -> Response:
    """The list as CSV, at most 20,000 rows."""
    rows = await queries.export_rows(session, actor, (await town_time(session, clock)).today, state, MOST_ROWS)
    return exports.as_csv("beds", COLUMNS, *await passable(session, rows))


@router.get("/{bed_id}")
async def get_bed(session: Reading, actor: Desk, clock: Timed, bed_id: PathId) -> dict[str, Any]:
    """One bed's page: gate, devices live, history, rests."""
    return await _page(session, clock, await queries.get_bed(session, actor, bed_id))


@router.get("/{bed_id}/gate")
async def show_gate(session: Reading, actor: Desk, clock: Timed, bed_id: PathId) -> dict[str, Any]:
    """What the gate to active sees, and exactly what it misses."""
    bed = await queries.get_bed(session, actor, bed_id)
    return queries.gate_view(bed, await gate_of(session, bed, (await town_time(session, clock)).today))


@router.get("/{bed_id}/billing")
async def show_billing(
    session: Reading,
    actor: Desk,
    clock: Timed,
    bed_id: PathId,
    month: Annotated[Day | None, Query(description="any day of the month; this one without it")] = None,
) -> dict[str, Any]:
    """The days of a month that are billed: what settlement counts; a day of rest is never among them."""
    day = month or (await town_time(session, clock)).today
    return await queries.billing_view(session, await queries.get_bed(session, actor, bed_id), *queries.month_of(day))


@router.post("/moves")
async def move_beds(actor: Keeper, database: Whole, clock: Timed, wanted: Moves) -> dict[str, Any]:
    """The same step for many beds, each by itself; the answer says what came of every one."""
    rows = await moving.move_beds(database, clock, actor, wanted.bed_ids, wanted.to, wanted.why)
    return as_list(rows, None)


@router.post("/{bed_id}/moves")
async def move_bed(actor: Keeper, session: Writing, clock: Timed, bed_id: PathId, move: Move) -> dict[str, Any]:
    """Take one step; 409 names the allowed states, or exactly what is missing."""
    town = await town_time(session, clock)
    bed = await moving.move_bed(session, actor, bed_id, move.to, clock.now(), town, move.why, move.expected)
    return await _page(session, clock, bed)


@router.post("/{bed_id}/suspend")
async def suspend(actor: Desk, session: Writing, clock: Timed, bed_id: PathId, rest: Rest) -> dict[str, Any]:
    """The elder is in hospital or away from a day on (today's bed rests at once): visits, patrol and billing rest."""
    town = await town_time(session, clock)
    done = await pausing.suspend(session, actor, bed_id, rest.kind, rest.from_on, rest.why, clock.now(), town)
    bed = await queries.get_bed(session, actor, bed_id)
    note_caller(session, actor, bed.elder_id, "bed.suspend", f"bed:{bed_id}", rest.on_behalf, clock.now())
    return done | await _page(session, clock, bed)


@router.post("/{bed_id}/resume")
async def resume(actor: Desk, session: Writing, clock: Timed, bed_id: PathId, back: Return) -> dict[str, Any]:
    """The elder is home again, or does not go: the gate is asked, then what waited is placed again."""
    town = await town_time(session, clock)
    done = await pausing.resume(session, actor, bed_id, back.on, back.why, clock.now(), town)
    bed = await queries.get_bed(session, actor, bed_id)
    note_caller(session, actor, bed.elder_id, "bed.resume", f"bed:{bed_id}", back.on_behalf, clock.now())
    return done | await _page(session, clock, bed)


@router.post("/{bed_id}/hand-over")
async def hand_over(actor: Keeper, session: Writing, clock: Timed, bed_id: PathId, to: HandOver) -> dict[str, Any]:
    """Another station runs the bed from now on."""
    station = await get_station(session, actor, to.station_id)
    today = (await town_time(session, clock)).today
    bed = await actions.hand_over(session, actor, bed_id, station, clock.now(), today)
    return await _page(session, clock, bed)


@router.post("/{bed_id}/devices", status_code=201)
async def plan_device(
    actor: Keeper, session: Writing, once: OnceOnly, clock: Timed, bed_id: PathId, device: Device
) -> dict[str, Any]:
    """Add a device that the bed is to have."""

    async def work() -> dict[str, Any]:
        bed = await actions.plan_device(session, actor, bed_id, device.kind, device.mandatory, clock.now())
        return await _page(session, clock, bed)

    return await once(actor, work, status=201)


@router.post("/{bed_id}/devices/{device_id}/fit")
async def fit_device(
    actor: Keeper, session: Writing, clock: Timed, bed_id: PathId, device_id: PathId, fitting: Fitting
) -> dict[str, Any]:
    """Say which terminal was fitted; its live test call comes after that."""
    bed = await actions.fit_device(session, actor, bed_id, device_id, fitting.terminal_id, clock.now())
    return await _page(session, clock, bed)


@router.delete("/{bed_id}/devices/{device_id}")
async def remove_device(
    actor: Keeper, session: Writing, clock: Timed, bed_id: PathId, device_id: PathId
) -> dict[str, Any]:
    """Take a device from the bed's list."""
    return await _page(session, clock, await actions.remove_device(session, actor, bed_id, device_id, clock.now()))
