"""A provider's standing: licence and black list decide whether it may run beds; refuses a change without a reason."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Provider, Station
from service import audit
from service.auth import Actor
from service.errors import BadInput, FieldProblem, Forbidden, NotFound


class NotYours(Forbidden):
    """Every station of this provider lies outside of the actor's area: its standing is theirs there to judge."""

    code = "provider.not_yours"


def provider_view(row: Provider, on: date) -> dict[str, Any]:
    """One provider on the wire."""
    return {
        "id": row.id,
        "name": row.name,
        "licence_no": row.licence_no,
        "licence_until_on": row.licence_until_on.isoformat(),
        "blacklisted": row.blacklisted,
        "eligible": not row.blacklisted and row.licence_until_on >= on,
    }


async def set_standing(
    session: AsyncSession,
    actor: Actor,
    provider_id: int,
    licence_until_on: date | None,
    blacklisted: bool | None,
    why: str,
    now: datetime,
) -> Provider:
    """Prolong or cut a licence, put on the black list or take off; the reason stays in the audit trail.

    Beds that run go on: the board shows what their provider lacks. Raises NotFound, NotYours, BadInput for no change.
    """
    if licence_until_on is None and blacklisted is None:
        fault = FieldProblem("licence_until_on", "is missing", "a value, or blacklisted")
        raise BadInput("nothing would change", fields=[fault])
    row = await session.get(Provider, provider_id, with_for_update={"key_share": True})
    if row is None:
        raise NotFound(f"no provider {provider_id}")
    await _refuse_strangers(session, actor, row)
    row.licence_until_on = licence_until_on or row.licence_until_on
    row.blacklisted = row.blacklisted if blacklisted is None else blacklisted
    await session.flush()
    detail = f"licence until {row.licence_until_on}, black list {row.blacklisted}: {why}"
    audit.note(session, now, actor.account_id, "provider.standing", f"provider:{row.id}", detail)
    return row


async def _refuse_strangers(session: AsyncSession, actor: Actor, row: Provider) -> None:
    """One without stations (a design or acceptance body) works anywhere, so any supervisor may judge it."""
    places = (await session.scalars(select(Station.area_code).where(Station.provider_id == row.id))).all()
    if places and not any(actor.sees(place, row.id) for place in places):
        raise NotYours(f"{row.name} runs no station in your area")
