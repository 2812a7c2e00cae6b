"""Looks up the number behind a notice's target when it is sent, so that a changed number counts at once."""

import logging

from cryptography.exceptions import InvalidTag
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Caregiver, Contact, Duty
from service.vault import Vault

log = logging.getLogger(__name__)

Numbered = type[Contact] | type[Duty] | type[Caregiver]
TABLES: dict[str, Numbered] = {"contact": Contact, "duty": Duty, "caregiver": Caregiver}


async def number_of(session: AsyncSession, vault: Vault, target: str, caregiver_id: int | None) -> str | None:
    """The number of a target (kind:id): a duty's own, else its caregiver's. None when nobody knows one."""
    kind, _, ident = target.partition(":")
    found = await _sealed(session, vault, kind, int(ident)) if kind in TABLES and ident.isdigit() else None
    if found is None and caregiver_id is not None and kind != "caregiver":
        return await _sealed(session, vault, "caregiver", caregiver_id)
    return found


async def _sealed(session: AsyncSession, vault: Vault, kind: str, ident: int) -> str | None:
    table, place = TABLES[kind], f"{kind}.phone_sealed"
    sealed = await session.scalar(select(table.phone_sealed).where(table.id == ident))
    try:
        return vault.open_text(sealed, place)
    except InvalidTag:
        log.error("a number does not open", extra={"place": place, "row": ident})
        return None
