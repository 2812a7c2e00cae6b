"""Puts hub, pump, ticks and session checks together for the composition root; refuses to know any door."""

import asyncio
import logging
from collections.abc import Sequence

from starlette.requests import HTTPConnection

from service.auth import actor_of_session
from service.clock import Clock
from service.db import Database
from service.realtime.hub import Connection, Hub
from service.realtime.pump import Pump
from service.realtime.wire import PRIVATE, TICK_S, Close, Event
from service.settings import Settings

log = logging.getLogger(__name__)

RECHECK_S = 60.0


class Live:
    """The live sockets of one process; `app.state.live`."""

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        self.database, self.clock, self.settings = database, clock, settings
        self.hub = Hub()
        self.pump = Pump(database, self.hub, self._after_events)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to read the log and to tick."""
        await self.pump.start()
        self._tasks = [
            asyncio.create_task(self._tick(), name="ticks"),
            asyncio.create_task(self._recheck_often(), name="session checks"),
        ]

    async def stop(self) -> None:
        """Send every client away to come back, then end."""
        self.hub.end_all(Close.RESTART)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.pump.stop()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self.hub.tick(self.pump.last)

    async def _recheck_often(self) -> None:
        while True:
            await asyncio.sleep(RECHECK_S)
            try:
                await self.recheck(self.hub.connections)
            except Exception:
                log.exception("sessions could not be checked")

    async def _after_events(self, events: Sequence[Event]) -> None:
        """A session that ended, or an account that changed, is felt by its sockets at once."""
        steering = [event for event in events if event.topic.startswith(PRIVATE)]
        if not steering:
            return
        ended = {event.subject for event in steering if event.topic == "session.ended"}
        accounts = any(event.topic.startswith("account.") for event in steering)
        asked = self.hub.connections
        await self.recheck([c for c in asked if accounts or f"session:{c.session_id}" in ended])

    async def recheck(self, connections: Sequence[Connection]) -> None:
        """Close sockets whose session is over, or whose scope is not any more what it was."""
        async with self.database.reading() as session:
            for connection in connections:
                actor = await actor_of_session(session, connection.session_id, self.clock.now())
                if actor is None:
                    connection.end(Close.SESSION_OVER)
                elif type(connection.audience)(actor).view != connection.audience.view:  # type: ignore[call-arg]
                    connection.end(Close.SCOPE)


def live_of(connection: HTTPConnection) -> Live:
    """The application's live sockets."""
    live: Live = connection.app.state.live
    return live
