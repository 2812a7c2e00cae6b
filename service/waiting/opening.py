"""The route that opens a bed: it stands here, because whoever opens one beside the waiting list says why."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession

from service.auth import DESK, Actor, Allow
from service.beds.queries import bed_page
from service.clock import Clock, clock_of
from service.db import writing
from service.elders.behalf import note_caller
from service.elders.queries import get_elder
from service.idempotency import OnceOnly
from service.inputs import Input, Line, OnBehalf, RowId
from service.organisations.queries import get_station
from service.town_clock import town_time
from service.waiting import actions

router = APIRouter(prefix="/api/beds", tags=["beds"])


class NewBed(Input):
    """Whose bed, and the station that runs it; why, while somebody else waits in the district."""

    elder_id: RowId
    station_id: RowId
    why: Line | None = None
    on_behalf: OnBehalf = None


@router.post("", status_code=201)
async def open_bed(
    actor: Annotated[Actor, Depends(Allow(*DESK))],
    session: Annotated[AsyncSession, Depends(writing, scope="function")],
    once: OnceOnly,
    clock: Annotated[Clock, Depends(clock_of)],
    wanted: NewBed,
) -> dict[str, Any]:
    """Apply for a bed at an elder's home; 409 names who is first on the waiting list when no reason is given."""

    async def work() -> dict[str, Any]:
        elder = await get_elder(session, actor, wanted.elder_id)
        station = await get_station(session, actor, wanted.station_id)
        today = (await town_time(session, clock)).today
        bed = await actions.open_beside(session, actor, elder, station, wanted.why, clock.now(), today)
        note_caller(session, actor, elder.id, "bed.applied", f"bed:{bed.id}", wanted.on_behalf, clock.now())
        return await bed_page(session, bed, today)

    return await once(actor, work, status=201)
