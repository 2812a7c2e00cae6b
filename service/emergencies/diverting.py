"""Sends a caregiver out of their day and has the rest of it planned anew, in one verb; plans nothing itself."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from models import Caregiver
from service.auth import Actor
from service.dispatch.actions import ask_for_diversion
from service.emergencies import actions
from service.emergencies.nearest import AT_THE_SCENE, Responder
from service.emergencies.responders import slip_views
from service.realtime import outbox
from service.town_clock import TownTime


async def divert(
    session: AsyncSession,
    actor: Actor,
    incident_id: int,
    caregiver_id: int,
    now: datetime,
    town: TownTime,
    one: Responder | None,
    *,
    despite: bool,
) -> dict[str, Any]:
    """Send a caregiver and plan their remaining visits anew, in one transaction: {incident, slips, job_id}.

    `one` comes from `responders.look`. Without visits that would slip nothing is planned, and `job_id` is None.
    Raises what `actions.assign` raises.
    """
    travel_s, why_not = (None, None) if one is None else (one.travel_s, one.why)
    card = await actions.assign(
        session, actor, incident_id, caregiver_id, now, travel_s=travel_s, why_not=why_not, despite=despite
    )
    if one is None or not one.slips or card["place"]["lon"] is None:
        return {"incident": card, "slips": [], "job_id": None}
    person = await session.get_one(Caregiver, caregiver_id)
    arrive_at = town.at + timedelta(seconds=one.travel_s)
    payload = {
        "incident_id": incident_id,
        "caregiver_id": caregiver_id,
        "area_code": f"{person.area_code[:6]}000000",
        "on_date": town.today.isoformat(),
        "place": [card["place"]["lon"], card["place"]["lat"]],
        "travel_s": one.travel_s,
        "distance_m": one.distance_m,
        "arrive_at": arrive_at.isoformat(),
        "free_at": (arrive_at + AT_THE_SCENE).isoformat(),
    }
    job = await ask_for_diversion(session, actor, payload, now)
    outbox.append(
        session,
        "incident.diverted",
        {"incident": card, "slips": slip_views(one), "job_id": job.id},
        subject=f"incident:{incident_id}",
        area_code=card["place"]["area_code"],
        provider_id=card["provider_id"],
    )
    return {"incident": card, "slips": slip_views(one), "job_id": job.id}
