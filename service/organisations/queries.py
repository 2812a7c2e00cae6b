"""Looks up areas, stations and duty; refuses to change them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, Area, Duty, Provider, Station
from models.types import AreaLevel, Post, Role
from service.auth import Actor
from service.clock import rfc3339
from service.errors import NotFound
from service.vault import masked_name

MOST_ROSTER = 1000
ROSTERERS = (Role.ADMIN, Role.STATION_MANAGER, Role.SUPERVISOR)
"""Who makes the duty roster."""


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


async def get_station(session: AsyncSession, actor: Actor, station_id: int) -> Station:
    """One station in scope. Raises NotFound."""
    query = select(Station).where(Station.id == station_id, actor.scope(Station.area_code, Station.provider_id))
    station = (await session.scalars(query)).one_or_none()
    if station is None:
        raise NotFound(f"no station {station_id}")
    return station


async def stations_named(session: AsyncSession, actor: Actor, name: str) -> Sequence[Station]:
    """Stations of this name in scope."""
    query = select(Station).where(Station.name == name, actor.scope(Station.area_code, Station.provider_id))
    return (await session.scalars(query.order_by(Station.id))).all()


async def station_views(session: AsyncSession, actor: Actor) -> list[dict[str, Any]]:
    """Stations in scope, as places on the map."""
    query = select(Station).where(actor.scope(Station.area_code, Station.provider_id)).order_by(Station.id)
    return [
        {"id": s.id, "name": s.name, "provider_id": s.provider_id, "lon": s.lon, "lat": s.lat, "datum": s.datum}
        for s in await session.scalars(query)
    ]


async def provider_views(session: AsyncSession) -> list[dict[str, Any]]:
    """Every provider: works and contracts name others than one's own. No scope, as names and licences are public."""
    rows = await session.scalars(select(Provider).order_by(Provider.id))
    return [
        {"id": p.id, "name": p.name, "licence_until_on": p.licence_until_on.isoformat(), "blacklisted": p.blacklisted}
        for p in rows
    ]


async def duty_views(session: AsyncSession, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """Who is on duty now in scope, village committees left out: there is one in every community."""
    query = _roster(actor).where(Duty.from_at <= now, Duty.to_at > now, Duty.post != Post.VILLAGE)
    rows = await session.execute(query.order_by(Duty.post, Duty.id))
    return [_duty_view(*row, named=False) for row in rows.all()]


async def roster_views(
    session: AsyncSession, actor: Actor, since: datetime, until: datetime, post: Post | None = None
) -> list[dict[str, Any]]:
    """The duty roster in scope between two moments, by post and time; at most 1,000 rows.

    Who makes the roster reads whole names: with surnames alone nobody is told apart. To others names are masked.
    """
    query = _roster(actor).where(Duty.from_at < until, Duty.to_at > since)
    if post is not None:
        query = query.where(Duty.post == post)
    rows = await session.execute(query.order_by(Duty.post, Duty.from_at, Duty.id).limit(MOST_ROSTER))
    return [_duty_view(*row, named=actor.role in ROSTERERS) for row in rows.all()]


async def duty_view_of(session: AsyncSession, actor: Actor, duty_id: int) -> list[dict[str, Any]]:
    """One duty as the roster shows it, in a list of one; empty outside the scope."""
    rows = await session.execute(_roster(actor).where(Duty.id == duty_id))
    return [_duty_view(*row, named=actor.role in ROSTERERS) for row in rows.all()]


async def get_duty(session: AsyncSession, actor: Actor, duty_id: int) -> Duty:
    """One duty in scope. Raises NotFound."""
    found = (await session.execute(_roster(actor).where(Duty.id == duty_id))).first()
    if found is None:
        raise NotFound(f"no duty {duty_id}")
    duty: Duty = found[0]
    return duty


def around(area_code: str | None) -> tuple[str, ...]:
    """An area and those around it, the smallest first: community, street, district."""
    if area_code is None:
        return ()
    return tuple(dict.fromkeys((area_code, f"{area_code[:9]}000", f"{area_code[:6]}000000")))


async def on_duty(
    session: AsyncSession, post: Post, at: datetime, *, area_code: str | None = None, station_id: int | None = None
) -> list[Duty]:
    """Who answers at a post at one moment: of a station, or of the smallest area around `area_code` that has anybody.

    A desk or supervisor of a district answers for every community in it. The accounts of leavers do not count.
    """
    here = select(Duty).outerjoin(Account, Account.id == Duty.account_id).where(Account.disabled_at.is_(None))
    here = here.where(Duty.post == post, Duty.from_at <= at, Duty.to_at > at).order_by(Duty.id)
    if station_id is not None:
        return list(await session.scalars(here.where(Duty.station_id == station_id)))
    for code in around(area_code):
        found = list(await session.scalars(here.where(Duty.area_code == code)))
        if found:
            return found
    return []


def _roster(actor: Actor) -> Select[Duty, str, str]:
    return (
        select(Duty, Account.display, Station.name)
        .outerjoin(Account, Account.id == Duty.account_id)
        .outerjoin(Station, Station.id == Duty.station_id)
        .where(actor.scope(Duty.area_code, Station.provider_id))
    )


def _duty_view(duty: Duty, display: str | None, station: str | None, *, named: bool) -> dict[str, Any]:
    name = display or duty.name or ""
    return {
        "id": duty.id,
        "post": duty.post,
        "display": name if named else masked_name(name),
        "station": station,
        "station_id": duty.station_id,
        "area_code": duty.area_code,
        "account_id": duty.account_id,
        "reachable": duty.account_id is not None or duty.phone_sealed is not None,
        "from_at": rfc3339(duty.from_at),
        "to_at": rfc3339(duty.to_at),
    }
