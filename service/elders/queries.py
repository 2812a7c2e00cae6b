"""Looks up elders and their homes, masked unless asked otherwise; refuses to open sealed fields."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Elder, Household
from service.auth import Actor
from service.errors import NotFound
from service.paging import Page, page_of
from service.vault import masked_name


def age_on(born: date, day: date) -> int:
    """Full years on `day`; somebody born on 29 February ages on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


async def get_elder(session: AsyncSession, actor: Actor, elder_id: int) -> Elder:
    """One elder in the actor's scope. Raises NotFound, also for one outside it."""
    query = select(Elder).where(Elder.id == elder_id, actor.scope(Elder.area_code, Elder.provider_id))
    elder = (await session.scalars(query)).first()
    if elder is None:
        raise NotFound(f"no elder {elder_id}")
    return elder


async def list_elders(
    session: AsyncSession, actor: Actor, page: Page, name: str | None = None
) -> tuple[list[Elder], str | None]:
    """Elders in scope by id, those whose name begins with `name` when given."""
    query = select(Elder).where(actor.scope(Elder.area_code, Elder.provider_id))
    if name:
        query = query.where(Elder.name.startswith(name, autoescape=True))
    rows, following = await page_of(session, query, Elder.id, page)
    return list(rows), following


async def elder_views(session: AsyncSession, elders: Sequence[Elder], today: date) -> list[dict[str, Any]]:
    """Elders for a list or a head card: name masked, no phone, no conditions."""
    wanted = select(Household).where(Household.id.in_({elder.household_id for elder in elders}))
    homes = {home.id: home for home in await session.scalars(wanted)}
    return [_view(elder, homes[elder.household_id], today) for elder in elders]


def _view(elder: Elder, home: Household, today: date) -> dict[str, Any]:
    return {
        "id": elder.id,
        "name": masked_name(elder.name),
        "sex": elder.sex,
        "age": age_on(elder.born_on, today),
        "ability": elder.ability,
        "lives_alone": elder.lives_alone,
        "categories": elder.categories,
        "dialect": elder.dialect,
        "notes": elder.notes,
        "area_code": elder.area_code,
        "address": home.address,
        "floor": home.floor,
        "lift": home.lift,
        "lon": home.lon,
        "lat": home.lat,
        "datum": home.datum,
    }


async def home_points(session: AsyncSession, actor: Actor) -> list[list[float]]:
    """[lon, lat] (WGS-84) of every elder's home in scope, five decimals: texture for the map, nobody's name."""
    query = (
        select(Household.lon, Household.lat)
        .join(Elder, Elder.household_id == Household.id)
        .where(actor.scope(Elder.area_code, Elder.provider_id), Household.datum == "wgs84")
    )
    return [[round(lon, 5), round(lat, 5)] for lon, lat in (await session.execute(query)).all()]
