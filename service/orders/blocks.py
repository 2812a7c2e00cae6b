"""Orders of a block of respite: a visit for each stretch that a caregiver stays, called off together; never commits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Elder, MenuItem, Order, Visit
from models.types import OrderState, VisitState
from service.auth import Actor
from service.clock import LOCAL
from service.elders.standing import refuse_gone
from service.orders.actions import Wish, order_row, tell, visit_row
from service.orders.ending import begun
from service.orders.pausing import tell_visits

LATEST = timedelta(minutes=15)
"""The family carer waits for whoever comes: a stretch begins within a quarter of an hour."""


@dataclass(frozen=True)
class Stretch:
    """One caregiver's part of a block, within one local day, and its part of the price."""

    from_at: datetime
    to_at: datetime
    price_fen: int


async def place_block(
    session: AsyncSession,
    actor: Actor,
    elder: Elder,
    item: MenuItem,
    respite_id: int,
    stretches: Sequence[Stretch],
    now: datetime,
) -> None:
    """Place an order and a visit for every stretch, as long as the stretch is; plans find them like all others.

    Raises HasLeft, MergedAway.
    """
    await refuse_gone(session, elder)
    for stretch in stretches:
        day, latest = stretch.from_at.astimezone(LOCAL).date(), stretch.from_at + LATEST
        wish = Wish(elder.id, item.code, day, stretch.from_at, latest)
        order = order_row(elder, item, wish, stretch.price_fen, now, actor.account_id)
        order.respite_id = respite_id
        session.add(order)
        await session.flush()
        visit = visit_row(order, elder, item)
        visit.duration_min = int((stretch.to_at - stretch.from_at).total_seconds()) // 60
        session.add(visit)
        await session.flush()
        await tell(session, order, "order.placed", visit)


async def call_off_blocks(session: AsyncSession, respite_ids: Collection[int]) -> int:
    """Cancel what is left of these blocks; a stretch that somebody has begun stays as it is. Answers how many went."""
    left = Order.respite_id.in_(respite_ids) & Order.state.in_([OrderState.PLACED, OrderState.PAUSED])
    gone = update(Order).where(left, ~begun()).values(state=OrderState.CANCELLED).returning(Order.id)
    ids = list(await session.scalars(gone))
    theirs = update(Visit).where(Visit.order_id.in_(ids), Visit.state == VisitState.ACCEPTED)
    visits = list(await session.scalars(theirs.values(state=VisitState.CANCELLED).returning(Visit.id)))
    await tell_visits(session, visits, "order.cancelled", OrderState.CANCELLED)
    return len(ids)
