"""Who was told of a call and who confirmed it, by the app, at the desk or by telephone; answers no call itself."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Incident, Notice
from models.types import IncidentState
from service import audit
from service.auth import Actor
from service.channels.outbox import Occasion, post
from service.clock import rfc3339
from service.db import unwalled_now
from service.emergencies import escalation, rules
from service.emergencies.queries import card_of, in_scope
from service.emergencies.recipients import caregiver
from service.emergencies.words import notice_text
from service.errors import NotFound
from service.realtime import outbox

SENT = "sent"


async def page_caregiver(session: AsyncSession, incident_id: int, caregiver_id: int) -> None:
    """Tell a caregiver that they are sent: by the app with the event, by message or voice when that is not seen."""
    incident = await session.get_one(Incident, incident_id, populate_existing=True)
    query = select(func.max(Notice.cycle)).where(Notice.incident_id == incident_id, Notice.step == rules.SENT_STEP)
    last = await session.scalar(query)
    cycle = 0 if last is None else last + 1
    text = notice_text(await card_of(session, incident_id), SENT)
    place = (incident.provider_id, incident.area_code)
    occasion = Occasion(incident_id, rules.SENT_STEP, cycle, SENT, text, *place)
    await post(session, occasion, [await caregiver(session, caregiver_id)], await unwalled_now(session))


async def confirm_own(session: AsyncSession, actor: Actor, incident_id: int, now: datetime) -> int:
    """Mark the actor's own notices of an incident as confirmed; gives how many were not yet."""
    who = Notice.account_id == actor.account_id
    if actor.caregiver_id is not None:
        who = who | (Notice.caregiver_id == actor.caregiver_id)
    mine = update(Notice).where(Notice.incident_id == incident_id, who, Notice.confirmed_at.is_(None))
    done = mine.values(confirmed_at=now).returning(Notice.id).execution_options(synchronize_session=False)
    return len((await session.execute(done)).all())


async def confirm_for(
    session: AsyncSession, actor: Actor, incident_id: int, notice_id: int, now: datetime
) -> dict[str, Any]:
    """Note at the desk that somebody who was told says that they know; a repeat changes nothing. Raises NotFound."""
    query = select(Notice).join(Incident, Incident.id == Notice.incident_id)
    notice = (
        await session.scalars(query.where(Notice.id == notice_id, Incident.id == incident_id, in_scope(actor)))
    ).first()
    if notice is None:
        raise NotFound(f"no notice {notice_id}")
    same = (Notice.incident_id == notice.incident_id) & (Notice.step == notice.step) & (Notice.cycle == notice.cycle)
    open_ones = update(Notice).where(same, Notice.target == notice.target, Notice.confirmed_at.is_(None))
    await session.execute(open_ones.values(confirmed_at=now).execution_options(synchronize_session=False))
    audit.note(session, now, actor.account_id, "notice.confirm", f"incident:{notice.incident_id}", notice.target)
    return await told_confirmed(session, notice.incident_id, notice.name)


async def told_confirmed(session: AsyncSession, incident_id: int, who: str) -> dict[str, Any]:
    """Stop a ladder that waited for this confirmation only, and tell everybody. Gives the card."""
    incident = await session.get_one(Incident, incident_id, populate_existing=True)
    lacking = await session.scalar(select(escalation.confirmations_lack(incident_id)))
    if incident.state is not IncidentState.OPEN and not lacking:
        await escalation.stop_rungs(session, incident_id)
    card = await card_of(session, incident_id)
    outbox.append(
        session,
        "incident.confirmed",
        {"incident": card, "who": who},
        subject=f"incident:{incident_id}",
        area_code=card["place"]["area_code"],
        provider_id=card["provider_id"],
    )
    return card


async def notices_of(session: AsyncSession, incident_id: int) -> list[dict[str, Any]]:
    """Everybody who was told, by which channel, and what became of it; in order."""
    query = select(Notice).where(Notice.incident_id == incident_id).order_by(Notice.id).limit(200)
    return [
        {
            "id": row.id,
            "rung": row.rung,
            "step": row.step,
            "cycle": row.cycle,
            "name": row.name,
            "channel": row.channel,
            "state": row.state,
            "must": row.must,
            "attempts": row.attempts,
            "problem": row.problem,
            "made_at": rfc3339(row.made_at),
            "sent_at": rfc3339(row.sent_at),
            "seen_at": rfc3339(row.seen_at),
            "confirmed_at": rfc3339(row.confirmed_at),
        }
        for row in await session.scalars(query)
    ]
