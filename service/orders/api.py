"""Routes for the menu and orders."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from models.types import Role
from service.auth import DESK, Actor, Allow
from service.clock import Clock, clock_of
from service.db import reading, writing
from service.elders.behalf import note_caller
from service.idempotency import OnceOnly
from service.inputs import Called, Day, Input, Line, Moment, OnBehalf, PathId, RowId
from service.orders import actions, queries
from service.paging import Page, as_list
from service.town_clock import town_time

router = APIRouter(prefix="/api", tags=["orders"])
Reading = Annotated[AsyncSession, Depends(reading)]
Writing = Annotated[AsyncSession, Depends(writing, scope="function")]
Desk = Annotated[Actor, Depends(Allow(*DESK))]
Taker = Annotated[Actor, Depends(Allow(Role.ADMIN, Role.DISPATCHER, Role.STATION_MANAGER))]
Timed = Annotated[Clock, Depends(clock_of)]


class NewOrder(Input):
    """What the clerk types in while talking; windows are moments with offset."""

    elder_id: RowId
    item_code: Annotated[str, Field(min_length=1, max_length=40)]
    service_on: Day
    window_from: Moment
    window_to: Moment
    portions: Annotated[int, Field(ge=1, le=20)] = 1
    meal_id: RowId | None = None
    on_behalf_note: Line | None = None
    on_behalf: OnBehalf = None


@router.get("/menu")
async def show_menu(session: Reading, actor: Desk, clock: Timed, on: date | None = None) -> list[dict[str, Any]]:
    """The menu with its prices on a day (today without one)."""
    day = on or (await town_time(session, clock)).today
    return await queries.menu_views(session, day)


@router.get("/orders")
async def list_orders(
    session: Reading,
    actor: Desk,
    page: Annotated[Page, Depends()],
    service_on: Annotated[date | None, Query()] = None,
    elder_id: Annotated[RowId | None, Query()] = None,
    from_on: Annotated[date | None, Query()] = None,
) -> dict[str, Any]:
    """Orders in scope, a page at a time, of one day of service, of one elder, from a day on, when given."""
    return as_list(*await queries.list_orders(session, actor, page, service_on, elder_id, from_on))


@router.post("/orders", status_code=201)
async def place_order(actor: Taker, session: Writing, once: OnceOnly, clock: Timed, wanted: NewOrder) -> dict[str, Any]:
    """Place an order on an elder's behalf; its visit waits for the next plan."""

    async def place() -> dict[str, Any]:
        town = await town_time(session, clock)
        wish = actions.Wish(**wanted.model_dump(exclude={"on_behalf"}))
        order = await actions.place_order(session, actor, wish, clock.now(), town.at)
        subject = f"order:{order.id}"
        note_caller(session, actor, order.elder_id, "order.place", subject, wanted.on_behalf, clock.now())
        return queries.order_view(order, wanted.item_code)

    return await once(actor, place, status=201)


@router.post("/orders/{order_id}/cancel")
async def cancel_order(
    actor: Taker, session: Writing, clock: Timed, order_id: PathId, called: Called | None = None
) -> dict[str, Any]:
    """Cancel an order and its visit."""
    order = await actions.cancel_order(session, actor, order_id, clock.now())
    caller = None if called is None else called.on_behalf
    note_caller(session, actor, order.elder_id, "order.cancel", f"order:{order.id}", caller, clock.now())
    return {"id": order.id, "state": order.state}
