"""Routes of the fleet for the console: terminals, claim codes, tasks to call back, calls nobody signed."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy.ext.asyncio import AsyncSession

from models.types import Role
from service.auth import DESK, Actor, Allow
from service.clock import Clock, clock_of
from service.db import reading, writing
from service.devices import actions, health, queries
from service.inputs import PathId, RowId
from service.intake.handover import CLAIM_FOR
from service.paging import as_list

router = APIRouter(prefix="/api/terminals", tags=["terminals"])
Reading = Annotated[AsyncSession, Depends(reading)]
Writing = Annotated[AsyncSession, Depends(writing, scope="function")]
Desk = Annotated[Actor, Depends(Allow(*DESK))]
Dispatch = Annotated[Actor, Depends(Allow(Role.ADMIN, Role.DISPATCHER, Role.SUPERVISOR))]
Installers = Annotated[Actor, Depends(Allow(Role.ADMIN, Role.STATION_MANAGER))]
Timed = Annotated[Clock, Depends(clock_of)]
TerminalId = Annotated[str, Path(min_length=1, max_length=40, pattern=r"^[\x21-\x7e]+$")]


@router.get("")
async def list_terminals(
    session: Reading,
    actor: Desk,
    clock: Timed,
    cursor: Annotated[str, Query(max_length=40, pattern=r"^[\x21-\x7e]*$")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    wants: Annotated[Literal["never_tested", "test_due", "offline", "low_battery"] | None, Query()] = None,
    elder: RowId | None = None,
) -> dict[str, Any]:
    """Terminals in scope with their health, a page at a time: those that want this, those of one elder."""
    which = None if wants is None else health.wanting(wants, clock.now())
    return as_list(*await queries.list_terminals(session, actor, cursor, limit, which, elder))


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
