"""Moves beds along their life, one or many; refuses to suspend and resume (service.beds.pausing says from when)."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from models import Bed
from models.types import BedState
from service.auth import Actor
from service.beds import queries, rules
from service.beds.actions import GateShut, IllegalMove, refuse_jump, step, where
from service.beds.pausing import end_respites, end_rests
from service.clock import Clock
from service.db import Database
from service.errors import ServiceError
from service.town_clock import TownTime, town_time


async def move_bed(
    session: AsyncSession,
    actor: Actor,
    bed_id: int,
    to: BedState,
    now: datetime,
    town: TownTime,
    why: str | None = None,
    expected: BedState | None = None,
) -> Bed:
    """Take one step, once. `expected` is where the caller saw the bed. A closed bed rests no more.

    Raises NotFound, IllegalMove with the allowed states, GateShut with everything that is missing.
    """
    bed = await queries.get_bed(session, actor, bed_id, lock=True)
    refuse_jump(bed, to, expected)
    if to in rules.by_verb(bed.state):
        raise IllegalMove("suspending and resuming say from when: use those verbs", **where(bed))
    await step(session, actor, bed, to, now, town.today, why)
    if to is rules.CLOSED:
        await end_rests(session, bed, town)
        await end_respites(session, bed, town)
    return bed


async def follow_tests(session: AsyncSession, bed_id: int, now: datetime, town: TownTime) -> bool:
    """Let a bed go on to TESTED when its last mandatory device has passed; False when something is missing by now."""
    bed = await queries.lock_bed(session, bed_id)
    if bed.state is not rules.INSTALLED:
        return False
    try:
        await step(
            session, None, bed, rules.TESTED, now, town.today, "every mandatory device passed its live test call"
        )
    except GateShut:
        return False
    return True


async def move_beds(
    database: Database, clock: Clock, actor: Actor, bed_ids: list[int], to: BedState, why: str | None
) -> list[dict[str, Any]]:
    """The same step for many beds, each in a transaction of its own: what came of each, in the order asked."""
    results = []
    for bed_id in dict.fromkeys(bed_ids):
        try:
            async with database.writing() as session:
                town = await town_time(session, clock)
                bed = await move_bed(session, actor, bed_id, to, clock.now(), town, why)
                results.append({"bed_id": bed_id, "ok": True, "state": bed.state, "problem": None})
        except ServiceError as refusal:
            results.append({"bed_id": bed_id, "ok": False, "state": None, "problem": refusal.problem()})
    return results
