"""Timed entries of the emergency ladder; a look first, so that a quiet town never takes the writer's turn."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from service.clock import Clock
from service.db import Database, unwalled_now
from service.emergencies import escalation, firing, unheard

Fire = Callable[[AsyncSession], Awaitable[int]]
LINES = 4
"""Batches under way at once on PostgreSQL: made, written, waiting for the disk. The embedded writer is one."""
LOOK_S = 0.25
ASLEEP_S = 1.0
"""The house's clock ran on while the process stood still for so long: no rung comes before the next look, so that a
call that reached nobody is telephoned to the desk first."""
FIRES: tuple[Fire, ...] = (firing.fire_due_timers, firing.reraise_stale, firing.widen_searches)


async def keep_time(database: Database, clock: Clock) -> None:
    """One look at calls that reach nobody, and until the next one whatever comes due, each at its own moment."""
    look = Look(clock)
    await hurry(database)
    while not look.slept:
        fired = await fire_due(database, look)
        left_s = LOOK_S - look.awake_s
        wait_s = 0.0 if fired else await _until_next(database)
        if wait_s >= left_s:
            await asyncio.sleep(max(0.0, left_s))
            return
        await asyncio.sleep(wait_s)


async def _until_next(database: Database) -> float:
    async with database.reading() as session:
        wait = await firing.next_due_in(session)
    return LOOK_S if wait is None else wait.total_seconds()


async def ring_timers(database: Database, clock: Clock) -> None:
    """One look: see to calls that reach nobody, then fire what is due."""
    look = Look(clock)
    await hurry(database)
    await fire_due(database, look)


class Look:
    """One look at calls that reach nobody, told by two clocks: the house's, and the one that stops when the host does.

    A look that takes long on a busy host is none that slept: whatever is due is fired all the same.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock, self._began, self._awake_at = clock, clock.now(), time.monotonic()

    @property
    def awake_s(self) -> float:
        """For how long it has been going on, without sleep."""
        return time.monotonic() - self._awake_at

    @property
    def slept(self) -> bool:
        """Whether the host slept since it began."""
        return (self._clock.now() - self._began).total_seconds() - self.awake_s > ASLEEP_S


async def fire_due(database: Database, look: Look) -> bool:
    """Fire what is due, nothing once the host slept; a full round is followed by others. Whether there was anything."""
    async with database.reading() as session:
        if not await firing.anything_due(session):
            return False
    rounds = Rounds(database, look)
    return any([await rounds.drain(fire) for fire in FIRES])


@dataclass(frozen=True)
class Rounds:
    """Batches of due timers, one transaction each."""

    database: Database
    look: Look

    async def drain(self, fire: Fire) -> bool:
        """Round after round while each is full; whether there was anything."""
        count = await self._one(fire)
        if count == firing.AT_ONCE:
            async with asyncio.TaskGroup() as lines:
                for _ in range(1 if self.database.embedded else LINES):
                    lines.create_task(self._go_on(fire))
        return count > 0

    async def _go_on(self, fire: Fire) -> None:
        while await self._one(fire) == firing.AT_ONCE:
            pass

    async def _one(self, fire: Fire) -> int:
        async with self.database.writing(urgent=True) as session:
            return 0 if self.look.slept else await fire(session)


async def hurry(database: Database) -> None:
    """Calls that reach nobody by the way they were sent do not wait for the next rung's time."""
    async with database.reading() as session:
        now = await unwalled_now(session)
        ahead = await escalation.anything_ahead(session)
        silent, failed = await unheard.find_unheard(session, now), await unheard.find_failed(session, now)
        pressed = await unheard.find_pressed_again(session, now)
    if ahead:
        async with database.writing(urgent=True) as session:
            await escalation.mend_jump(session)
    for one in silent:
        async with database.writing(urgent=True) as session:
            await unheard.go_on_by_phone(session, one)
    for incident_id in failed:
        async with database.writing(urgent=True) as session:
            await unheard.pull(session, incident_id)
    for incident_id in pressed:
        async with database.writing(urgent=True) as session:
            await unheard.ring_again(session, incident_id)
