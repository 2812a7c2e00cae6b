"""Suspends a bed from a day and brings it back: visits, patrol and billing rest with it; refuses to leave one over."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from models import Bed, BedPause
from models.types import PauseKind
from service.auth import Actor
from service.beds import queries, rules
from service.beds.actions import IllegalMove, refuse_jump, step
from service.errors import BadInput, FieldProblem
from service.orders.pausing import pause_visits, resume_visits
from service.town_clock import TownTime

DAYS_BACK, DAYS_AHEAD = 31, 31


async def suspend(
    session: AsyncSession,
    actor: Actor,
    bed_id: int,
    kind: PauseKind,
    from_on: date,
    why: str | None,
    now: datetime,
    town: TownTime,
) -> dict[str, Any]:
    """Suspend an active bed: every visit from `from_on` on that nobody has begun rests, and no other can be ordered.

    Raises NotFound, IllegalMove, BadInput for a day too far away.
    """
    bed = await queries.get_bed(session, actor, bed_id, lock=True)
    refuse_jump(bed, rules.SUSPENDED)
    wrong = rules.pause_problem(from_on, town.today, DAYS_BACK, DAYS_AHEAD)
    last = max((row.until_on for row in await queries.pauses_of(session, bed.id) if row.until_on), default=None)
    if wrong is not None or (last is not None and from_on < last):
        accepted = wrong or f"not before {last}, when the last rest ended"
        raise BadInput("the rest cannot begin then", fields=[FieldProblem("from_on", f"is {from_on}", accepted)])
    await step(session, actor, bed, rules.SUSPENDED, now, town.today, why)
    session.add(BedPause(bed_id=bed.id, elder_id=bed.elder_id, kind=kind, from_on=from_on, why=why))
    await session.flush()
    return {"visits_paused": await pause_visits(session, bed.elder_id, from_on)}


async def resume(
    session: AsyncSession, actor: Actor, bed_id: int, on: date, why: str | None, now: datetime, town: TownTime
) -> dict[str, Any]:
    """Bring a suspended bed back, with care from `on` on: its orders of that day and later are placed again.

    The gate is asked again. Raises NotFound, IllegalMove, GateShut, BadInput for a day before the rest or too far on.
    """
    bed = await queries.get_bed(session, actor, bed_id, lock=True)
    refuse_jump(bed, rules.ACTIVE)
    if bed.state is not rules.SUSPENDED:
        raise IllegalMove(f"the bed is {bed.state}: only a suspended one comes back", state=bed.state.value)
    pause = _running(await queries.pauses_of(session, bed.id))
    earliest = town.today if pause is None else pause.from_on
    latest = max(earliest, town.today)
    if not earliest <= on <= latest:
        accepted = f"{earliest} to {latest}: not before the rest began, not in the future"
        raise BadInput("the rest cannot end then", fields=[FieldProblem("on", f"is {on}", accepted)])
    await step(session, actor, bed, rules.ACTIVE, now, town.today, why)
    if pause is not None:
        pause.until_on = on
    await session.flush()
    back, dropped = await resume_visits(session, bed.elder_id, on, town.at)
    return {"visits_back": back, "orders_dropped": dropped}


async def end_rests(session: AsyncSession, bed: Bed, town: TownTime) -> None:
    """A closed bed rests no more; what waited is cancelled for good."""
    pause = _running(await queries.pauses_of(session, bed.id))
    if pause is not None:
        pause.until_on = max(pause.from_on, town.today)
        await session.flush()
        await resume_visits(session, bed.elder_id, date.max, town.at)


def _running(pauses: Any) -> BedPause | None:
    return next((row for row in reversed(pauses) if row.until_on is None), None)
