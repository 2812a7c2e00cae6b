"""The servers of the hub's measurement, each a process of its own: our hub, and the bound, a bare broadcaster.

Run as `python -m bench.hubsite hub|bound`. Prints its address, then obeys JSON lines like bench.crowd: `tell`, `stats`.
The bound does what no server can leave out: one JSON encoding, one frame head, one `transport.write` for each socket.
"""

from __future__ import annotations

import asyncio
import gc
import json
import resource
import socket
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import uvicorn
import uvloop
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from models.types import Role
from service.auth import Actor
from service.clock import Clock
from service.db import Database
from service.realtime.assembly import Live
from service.realtime.audience import Desk, Picture
from service.realtime.line import Line
from service.realtime.ring import Entry
from service.realtime.socket import LiveSocket
from service.realtime.wire import Close, Event
from service.schema import migrate
from service.settings import Settings

SWITCHED = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)
WELCOME = b'{"type":"welcome","epoch":"e","mode":"replay"}'
TICK = b'{"type":"tick","seq":0}'


def framed(text: bytes) -> bytes:
    """A server's text frame of less than 64 KB."""
    return (b"\x81\x7e" + len(text).to_bytes(2) if len(text) > 125 else bytes((0x81, len(text)))) + text


def said(seq: int, size: int) -> dict[str, Any]:
    """An event's data of about this many bytes."""
    return {"n": seq, "padding": "x" * size}


class Bare(asyncio.Protocol):
    """A socket of the bound: answers the handshake, then the hello; nothing else."""

    def __init__(self, everybody: set[Any]) -> None:
        self._everybody, self._transport, self._greeted = everybody, None, False

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def connection_lost(self, _error: Exception | None) -> None:
        self._everybody.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        transport: Any = self._transport
        if transport in self._everybody:
            return
        if self._greeted:
            transport.write(framed(WELCOME) + framed(TICK))
            self._everybody.add(transport)
        elif data.endswith(b"\r\n\r\n"):
            transport.write(SWITCHED)
            self._greeted = True


class Bound:
    """The bound: everybody is a transport."""

    def __init__(self) -> None:
        self._everybody: set[Any] = set()

    async def start(self) -> str:
        """Listen on a free port."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Bare(self._everybody), "127.0.0.1", 0, backlog=4096)
        return f"127.0.0.1:{server.sockets[0].getsockname()[1]}"

    def tell(self, seq: int, size: int) -> None:
        """One event to everybody."""
        event = {"type": "event", "seq": seq, "topic": "visit.late", "at": "2026-03-05T00:00:00.000+00:00"}
        frame = framed(orjson.dumps({**event, "data": said(seq, size)}))
        for transport in self._everybody:
            transport.write(frame)

    def stats(self) -> dict[str, Any]:
        """How many sockets."""
        return {"sockets": len(self._everybody)}


class Ours:
    """The service's hub and sockets on an embedded database; a ticket says which district its console watches."""

    def __init__(self) -> None:
        home = Path(tempfile.mkdtemp(prefix="hubsite"))
        self._settings = Settings(home, f"sqlite+aiosqlite:///{home / 'unwalled.db'}", "a" * 40)
        self._database = Database(self._settings.database_url, Clock())
        self.live = Live(self._database, self._database.clock, self._settings)

    async def start(self) -> str:
        """Serve as `unwalled serve` does: uvicorn, uvloop, our lines."""
        await migrate(self._settings.database_url)
        await self.live.start()
        live_socket = LiveSocket(self._authenticate, self._snapshot, Desk)
        app = Starlette(routes=[WebSocketRoute("/board/v1/socket", live_socket.serve)])
        app.state.live = self.live
        listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        config = uvicorn.Config(app, ws=Line, lifespan="off", log_config=None, ws_per_message_deflate=False)
        self._serving = asyncio.create_task(uvicorn.Server(config).serve(sockets=[listener]))
        return f"127.0.0.1:{listener.getsockname()[1]}"

    async def _authenticate(self, _websocket: WebSocket, ticket: str) -> Actor | None:
        prefix = ticket.split("-")[0]
        return Actor(1, "n", "d", Role.DISPATCHER, None, None, None, (), (prefix,), 1, "console")

    async def _snapshot(self, _websocket: WebSocket, _session: AsyncSession, _actor: Actor) -> Picture:
        return Picture({"incidents": []}, lambda _: {})

    def tell(self, seq: int, size: int) -> None:
        """One event through ring and hub, as the pump hands it on."""
        event = Event(seq, datetime(2026, 3, 5, tzinfo=UTC), "visit.late", None, "370613", None, (), said(seq, size))
        self.live.hub.deliver([Entry(event)])

    def stats(self) -> dict[str, Any]:
        """Sockets, encodings, evictions."""
        hub = self.live.hub
        return {"sockets": len(hub), "encoded": hub.ring.encoded, "evicted": hub.closed[Close.SLOW]}


def resident() -> int:
    """Bytes of memory in use now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


async def serve(kind: str) -> None:
    """Obey standard input until it ends."""
    site = Ours() if kind == "hub" else Bound()
    address = await site.start()
    gc.collect()
    gc.freeze()
    reader = asyncio.StreamReader(limit=2**20)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    sys.stdout.write(json.dumps({"address": address}) + "\n")
    sys.stdout.flush()
    while line := await reader.readline():
        order = json.loads(line)
        at = time.monotonic()
        if order["do"] == "tell":
            site.tell(order["seq"], order["bytes"])
        answer = {"at": at, "cpu_s": time.process_time(), "resident": resident(), **site.stats()}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))
