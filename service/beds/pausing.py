"""Suspends a bed from a day and brings it back: visits, patrol and billing rest with it; refuses to leave one over."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Bed, BedPause, Respite
from models.types import PauseKind, RespiteState
from service import audit
from service.auth import Actor
from service.beds import queries, rules
from service.beds.actions import IllegalMove, refuse_jump, step, tell, where
from service.errors import BadInput, Conflict, FieldProblem
from service.orders.blocks import call_off_blocks
from service.orders.pausing import pause_visits, resume_visits
from service.town_clock import TownTime

DAYS_BACK, DAYS_AHEAD = 31, 31


class RestPlanned(Conflict):
    """The bed has a rest that is still to come; `from_on` says when. Call it off first."""

    code = "bed.rest_planned"


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
    """Let an active bed rest: every visit from `from_on` on that nobody has begun waits, and no other can be ordered.

    A rest that is still to come leaves the bed active until its first day (`begin_rest`).
    Raises NotFound, IllegalMove, RestPlanned, BadInput for a day too far away.
    """
    bed = await queries.get_bed(session, actor, bed_id, lock=True)
    refuse_jump(bed, rules.SUSPENDED)
    pauses = await queries.pauses_of(session, bed.id)
    planned = _running(pauses)
    if planned is not None:
        raise RestPlanned(f"a rest from {planned.from_on} on is planned", from_on=planned.from_on.isoformat())
    wrong = rules.pause_problem(from_on, town.today, DAYS_BACK, DAYS_AHEAD)
    last = max((row.until_on for row in pauses if row.until_on), default=None)
    if wrong is not None or (last is not None and from_on < last):
        accepted = wrong or f"not before {last}, when the last rest ended"
        raise BadInput("the rest cannot begin then", fields=[FieldProblem("from_on", f"is {from_on}", accepted)])
    if rules.has_begun(from_on, town.today):
        await step(session, actor, bed, rules.SUSPENDED, now, town.today, why)
    else:
        audit.note(session, now, actor.account_id, "bed.rest_planned", f"bed:{bed.id}", f"from {from_on}")
        tell(session, bed, bed.state)
    session.add(BedPause(bed_id=bed.id, elder_id=bed.elder_id, kind=kind, from_on=from_on, why=why))
    await session.flush()
    return {"visits_paused": await pause_visits(session, bed.elder_id, from_on)}


async def begin_rest(session: AsyncSession, bed_id: int, now: datetime, town: TownTime) -> bool:
    """Suspend a bed on the first day of its planned rest; False when the rest was called off meanwhile."""
    bed = await queries.lock_bed(session, bed_id)
    pause = _running(await queries.pauses_of(session, bed.id))
    if bed.state is not rules.ACTIVE or pause is None or not rules.has_begun(pause.from_on, town.today):
        return False
    await step(session, None, bed, rules.SUSPENDED, now, town.today, pause.why)
    await pause_visits(session, bed.elder_id, pause.from_on)
    return True


async def resume(
    session: AsyncSession, actor: Actor, bed_id: int, on: date | None, why: str | None, now: datetime, town: TownTime
) -> dict[str, Any]:
    """Bring a suspended bed back, with care from `on` (today) on: its orders of that day and later are placed again.

    The gate is asked again. A rest that is still to come is called off, whatever the day.
    Raises NotFound, IllegalMove, GateShut, BadInput for a day before the rest or too far on.
    """
    bed = await queries.get_bed(session, actor, bed_id, lock=True)
    pause = _running(await queries.pauses_of(session, bed.id))
    if bed.state is rules.ACTIVE and pause is not None:
        return await _call_off(session, actor, bed, pause, now, town)
    refuse_jump(bed, rules.ACTIVE)
    if bed.state is not rules.SUSPENDED:
        raise IllegalMove(f"the bed is {bed.state}: only a suspended one comes back", **where(bed))
    on = on or town.today
    earliest = town.today if pause is None else pause.from_on
    if not earliest <= on <= town.today:
        accepted = f"{earliest} to {town.today}: not before the rest began, not in the future"
        raise BadInput("the rest cannot end then", fields=[FieldProblem("on", f"is {on}", accepted)])
    await step(session, actor, bed, rules.ACTIVE, now, town.today, why)
    if pause is not None:
        pause.until_on = on
    await session.flush()
    return _came_back(*await resume_visits(session, bed.elder_id, on, town.at))


async def end_rests(session: AsyncSession, bed: Bed, town: TownTime) -> None:
    """A closed bed rests no more; what waited is cancelled for good, and what was still to come was no rest."""
    pause = _running(await queries.pauses_of(session, bed.id))
    if pause is None:
        return
    if rules.has_begun(pause.from_on, town.today):
        pause.until_on = town.today
    else:
        await session.delete(pause)
    await session.flush()
    await resume_visits(session, bed.elder_id, date.max, town.at)


async def end_respites(session: AsyncSession, bed: Bed, town: TownTime) -> None:
    """Blocks of respite of a closed bed that are not over are called off with their visits."""
    mine = update(Respite).where(Respite.bed_id == bed.id, Respite.state == RespiteState.BOOKED)
    gone = mine.where(Respite.to_at > town.at).values(state=RespiteState.CANCELLED).returning(Respite.id)
    ids = list(await session.scalars(gone))
    if ids:
        await call_off_blocks(session, ids)


async def _call_off(
    session: AsyncSession, actor: Actor, bed: Bed, pause: BedPause, now: datetime, town: TownTime
) -> dict[str, Any]:
    """Nobody goes away after all: the rest is taken from the bed's rests, the audit trail keeps it."""
    await session.delete(pause)
    await session.flush()
    audit.note(session, now, actor.account_id, "bed.rest_called_off", f"bed:{bed.id}", f"from {pause.from_on}")
    tell(session, bed, bed.state)
    return _came_back(*await resume_visits(session, bed.elder_id, pause.from_on, town.at))


def _came_back(visits: int, dropped: int) -> dict[str, Any]:
    return {"visits_back": visits, "orders_dropped": dropped}


def _running(pauses: Sequence[BedPause]) -> BedPause | None:
    """The rest that goes on or is to come: a bed has one at most."""
    return next((row for row in reversed(pauses) if row.until_on is None), None)
