"""Fault 8: PostgreSQL restarts under load, in order or at once: nothing answered is lost, all heals by itself."""

import asyncio
import contextlib
import signal
import time

import httpx
import pytest
from sqlalchemy import text

from service.clock import Clock
from service.db import Database
from tests.fixtures.desk_socket import DeskSocket
from tests.fixtures.postgres import Postgres
from tests.fixtures.served import Served
from tests.fixtures.town import TownBuilder

HEALED_WITHIN_S = 10.0
"""Two seconds on a free machine; tests share theirs."""


async def press_on(town: TownBuilder, line: httpx.AsyncClient, kept: list[int], refused: list[int]) -> None:
    """Press again and again until cancelled; a terminal repeats what was not answered with a 200."""
    chen, number = town.terminal("chen", line), 0
    while True:
        number += 1
        while True:
            answer = await chen.post({"msg_id": f"m{number}", "kind": "sos"})
            if answer.status_code == 200:
                kept.append(answer.json()["alert"])
                break
            refused.append(answer.status_code)
            await asyncio.sleep(0.05)


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
async def test_it_heals(served: Served, served_town: TownBuilder, postgres: Postgres, how: signal.Signals) -> None:
    """503 while it is away, no false answer, calls again and the desk's socket alive when it is back."""
    await served.start()
    async with served.client() as browser, served.client() as line:
        desk = await served_town.desk("wu", browser)
        async with DeskSocket(desk, served.url) as socket:
            kept: list[int] = []
            refused: list[int] = []
            pressing = asyncio.create_task(press_on(served_town, line, kept, refused))
            await socket.sees("incident.raised")
            await asyncio.to_thread(postgres.ends, how)
            await asyncio.sleep(1)
            away = len(kept)
            postgres.begins()
            back = time.monotonic()
            while len(kept) == away:
                assert time.monotonic() - back < HEALED_WITHIN_S
                await asyncio.sleep(0.02)
            seen = await socket.sees("incident.repeated", HEALED_WITHIN_S)
            pressing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await pressing
    assert set(refused) == {503}
    assert seen["data"]["incident"]["state"] == "open"
    await served.kill()
    database = Database(served.database_url, Clock())
    async with database.reading() as session:
        on_disk = set(await session.scalars(text("SELECT id FROM alert")))
    await database.close()
    assert set(kept) <= on_disk
    assert len(on_disk) <= len(kept) + 1
