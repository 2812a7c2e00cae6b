"""Promise: an order is priced by its day, named wrong field by field, placed once, and cancelled once."""

import asyncio
from datetime import date, timedelta

import pytest

from models import MenuItem, MenuPrice
from models.types import Family
from service.orders import rules
from tests.fixtures.town import TownBuilder


def price(fen: int, from_on: date, until_on: date | None) -> MenuPrice:
    return MenuPrice(item_id=1, price_fen=fen, from_on=from_on, until_on=until_on)


PRICES = [price(100, date(2026, 1, 1), date(2026, 3, 1)), price(120, date(2026, 3, 1), None)]


@pytest.mark.parametrize(
    ("day", "fen"),
    [
        (date(2025, 12, 31), None),
        (date(2026, 1, 1), 100),
        (date(2026, 2, 28), 100),
        (date(2026, 3, 1), 120),
        (date(2030, 1, 1), 120),
    ],
)
def test_the_price_of_the_day_of_service(day: date, fen: int | None) -> None:
    """Valid from its first day up to, not including, its end."""
    found = rules.price_on(PRICES, day)
    assert (found.price_fen if found else None) == fen


async def test_every_fault_is_named_at_once(town: TownBuilder) -> None:
    """A window that ends before it begins, yesterday, too many portions: all said in one answer."""
    now = town.local(12)
    item = MenuItem(code="x", family=Family.CLEAN, name_zh="x", name_en="x", duration_min=60, on_sale=False)
    found = rules.problems(item, town.today - timedelta(days=1), now, now - timedelta(hours=1), 99, now)
    assert {fault.field for fault in found} == {"item_code", "service_on", "window_to", "window_from", "portions"}


async def test_an_order_makes_its_visit_and_the_desk_hears_of_it(town: TownBuilder) -> None:
    """Priced in fen, visible in the day, told to the sockets; cancelling takes the visit out of the day again."""
    desk = await town.desk("wu")
    order_id = await town.orders(desk, "chen", "bath.two", town.local(23), town.local(23, 50))
    day = (await desk.get("/api/board/day")).json()
    (visit,) = day["visits"]
    assert (visit["family"], visit["people"], visit["name"], visit["stops"]) == ("bath", 2, "陈**", [])
    (listed,) = (await desk.get("/api/orders")).json()["items"]
    coming = {"elder_id": listed["elder_id"], "from_on": listed["service_on"]}
    assert (await desk.get("/api/orders", params=coming)).json()["items"] == [listed]
    for other in ({"elder_id": listed["elder_id"] + 1}, {"from_on": "2199-01-01"}):
        assert (await desk.get("/api/orders", params={**coming, **other})).json()["items"] == []
    assert (listed["id"], listed["price_fen"], listed["state"]) == (order_id, 12000, "placed")

    assert (await desk.post(f"/api/orders/{order_id}/cancel")).json()["state"] == "cancelled"
    again = await desk.post(f"/api/orders/{order_id}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "order.already_closed")
    assert (await desk.get("/api/board/day")).json()["visits"] == []


async def test_a_double_click_is_one_order(town: TownBuilder) -> None:
    """Two at once with one Idempotency-Key: one order, two equal answers."""
    desk = await town.desk("wu")
    wish = {"elder_id": town.elders["chen"], "item_code": "clean.home", "service_on": town.today.isoformat()}
    wish |= {"window_from": town.local(23).isoformat(), "window_to": town.local(23, 50).isoformat()}
    key = {"idempotency-key": "click-1"}
    answers = await asyncio.gather(*[desk.post("/api/orders", json=wish, headers=key) for _ in range(4)])
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len((await desk.get("/api/orders")).json()["items"]) == 1


async def test_nobody_orders_for_an_elder_out_of_scope(town: TownBuilder) -> None:
    """An elder of another district is not there."""
    desk = await town.desk("far")
    wish = {"elder_id": town.elders["chen"], "item_code": "clean.home", "service_on": town.today.isoformat()}
    wish |= {"window_from": town.local(23).isoformat(), "window_to": town.local(23, 50).isoformat()}
    assert (await desk.post("/api/orders", json=wish)).status_code == 404
