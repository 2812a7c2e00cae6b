"""Puts hub, pump, ticks, watches and session checks together for the composition root; refuses to know any door."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import replace
from typing import Any

import orjson
from starlette.requests import HTTPConnection

from service.auth import actors_of_sessions
from service.clock import Clock
from service.db import Database
from service.realtime.admission import Shared, Turnstile
from service.realtime.audience import Picture, Refiner
from service.realtime.connection import Connection
from service.realtime.hub import Hub
from service.realtime.line import Line
from service.realtime.pump import Pump
from service.realtime.receipts import ReceiptBook
from service.realtime.restored import Mark
from service.realtime.watches import Watchtower
from service.realtime.wire import PRIVATE, TICK_S, Close, Event
from service.settings import Settings

log = logging.getLogger(__name__)

RECHECK_S = 60.0
RECHECK_MOST = 500
EVICT_S = 0.5
WATCH_S = 1.0
RECEIPT_S = 0.05
STALE_S = 2.5
"""A tick is a promise that everything was sent: none goes out when the log was not read for so long."""
PLACES, PLACES_EMBEDDED = 4, 2
"""Pictures read at once: the rest of the pool's connections stay for the log, which must never wait for a storm."""
BLIND_S = 10.0
"""So long without the log, and clients are sent to another hub before their picture is stale for 20 s."""


class Live:
    """The live sockets of one process; `app.state.live`."""

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        self.database, self.clock, self.settings = database, clock, settings
        self.hub = Hub()
        self.pump = Pump(database, self.hub, self._after_events, Mark(settings.home / "highest.json"))
        self.turnstile = Turnstile()
        self.pictures: Shared[Hashable, tuple[int, Picture]] = Shared()
        self._loaded: Shared[int, Any] = Shared()
        self.places = asyncio.Semaphore(PLACES_EMBEDDED if database.embedded else PLACES)
        self.receipts = ReceiptBook(database, self.hub.ring)
        self.watchtower = Watchtower(database)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to read the log and to tick."""
        await self.pump.start()
        every: tuple[tuple[str, float, Callable[[], Awaitable[object]]], ...] = (
            ("ticks", TICK_S, self._tick),
            ("slow sockets", EVICT_S, self._evict),
            ("watches", WATCH_S, self._watch),
            ("session checks", RECHECK_S, self._recheck_all),
        )
        self._tasks = [asyncio.create_task(_every(name, pause, work), name=name) for name, pause, work in every]
        self._tasks.append(asyncio.create_task(self._write_receipts(), name="receipts"))

    async def stop(self) -> None:
        """Send every client away to come back, then end."""
        self.hub.end_all(Close.RESTART)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, self.pictures.stop(), self._loaded.stop(), return_exceptions=True)
        for last_words in (self.receipts.flush, self._watch):
            try:
                await last_words()
            except Exception:
                log.warning("the last receipts and watches were not written", exc_info=True)
        await self.pump.stop()

    @property
    def blind(self) -> bool:
        """Whether this process has not seen the log for so long that nobody should begin here."""
        return self.pump.blind_s > BLIND_S

    def take(self, connection: Connection, line: Line, since: int) -> None:
        """Hand a line that was greeted to the hub; a session that ended after `since` does not get that far."""
        for entry in self.hub.ring.after(since, self.pump.last):
            if entry.event.topic == "session.ended" and entry.event.subject == f"session:{connection.session_id}":
                connection.end(Close.SESSION_OVER)
                return
        connection.on_seen = self.receipts.note
        self.hub.enter(connection)
        line.hold(connection)

    def encoded(self, picture: Picture) -> Picture:
        """The picture with its shared parts as text, so that a thousand desks cost one encoding."""
        return replace(picture, shared={name: orjson.Fragment(orjson.dumps(p)) for name, p in picture.shared.items()})

    async def loaded(self, refiner: Refiner) -> Any:
        """What a refiner reads, for events that went by before anybody asked for it."""

        async def read() -> Any:
            async with self.database.reading() as session:
                return await refiner.load(session)

        return await self._loaded.get(id(refiner), read)

    async def _tick(self) -> None:
        if self.pump.blind_s < STALE_S:
            self.hub.tick(self.pump.last)

    async def _evict(self) -> None:
        self.hub.evict()
        if self.blind and len(self.hub):
            log.error("the event log cannot be read: clients are sent elsewhere")
            self.hub.end_all(Close.BUSY, "the event log cannot be read here")

    async def _watch(self) -> None:
        await self.watchtower.flush(self.hub.connections)

    async def _write_receipts(self) -> None:
        while True:
            await self.receipts.news.wait()
            await asyncio.sleep(RECEIPT_S)
            try:
                await self.receipts.flush()
            except Exception:
                log.exception("receipts could not be written")
                await asyncio.sleep(1.0)
                self.receipts.news.set()

    async def _after_events(self, events: Sequence[Event]) -> None:
        """A session that ended, or an account that changed, is felt by its sockets at once."""
        steering = [event for event in events if event.topic.startswith(PRIVATE)]
        if not steering:
            return
        ended = {event.subject for event in steering if event.topic == "session.ended"}
        accounts = any(event.topic.startswith("account.") for event in steering)
        asked = self.hub.connections
        await self.recheck([c for c in asked if accounts or f"session:{c.session_id}" in ended])

    async def _recheck_all(self) -> None:
        await self.recheck(self.hub.connections)

    async def recheck(self, connections: Sequence[Connection]) -> None:
        """Close sockets whose session is over, or whose scope is not any more what it was."""
        for start in range(0, len(connections), RECHECK_MOST):
            some = connections[start : start + RECHECK_MOST]
            async with self.database.reading() as session:
                ids = {connection.session_id for connection in some}
                actors = await actors_of_sessions(session, ids, self.clock.now())
            for connection in some:
                actor = actors.get(connection.session_id)
                if actor is None:
                    connection.end(Close.SESSION_OVER)
                elif type(connection.audience)(actor).view != connection.audience.view:  # type: ignore[call-arg]
                    connection.end(Close.SCOPE)


async def _every(name: str, pause_s: float, work: Callable[[], Awaitable[object]]) -> None:
    while True:
        await asyncio.sleep(pause_s)
        try:
            await work()
        except Exception:
            log.exception("live sockets: work failed", extra={"entry": name})


def live_of(connection: HTTPConnection) -> Live:
    """The application's live sockets."""
    live: Live = connection.app.state.live
    return live
