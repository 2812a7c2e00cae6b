"""Fault 21: a console stops reading, or is gone without a word: it is let go, and the others notice nothing."""

import asyncio
import ctypes
import socket
import struct

import orjson

from service.realtime.receipts import unseen
from service.realtime.wire import Close
from tests.fixtures.town import DISTRICT
from tests.service.realtime.telling import pour
from tests.service.realtime.tower import Tower

SO_ATTACH_FILTER = 26
PADDING = "x" * 4000


async def silent_console(tower: Tower) -> socket.socket:
    """A console that says hello over a small window and then reads nothing any more."""
    host, port = tower.address.split(":")
    peer = socket.socket()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    peer.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(peer, (host, int(port)))
    head = f"GET /board/v1/socket HTTP/1.1\r\nHost: {tower.address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    await loop.sock_sendall(peer, (head + key).encode())
    assert b" 101 " in await loop.sock_recv(peer, 4096)
    hello = orjson.dumps({"type": "hello", "ticket": await tower.ticket(), "epoch": None, "cursor": None})
    await loop.sock_sendall(peer, b"\x81" + bytes((0x80 | len(hello),)) + b"\0\0\0\0" + hello)
    async with asyncio.timeout(5):
        while len(tower.live.hub) == 0:
            await asyncio.sleep(0.01)
    return peer


def falls_silent(peer: socket.socket) -> None:
    """From now on the kernel drops all that comes for this end and acknowledges nothing: a half-open connection."""
    drop_all = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
    peer.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", 1, ctypes.addressof(drop_all)))


async def test_a_console_that_stops_reading_is_evicted(tower: Tower) -> None:
    """Its window is shut, its queue fills or ages: it counts as too slow, and a good console gets everything."""
    slow = await silent_console(tower)
    good = await tower.opens()
    try:
        pouring = asyncio.create_task(pour(tower.database, 200, area=DISTRICT, pause_s=0.002, padding=PADDING))
        async with asyncio.timeout(12):
            while tower.live.hub.closed[Close.SLOW] == 0:
                await asyncio.sleep(0.05)
        await pouring
        await good.sees("visit.late", 200)
        assert (len(tower.live.hub), good.closed) == (1, None)
    finally:
        slow.close()


async def test_a_half_open_connection_is_let_go_within_seconds(tower: Tower) -> None:
    """Nothing comes back from the other end: the kernel ends it 5 s after the first frame that nobody acknowledged."""
    gone = await silent_console(tower)
    good = await tower.opens()
    try:
        falls_silent(gone)
        await pour(tower.database, 1, area=DISTRICT)
        async with asyncio.timeout(12):
            while len(tower.live.hub) > 1:
                await asyncio.sleep(0.05)
        await good.sees("visit.late")
    finally:
        gone.close()


async def test_what_a_dead_console_was_sent_counts_as_unseen(tower: Tower) -> None:
    """A call that went out to such a console only has no receipt after 3 s: the ladder goes on by another way."""
    gone = await silent_console(tower)
    try:
        falls_silent(gone)
        taken = await tower.bedside.press("m1")
        await asyncio.sleep(3)
        async with tower.database.reading() as session:
            assert await unseen(session, [taken["seq"]]) == {taken["seq"]}
    finally:
        gone.close()
