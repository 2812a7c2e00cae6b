"""Fault 22: two thousand consoles come at once after a restart: all are let in, in order, by few queries."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert

from models import Ticket
from service.vault import token, token_hash
from tests.fixtures.town import DISTRICT
from tests.service.realtime.telling import pour
from tests.service.realtime.tower import WU, Tower

CONSOLES = 2000


async def many_tickets(tower: Tower, count: int) -> list[str]:
    tickets = [token() for _ in range(count)]
    until = tower.database.clock.now() + timedelta(minutes=5)
    rows = [{"token_hash": token_hash(ticket), "session_id": WU, "until_at": until} for ticket in tickets]
    async with tower.database.writing() as session:
        await session.execute(insert(Ticket), rows)
    return tickets


class Crowd:
    """The consoles, in a process of their own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def does(self, do: str, **order: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **order}).encode() + b"\n")
        await self._process.stdin.drain()
        answer: dict[str, Any] = json.loads(await self._process.stdout.readline())
        return answer


@asynccontextmanager
async def crowd() -> AsyncIterator[Crowd]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.crowd", stdin=pipe, stdout=pipe)
    try:
        yield Crowd(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["replay", "snapshot"])
async def test_two_thousand_come_back_at_once(tower: Tower, mode: str) -> None:
    """By cursor or anew: everybody is live, has each event once, and the database is asked a handful of times."""
    await pour(tower.database, 20, area=DISTRICT)
    first = await tower.opens()
    await first.until(lambda c: (c.cursor or 0) >= 20)
    tickets = await many_tickets(tower, CONSOLES)
    resume = {"epoch": first.epoch, "cursor": 10} if mode == "replay" else {}
    asked = 0

    @event.listens_for(tower.database.reader.sync_engine, "before_cursor_execute")
    def count(*_: object) -> None:
        nonlocal asked
        asked += 1

    encoded = tower.live.hub.ring.encoded
    async with crowd() as consoles:
        opened = await consoles.does("open", address=tower.address, tickets=tickets, **resume, seconds=100)
        assert opened["live"] == CONSOLES, opened
        asked_by_storm = asked
        await pour(tower.database, 3, area=DISTRICT)
        await consoles.does("wait", seq=23, count=CONSOLES, seconds=20)
        found = await consoles.does("count")
    per_console = 13 if mode == "replay" else 3
    assert (found["events"], found["repeats"], found["lowest"]) == (CONSOLES * per_console, 0, 23)
    assert tower.live.hub.ring.encoded - encoded <= 23
    assert asked_by_storm < CONSOLES / 4
    assert tower.live.pictures.made <= opened["seconds"] + 2
