"""Routes of casework around an incident: who calls, drills, searches for the lost, diverting, figures."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, Field
from sqlalchemy.ext.asyncio import AsyncSession

from models.types import Role
from service.auth import DESK, Actor, Allow
from service.clock import LOCAL, Clock, clock_of
from service.db import reading, writing
from service.emergencies import diverting, hotline, reports, responders, searching
from service.emergencies.api import Handler, NewIncident, Sending
from service.idempotency import OnceOnly
from service.inputs import Input, Line, PathId
from service.town_clock import local_midnight, town_time
from service.vault import Vault, vault_of

router = APIRouter(prefix="/api/incidents", tags=["casework"])
Reading = Annotated[AsyncSession, Depends(reading)]
Writing = Annotated[AsyncSession, Depends(writing, scope="function")]
Desk = Annotated[Actor, Depends(Allow(*DESK))]
Trainer = Annotated[Actor, Depends(Allow(Role.ADMIN, Role.SUPERVISOR, Role.DISPATCHER))]
Timed = Annotated[Clock, Depends(clock_of)]
Keys = Annotated[Vault, Depends(vault_of)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-85, le=85)]
MONTH = timedelta(days=31)


class NewDrill(NewIncident):
    """A drill, asked for like a call: about whom, of what kind, and what is practised."""


class LastSeen(Input):
    """Where and when somebody lost was last seen, in WGS-84, what they wear and how they move."""

    lon: Longitude
    lat: Latitude
    datum: Literal["wgs84"] = "wgs84"
    place: Annotated[Line, Field(max_length=120)] | None = None
    seen_at: AwareDatetime
    wears: Line | None = None
    mode: Literal["walk", "wheelchair", "bus"] = "walk"


class FoundAt(Input):
    """Where somebody was found: a point, words, or both."""

    lon: Longitude | None = None
    lat: Latitude | None = None
    datum: Literal["wgs84"] | None = None
    place: Annotated[Line, Field(max_length=120)] | None = None


class Span:
    """Query parameters of a report: two moments, the last month unless said otherwise."""

    def __init__(self, clock: Timed, since: AwareDatetime | None = None, until: AwareDatetime | None = None) -> None:
        self.now = clock.now()
        self.until = until or self.now
        self.since = since or self._month_before(self.until)

    def _month_before(self, until: datetime) -> datetime:
        return local_midnight((until - MONTH).astimezone(LOCAL).date())


During = Annotated[Span, Depends()]


@router.get("/callers")
async def find_callers(
    actor: Handler,
    session: Writing,
    clock: Timed,
    vault: Keys,
    phone: Annotated[str, Query(pattern=r"^\+?[0-9]{3,20}$")],
) -> dict[str, Any]:
    """Whose number calls: elders, and elders whose contact it is. Each look is noted."""
    return {"callers": await hotline.find_callers(session, actor, vault, phone, clock.now())}


@router.post("/drills", status_code=201)
async def begin_drill(
    actor: Trainer, session: Writing, once: OnceOnly, clock: Timed, wanted: NewDrill
) -> dict[str, Any]:
    """Begin a drill: the whole path, real people, said in every word, outside the figures."""

    async def work() -> dict[str, Any]:
        now = clock.now()
        return await hotline.open_incident(session, actor, wanted.elder_id, wanted.kind, wanted.text, now, drill=True)

    return await once(actor, work, status=201)


@router.get("/drills")
async def show_drills(actor: Desk, session: Reading, during: During) -> dict[str, Any]:
    """Drills by district: promises, who was reached on which rung, each drill."""
    found: dict[str, Any] = await reports.drills(session, actor, during.since, during.until, during.now)
    return found


@router.get("/report")
async def show_report(actor: Desk, session: Reading, during: During) -> dict[str, Any]:
    """Promises by district against their goals, and every breach by name. Drills do not count."""
    found: dict[str, Any] = await reports.promises(session, actor, during.since, during.until, during.now)
    return found


@router.get("/false-alarms")
async def show_false_alarms(actor: Desk, session: Reading, during: During) -> dict[str, Any]:
    """False alarms and faulty devices, counted for each terminal and each place."""
    return await reports.false_alarms(session, actor, during.since, during.until)


@router.post("/{incident_id}/divert")
async def divert(
    actor: Handler, session: Writing, once: OnceOnly, clock: Timed, incident_id: PathId, wanted: Sending
) -> dict[str, Any]:
    """Send a caregiver and have their remaining visits planned anew, in one go."""

    async def work() -> dict[str, Any]:
        now, town = clock.now(), await town_time(session, clock)
        one = await responders.look(session, actor, incident_id, wanted.caregiver_id, now, town)
        despite = wanted.despite
        return await diverting.divert(session, actor, incident_id, wanted.caregiver_id, now, town, one, despite=despite)

    return await once(actor, work)


@router.put("/{incident_id}/lost")
async def open_search(
    actor: Handler, session: Writing, clock: Timed, incident_id: PathId, wanted: LastSeen
) -> dict[str, Any]:
    """Begin the search for somebody lost, or correct what is known of them."""
    return await searching.open_search(session, actor, incident_id, wanted.model_dump(), clock.now())


@router.post("/{incident_id}/found")
async def found(
    actor: Handler, session: Writing, once: OnceOnly, clock: Timed, incident_id: PathId, wanted: FoundAt
) -> dict[str, Any]:
    """The person is found: the search ends, and everybody who was asked to look hears it."""
    where = wanted.model_dump()
    return await once(actor, lambda: searching.found(session, actor, incident_id, where, clock.now()))
