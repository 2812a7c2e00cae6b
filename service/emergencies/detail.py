"""One incident with all that helps who handles it; opens sealed fields only while it is open, each time noted."""

import logging
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Contact, Elder, Household, Incident, MenuItem, Visit
from service import audit
from service.auth import Actor
from service.clock import rfc3339
from service.emergencies import rules
from service.emergencies.confirming import notices_of
from service.emergencies.queries import get_card, history_of, log_of
from service.emergencies.searching import search_view
from service.vault import Vault, masked_name, masked_phone
from service.visits.queries import caregivers_of

log = logging.getLogger(__name__)


async def get_incident(
    session: AsyncSession, actor: Actor, incident_id: int, vault: Vault, now: datetime
) -> dict[str, Any]:
    """The card with contacts, access, log and history; phones, gate code and conditions in full while it is open.

    Each time something is shown in full, a line goes to the audit trail. Half an hour after the close all is masked.
    Raises NotFound.
    """
    card = await get_card(session, actor, incident_id)
    incident = await session.get_one(Incident, incident_id)
    opened = not rules.is_over(incident.closed_at, now)
    seals = Seals(vault, opened)
    contacts = await _contacts(session, incident.elder_id, seals)
    access = await _access(session, incident, seals)
    if opened and (contacts or incident.household_id is not None):
        audit.note(session, now, actor.account_id, "incident.reveal", f"incident:{incident_id}")
    earlier = await history_of(session, incident_id, incident.elder_id)
    happened = await log_of(session, incident_id)
    told = await notices_of(session, incident_id)
    more = {"lost": await search_view(session, incident_id, now), "last_visit": await last_visit(session, incident)}
    return {
        **card,
        "contacts": contacts,
        "access": access,
        "log": happened,
        "history": earlier,
        "notices": told,
        **more,
    }


class Seals:
    """Reads sealed fields in full, or masked once the incident is over; a field that does not open never blocks."""

    def __init__(self, vault: Vault, opened: bool) -> None:
        self._vault, self.opened = vault, opened

    def phone(self, sealed: bytes | None, place: str) -> str | None:
        """A phone number, in full or as 138****2207."""
        number = self._read(sealed, place)
        return number if self.opened else masked_phone(number)

    def secret(self, sealed: bytes | None, place: str) -> str | None:
        """A gate code or conditions, in full or not at all."""
        return self._read(sealed, place) if self.opened else None

    def _read(self, sealed: bytes | None, place: str) -> str | None:
        try:
            return self._vault.open_text(sealed, place)
        except InvalidTag:
            log.error("a sealed field does not open", extra={"place": place})
            return None


async def _contacts(session: AsyncSession, elder_id: int | None, seals: Seals) -> list[dict[str, Any]]:
    query = select(Contact).where(Contact.elder_id == elder_id).order_by(Contact.rank, Contact.id)
    return [
        {
            "id": contact.id,
            "rank": contact.rank,
            "name": contact.name,
            "relation": contact.relation,
            "phone": seals.phone(contact.phone_sealed, "contact.phone_sealed"),
            "note": contact.note,
        }
        for contact in await session.scalars(query)
    ]


async def last_visit(session: AsyncSession, incident: Incident) -> dict[str, Any] | None:
    """The last visit that was finished at the elder's door: when, what, and what was written down."""
    query = select(Visit, MenuItem.name_zh).join(MenuItem, MenuItem.id == Visit.item_id)
    query = query.where(Visit.elder_id == incident.elder_id, Visit.finished_at.is_not(None))
    row = (await session.execute(query.order_by(Visit.finished_at.desc()).limit(1))).first()
    if row is None:
        return None
    who = await caregivers_of(session, row[0].id)
    return {"visit_id": row[0].id, "item": row[1], "finished_at": rfc3339(row[0].finished_at), "caregiver_ids": who}


async def _access(session: AsyncSession, incident: Incident, seals: Seals) -> dict[str, Any]:
    """How to get in, and what to know of the person there."""
    home = await session.get(Household, incident.household_id) if incident.household_id is not None else None
    elder = await session.get(Elder, incident.elder_id) if incident.elder_id is not None else None
    access: dict[str, Any] = {"masked": not seals.opened}
    if home is not None:
        access |= {
            "access_note": home.access_note,
            "access_min": home.access_min,
            "floor": home.floor,
            "lift": home.lift,
            "gate_code": seals.secret(home.gate_code_sealed, "household.gate_code_sealed"),
            "key_holder": home.key_holder,
            "key_holder_phone": seals.phone(home.key_holder_phone_sealed, "household.key_holder_phone_sealed"),
        }
    if elder is not None:
        access |= {
            "elder_name": elder.name if seals.opened else masked_name(elder.name),
            "elder_phone": seals.phone(elder.phone_sealed, "elder.phone_sealed"),
            "conditions": seals.secret(elder.conditions_sealed, "elder.conditions_sealed"),
            "medicines": seals.secret(elder.medicines_sealed, "elder.medicines_sealed"),
        }
    return access
