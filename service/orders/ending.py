"""Ends or moves what an elder ordered and nobody has begun, because they left or live elsewhere; never commits."""

from datetime import date

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Household, Order, Visit
from models.types import OrderState, VisitState
from service.orders.pausing import tell_visits
from service.visits.actions import call_off, move_ahead

NOT_BEGUN = (VisitState.ACCEPTED, VisitState.MISSED, VisitState.CANCELLED)
WAITING = (OrderState.PLACED, OrderState.PAUSED)


def begun() -> ColumnElement[bool]:
    """The condition that somebody has set out for an order, or more."""
    return select(Visit.order_id).where(Visit.order_id == Order.id, Visit.state.not_in(NOT_BEGUN)).exists()


async def end_orders(session: AsyncSession, elder_id: int, from_on: date) -> tuple[int, int]:
    """Cancel for good every order and visit of an elder from a day on that nobody has begun, and all that waits.

    Looks in (patrols) are visits without an order and go as well. Answers how many orders and how many visits.
    """
    visits = await call_off(session, elder_id, from_on)
    left = (Order.elder_id == elder_id) & Order.state.in_(WAITING)
    ahead = (Order.service_on >= from_on) | (Order.state == OrderState.PAUSED)
    gone = update(Order).where(left, ahead, ~begun()).values(state=OrderState.CANCELLED)
    orders = list(await session.scalars(gone.returning(Order.id)))
    await tell_visits(session, visits, "order.cancelled", OrderState.CANCELLED)
    return len(orders), len(visits)


async def count_ended(session: AsyncSession, elder_id: int, from_on: date) -> int:
    """How many orders of an elder from a day on stand cancelled."""
    query = select(func.count()).select_from(Order).where(Order.elder_id == elder_id, Order.service_on >= from_on)
    return await session.scalar(query.where(Order.state == OrderState.CANCELLED)) or 0


async def move_orders(session: AsyncSession, elder_id: int, from_on: date, home: Household) -> int:
    """Let every order and visit from a day on that nobody has begun go to the elder's new door; answers the visits.

    The desks of the old area lose them and those of the new one get them.
    """
    ahead = select(Visit.id).where(Visit.elder_id == elder_id, Visit.service_on >= from_on)
    ids = list(await session.scalars(ahead.where(Visit.state == VisitState.ACCEPTED).order_by(Visit.id)))
    await tell_visits(session, ids, "order.cancelled", OrderState.PLACED)
    theirs = update(Order).where(Order.elder_id == elder_id, Order.service_on >= from_on, Order.state.in_(WAITING))
    await session.execute(theirs.where(~begun()).values(area_code=home.area_code))
    moved = await move_ahead(session, elder_id, from_on, home)
    await tell_visits(session, moved, "order.placed", OrderState.PLACED)
    return len(moved)
