"""The routes of caregivers' apps, version 1: old apps still call, so nothing here changes its meaning."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from models.types import Role
from service.accounts import sessions
from service.accounts.actions import check_sign_in
from service.accounts.throttle import source_of, throttle_of
from service.auth import Actor, Allow
from service.clock import Clock, clock_of, rfc3339
from service.db import database_of, reading, writing
from service.emergencies import actions, detail, queries, searching
from service.errors import Forbidden, NotSignedIn
from service.inputs import PathId
from service.phone.positions import keep_positions
from service.phone.schemas import Credentials, Declining, FoundHere, PositionReport, Refresh, StepReport
from service.phone.today import today_view, visit_detail
from service.town_clock import town_time
from service.vault import Vault, vault_of
from service.visits.actions import record_step

router = APIRouter(prefix="/phone/v1", tags=["phone"])
Reading = Annotated[AsyncSession, Depends(reading)]
Writing = Annotated[AsyncSession, Depends(writing, scope="function")]
Carer = Annotated[Actor, Depends(Allow(Role.CAREGIVER, kind="phone"))]
Timed = Annotated[Clock, Depends(clock_of)]
Keys = Annotated[Vault, Depends(vault_of)]
Step = Literal["en-route", "arrive", "start", "finish"]
MOST_POSITIONS = 500


@router.post("/session")
async def sign_in(body: Credentials, request: Request, clock: Timed, keys: Keys) -> dict[str, Any]:
    """Sign in on this phone: access and refresh token; the account's other phone is signed out."""
    database, now, name = database_of(request), clock.now(), body.name.strip()[:60]
    throttle, source = throttle_of(request), source_of(request)
    tries = throttle.attempt(name, source, now.timestamp())
    account = await check_sign_in(database, name, body.password, now, tries)
    throttle.passed(name, source)
    if account.role is not Role.CAREGIVER or account.caregiver_id is None:
        raise Forbidden("this door is for caregivers; everybody else signs in at the desk")
    async with database.writing() as session:
        tokens = await sessions.begin_phone(session, keys, account.id, now, body.device)
    return {**tokens.as_json(), "caregiver": {"id": account.caregiver_id, "name": account.display}}


@router.post("/session/refresh")
async def refresh(body: Refresh, request: Request, clock: Timed, keys: Keys) -> dict[str, Any]:
    """New tokens for the newest refresh token; one that was used before ends the session, and both holders sign in."""
    async with database_of(request).writing() as session:
        tokens = await sessions.refresh_phone(session, keys, body.refresh_token, clock.now())
    if tokens is None:
        raise NotSignedIn("this session has ended: sign in again")
    return tokens.as_json()


@router.delete("/session", status_code=204)
async def sign_out(actor: Carer, session: Writing, clock: Timed) -> None:
    """Sign out on this phone."""
    await sessions.end_session(session, actor.session_id, clock.now(), "signed out")


@router.post("/socket-ticket")
async def socket_ticket(actor: Carer, session: Writing, clock: Timed) -> dict[str, Any]:
    """A ticket for one live socket, good for 30 s, once."""
    ticket = await sessions.issue_ticket(session, actor.session_id, clock.now())
    return {"ticket": ticket, "expires_s": sessions.TICKET_S}


@router.get("/today")
async def show_today(actor: Carer, session: Reading, clock: Timed) -> dict[str, Any]:
    """The caregiver's own route of today, stop by stop."""
    today = await today_view(session, actor, await town_time(session, clock))
    return {"server_time": rfc3339(clock.now()), **today}


@router.get("/visits/{visit_id}")
async def show_visit(actor: Carer, session: Writing, clock: Timed, keys: Keys, visit_id: PathId) -> dict[str, Any]:
    """One own visit with what opens the door, until it is over; each look is noted."""
    return await visit_detail(session, actor, visit_id, keys, clock.now())


@router.post("/visits/{visit_id}/{step}")
async def take_step(
    actor: Carer,
    session: Writing,
    clock: Timed,
    visit_id: PathId,
    step: Step,
    report: Annotated[StepReport | None, Body()] = None,
) -> dict[str, Any]:
    """Set out, arrive, start or finish an own visit; a repeat gets the same answer."""
    report, town, now = report or StepReport(), await town_time(session, clock), clock.now()
    visit = await record_step(session, actor, visit_id, step, town, report.at, report.note)
    place = report.position()
    if place is not None:
        await keep_positions(session, actor, [place], now, town)
    moments = ("en_route_at", "arrived_at", "started_at", "finished_at")
    stamps = {name: rfc3339(getattr(visit, name)) for name in moments}
    return {"id": visit.id, "state": visit.state.value, **stamps, "server_time": rfc3339(now)}


@router.post("/positions")
async def report_positions(
    actor: Carer,
    session: Writing,
    clock: Timed,
    reports: PositionReport | Annotated[list[PositionReport], Field(max_length=MOST_POSITIONS)],
) -> dict[str, Any]:
    """One place or a list kept while there was no network; the newest counts."""
    given = reports if isinstance(reports, list) else [reports]
    told = await keep_positions(session, actor, given, clock.now(), await town_time(session, clock))
    return {"kept": told, "server_time": rfc3339(clock.now())}


@router.get("/incidents")
async def list_incidents(actor: Carer, session: Reading) -> dict[str, Any]:
    """The calls that this caregiver was sent to and that are not closed."""
    return {"incidents": await queries.own_incidents(session, actor.caregiver_id or 0)}


@router.get("/incidents/{incident_id}")
async def show_incident(
    actor: Carer, session: Writing, clock: Timed, keys: Keys, incident_id: PathId
) -> dict[str, Any]:
    """One own call with contacts and how to get in; each look is noted."""
    return await detail.get_incident(session, actor, incident_id, keys, clock.now())


@router.post("/incidents/{incident_id}/confirm")
async def confirm(actor: Carer, session: Writing, clock: Timed, incident_id: PathId) -> dict[str, Any]:
    """I was told and I know; while nobody has answered the call, this answers it."""
    return await actions.confirm(session, actor, incident_id, clock.now())


@router.post("/incidents/{incident_id}/found")
async def found(actor: Carer, session: Writing, clock: Timed, incident_id: PathId, body: FoundHere) -> dict[str, Any]:
    """I have found the person who is searched for and am with them."""
    return await searching.found(session, actor, incident_id, body.model_dump(), clock.now())


@router.post("/incidents/{incident_id}/accept")
async def accept(actor: Carer, session: Writing, clock: Timed, incident_id: PathId) -> dict[str, Any]:
    """I am going."""
    return await actions.accept(session, actor, incident_id, clock.now())


@router.post("/incidents/{incident_id}/decline", status_code=204)
async def decline(actor: Carer, session: Writing, clock: Timed, incident_id: PathId, body: Declining) -> None:
    """I cannot go: the call rings at the desk again."""
    await actions.decline(session, actor, incident_id, body.why, clock.now())


@router.post("/incidents/{incident_id}/on-scene")
async def on_scene(actor: Carer, session: Writing, clock: Timed, incident_id: PathId) -> dict[str, Any]:
    """I am with the person."""
    return await actions.on_scene(session, actor, incident_id, clock.now())
