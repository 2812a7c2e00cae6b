"""Thousands of consoles in one small process: raw sockets that say hello, read frames and note when; no library.

Run as `python -m bench.crowd`. One JSON command a line on standard input, one JSON answer a line on standard output:
`open` (address, tickets, and epoch, cursor or resume), `wait` (seq, seconds), `stall` (first), `drop`, `count`, `quit`.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

import uvloop

HEAD = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
EVENT = b'{"type":"event","seq":'
TICK = b'{"type":"tick","seq":'
WELCOME = b'{"type":"welcome","epoch":"'
LONGEST_HEAD = 120


def masked(text: bytes) -> bytes:
    """A client's text frame with a mask of zeros (RFC 6455, 5.3)."""
    length = bytes((0x80 | len(text),)) if len(text) < 126 else b"\xfe" + len(text).to_bytes(2)
    return b"\x81" + length + b"\0\0\0\0" + text


class Console(asyncio.Protocol):
    """One console: counts its events, keeps the first and last seq, answers ticks."""

    def __init__(self, crowd: Crowd, path: str, host: str, hello: bytes) -> None:
        self._crowd, self._head = crowd, HEAD.format(path=path, host=host).encode()
        self._hello = hello
        self._buffer = bytearray()
        self.greeted = self.live = self.lost = False
        self.cursor = self.events = 0
        self.epoch: str | None = None
        self.gaps = 0
        self.transport: Any = None
        self.close: tuple[int, str] | None = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self._head)

    def connection_lost(self, _error: Exception | None) -> None:
        self.lost = True
        self._crowd.news.set()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self.greeted:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if b" 101 " not in self._buffer[:end]:
                self.transport.close()
                return
            del self._buffer[: end + 4]
            self.greeted = True
            self.transport.write(self._hello)
        self._frames()

    def _frames(self) -> None:
        buffer, place = self._buffer, 0
        while len(buffer) - place >= 2:
            length, start = buffer[place + 1], place + 2
            if length == 126:
                length, start = int.from_bytes(buffer[place + 2 : place + 4]), place + 4
            elif length == 127:
                length, start = int.from_bytes(buffer[place + 2 : place + 10]), place + 10
            if len(buffer) < start + length:
                break
            if buffer[place] == 0x81:
                self._text(bytes(buffer[start : start + min(length, LONGEST_HEAD)]))
            elif buffer[place] == 0x89:  # a ping that is not answered ends the socket after 40 s
                pong = masked(bytes(buffer[start : start + length]))
                self.transport.write(b"\x8a" + pong[1:])
            elif buffer[place] == 0x88:
                reason = bytes(buffer[start + 2 : start + length]).decode()
                self.close = (int.from_bytes(buffer[start : start + 2]), reason)
                self.transport.close()
            place = start + length
        del buffer[:place]

    def _text(self, head: bytes) -> None:
        if head.startswith(EVENT):
            seq = int(head[len(EVENT) : head.index(b",", len(EVENT))])
            self.gaps += seq <= self.cursor
            self.cursor, self.events = seq, self.events + 1
            self._crowd.heard(seq)
        elif head.startswith(WELCOME):
            self.epoch = head[len(WELCOME) : head.index(b'"', len(WELCOME))].decode()
        elif head.startswith(TICK):
            self.cursor = max(self.cursor, int(head[len(TICK) : head.index(b"}")]))
            self.transport.write(masked(b'{"type":"here","seq":%d,"visible":true,"sound":true}' % self.cursor))
            if not self.live:
                self.live = True
                self._crowd.begun(self)


class Crowd:
    """All consoles of this process; `times` has the moments of arrival by seq."""

    def __init__(self) -> None:
        self.consoles: list[Console] = []
        self.times: dict[int, list[float]] = {}
        self.live_at: list[float] = []
        self.memory: list[tuple[str | None, int]] = []
        self.news = asyncio.Event()

    def heard(self, seq: int) -> None:
        """An event reached one console."""
        self.times.setdefault(seq, []).append(time.monotonic())
        self.news.set()

    def begun(self, _console: Console) -> None:
        """A console has everything up to now."""
        self.live_at.append(time.monotonic())
        self.news.set()

    async def open(self, order: dict[str, Any]) -> dict[str, Any]:
        """Connect with each ticket, at most 200 connections under way; until all are live or have ended."""
        host, port = order["address"].split(":")
        places, began = asyncio.Semaphore(order.get("at_once", 200)), time.monotonic()
        fresh: list[Console] = []
        self.live_at = []

        async def one(place: int, ticket: str) -> None:
            known = (order.get("epoch"), order.get("cursor"))
            epoch, cursor = self.memory[place % len(self.memory)] if order.get("resume") else known
            words = {"type": "hello", "ticket": ticket, "epoch": epoch, "cursor": cursor}
            hello = masked(json.dumps(words).encode())
            console = Console(self, order.get("path", "/board/v1/socket"), order["address"], hello)
            fresh.append(console)
            async with places:
                await asyncio.get_running_loop().create_connection(lambda: console, host, int(port))

        await asyncio.gather(*[one(place, ticket) for place, ticket in enumerate(order["tickets"])])
        self.consoles += fresh
        limit = began + order.get("seconds", 60)
        while time.monotonic() < limit and any(not (one.live or one.lost) for one in fresh):
            await self._news(0.5)
        live = [one for one in fresh if one.live and not one.lost]
        ends = [list(one.close) for one in fresh if one.close is not None][:3]
        took = max(self.live_at, default=began) - began
        return {"live": len(live), "seconds": took, "ends": ends, "events": sum(one.events for one in live)}

    async def wait(self, order: dict[str, Any]) -> dict[str, Any]:
        """Until `count` consoles have the event `seq`; the moments of arrival, sorted."""
        limit = time.monotonic() + order.get("seconds", 10)
        while time.monotonic() < limit and len(self.times.get(order["seq"], ())) < order["count"]:
            await self._news(0.2)
        return {"times": sorted(self.times.pop(order["seq"], []))}

    async def _news(self, seconds: float) -> None:
        self.news.clear()
        try:
            async with asyncio.timeout(seconds):
                await self.news.wait()
        except TimeoutError:
            return

    def stall(self, order: dict[str, Any]) -> dict[str, Any]:
        """The first so many consoles stop reading."""
        for console in self.consoles[: order["first"]]:
            console.transport.pause_reading()
        return {}

    def drop(self) -> dict[str, Any]:
        """All consoles end without a word, and remember where they were for an `open` that resumes."""
        self.memory = [(console.epoch, console.cursor) for console in self.consoles]
        for console in self.consoles:
            console.transport.abort()
        self.consoles = []
        return {}

    def count(self) -> dict[str, Any]:
        """How many live, how many events and repeats in all, and the lowest cursor."""
        live = [one for one in self.consoles if not one.lost]
        cursors = [one.cursor for one in live]
        totals = {"events": sum(one.events for one in live), "repeats": sum(one.gaps for one in live)}
        return {"live": len(live), "lowest": min(cursors, default=0), "highest": max(cursors, default=0), **totals}


async def serve() -> None:
    """Obey standard input until it ends."""
    crowd, loop = Crowd(), asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=2**26)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        order = json.loads(line)
        match order["do"]:
            case "open":
                answer = await crowd.open(order)
            case "wait":
                answer = await crowd.wait(order)
            case "stall":
                answer = crowd.stall(order)
            case "drop":
                answer = crowd.drop()
            case "count":
                answer = crowd.count()
            case _:
                return
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(serve())
