"""Fault 4: the hub is killed with -9 while it sends; consoles resume by cursor without a gap or a repeat."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from service.clock import Clock
from service.db import Database
from tests.fixtures.desk_socket import DeskSocket
from tests.fixtures.served import Served
from tests.fixtures.town import DISTRICT, TownBuilder
from tests.service.realtime.telling import last_seq, pour


async def follow(desk: httpx.AsyncClient, url: str, log: list[dict[str, Any]], until: int) -> None:
    """One console, as stubborn as a real one: connects, applies, reconnects with epoch and cursor."""
    epoch, cursor = None, None
    while (cursor or 0) < until:
        with contextlib.suppress(ConnectionClosed, OSError, TimeoutError):
            async with DeskSocket(desk, url, epoch, cursor) as socket:
                if cursor is not None:
                    assert socket.mode == "replay"
                epoch, cursor = socket.epoch, socket.cursor
                while (cursor or 0) < until:
                    frame = await socket.receive()
                    cursor = socket.cursor
                    log += [frame] if frame["type"] == "event" else []
        await asyncio.sleep(0.05)


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_consoles_resume_by_cursor(served: Served, served_town: TownBuilder, tmp_path: Path) -> None:
    """Three consoles while 300 events are told and the hub dies twice in the middle: each ends with the same log."""
    hub = Served(tmp_path, served.database_url)
    database = Database(served.database_url, Clock())
    try:
        await hub.start("--role", "hub")
        await served.start("--role", "web")
        async with served.client() as browser:
            desk = await served_town.desk("wu", browser)
            logs: list[list[dict[str, Any]]] = [[], [], []]
            async with database.reading() as session:
                first = await last_seq(session) + 1
            following = [asyncio.create_task(follow(desk, hub.url, log, first + 299)) for log in logs]
            await asyncio.sleep(1)
            pouring = asyncio.create_task(pour(database, 300, area=DISTRICT, pause_s=0.01))
            for _ in range(2):
                await asyncio.sleep(0.7)
                await hub.kill()
                await hub.start("--role", "hub", "--no-migrate")
            await pouring
            async with asyncio.timeout(20):
                await asyncio.gather(*following)
        for log in logs:
            assert [event["seq"] for event in log] == list(range(first, first + 300))
            assert [event["data"]["n"] for event in log] == list(range(300))
    finally:
        await hub.kill()
        await database.close()
