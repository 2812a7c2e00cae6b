"""The console's routes for incidents: answer, see all that helps, find who is near, send them, close."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import StringConstraints
from sqlalchemy.ext.asyncio import AsyncSession

from models.types import IncidentState, Outcome, Role
from service.auth import DESK, Actor, Allow
from service.clock import Clock, clock_of
from service.db import reading, writing
from service.emergencies import actions, confirming, detail, hotline, queries, responders
from service.idempotency import OnceOnly
from service.inputs import Input, PathId, RowId
from service.paging import Page, as_list
from service.town_clock import town_at, town_time
from service.vault import Vault, vault_of

router = APIRouter(prefix="/api/incidents", tags=["incidents"])
Reading = Annotated[AsyncSession, Depends(reading)]
Writing = Annotated[AsyncSession, Depends(writing, scope="function")]
Desk = Annotated[Actor, Depends(Allow(*DESK))]
Handler = Annotated[Actor, Depends(Allow(Role.ADMIN, Role.DISPATCHER, Role.STATION_MANAGER, Role.SUPERVISOR))]
Timed = Annotated[Clock, Depends(clock_of)]

TEXT = r"^[^\x00-\x08\x0b-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$"
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=TEXT)]
HotlineKind = Literal["sos", "fall", "smoke", "gas", "inactivity", "wander", "door", "bed_exit"]


class NewIncident(Input):
    """A call by telephone: about whom, what it is, and what was said."""

    elder_id: RowId
    kind: HotlineKind = "sos"
    text: Text | None = None


class Sending(Input):
    """Whom to send; `despite` sends somebody who should not go all the same."""

    caregiver_id: RowId
    despite: bool = False


class Closing(Input):
    """How it ended. A note is needed unless nothing had happened."""

    outcome: Outcome | None = None
    note: Text | None = None


@router.get("")
async def list_incidents(
    actor: Desk,
    session: Reading,
    page: Annotated[Page, Depends()],
    state: Annotated[list[IncidentState] | None, Query(max_length=6)] = None,
    elder: RowId | None = None,
) -> dict[str, Any]:
    """Incidents in scope by id, a page at a time; `state` may be given more than once, `elder` is whose they are."""
    return as_list(*await queries.list_incidents(session, actor, page, state or [], elder))


@router.post("", status_code=201)
async def open_incident(
    actor: Handler, session: Writing, once: OnceOnly, clock: Timed, wanted: NewIncident
) -> dict[str, Any]:
    """Open an incident for who calls by telephone, or join the open one of that home."""

    async def work() -> dict[str, Any]:
        return await hotline.open_incident(session, actor, wanted.elder_id, wanted.kind, wanted.text, clock.now())

    return await once(actor, work, status=201)


@router.get("/promises")
async def show_promises(actor: Desk, session: Reading, clock: Timed) -> dict[str, list[int]]:
    """Today's promises in scope, [kept, due] of each: answered_60, on_site_45, on_time."""
    now = clock.now()
    return await queries.sla(session, actor, now, await town_at(session, now))


@router.get("/{incident_id}")
async def show_incident(
    actor: Desk, session: Writing, clock: Timed, vault: Annotated[Vault, Depends(vault_of)], incident_id: PathId
) -> dict[str, Any]:
    """One incident with contacts, access and log; while it is open nothing is masked, and that is noted."""
    return await detail.get_incident(session, actor, incident_id, vault, clock.now())


@router.post("/{incident_id}/acknowledge")
async def acknowledge(
    actor: Handler, session: Writing, once: OnceOnly, clock: Timed, incident_id: PathId
) -> dict[str, Any]:
    """Answer: one wins, everybody else gets 409 with the incident as it stands."""
    return await once(actor, lambda: actions.acknowledge(session, actor, incident_id, clock.now()))


@router.post("/{incident_id}/notices/{notice_id}/confirm")
async def confirm_notice(
    actor: Handler, session: Writing, once: OnceOnly, clock: Timed, incident_id: PathId, notice_id: PathId
) -> dict[str, Any]:
    """Somebody who was told says on the telephone that they know."""
    return await once(actor, lambda: confirming.confirm_for(session, actor, incident_id, notice_id, clock.now()))


@router.get("/{incident_id}/responders")
async def show_responders(actor: Desk, session: Reading, clock: Timed, incident_id: PathId) -> dict[str, Any]:
    """Who could go, the suitable ones nearest first, and which of their visits would wait how long."""
    town = await town_time(session, clock)
    return {"responders": await responders.list_responders(session, actor, incident_id, clock.now(), town)}


@router.post("/{incident_id}/assign")
async def assign(
    actor: Handler, session: Writing, once: OnceOnly, clock: Timed, incident_id: PathId, wanted: Sending
) -> dict[str, Any]:
    """Send a caregiver; this answers an open incident."""

    async def work() -> dict[str, Any]:
        now, town = clock.now(), await town_time(session, clock)
        one = await responders.look(session, actor, incident_id, wanted.caregiver_id, now, town)
        travel_s, why_not = (None, None) if one is None else (one.travel_s, one.why)
        return await actions.assign(
            session,
            actor,
            incident_id,
            wanted.caregiver_id,
            now,
            travel_s=travel_s,
            why_not=why_not,
            despite=wanted.despite,
        )

    return await once(actor, work)


@router.post("/{incident_id}/on-scene")
async def on_scene(
    actor: Handler, session: Writing, once: OnceOnly, clock: Timed, incident_id: PathId
) -> dict[str, Any]:
    """Somebody is with the person."""
    return await once(actor, lambda: actions.on_scene(session, actor, incident_id, clock.now()))


@router.post("/{incident_id}/recovering")
async def recovering(
    actor: Handler, session: Writing, once: OnceOnly, clock: Timed, incident_id: PathId
) -> dict[str, Any]:
    """The emergency is over, the person recovers."""
    return await once(actor, lambda: actions.recovering(session, actor, incident_id, clock.now()))


@router.post("/{incident_id}/close")
async def close(
    actor: Handler, session: Writing, once: OnceOnly, clock: Timed, incident_id: PathId, wanted: Closing
) -> dict[str, Any]:
    """Close with an outcome."""

    async def work() -> dict[str, Any]:
        return await actions.close(session, actor, incident_id, wanted.outcome, wanted.note, clock.now())

    return await once(actor, work)
