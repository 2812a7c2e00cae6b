"""Looks up areas, stations and duty; refuses to change them."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, Area, Duty, Station
from models.types import AreaLevel
from service.auth import Actor
from service.errors import NotFound
from service.vault import masked_name


async def get_area(session: AsyncSession, code: str) -> Area:
    """The area of this 12-digit code. Raises NotFound."""
    area = await session.get(Area, code)
    if area is None:
        raise NotFound(f"no area {code}")
    return area


async def area_views(session: AsyncSession, actor: Actor) -> list[dict[str, Any]]:
    """Every area the actor may see, districts first."""
    rows = await session.scalars(select(Area).where(actor.scope(Area.code)).order_by(Area.code))
    return [{"code": a.code, "name": a.name, "level": a.level, "parent_code": a.parent_code} for a in rows]


async def scope_title(session: AsyncSession, actor: Actor) -> str:
    """What to call the actor's patch: the names of their areas, or of all districts for somebody without bounds."""
    query = select(Area.name).where(Area.code.in_(actor.area_codes)).order_by(Area.code)
    if not actor.area_codes:
        query = select(Area.name).where(Area.level == AreaLevel.DISTRICT).order_by(Area.code)
    return " · ".join((await session.scalars(query)).all())


async def station_views(session: AsyncSession, actor: Actor) -> list[dict[str, Any]]:
    """Stations in scope, as places on the map."""
    query = select(Station).where(actor.scope(Station.area_code, Station.provider_id)).order_by(Station.id)
    return [
        {"id": s.id, "name": s.name, "lon": s.lon, "lat": s.lat, "datum": s.datum} for s in await session.scalars(query)
    ]


async def duty_views(session: AsyncSession, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """Who is on duty now at the stations in scope."""
    query = (
        select(Duty, Account.display, Station.name)
        .join(Account, Account.id == Duty.account_id)
        .join(Station, Station.id == Duty.station_id)
        .where(Duty.from_at <= now, Duty.to_at > now, actor.scope(Station.area_code, Station.provider_id))
        .order_by(Duty.role, Duty.id)
    )
    return [
        {"role": duty.role, "display": masked_name(display), "station": station, "account_id": duty.account_id}
        for duty, display, station in (await session.execute(query)).all()
    ]
