"""One live socket from its handshake until the hub holds it, for desk and phone alike; refuses foreign origins."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from models import Sequence as Counter
from service.auth import Actor
from service.realtime.assembly import Live, live_of
from service.realtime.audience import Audience, Picture, Refiner
from service.realtime.connection import Connection
from service.realtime.line import Line, line_of
from service.realtime.resume import MAX_REPLAY, replay_from
from service.realtime.wire import (
    HELLO_S,
    BadFrame,
    Close,
    Hello,
    packed,
    read_hello,
    reason_for,
    snapshot_text,
    tick_text,
    view_epoch,
    welcome_text,
)

log = logging.getLogger(__name__)

BEGIN_S = 30.0
CLOSE_S = 5.0
MAX_SOCKETS = 10_000
"""Sockets of one process; calls for help need memory and file handles too."""
STEP = 100

Authenticate = Callable[[WebSocket, str], Awaitable[Actor | None]]


Snapshot = Callable[[WebSocket, AsyncSession, Actor], Awaitable[Picture]]


class LiveSocket:
    """`serve` is the endpoint of a WebSocketRoute.

    `authenticate(websocket, ticket)` takes a one-time ticket and gives its person or None;
    `snapshot(websocket, session, actor)` reads the whole state within one read transaction, once a second and audience;
    `audience(actor)` says which events are theirs; `refiner` adds to some of them what depends on who looks.
    """

    def __init__(
        self,
        authenticate: Authenticate,
        snapshot: Snapshot,
        audience: Callable[[Actor], Audience],
        refiner: Refiner | None = None,
    ) -> None:
        self._authenticate, self._snapshot, self._audience = authenticate, snapshot, audience
        self._refiner = refiner

    async def serve(self, websocket: WebSocket) -> None:
        """Greet one client and hand its line to the hub, or say why not."""
        live = live_of(websocket)
        if not origin_allowed(websocket, live.settings.origins):
            await websocket.close(Close.SESSION_OVER)  # before accept: the handshake is answered 403
            return
        if live.turnstile.full or live.blind:
            live.turnstile.turned_away += 1
            wait_s = str(round(live.turnstile.retry_after_s()) + 1)
            await websocket.send_denial_response(Response(status_code=503, headers={"Retry-After": wait_s}))
            return
        await websocket.accept()
        try:
            await self._greet(websocket, live)
        except WebSocketDisconnect:
            return
        except BadFrame as error:
            await _close(websocket, Close.BAD_FRAME, more=str(error))

    async def _greet(self, websocket: WebSocket, live: Live) -> None:
        if len(live.hub) >= MAX_SOCKETS:
            live.turnstile.turned_away += 1
            await _close(websocket, Close.BUSY, live.turnstile.retry_after_s())
            return
        try:
            async with asyncio.timeout(HELLO_S):
                hello = read_hello(await _receive(websocket))
        except TimeoutError:
            await _close(websocket, Close.NO_HELLO)
            return
        async with live.turnstile.turn():
            since = live.pump.last
            actor = await self._authenticate(websocket, hello.ticket)
            if actor is None:
                await _close(websocket, Close.SESSION_OVER)
                return
            connection = Connection(line_of(websocket), self._audience(actor), actor.session_id, self._refiner)
            live.hub.know(self._refiner)
            try:
                async with asyncio.timeout(BEGIN_S):
                    await self._begin(websocket, live, connection, hello, since)
            except TimeoutError:
                connection.end(Close.SLOW)

    async def _begin(self, websocket: WebSocket, live: Live, connection: Connection, hello: Hello, since: int) -> None:
        """Replay what was missed or send the whole state, then what came meanwhile; then the hub has the line."""
        line = line_of(websocket)
        known = live.pump.epoch
        epoch = view_epoch(known, connection.audience.view)
        if hello.epoch == epoch and (hello.cursor or 0) > live.pump.last:
            await live.pump.catch_up()  # another hub was quicker
        cursor = replay_from(hello, epoch, live.hub.ring, live.pump.last)
        if cursor is not None:
            greeting = [packed(welcome_text(epoch, "replay"))]
        else:
            cursor, parts = await self._picture(websocket, live, connection.audience)
            greeting = [packed(welcome_text(epoch, "snapshot")), packed(snapshot_text(cursor, parts))]
        if not await self._follow(live, connection, line, greeting, cursor):
            connection.end(Close.SLOW)
            return
        if live.pump.epoch != known:
            connection.end(Close.RESTART)
            return
        line.write_all([*greeting, packed(tick_text(live.pump.last))])
        live.take(connection, line, since)

    async def _follow(self, live: Live, connection: Connection, line: Line, greeting: list[bytes], cursor: int) -> bool:
        """Add the memory's events after the cursor to `greeting`; False when it was outrun.

        A long one is sent part by part as the line takes it; what is left in it is still to be sent. When it returns
        nothing has been awaited since the last look: no event falls between it and the hub.
        """
        replays, audience, loaded = live.hub.replays, connection.audience, None
        while True:
            await line.writable.wait()
            if cursor < live.hub.ring.floor:
                return False
            if loaded is None and self._refiner is not None and replays.lacks(cursor, audience, self._refiner):
                loaded = await live.loaded(self._refiner)
                continue
            frames, cursor = replays.frames(cursor, audience, self._refiner, loaded, STEP)
            greeting += frames
            if len(frames) < STEP:
                return True
            line.write_all(greeting)
            greeting.clear()

    async def _picture(self, websocket: WebSocket, live: Live, audience: Audience) -> tuple[int, dict[str, Any]]:
        """The state as of a seq; a crowd shares what was read a moment ago, and then gets the events since."""
        actor = audience.actor

        async def read() -> tuple[int, Picture]:
            async with live.places, live.database.reading() as session:
                if not live.database.embedded:
                    await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
                seq = (await session.execute(select(Counter.last).where(Counter.id == 1))).scalar_one()
                return seq, live.encoded(await self._snapshot(websocket, session, actor))

        key, old_s = (live.pump.epoch, audience.view, actor.role), live.turnstile.good_for_s
        floor = live.pump.last - MAX_REPLAY
        good = live.pictures.get(key, read, old_s, lambda made: made[0] >= floor) if old_s else read()
        seq, picture = await good
        return seq, {**picture.shared, **picture.personal(actor)}


async def _receive(websocket: WebSocket) -> str:
    """The next text frame. Raises BadFrame for a binary one."""
    message = await websocket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    text = message.get("text")
    if not isinstance(text, str):
        raise BadFrame("text frames are expected")
    return text


async def _close(
    websocket: WebSocket, code: Close, retry_after_s: float | None = None, more: str | None = None
) -> None:
    if websocket.application_state is WebSocketState.CONNECTED:
        with suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await websocket.close(code, reason_for(code, retry_after_s, more))


def origin_allowed(websocket: WebSocket, further: tuple[str, ...]) -> bool:
    """Whether the page that opens the socket is ours, exactly; programs that are no browser send no Origin."""
    origin = websocket.headers.get("origin")
    if origin is None or origin in further:
        return True
    host = websocket.headers.get("host", "")
    return bool(host) and origin in (f"http://{host}", f"https://{host}")
