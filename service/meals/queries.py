"""Looks up canteens and meals; refuses to change them."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Canteen, Meal
from service.auth import Actor
from service.errors import NotFound


async def canteen_views(session: AsyncSession, actor: Actor) -> list[dict[str, Any]]:
    """Canteens in scope, as places on the map."""
    query = select(Canteen).where(actor.scope(Canteen.area_code, Canteen.provider_id)).order_by(Canteen.id)
    return [
        {"id": c.id, "name": c.name, "lon": c.lon, "lat": c.lat, "datum": c.datum, "ready_min": c.ready_min}
        for c in await session.scalars(query)
    ]


async def get_meal(session: AsyncSession, meal_id: int) -> Meal:
    """One meal of a canteen's list. Raises NotFound."""
    meal = await session.get(Meal, meal_id)
    if meal is None:
        raise NotFound(f"no meal {meal_id}")
    return meal


async def meal_views(session: AsyncSession, actor: Actor) -> list[dict[str, Any]]:
    """Meals of the canteens in scope."""
    query = (
        select(Meal)
        .join(Canteen, Canteen.id == Meal.canteen_id)
        .where(actor.scope(Canteen.area_code, Canteen.provider_id))
        .order_by(Meal.id)
    )
    return [
        {"id": m.id, "canteen_id": m.canteen_id, "name": m.name, "price_fen": m.price_fen, "diet": m.diet}
        for m in await session.scalars(query)
    ]
