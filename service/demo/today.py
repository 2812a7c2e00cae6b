"""What one day in the town asks for, as orders and their visits; refuses to plan them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from models import Order, Visit
from models.types import Family, OrderState, VisitState
from service.bulk import add_numbered
from service.db import Database
from service.demo.day import Day
from service.demo.menu import BY_CODE
from service.demo.register import meal_of
from service.demo.town import Town
from service.town_clock import local_midnight

Row = dict[str, Any]


@dataclass(frozen=True)
class Register:
    """Ids of the rows that orders point to, in the order of the town's lists; menu items by code."""

    households: list[int]
    elders: list[int]
    elder_providers: list[int]
    canteens: list[int]
    meals: list[int]
    items: dict[str, int]


async def add_day(
    database: Database, town: Town, day: Day, ids: Register, on: date, placed_at: datetime, placed_by: int
) -> int:
    """Write a day's orders with a visit each, priced from the menu; answers how many."""
    asks = [*_care(day, on), *_lunches(day, ids, on)]
    orders = [order_row(town, ids, ask, placed_at, placed_by) for ask in asks]
    numbers = await add_numbered(database, Order, orders)
    visits = [visit_row(town, ids, ask, order) for ask, order in zip(asks, numbers, strict=True)]
    return len(await add_numbered(database, Visit, visits))


def _care(day: Day, on: date) -> list[Row]:
    midnight = local_midnight(on)
    return [
        {
            "elder": v.elder,
            "code": v.item,
            "on": on,
            "from": midnight + timedelta(minutes=v.window[0]),
            "to": midnight + timedelta(minutes=v.window[1]),
            "duration_min": v.duration_min,
            "people": v.people,
            "meal_id": None,
            "canteen_id": None,
            "note": None,
        }
        for v in day.visits
    ]


def _lunches(day: Day, ids: Register, on: date) -> list[Row]:
    midnight = local_midnight(on)
    return [
        {
            "elder": m.elder,
            "code": m.item,
            "on": on,
            "from": midnight + timedelta(minutes=m.window[0]),
            "to": midnight + timedelta(minutes=m.window[1]),
            "duration_min": BY_CODE[m.item].duration_min,
            "people": 1,
            "meal_id": ids.meals[meal_of(m.diet, m.canteen)],
            "canteen_id": ids.canteens[m.canteen],
            "note": m.diet or None,
        }
        for m in day.meals
    ]


def order_row(town: Town, ids: Register, ask: Row, placed_at: datetime, placed_by: int) -> Row:
    return {
        "elder_id": ids.elders[ask["elder"]],
        "area_code": _area(town, ask["elder"]),
        "provider_id": ids.elder_providers[ask["elder"]],
        "item_id": ids.items[ask["code"]],
        "service_on": ask["on"],
        "window_from_at": ask["from"],
        "window_to_at": ask["to"],
        "portions": 1,
        "price_fen": BY_CODE[ask["code"]].price_fen,
        "state": OrderState.PLACED,
        "placed_at": placed_at,
        "placed_by": placed_by,
        "on_behalf_note": ask["note"],
    }


def visit_row(town: Town, ids: Register, ask: Row, order: int) -> Row:
    return {
        "order_id": order,
        "elder_id": ids.elders[ask["elder"]],
        "household_id": ids.households[town.elders[ask["elder"]].household],
        "area_code": _area(town, ask["elder"]),
        "provider_id": ids.elder_providers[ask["elder"]],
        "item_id": ids.items[ask["code"]],
        "family": Family(BY_CODE[ask["code"]].family),
        "service_on": ask["on"],
        "window_from_at": ask["from"],
        "window_to_at": ask["to"],
        "duration_min": ask["duration_min"],
        "people": ask["people"],
        "portions": 1,
        "meal_id": ask["meal_id"],
        "canteen_id": ask["canteen_id"],
        "state": VisitState.ACCEPTED,
    }


def _area(town: Town, elder: int) -> str:
    return town.households[town.elders[elder].household].home.area_code
