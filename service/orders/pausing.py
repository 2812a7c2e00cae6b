"""Lets an elder's orders rest and wakes them again: visits of a rest are cancelled, never left over; never commits."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Bed, BedPause, Elder, Order, Visit
from models.types import BedState, OrderState, VisitState
from service.realtime import outbox
from service.visits.actions import call_off
from service.visits.queries import visit_views


async def find_pause(session: AsyncSession, elder_id: int, day: date) -> BedPause | None:
    """The rest of this elder's bed that covers a day, if there is one.

    Holds the bed until the transaction ends: nobody suspends it while something is ordered for that day.
    """
    mine = select(Bed.id).where(Bed.elder_id == elder_id, Bed.state != BedState.CLOSED)
    await session.execute(mine.with_for_update(read=True))
    covers = (BedPause.elder_id == elder_id) & (BedPause.from_on <= day)
    open_ended = BedPause.until_on.is_(None) | (BedPause.until_on > day)
    return (await session.scalars(select(BedPause).where(covers, open_ended).limit(1))).first()


async def pause_visits(session: AsyncSession, elder_id: int, from_on: date) -> int:
    """Cancel every visit of the elder from a day on that nobody has begun; their orders wait. Answers how many.

    Visits without an order (patrols) are made anew by their own register.
    """
    ids = await call_off(session, elder_id, from_on)
    waiting = (Order.elder_id == elder_id) & (Order.service_on >= from_on) & (Order.state == OrderState.PLACED)
    theirs = Order.id.in_(select(Visit.order_id).where(Visit.id.in_(ids), Visit.order_id.is_not(None)))
    await session.execute(update(Order).where(waiting, theirs).values(state=OrderState.PAUSED))
    await tell_visits(session, ids, "order.cancelled", OrderState.PAUSED)
    return len(ids)


async def resume_visits(session: AsyncSession, elder_id: int, from_on: date, town_at: datetime) -> tuple[int, int]:
    """Place the elder's waiting orders again from a day on, and their visits; earlier ones are cancelled for good.

    The visits go to where the elder lives now, who may have moved during the rest.

    Answers how many visits came back and how many orders did not: their day or window has passed.
    """
    paused = (Order.elder_id == elder_id) & (Order.state == OrderState.PAUSED)
    ahead = (Order.service_on >= from_on) & (Order.window_to_at > town_at)
    back = list(
        await session.scalars(update(Order).where(paused, ahead).values(state=OrderState.PLACED).returning(Order.id))
    )
    lost = await session.scalars(update(Order).where(paused).values(state=OrderState.CANCELLED).returning(Order.id))
    dropped = len(list(lost))
    here = await session.execute(select(Elder.household_id, Elder.area_code).where(Elder.id == elder_id))
    home_id, area_code = here.one()
    again = update(Visit).where(Visit.order_id.in_(back), Visit.state == VisitState.CANCELLED)
    there = again.values(state=VisitState.ACCEPTED, household_id=home_id, area_code=area_code)
    ids = list(await session.scalars(there.returning(Visit.id)))
    await tell_visits(session, ids, "order.placed", OrderState.PLACED)
    return len(ids), dropped


async def tell_visits(session: AsyncSession, ids: Sequence[int], topic: str, state: OrderState) -> None:
    """To the desk a resting visit is a cancelled one, one that comes back a new one; who was to go there hears it."""
    if not ids:
        return
    rows = select(Visit).where(Visit.id.in_(ids)).execution_options(populate_existing=True).order_by(Visit.id)
    visits = list(await session.scalars(rows))
    for visit, view in zip(visits, await visit_views(session, visits), strict=True):
        data = {"order_id": visit.order_id, "state": state, "visit": view}
        outbox.append(
            session,
            topic,
            data,
            subject=f"visit:{visit.id}",
            area_code=visit.area_code,
            provider_id=visit.provider_id,
            caregiver_ids=[stop["caregiver_id"] for stop in view["stops"]],
        )
