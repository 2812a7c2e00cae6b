"""Verbs on respite: book a block for a family carer, call it off; refuses overlaps and more days than the year has."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Bed, Contact, Elder, Respite
from models.types import BedState, Purpose, RespiteState
from service import audit
from service.auth import Actor
from service.beds.queries import get_bed
from service.clock import LOCAL
from service.elders.consents import refuse_withdrawn
from service.errors import BadInput, Conflict, FieldProblem, NotFound
from service.orders.blocks import Stretch, call_off_blocks, place_block
from service.orders.queries import find_respite_item
from service.policies.kinds import STRETCH_HOURS
from service.policies.queries import policy_on
from service.promises import queries, rules
from service.realtime import outbox

FARTHEST, SHORTEST = timedelta(days=180), timedelta(hours=1)


class BedNotLive(Conflict):
    """Respite is for active beds."""

    code = "respite.bed_not_active"


class Overlaps(Conflict):
    """Another block, or a rest of the bed, takes these hours."""

    code = "respite.overlaps"


class NoItem(Conflict):
    """The menu has no respite: its visits need one."""

    code = "respite.no_item"


class NoDaysLeft(Conflict):
    """The year's days of respite are used up; `days_left` says what remains."""

    code = "respite.no_days_left"


async def book_respite(
    session: AsyncSession,
    actor: Actor,
    bed_id: int,
    contact_id: int,
    start: datetime,
    stop: datetime,
    note: str | None,
    now: datetime,
    town_at: datetime,
) -> Respite:
    """Book a block of care at the low price, so that this contact of the elder can rest.

    It becomes orders with visits that the days' plans find: stretches that one caregiver stays, never over midnight.
    Raises NotFound, BadInput naming each fault, BedNotLive, Overlaps, NoDaysLeft, NoItem, ConsentWithdrawn.
    """
    bed = await get_bed(session, actor, bed_id, lock=True)
    await refuse_withdrawn(session, bed.elder_id, Purpose.CARE)
    if bed.state is not BedState.ACTIVE:
        raise BedNotLive(f"the bed is {bed.state}", state=bed.state.value)
    contact = await session.get(Contact, contact_id)
    if contact is None or contact.elder_id != bed.elder_id:
        raise NotFound(f"no contact {contact_id} of this elder")
    start, stop = start.astimezone(LOCAL), stop.astimezone(LOCAL)
    policy = (await policy_on(session, "bed.respite", bed.area_code, start.date())).value
    _refuse_faults(start, stop, policy["longest_hours"], town_at)
    await _refuse_clash(session, bed, start, stop, policy["days_a_year"])
    item = await find_respite_item(session)
    if item is None:
        raise NoItem("put an item of the family respite on the menu first")
    row = Respite(elder_id=bed.elder_id, bed_id=bed.id, contact_id=contact.id, provider_id=bed.provider_id)
    row.area_code, row.kind, row.from_at, row.to_at = bed.area_code, rules.kind_of(start, stop), start, stop
    row.price_fen, row.state = rules.respite_price(policy["hour_fen"], start, stop), RespiteState.BOOKED
    row.booked_at, row.booked_by, row.note = now, actor.account_id, note
    session.add(row)
    await session.flush()
    elder, stretches = await session.get_one(Elder, bed.elder_id), _stretches(policy, start, stop)
    await place_block(session, actor, elder, item, row.id, stretches, now)
    _tell(session, actor, row, now, "respite.booked")
    return row


async def cancel_respite(session: AsyncSession, actor: Actor, respite_id: int, now: datetime) -> Respite:
    """Call a block off with its visits that nobody has begun, once. Raises NotFound, Conflict when done before."""
    row = await session.get(Respite, respite_id)
    if row is None or not actor.sees(row.area_code, row.provider_id):
        raise NotFound(f"no respite {respite_id}")
    claim = update(Respite).where(Respite.id == row.id, Respite.state == RespiteState.BOOKED)
    if (await session.execute(claim.values(state=RespiteState.CANCELLED).returning(Respite.id))).first() is None:
        raise Conflict("it was called off before", state=row.state.value, allowed=[])
    await session.refresh(row)
    await call_off_blocks(session, [row.id])
    _tell(session, actor, row, now, "respite.cancelled")
    return row


def _stretches(policy: dict[str, Any], start: datetime, stop: datetime) -> list[Stretch]:
    """The block cut for the plans; the parts of the price add up to the block's."""
    found, paid = [], 0
    for begin, end in rules.cut(start, stop, policy.get("stretch_hours", STRETCH_HOURS)):
        until = rules.respite_price(policy["hour_fen"], start, end)
        found.append(Stretch(begin, end, until - paid))
        paid = until
    return found


def _refuse_faults(start: datetime, stop: datetime, longest_hours: int, town_at: datetime) -> None:
    faults = []
    if stop <= start:
        faults.append(FieldProblem("to_at", "is not after from_at", "a later moment"))
    elif stop - start < SHORTEST:
        faults.append(FieldProblem("to_at", "makes the block too short", "at least 1 hour"))
    if not town_at <= start <= town_at + FARTHEST:
        faults.append(FieldProblem("from_at", "has passed or is too far away", f"within {FARTHEST.days} days"))
    if stop - start > timedelta(hours=longest_hours):
        faults.append(FieldProblem("to_at", "makes the block too long", f"at most {longest_hours} hours"))
    if faults:
        raise BadInput("this block cannot be booked", fields=faults)


async def _refuse_clash(session: AsyncSession, bed: Bed, start: datetime, stop: datetime, days_a_year: int) -> None:
    other = await queries.overlapping(session, bed.elder_id, start, stop)
    rest = await queries.rest_within(session, bed.id, start.date(), rules.last_day(stop))
    if other is not None or rest is not None:
        raise Overlaps("another block or a rest of the bed takes these hours", respite_id=other)
    booked = [
        (row.from_at.astimezone(LOCAL), row.to_at.astimezone(LOCAL))
        for row in await queries.respites_of(session, bed.elder_id)
    ]
    for year in {start.year, stop.year}:
        used = rules.respite_days(booked, year)
        if rules.respite_days([*booked, (start, stop)], year) > days_a_year:
            raise NoDaysLeft(f"{used} of {days_a_year} days of {year} are booked", days_left=days_a_year - used)


def _tell(session: AsyncSession, actor: Actor, row: Respite, now: datetime, deed: str) -> None:
    audit.note(session, now, actor.account_id, deed, f"respite:{row.id}")
    data = {"respite_id": row.id, "bed_id": row.bed_id, "state": row.state}
    subject = f"respite:{row.id}"
    outbox.append(
        session, "respite.changed", data, subject=subject, area_code=row.area_code, provider_id=row.provider_id
    )
