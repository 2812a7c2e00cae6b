"""One elder as the register shows them: masked, with who is called in which order; refuses to show anything in full."""

import logging
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy.ext.asyncio import AsyncSession

from models import Contact, Elder, Household
from models.types import Post
from service.auth import Actor
from service.clock import LOCAL, rfc3339
from service.elders import queries
from service.elders.rules import masked_holder, masked_id_number
from service.organisations.queries import on_duty
from service.vault import Vault, masked_name, masked_phone

log = logging.getLogger(__name__)


async def elder_card(session: AsyncSession, actor: Actor, vault: Vault, elder_id: int, now: datetime) -> dict[str, Any]:
    """The head view and everything the register knows, with `version` for the next change. Raises NotFound."""
    elder = await queries.get_elder(session, actor, elder_id)
    home = await session.get_one(Household, elder.household_id)
    contacts = [_contact(one, vault) for one in await queries.contacts_of(session, elder_id)]
    (head,) = await queries.elder_views(session, [elder], now.astimezone(LOCAL).date())
    return {
        **head,
        "version": elder.version,
        "born_on": elder.born_on.isoformat(),
        "provider_id": elder.provider_id,
        "id_number": masked_id_number(_opened(vault, elder.id_number_sealed, "elder.id_number_sealed")),
        "phone": masked_phone(_opened(vault, elder.phone_sealed, "elder.phone_sealed")),
        "has_conditions": elder.conditions_sealed is not None,
        "has_medicines": elder.medicines_sealed is not None,
        "registered_on": _day(elder.registered_on),
        "left_on": _day(elder.left_on),
        "left_why": elder.left_why,
        "merged_into_id": elder.merged_into_id,
        "home": _home(home, vault),
        "contacts": contacts,
        "guardian": await _guardian(session, elder, contacts, now),
        "category_rows": await _categories(session, elder_id),
        "consents": await _consents(session, elder_id),
        "alike": [one.id for one in await queries.find_alike(session, actor, elder)],
    }


def _contact(contact: Contact, vault: Vault) -> dict[str, Any]:
    return {
        "id": contact.id,
        "rank": contact.rank,
        "name": masked_name(contact.name),
        "relation": contact.relation,
        "phone": masked_phone(_opened(vault, contact.phone_sealed, "contact.phone_sealed")),
        "guardian": contact.guardian,
        "note": contact.note,
    }


def _home(home: Household, vault: Vault) -> dict[str, Any]:
    return {
        "id": home.id,
        "area_code": home.area_code,
        "address": home.address,
        "floor": home.floor,
        "lift": home.lift,
        "access_note": home.access_note,
        "access_min": home.access_min,
        "has_gate_code": home.gate_code_sealed is not None,
        "key_holder": masked_holder(home.key_holder),
        "key_holder_phone": masked_phone(
            _opened(vault, home.key_holder_phone_sealed, "household.key_holder_phone_sealed")
        ),
        "lon": home.lon,
        "lat": home.lat,
        "datum": home.datum,
    }


async def _guardian(
    session: AsyncSession, elder: Elder, contacts: list[dict[str, Any]], now: datetime
) -> dict[str, Any]:
    """Who answers for the elder in law, or the village committee that stands in, with who is on duty there.

    Source: a county plan (14th five-year), guarding of elders in special hardship without a guardian.
    """
    for contact in contacts:
        if contact["guardian"]:
            return {"kind": "contact", "contact_id": contact["id"], "name": contact["name"]}
    duty = await on_duty(session, Post.VILLAGE, now, area_code=elder.area_code)
    names = [masked_name(one.name or "") for one in duty]
    return {"kind": "village_committee", "area_code": elder.area_code, "on_duty": names}


async def _categories(session: AsyncSession, elder_id: int) -> list[dict[str, Any]]:
    return [
        {
            "id": row.id,
            "category": row.category,
            "source": row.source,
            "from_on": row.from_on.isoformat(),
            "until_on": _day(row.until_on),
            "noted_at": rfc3339(row.noted_at),
        }
        for row in await queries.category_rows(session, elder_id)
    ]


async def _consents(session: AsyncSession, elder_id: int) -> list[dict[str, Any]]:
    """What holds for each purpose: its newest word."""
    newest: dict[str, dict[str, Any]] = {}
    for row in await queries.consents_of(session, elder_id):
        said = {"purpose": row.purpose, "given": row.given, "said_by": row.said_by, "said_how": row.said_how}
        newest.setdefault(row.purpose, {**said, "noted_at": rfc3339(row.noted_at)})
    return list(newest.values())


def _opened(vault: Vault, sealed: bytes | None, place: str) -> str | None:
    """A field that does not open is told to the log and shown as none: a card never breaks over it."""
    try:
        return vault.open_text(sealed, place)
    except InvalidTag:
        log.error("a sealed field does not open", extra={"place": place})
        return None


def _day(day: Any) -> str | None:
    return None if day is None else day.isoformat()
