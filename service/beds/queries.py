"""Looks up family care beds and counts them by state; refuses to move one."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Bed, Elder
from models.types import BedState
from service.auth import Actor
from service.clock import rfc3339
from service.paging import Page, page_of
from service.vault import masked_name


async def list_beds(
    session: AsyncSession, actor: Actor, page: Page, state: BedState | None = None
) -> tuple[list[dict[str, Any]], str | None]:
    """Beds in scope by id, with whose they are (masked) and since when they stand in their state."""
    query = select(Bed).where(actor.scope(Bed.area_code, Bed.provider_id))
    if state is not None:
        query = query.where(Bed.state == state)
    rows, following = await page_of(session, query, Bed.id, page)
    elders = await session.scalars(select(Elder).where(Elder.id.in_([bed.elder_id for bed in rows])))
    names = {elder.id: masked_name(elder.name) for elder in elders}
    return [_view(bed, names[bed.elder_id]) for bed in rows], following


def _view(bed: Bed, name: str) -> dict[str, Any]:
    return {
        "id": bed.id,
        "elder_id": bed.elder_id,
        "elder": name,
        "provider_id": bed.provider_id,
        "station_id": bed.station_id,
        "area_code": bed.area_code,
        "state": bed.state,
        "state_since_at": rfc3339(bed.state_since_at),
    }


async def count_by_state(session: AsyncSession, actor: Actor) -> dict[str, int]:
    """How many beds in scope stand in each state; states without any count 0."""
    query = select(Bed.state, func.count()).where(actor.scope(Bed.area_code, Bed.provider_id)).group_by(Bed.state)
    counts = {state.value: 0 for state in BedState}
    for state, count in (await session.execute(query)).all():
        counts[state.value] = count
    return counts
