"""One live socket from hello to close, for desk and phone alike; refuses foreign origins and used tickets."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from models import Sequence as Counter
from service.auth import Actor
from service.realtime.assembly import Live, live_of
from service.realtime.audience import Audience, Refiner
from service.realtime.hub import Connection
from service.realtime.wire import (
    HELLO_S,
    REASONS,
    BadFrame,
    Close,
    Hello,
    event_frame,
    read_frame,
    read_hello,
    seq_of,
    snapshot_frame,
    view_epoch,
    welcome_frame,
)

log = logging.getLogger(__name__)

SLOW_SEND_S = 5.0
BEGIN_S = 30.0
MAX_SOCKETS = 10_000
"""Sockets of one process; calls for help need memory and file handles too."""

Authenticate = Callable[[WebSocket, str], Awaitable[Actor | None]]
Snapshot = Callable[[WebSocket, AsyncSession, Actor], Awaitable[dict[str, Any]]]


class LiveSocket:
    """`serve` is the endpoint of a WebSocketRoute.

    `authenticate(websocket, ticket)` takes a one-time ticket and gives its person or None;
    `snapshot(websocket, session, actor)` reads the whole state within one read transaction;
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
        """Serve one socket until either side ends it."""
        live = live_of(websocket)
        if not origin_allowed(websocket, live.settings.origins):
            await websocket.close(Close.SESSION_OVER)  # before accept: the handshake is answered 403
            return
        await websocket.accept()
        if len(live.hub) >= MAX_SOCKETS:
            await _close(websocket, Close.BUSY)
            return
        try:
            await self._greeted(websocket, live)
        except WebSocketDisconnect:
            return
        except BadFrame as error:
            await _close(websocket, Close.BAD_FRAME, str(error))
        except TimeoutError:
            await _close(websocket, Close.NO_HELLO)

    async def _greeted(self, websocket: WebSocket, live: Live) -> None:
        async with asyncio.timeout(HELLO_S):
            hello = read_hello(await _receive(websocket))
        actor = await self._authenticate(websocket, hello.ticket)
        if actor is None:
            await _close(websocket, Close.SESSION_OVER)
            return
        connection = Connection(self._audience(actor), actor.session_id)
        live.hub.enter(connection, self._refiner)
        try:
            try:
                async with asyncio.timeout(BEGIN_S):
                    await self._begin(websocket, live, connection, hello)
            except TimeoutError:
                connection.end(Close.SLOW)
            await self._talk(websocket, live, connection)
        finally:
            live.hub.leave(connection)

    async def _begin(self, websocket: WebSocket, live: Live, connection: Connection, hello: Hello) -> None:
        """Replay what was missed, or send a snapshot. Live events are queued already, so none falls in between."""
        epoch = view_epoch(live.pump.epoch, connection.audience.view)
        missed = None
        if hello.cursor is not None and hello.epoch == epoch:
            await live.pump.catch_up()
            upto = live.pump.last
            if hello.cursor <= upto:
                missed = await live.pump.between(hello.cursor, upto)
        if missed is None:
            await self._send_snapshot(websocket, live, connection, epoch)
            return
        connection.floor = upto
        await websocket.send_text(welcome_frame(epoch, "replay"))
        loaded = None
        for event in missed:
            if not connection.audience.sees(event):
                continue
            data = None
            if self._refiner is not None and event.topic in self._refiner.topics:
                loaded = loaded or await self._load(live)
                data = self._refiner.refine(event, loaded, connection.audience.actor)
            await websocket.send_text(event_frame(event, data))

    async def _load(self, live: Live) -> Any:
        async with live.database.reading() as session:
            return None if self._refiner is None else await self._refiner.load(session)

    async def _send_snapshot(self, websocket: WebSocket, live: Live, connection: Connection, epoch: str) -> None:
        async with live.database.reading() as session:
            if not live.database.embedded:
                await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            seq = (await session.execute(select(Counter.last).where(Counter.id == 1))).scalar_one()
            state = await self._snapshot(websocket, session, connection.audience.actor)
        connection.floor = seq
        await websocket.send_text(welcome_frame(epoch, "snapshot"))
        await websocket.send_text(snapshot_frame(seq, state))

    async def _talk(self, websocket: WebSocket, live: Live, connection: Connection) -> None:
        connection.here(True, True)
        writing = asyncio.create_task(_write(websocket, connection))
        reading = asyncio.create_task(_read(websocket, live, connection))
        done, pending = await asyncio.wait({writing, reading}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        for task in done:
            task.result()


async def _write(websocket: WebSocket, connection: Connection) -> None:
    """Send what is queued until the socket is to close."""
    while frames := await connection.frames():
        try:
            async with asyncio.timeout(SLOW_SEND_S):
                for frame in frames:
                    await websocket.send_text(frame)
        except TimeoutError:
            connection.end(Close.SLOW)
    await _close(websocket, connection.closing or Close.RESTART)


async def _read(websocket: WebSocket, live: Live, connection: Connection) -> None:
    while True:
        frame = read_frame(await _receive(websocket))
        if frame["type"] == "here":
            seq_of(frame)
            connection.here(frame.get("visible") is not False, frame.get("sound") is not False)
        elif frame["type"] == "seen":
            live.hub.note_seen(seq_of(frame))
        else:
            raise BadFrame(f"type: {frame['type'][:20]!r} is not known; accepted: here, seen")


async def _receive(websocket: WebSocket) -> str:
    """The next text frame. Raises BadFrame for a binary one."""
    message = await websocket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    text = message.get("text")
    if not isinstance(text, str):
        raise BadFrame("text frames are expected")
    return text


async def _close(websocket: WebSocket, code: Close, reason: str | None = None) -> None:
    if websocket.application_state is WebSocketState.CONNECTED:
        with suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
            async with asyncio.timeout(SLOW_SEND_S):
                await websocket.close(code, (reason or REASONS[code])[:100])


def origin_allowed(websocket: WebSocket, further: tuple[str, ...]) -> bool:
    """Whether the page that opens the socket is ours, exactly; programs that are no browser send no Origin."""
    origin = websocket.headers.get("origin")
    if origin is None or origin in further:
        return True
    host = websocket.headers.get("host", "")
    return bool(host) and origin in (f"http://{host}", f"https://{host}")
