"""Reads the event log in order and hands every event to the hub once; refuses to skip one or to trust a bell alone.

Bells (a commit in this process, NOTIFY from another) only say "look now"; once a second it looks anyway. It also
notices when the log has gone back: then the database was restored, and everybody has to begin anew.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Event as EventRow
from models import Sequence as Counter
from service.db import Database
from service.realtime.ear import Ear
from service.realtime.hub import Hub
from service.realtime.restored import Mark, renew
from service.realtime.ring import KEEP, Entry
from service.realtime.wire import Close, Event

log = logging.getLogger(__name__)

POLL_S = 1.0
CHUNK = 500
SLOWEST_S = 5.0
"""A look that takes longer is given up: the database is not there, even if no error says so."""


class Pump:
    """`last` is the highest `seq` handed to the hub; `after_each` hears every batch (session changes)."""

    def __init__(
        self, database: Database, hub: Hub, after_each: Callable[[Sequence[Event]], Awaitable[None]], mark: Mark
    ) -> None:
        self._database, self._hub, self._after_each, self._mark = database, hub, after_each, mark
        self.last = 0
        self.epoch = ""
        self._bell = asyncio.Event()
        self._turn = asyncio.Lock()
        self.ear = None if database.embedded else Ear(database.reader, self.ring)
        self._tasks: list[asyncio.Task[None]] = []
        self._looked_at = time.monotonic()

    async def start(self) -> None:
        """Begin at the end of the log, its newest events in memory for sockets that come back."""
        self._looked_at = time.monotonic()
        async with self._database.reading() as session:
            counter = await session.get_one(Counter, 1)
            last, self.epoch = counter.last, counter.epoch
        if self._mark.lies_beyond(self.epoch, last):
            last, self.epoch = await renew(self._database, self.epoch, self._mark.seq)
        await self._refill(last)
        self._database.on_commit.append(self.ring)
        self._tasks = [asyncio.create_task(self._run(), name="pump")]
        if self.ear is not None:
            self._tasks.append(asyncio.create_task(self.ear.run(), name="ear"))

    async def stop(self) -> None:
        """End, and let the listening connection go."""
        with suppress(ValueError):
            self._database.on_commit.remove(self.ring)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._mark.keep(self.epoch, self.last, at_once=True)

    def ring(self, _last: int = 0) -> None:
        """Look now."""
        self._bell.set()

    @property
    def blind_s(self) -> float:
        """Seconds since the log was last read to its end."""
        return time.monotonic() - self._looked_at

    async def _run(self) -> None:
        while True:
            rung = False
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):  # not wait_for, which may swallow a cancellation
                    rung = await self._bell.wait()
            self._bell.clear()
            try:
                async with asyncio.timeout(SLOWEST_S):
                    await self.catch_up()
                    if not rung:
                        await self._look_back()
            except Exception:
                log.exception("the event log could not be read")
                await asyncio.sleep(POLL_S / 2)

    async def catch_up(self) -> None:
        """Hand everything that is on disk to the hub, in order."""
        async with self._turn:
            events = await self._read_on()
            while events:
                loaded = await self._load(events)
                self._hub.deliver([Entry(event, loaded) for event in events])
                self.last = events[-1].seq
                await self._after_each(events)
                events = await self._read_on() if len(events) == CHUNK else []
            self._looked_at = time.monotonic()

    async def _read_on(self) -> list[Event]:
        async with self._database.reading() as session:
            return await read_events(session, self.last, CHUNK)

    async def _load(self, events: Sequence[Event]) -> dict[int, Any]:
        topics = {event.topic for event in events}
        loaded = {}
        for refiner in list(self._hub.refiners.values()):
            if refiner.topics & topics:
                async with self._database.reading() as session:
                    loaded[id(refiner)] = await refiner.load(session)
        return loaded

    async def _look_back(self) -> None:
        """Once a second without a bell: is this still the database that we knew?"""
        async with self._turn:
            async with self._database.reading() as session:
                counter = await session.get_one(Counter, 1)
                last, epoch = counter.last, counter.epoch
            if epoch == self.epoch and last < self.last:
                last, epoch = await renew(self._database, epoch, max(self.last, self._mark.seq))
            if epoch != self.epoch:
                log.warning("the database was restored: every socket begins anew", extra={"seq": last})
                self.epoch = epoch
                await self._refill(last)
                self._hub.end_all(Close.RESTART, "the database was restored")
            self._mark.keep(self.epoch, self.last)

    async def _refill(self, last: int) -> None:
        floor = max(0, last - KEEP)
        async with self._database.reading() as session:
            events = await read_events(session, floor, KEEP, last)
        self._hub.ring.begin(floor)
        self._hub.ring.extend([Entry(event) for event in events])
        self.last = last


async def read_events(session: AsyncSession, after: int, limit: int, upto: int | None = None) -> list[Event]:
    """Events of the log in order."""
    columns = (EventRow.seq, EventRow.at, EventRow.topic, EventRow.subject, EventRow.area_code, EventRow.provider_id)
    query = select(*columns, EventRow.caregiver_ids, EventRow.data).where(EventRow.seq > after)
    if upto is not None:
        query = query.where(EventRow.seq <= upto)
    rows = await session.execute(query.order_by(EventRow.seq).limit(limit))
    return [
        Event(seq, at, topic, subject, area_code, provider_id, tuple(caregiver_ids), data)
        for seq, at, topic, subject, area_code, provider_id, caregiver_ids, data in rows
    ]
