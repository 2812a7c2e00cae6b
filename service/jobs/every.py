"""Runs entries of the timetable every so often, each for itself; refuses to let one failure stop another."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from service.clock import Clock
from service.db import Database

log = logging.getLogger(__name__)

LONGEST_PAUSE_S = 1.0
"""A database that comes back is noticed within this time: a rung that came due meanwhile is told within two seconds."""


@dataclass(frozen=True)
class Every:
    """One entry: run `work` every `every_s` seconds, counted from the end of the run before."""

    name: str
    every_s: float
    work: Callable[[Database, Clock], Awaitable[object]]


async def keep_running(entries: Iterable[Every], database: Database, clock: Clock) -> None:
    """Run all entries until cancelled. After errors a quick entry slows down, to 1 s at most."""
    async with asyncio.TaskGroup() as group:
        for entry in entries:
            group.create_task(_keep(entry, database, clock), name=f"every {entry.name}")


async def _keep(entry: Every, database: Database, clock: Clock) -> None:
    failures = 0
    while True:
        try:
            await entry.work(database, clock)
            failures = 0
        except Exception:
            failures += 1
            log.exception("timed work failed", extra={"entry": entry.name, "failures": failures})
        pause_s = min(entry.every_s * 2 ** min(failures, 10), LONGEST_PAUSE_S) if failures else 0.0
        await asyncio.sleep(max(entry.every_s, pause_s))
