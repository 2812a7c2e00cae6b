"""Tells desks where a caregiver is and what they are doing; refuses to send anybody anywhere."""

from sqlalchemy.ext.asyncio import AsyncSession

from models import Caregiver
from service.realtime import outbox
from service.staff import queries
from service.town_clock import TownTime

MOVING = ("id", "state", "lon", "lat", "datum", "position_at")


async def tell_caregiver(session: AsyncSession, caregiver_id: int, town: TownTime) -> None:
    """Append caregiver.moved with place and state as they are now in the caller's transaction."""
    await session.flush()
    person = await session.get_one(Caregiver, caregiver_id)
    view = await queries.one_view(session, person, town)
    outbox.append(
        session,
        "caregiver.moved",
        {"caregiver": {name: view[name] for name in MOVING}},
        subject=f"caregiver:{caregiver_id}",
        area_code=person.area_code,
        provider_id=person.provider_id,
    )
