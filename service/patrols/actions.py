"""Verbs on one patrol: note that somebody was seen, excuse them for a month; takes session and actor, never commits."""

from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Elder, PatrolTarget, Visit
from models.types import Family, OrderState, VisitState
from service import audit
from service.auth import Actor
from service.errors import BadInput, Conflict, FieldProblem
from service.patrols import queries
from service.patrols.rules import month_of
from service.realtime import outbox
from service.staff.actions import tell_caregiver
from service.town_clock import TownTime, local_midnight
from service.visits.queries import caregivers_of, visit_view

NOON_MIN = 12 * 60
HAS_LEFT = "has left the register of elders"


class NoItem(Conflict):
    """The menu has no patrol: a visit needs one."""

    code = "patrol.no_item"


class AlreadyOff(Conflict):
    """The person was taken off this month's register before."""

    code = "patrol.already_off"


async def record(
    session: AsyncSession,
    actor: Actor,
    target_id: int,
    on: date,
    by: str,
    note: str | None,
    now: datetime,
    town: TownTime,
) -> PatrolTarget:
    """Note that somebody saw the elder on a day: a village committee, a volunteer, a neighbour asked to look.

    A visit confirmed on that day is written, with who looked; one planned for it that nobody has begun is called off.
    Raises NotFound, NoItem, BadInput for another month.
    """
    target = await queries.get_target(session, actor, target_id)
    first, last = month_of(target.month_on)
    latest = min(last, town.today)
    if not first <= on <= latest:
        fault = FieldProblem("on", f"is {on}", f"{first} to {latest}")
        raise BadInput("a patrol counts in its own month, when it has been", fields=[fault])
    item = await queries.find_item(session)
    if item is None:
        raise NoItem("the menu has no patrol")
    elder = await session.get_one(Elder, target.elder_id)
    await _call_off(session, elder.id, on, town)
    noon = local_midnight(on) + timedelta(minutes=NOON_MIN)
    visit = Visit(elder_id=elder.id, household_id=elder.household_id, area_code=elder.area_code, item_id=item.id)
    visit.provider_id, visit.family, visit.service_on, visit.duration_min = elder.provider_id, item.family, on, 0
    visit.window_from_at = visit.window_to_at = noon
    visit.state, visit.note = VisitState.CONFIRMED, f"{by}：{note}"[:300] if note else by
    session.add(visit)
    await session.flush()
    _tell(session, actor, target, now, "patrol.recorded")
    return target


async def _call_off(session: AsyncSession, elder_id: int, on: date, town: TownTime) -> None:
    """Cancel the patrols of a day that nobody has begun; to the desk they go as cancelled orders do."""
    planned = (Visit.elder_id == elder_id) & (Visit.service_on == on) & (Visit.family == Family.PATROL)
    theirs = update(Visit).where(planned, Visit.order_id.is_(None), Visit.state == VisitState.ACCEPTED)
    for visit in list(await session.scalars(theirs.values(state=VisitState.CANCELLED).returning(Visit))):
        data = {"order_id": None, "state": OrderState.CANCELLED, "visit": await visit_view(session, visit)}
        subject, area, provider = f"visit:{visit.id}", visit.area_code, visit.provider_id
        outbox.append(session, "order.cancelled", data, subject=subject, area_code=area, provider_id=provider)
        for caregiver_id in await caregivers_of(session, visit.id):
            await tell_caregiver(session, caregiver_id, town)


async def excuse(session: AsyncSession, actor: Actor, target_id: int, why: str, now: datetime) -> PatrolTarget:
    """Take somebody off this month's register with a reason that is kept. Raises NotFound, AlreadyOff."""
    target = await queries.get_target(session, actor, target_id)
    if target.dropped_at is not None:
        raise AlreadyOff("off the register already", reason=target.drop_reason)
    target.dropped_at, target.drop_reason = now, f"excused: {why}"[:200]
    await session.flush()
    _tell(session, actor, target, now, "patrol.excused")
    return target


async def drop_leaver(session: AsyncSession, elder_id: int, from_on: date, now: datetime) -> None:
    """Take who left off the registers of that month and later, but for one in which they were seen: nobody is sent."""
    theirs = (PatrolTarget.elder_id == elder_id) & PatrolTarget.dropped_at.is_(None)
    query = select(PatrolTarget).where(theirs, PatrolTarget.month_on >= month_of(from_on)[0])
    for target in list(await session.scalars(query)):
        month = queries.month_around(target.month_on, from_on)
        if elder_id not in await queries.seen_in(session, month, [elder_id]):
            target.dropped_at, target.drop_reason = now, HAS_LEFT
    await session.flush()


async def move_targets(session: AsyncSession, elder_id: int, today: date, area_code: str) -> None:
    """Let the registers of this month and later count an elder where they live now."""
    theirs = update(PatrolTarget).where(PatrolTarget.elder_id == elder_id)
    here = theirs.where(PatrolTarget.month_on >= month_of(today)[0])
    await session.execute(here.values(area_code=area_code))


def _tell(session: AsyncSession, actor: Actor, target: PatrolTarget, now: datetime, deed: str) -> None:
    audit.note(session, now, actor.account_id, deed, f"patrol_target:{target.id}")
    data = {"target_id": target.id, "elder_id": target.elder_id, "month": target.month_on.isoformat()}
    subject, area, provider = f"elder:{target.elder_id}", target.area_code, target.provider_id
    outbox.append(session, "patrol.changed", data, subject=subject, area_code=area, provider_id=provider)
