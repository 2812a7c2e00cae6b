"""Routes of the fleet for the console: terminals, claim codes, tasks to call back, calls nobody signed."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from models.types import Role
from service.auth import DESK, Actor, Allow
from service.clock import Clock, clock_of
from service.db import reading, writing
from service.devices import actions, health, placing, queries
from service.elders.queries import get_elder
from service.idempotency import OnceOnly
from service.inputs import Input, Line, PathId, RowId
from service.intake.handover import CLAIM_FOR
from service.organisations.queries import get_station
from service.paging import as_list
from service.vault import Vault, vault_of

router = APIRouter(prefix="/api/terminals", tags=["terminals"])
Reading = Annotated[AsyncSession, Depends(reading)]
Writing = Annotated[AsyncSession, Depends(writing, scope="function")]
Desk = Annotated[Actor, Depends(Allow(*DESK))]
Dispatch = Annotated[Actor, Depends(Allow(Role.ADMIN, Role.DISPATCHER, Role.SUPERVISOR))]
Installers = Annotated[Actor, Depends(Allow(Role.ADMIN, Role.STATION_MANAGER))]
Timed = Annotated[Clock, Depends(clock_of)]
Wants = Literal["never_tested", "test_due", "offline", "low_battery", "in_stock", "unplaced"]
Sealed = Annotated[Vault, Depends(vault_of)]
TerminalId = Annotated[str, Path(min_length=1, max_length=40, pattern=queries.NUMBER)]
Number = Annotated[str, Field(min_length=1, max_length=40, pattern=queries.NUMBER)]
MOST_CODES = 100


class NewTerminal(Input):
    """The maker's number and model, and the station in whose stock it lies."""

    id: Number
    model: Annotated[Line, Field(max_length=40)]
    station_id: RowId


class Placing(Input):
    """In whose home it stands from now on."""

    elder_id: RowId


class Return(Input):
    """The station that keeps it from now on; the one that ran it when left out."""

    station_id: RowId | None = None


class Codes(Input):
    """The terminals that are to get their keys."""

    ids: Annotated[list[Number], Field(min_length=1, max_length=MOST_CODES)]


@router.get("")
async def list_terminals(
    session: Reading,
    actor: Desk,
    clock: Timed,
    cursor: Annotated[str, Query(max_length=40, pattern=r"^[\x21-\x7e]*$")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    wants: Wants | None = None,
    elder: RowId | None = None,
    station: RowId | None = None,
) -> dict[str, Any]:
    """Terminals in scope with their health, a page at a time: those that want this or stand nowhere, those of one
    elder, those of one station."""
    which = None if wants is None else health.wanting(wants, clock.now())
    return as_list(*await queries.list_terminals(session, actor, cursor, limit, which, elder, station))


@router.get("/health")
async def fleet_health(session: Reading, actor: Desk, clock: Timed) -> dict[str, Any]:
    """The fleet by model: silent, weak, never tested, test due, and how often a first attempt arrives."""
    return as_list(await health.fleet_health(session, actor, clock.now()), None)


@router.get("/outages")
async def list_outages(session: Reading, actor: Desk) -> dict[str, Any]:
    """When no heartbeats were taken, and who was not heard after it."""
    return as_list(await health.outage_views(session, actor), None)


@router.get("/call-backs")
async def list_call_backs(session: Reading, actor: Desk) -> dict[str, Any]:
    """Signed messages that could not be read: somebody should call the bedside."""
    return as_list(await queries.call_back_views(session, actor), None)


@router.post("/call-backs/{call_id}/done")
async def call_back(session: Writing, actor: Dispatch, clock: Timed, call_id: PathId) -> dict[str, Any]:
    """The bedside was called. Refuses when somebody else did so before."""
    call = await actions.call_back(session, actor, call_id, clock.now())
    return queries.call_back_view(call, None)


@router.get("/unverified")
async def list_unverified(session: Reading, _actor: Dispatch) -> dict[str, Any]:
    """Calls for help without a good signature, newest first; they page nobody."""
    return as_list(await queries.unverified_views(session), None)


@router.post("/{terminal_id}/claim-code", status_code=201)
async def issue_claim_code(
    session: Writing, actor: Installers, clock: Timed, terminal_id: TerminalId
) -> dict[str, Any]:
    """A code with which the terminal gets its key, once, within 24 h; it is shown this one time."""
    code = await actions.issue_claim_code(session, actor, terminal_id, clock.now())
    return {"terminal": terminal_id, "code": code, "expires_s": int(CLAIM_FOR.total_seconds())}


@router.post("/claim-codes")
async def issue_claim_codes(session: Writing, actor: Installers, clock: Timed, wanted: Codes) -> dict[str, Any]:
    """A code for each of many terminals, for the sheet that goes with them; shown this one time."""
    return as_list(await placing.issue_codes(session, actor, wanted.ids, clock.now()), None)


@router.post("", status_code=201)
async def register_terminal(
    session: Writing, actor: Installers, once: OnceOnly, clock: Timed, vault: Sealed, wanted: NewTerminal
) -> dict[str, Any]:
    """Take a terminal into a station's stock. Refuses a number that is registered already."""

    async def work() -> dict[str, Any]:
        station = await get_station(session, actor, wanted.station_id)
        terminal = await placing.register(session, vault, actor, wanted.id, wanted.model, station, clock.now())
        return queries.terminal_view(terminal, None)

    return await once(actor, work, status=201)


@router.post("/{terminal_id}/place")
async def place_terminal(
    session: Writing, actor: Installers, clock: Timed, terminal_id: TerminalId, wanted: Placing
) -> dict[str, Any]:
    """Let a terminal stand in an elder's home; its test call is to be pressed there anew."""
    elder = await get_elder(session, actor, wanted.elder_id)
    terminal = await placing.place(session, actor, terminal_id, elder, clock.now())
    return queries.terminal_view(terminal, await queries.address_of(session, terminal))


@router.post("/{terminal_id}/take-back")
async def take_back_terminal(
    session: Writing, actor: Installers, clock: Timed, terminal_id: TerminalId, wanted: Return | None = None
) -> dict[str, Any]:
    """Bring a terminal back into stock. Refuses while it stands for a device of a bed."""
    named = None if wanted is None else wanted.station_id
    station = None if named is None else await get_station(session, actor, named)
    terminal = await placing.take_back(session, actor, terminal_id, clock.now(), station)
    return queries.terminal_view(terminal, None)
