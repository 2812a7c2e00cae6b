"""Opens an incident for who calls by telephone; joins the open one of the same home, refuses unknown elders."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy import text as sql_text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from models import Bed, Contact, Elder, Incident
from models.types import IncidentState
from service import audit
from service.auth import Actor
from service.clock import LOCAL
from service.elders.queries import elder_views, get_elder
from service.emergencies import escalation
from service.emergencies.queries import card_of
from service.intake.ladder import KINDS, PERSON
from service.intake.sql import last_id
from service.realtime import outbox
from service.vault import Vault, masked_name

KEEP_PRESSES = 8
MOST_CALLERS = 10


async def open_incident(
    session: AsyncSession,
    actor: Actor,
    elder_id: int,
    kind: str,
    text: str | None,
    now: datetime,
    *,
    drill: bool = False,
) -> dict[str, Any]:
    """Open an incident for an elder in scope, with its ladder, or join the open one of that home. Raises NotFound.

    A drill goes the whole way with real people told, says so in every word, and joins drills only.
    """
    elder = await get_elder(session, actor, elder_id)
    playbook, severity = KINDS[kind].playbook or PERSON, KINDS[kind].severity
    ladder = await escalation.choose_ladder(session, elder.area_code, kind, playbook, now)
    incident_id = await _insert(session, elder, playbook, kind, severity, text, now, ladder.id, drill)
    topic = "incident.raised"
    if incident_id is None:
        incident_id, topic = (
            await _join(session, elder, playbook, kind, severity, text, now, drill),
            "incident.repeated",
        )
    else:
        await escalation.arm_ladder(session, incident_id, ladder)
    card = await card_of(session, incident_id)
    sent = (card["assigned_to"] or {}).get("id")
    outbox.append(
        session,
        topic,
        {"incident": card},
        subject=f"incident:{incident_id}",
        area_code=elder.area_code,
        provider_id=card["provider_id"],
        caregiver_ids=[] if sent is None else [sent],
    )
    audit.note(session, now, actor.account_id, topic, f"incident:{incident_id}", "drill" if drill else "hotline")
    return card


async def find_callers(
    session: AsyncSession, actor: Actor, vault: Vault, phone: str, now: datetime
) -> list[dict[str, Any]]:
    """Whose number this is, in scope: elders, and those whose contact it is; found by a keyed hash, and noted."""
    known = vault.keyed_hash(phone)
    audit.note(session, now, actor.account_id, "hotline.lookup", None, f"...{phone[-2:]}")
    mine = actor.scope(Elder.area_code, Elder.provider_id)
    own = list(await session.scalars(select(Elder).where(Elder.phone_hash == known, mine).limit(MOST_CALLERS)))
    query = select(Elder, Contact).join(Contact, Contact.elder_id == Elder.id).where(Contact.phone_hash == known, mine)
    through = (await session.execute(query.order_by(Contact.rank, Elder.id).limit(MOST_CALLERS))).all()
    today = now.astimezone(LOCAL).date()
    found = [{"as": "elder", "elder": view} for view in await elder_views(session, own, today)]
    for elder, contact in through:
        (view,) = await elder_views(session, [elder], today)
        found.append({"as": contact.relation, "contact": masked_name(contact.name), "elder": view})
    return found


async def _insert(
    session: AsyncSession,
    elder: Elder,
    playbook: str,
    kind: str,
    severity: int,
    text: str | None,
    now: datetime,
    ladder_id: int | None,
    drill: bool,
) -> int | None:
    """The new incident's id; None when the home has an open one (a second caller waits here for the first)."""
    bed = (await session.scalars(select(Bed).where(Bed.elder_id == elder.id))).first()
    row = {
        "household_id": elder.household_id,
        "elder_id": elder.id,
        "station_id": bed.station_id if bed is not None else None,
        "provider_id": bed.provider_id if bed is not None else elder.provider_id,
        "area_code": elder.area_code,
        "playbook": playbook,
        "kind": kind,
        "severity": severity,
        "drill": drill,
        "ladder_id": ladder_id,
        "state": IncidentState.OPEN,
        "presses": 1,
        "press_times": [now.isoformat(timespec="milliseconds")],
        "rung": 0,
        "opened_at": now,
        "last_alert_at": now,
        "note": text,
    }
    postgres = session.get_bind().dialect.name == "postgresql"
    if not postgres:
        row["id"] = (await session.execute(sql_text(last_id("incident")))).scalar_one() + 1
    insert = (postgresql if postgres else sqlite).insert(Incident).values(row)
    return (await session.execute(insert.on_conflict_do_nothing().returning(Incident.id))).scalar_one_or_none()


async def _join(
    session: AsyncSession,
    elder: Elder,
    playbook: str,
    kind: str,
    severity: int,
    text: str | None,
    now: datetime,
    drill: bool,
) -> int:
    same = (Incident.household_id == elder.household_id) & (Incident.playbook == playbook)
    query = select(Incident).where(same, Incident.drill.is_(drill), Incident.state != IncidentState.CLOSED)
    incident = (await session.scalars(query.with_for_update())).one()
    if severity > incident.severity:
        incident.severity, incident.kind = severity, kind
    incident.presses += 1
    incident.press_times = [*incident.press_times, now.isoformat(timespec="milliseconds")][-KEEP_PRESSES:]
    incident.last_alert_at = now
    incident.note = text or incident.note
    await session.flush()
    return incident.id
