"""Looks up the menu and orders; refuses to change them."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import MenuItem, MenuPrice, Order
from models.types import Family, OrderState
from service.auth import Actor
from service.clock import rfc3339
from service.errors import NotFound
from service.orders import rules
from service.paging import Page, page_of


async def menu_views(session: AsyncSession, day: date) -> list[dict[str, Any]]:
    """Every item on sale with its price on `day`, in fen (None: no price fixed for that day)."""
    prices: dict[int, list[MenuPrice]] = {}
    for price in await session.scalars(select(MenuPrice)):
        prices.setdefault(price.item_id, []).append(price)
    items = await session.scalars(select(MenuItem).where(MenuItem.on_sale).order_by(MenuItem.id))
    return [_item(item, rules.price_on(prices.get(item.id, []), day)) for item in items]


def _item(item: MenuItem, price: MenuPrice | None) -> dict[str, Any]:
    return {
        "code": item.code,
        "family": item.family,
        "name_zh": item.name_zh,
        "name_en": item.name_en,
        "duration_min": item.duration_min,
        "people": item.people,
        "skill": item.skill,
        "delivered": item.delivered,
        "level": item.level,
        "price_fen": price.price_fen if price else None,
    }


async def get_item(session: AsyncSession, code: str) -> MenuItem:
    """One item of the menu. Raises NotFound."""
    item = (await session.scalars(select(MenuItem).where(MenuItem.code == code))).first()
    if item is None:
        raise NotFound(f"no item {code!r} on the menu")
    return item


async def find_respite_item(session: AsyncSession) -> MenuItem | None:
    """The respite of the menu; None when the menu has none."""
    query = select(MenuItem).where(MenuItem.family == Family.RESPITE, MenuItem.on_sale).order_by(MenuItem.id)
    return (await session.scalars(query.limit(1))).first()


async def blocks_of(session: AsyncSession, respite_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """By block of respite: how many of its visits stand, and their price in fen."""
    query = select(Order.respite_id, func.count(), func.sum(Order.price_fen))
    stand = query.where(Order.respite_id.in_(respite_ids), Order.state != OrderState.CANCELLED)
    rows = await session.execute(stand.group_by(Order.respite_id))
    return {respite_id: (count, int(fen)) for respite_id, count, fen in rows if respite_id is not None}


async def prices_of(session: AsyncSession, item_id: int) -> Sequence[MenuPrice]:
    """Every price an item ever had."""
    return (await session.scalars(select(MenuPrice).where(MenuPrice.item_id == item_id))).all()


async def get_order(session: AsyncSession, actor: Actor, order_id: int) -> Order:
    """One order in scope. Raises NotFound, also for one outside it."""
    query = select(Order).where(Order.id == order_id, actor.scope(Order.area_code, Order.provider_id))
    order = (await session.scalars(query)).first()
    if order is None:
        raise NotFound(f"no order {order_id}")
    return order


async def list_orders(
    session: AsyncSession,
    actor: Actor,
    page: Page,
    day: date | None,
    elder_id: int | None = None,
    from_on: date | None = None,
) -> tuple[list[dict[str, Any]], str | None]:
    """Orders in scope by id, of one day of service, of one elder, from a day on, when given."""
    query = select(Order).where(actor.scope(Order.area_code, Order.provider_id))
    if day is not None:
        query = query.where(Order.service_on == day)
    if elder_id is not None:
        query = query.where(Order.elder_id == elder_id)
    if from_on is not None:
        query = query.where(Order.service_on >= from_on)
    rows, following = await page_of(session, query, Order.id, page)
    items = {item.id: item.code for item in await session.scalars(select(MenuItem))}
    return [order_view(order, items[order.item_id]) for order in rows], following


def order_view(order: Order, item_code: str) -> dict[str, Any]:
    """One order on the wire."""
    return {
        "id": order.id,
        "elder_id": order.elder_id,
        "item_code": item_code,
        "service_on": order.service_on.isoformat(),
        "window": [rfc3339(order.window_from_at), rfc3339(order.window_to_at)],
        "portions": order.portions,
        "price_fen": order.price_fen,
        "state": order.state,
        "placed_at": rfc3339(order.placed_at),
        "on_behalf_note": order.on_behalf_note,
        "respite_id": order.respite_id,
    }
