"""Verbs on orders: place one and make its visit, cancel it; takes session and actor, never commits."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Elder, MenuItem, Order, Visit
from models.types import Family, OrderState, Purpose, VisitState
from service import audit
from service.auth import Actor
from service.elders.consents import refuse_withdrawn
from service.elders.queries import get_elder
from service.elders.standing import refuse_gone
from service.errors import BadInput, Conflict, FieldProblem
from service.meals.queries import get_meal
from service.orders import queries, rules
from service.orders.pausing import find_pause
from service.realtime import outbox
from service.visits.queries import find_visit_of_order, visit_view


class BedRests(Conflict):
    """The elder's bed is suspended on that day: nobody would be at home. `pause_from` says since when."""

    code = "order.bed_rests"


class AlreadyClosed(Conflict):
    """The order was served or cancelled before."""

    code = "order.already_closed"


@dataclass(frozen=True)
class Wish:
    """What an elder asks for: an item, a local date, a window of moments, portions, and who asked for them."""

    elder_id: int
    item_code: str
    service_on: date
    window_from: datetime
    window_to: datetime
    portions: int = 1
    meal_id: int | None = None
    on_behalf_note: str | None = None


async def place_order(session: AsyncSession, actor: Actor, wish: Wish, now: datetime, town_at: datetime) -> Order:
    """Place one order and make its visit, priced by the rule valid on the day of service.

    Raises BadInput naming every faulty field, NotFound for an elder outside the scope or an unknown item, HasLeft,
    MergedAway, BedRests, ConsentWithdrawn when care was declined.
    """
    elder = await get_elder(session, actor, wish.elder_id)
    pause = await find_pause(session, elder.id, wish.service_on)
    await refuse_gone(session, elder)
    await refuse_withdrawn(session, elder.id, Purpose.CARE)
    item = await queries.get_item(session, wish.item_code)
    faults = rules.problems(item, wish.service_on, wish.window_from, wish.window_to, wish.portions, town_at)
    if item.family is Family.RESPITE:
        faults.append(FieldProblem("item_code", "is booked as a block", "POST /api/respites"))
    if item.delivered != (wish.meal_id is not None):
        accepted = "an id of GET /api/meals" if item.delivered else "nothing: this is done at home"
        faults.append(FieldProblem("meal_id", "is missing" if item.delivered else "does not belong here", accepted))
    price = rules.price_on(await queries.prices_of(session, item.id), wish.service_on)
    if price is None:
        faults.append(
            FieldProblem("service_on", f"{item.code} has no price on {wish.service_on}", "a day with a price")
        )
    if faults or price is None:
        raise BadInput("the order cannot be placed as asked", fields=faults)
    if pause is not None:
        raise BedRests("the elder is away on that day", kind=pause.kind, pause_from=pause.from_on.isoformat())
    order = order_row(elder, item, wish, price.price_fen * wish.portions, now, actor.account_id)
    session.add(order)
    await session.flush()
    canteen_id = (await get_meal(session, wish.meal_id)).canteen_id if wish.meal_id is not None else None
    visit = visit_row(order, elder, item, wish.meal_id, canteen_id)
    session.add(visit)
    await session.flush()
    await tell(session, order, "order.placed", visit)
    audit.note(session, now, actor.account_id, "order.place", f"order:{order.id}")
    return order


def order_row(elder: Elder, item: MenuItem, wish: Wish, price_fen: int, now: datetime, placed_by: int) -> Order:
    """An order as it is kept, placed."""
    return Order(
        elder_id=elder.id,
        area_code=elder.area_code,
        provider_id=elder.provider_id,
        item_id=item.id,
        service_on=wish.service_on,
        window_from_at=wish.window_from,
        window_to_at=wish.window_to,
        portions=wish.portions,
        price_fen=price_fen,
        state=OrderState.PLACED,
        placed_at=now,
        placed_by=placed_by,
        on_behalf_note=wish.on_behalf_note,
    )


def visit_row(
    order: Order, elder: Elder, item: MenuItem, meal_id: int | None = None, canteen_id: int | None = None
) -> Visit:
    """The visit that an order asks for."""
    return Visit(
        order_id=order.id,
        elder_id=elder.id,
        household_id=elder.household_id,
        area_code=elder.area_code,
        provider_id=elder.provider_id,
        item_id=item.id,
        family=item.family,
        service_on=order.service_on,
        window_from_at=order.window_from_at,
        window_to_at=order.window_to_at,
        duration_min=item.duration_min,
        people=item.people,
        portions=order.portions,
        meal_id=meal_id,
        canteen_id=canteen_id,
        state=VisitState.ACCEPTED,
    )


async def cancel_order(session: AsyncSession, actor: Actor, order_id: int, now: datetime) -> Order:
    """Cancel an order and its visit, once; a visit already under way stays as it is.

    Raises NotFound, AlreadyClosed with the state that it is in.
    """
    order = await queries.get_order(session, actor, order_id)
    claim = update(Order).where(Order.id == order.id, Order.state.in_([OrderState.PLACED, OrderState.PAUSED]))
    if (await session.execute(claim.values(state=OrderState.CANCELLED).returning(Order.id))).first() is None:
        raise AlreadyClosed(f"order {order.id} is already {order.state}", state=order.state.value)
    await session.refresh(order)
    visit = await find_visit_of_order(session, order.id)
    if visit is not None and visit.state is VisitState.ACCEPTED:
        visit.state = VisitState.CANCELLED
    await session.flush()
    await tell(session, order, "order.cancelled", visit)
    audit.note(session, now, actor.account_id, "order.cancel", f"order:{order.id}")
    return order


async def tell(session: AsyncSession, order: Order, topic: str, visit: Visit | None) -> None:
    """Tell the desks what became of an order and its visit, and whoever a plan sends there."""
    seen = await visit_view(session, visit) if visit is not None else None
    data: dict[str, Any] = {"order_id": order.id, "state": order.state, "visit": seen}
    outbox.append(
        session,
        topic,
        data,
        subject=f"order:{order.id}",
        area_code=order.area_code,
        provider_id=order.provider_id,
        caregiver_ids=[stop["caregiver_id"] for stop in seen["stops"]] if seen is not None else [],
    )
