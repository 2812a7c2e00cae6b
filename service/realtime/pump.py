"""Reads the event log in order and hands every event to the hub once; refuses to skip one or to trust a bell alone.

Bells (a commit in this process, NOTIFY from another) only say "look now"; once a second it looks anyway.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from models import Event as EventRow
from models import Sequence as Counter
from service.db import Database
from service.realtime.hub import Hub
from service.realtime.wire import Event

log = logging.getLogger(__name__)

POLL_S = 1.0
CHUNK = 500
KEEP = 4096
"""Events kept in memory for sockets that come back."""
MAX_REPLAY = 2000


class Pump:
    """`last` is the highest `seq` handed to the hub; `after_each` hears every batch (session changes)."""

    def __init__(self, database: Database, hub: Hub, after_each: Callable[[Sequence[Event]], Awaitable[None]]) -> None:
        self._database, self._hub, self._after_each = database, hub, after_each
        self.last = 0
        self.epoch = ""
        self._ring: deque[Event] = deque(maxlen=KEEP)
        self._bell = asyncio.Event()
        self._turn = asyncio.Lock()
        self._ear: AsyncConnection | None = None
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin at the end of the log: what is older comes by snapshot or replay."""
        async with self._database.reading() as session:
            counter = await session.get_one(Counter, 1)
            self.last, self.epoch = counter.last, counter.epoch
        self._database.on_commit.append(self.ring)
        self._loop = asyncio.create_task(self._run(), name="pump")

    async def stop(self) -> None:
        """End, and let the listening connection go."""
        with suppress(ValueError):
            self._database.on_commit.remove(self.ring)
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
        await self._deafen()

    def ring(self, _last: int = 0) -> None:
        """Look now."""
        self._bell.set()

    async def _run(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):  # not wait_for, which may swallow a cancellation
                    await self._bell.wait()
            self._bell.clear()
            try:
                await self.catch_up()
                await self._listen()
            except Exception:
                log.exception("the event log could not be read")
                await asyncio.sleep(POLL_S / 2)

    async def catch_up(self) -> None:
        """Hand everything that is on disk to the hub, in order."""
        async with self._turn:
            events = await self._read_on()
            while events:
                loaded = await self._load(events)
                self._hub.deliver(events, loaded)
                self._ring.extend(events)
                self.last = events[-1].seq
                await self._after_each(events)
                events = await self._read_on() if len(events) == CHUNK else []

    async def _read_on(self) -> list[Event]:
        async with self._database.reading() as session:
            return await read_events(session, self.last, None, CHUNK)

    async def _load(self, events: list[Event]) -> dict[int, Any]:
        loaded = {}
        for refiner in self._hub.refiners(events):
            async with self._database.reading() as session:
                loaded[id(refiner)] = await refiner.load(session)
        return loaded

    async def between(self, after: int, upto: int) -> list[Event] | None:
        """All events with `after` < seq <= `upto`, from memory or the log; None when they are too many to replay."""
        if upto - after > MAX_REPLAY:
            return None
        if after >= upto:
            return []
        if self._ring and self._ring[0].seq <= after + 1:
            return [event for event in self._ring if after < event.seq <= upto]
        async with self._database.reading() as session:
            return await read_events(session, after, upto, MAX_REPLAY)

    async def _listen(self) -> None:
        """On PostgreSQL keep one connection that hears the bells of other processes; a dead one is replaced."""
        if self._database.embedded:
            return
        if self._ear is not None:
            driver = (await self._ear.get_raw_connection()).driver_connection
            if driver is not None and not driver.is_closed():
                return
            await self._deafen()
        self._ear = await self._database.reader.connect()
        driver = (await self._ear.get_raw_connection()).driver_connection
        if driver is not None:
            await driver.add_listener("unwalled", lambda *_: self._bell.set())
            self._bell.set()

    async def _deafen(self) -> None:
        ear, self._ear = self._ear, None
        if ear is not None:
            with suppress(Exception):
                await ear.invalidate()
            await ear.close()


async def read_events(session: AsyncSession, after: int, upto: int | None, limit: int) -> list[Event]:
    """Events of the log in order."""
    query = select(EventRow).where(EventRow.seq > after).order_by(EventRow.seq).limit(limit)
    if upto is not None:
        query = query.where(EventRow.seq <= upto)
    return [
        Event(
            row.seq,
            row.at,
            row.topic,
            row.subject,
            row.area_code,
            row.provider_id,
            tuple(row.caregiver_ids),
            row.data,
        )
        for row in (await session.scalars(query)).all()
    ]
