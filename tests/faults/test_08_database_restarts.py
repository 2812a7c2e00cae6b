"""Fault 8: PostgreSQL restarts under load, in order or at once: nothing answered is lost, all heals by itself."""

import asyncio
import contextlib
import signal
import time
from datetime import timedelta

import asyncpg
import httpx
import pytest
from sqlalchemy import text, update

from models import Timer
from service.db import Database, unwalled_now
from tests.faults.ladder import beside, rungs
from tests.fixtures.calling import Kernel
from tests.fixtures.desk_socket import DeskSocket
from tests.fixtures.postgres import Postgres
from tests.fixtures.served import Served
from tests.fixtures.town import TownBuilder
from tests.service.emergencies.watching import watching

HEALED_WITHIN_S = 2.0
"""Of the service's own doing: without the time in which its threads, or the database's, had no core to run on."""
LONGEST_S = 30.0


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


async def due_soon(database: Database, incident: int) -> None:
    """The station's rung comes due in a second, when the database is away."""
    async with database.writing() as session:
        soon = await unwalled_now(session) + timedelta(seconds=1)
        await session.execute(
            update(Timer).where(Timer.incident_id == incident, Timer.step == 1).values(due_at=soon, armed_at=soon)
        )


async def answers_again(postgres: Postgres) -> None:
    """Wait until the database answers anybody."""
    async with asyncio.timeout(LONGEST_S):
        while True:
            try:
                await postgres.run("SELECT 1")
                return
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(0.02)


async def heard(socket: DeskSocket, topic: str, incident: int) -> None:
    """Wait until the desk has this event of this incident."""
    async with asyncio.timeout(LONGEST_S):
        while not any(one["topic"] == topic and one["data"]["incident"]["id"] == incident for one in socket.events):
            await socket.receive(LONGEST_S)


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
async def test_it_heals(served: Served, served_town: TownBuilder, postgres: Postgres, how: signal.Signals) -> None:
    """503 while it is away, no false answer; back within two seconds: calls, the desk's socket, and the ladder."""
    database = beside(served)
    await watching(database)
    await served.start()
    async with served.client() as browser, served.client() as line, served.client() as next_door:
        desk = await served_town.desk("wu", browser)
        async with DeskSocket(desk, served.url) as socket:
            kept: list[int] = []
            refused: list[int] = []
            pressing = asyncio.create_task(press_on(served_town, line, kept, refused))
            incident = (await socket.sees("incident.raised"))["data"]["incident"]["id"]
            await due_soon(database, incident)
            await asyncio.to_thread(postgres.ends, how)
            await asyncio.sleep(1.5)
            away = len(kept)
            postgres.begins()
            await answers_again(postgres)
            assert served.process is not None
            kernel = Kernel(str(served.process.pid), str(postgres.pid))
            back, without_core_s = time.monotonic(), kernel.without_core_s()
            async with asyncio.timeout(LONGEST_S):
                while len(kept) == away:
                    await asyncio.sleep(0.01)
            other = await served_town.terminal("yu", next_door).presses_call()
            await heard(socket, "incident.raised", other["incident"])
            await heard(socket, "incident.escalated", incident)
            healed_s = time.monotonic() - back - (kernel.without_core_s() - without_core_s)
            pressing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await pressing
    assert set(refused) == {503}
    assert healed_s <= HEALED_WITHIN_S
    assert await rungs(database) == [(incident, "station")], "told once"
    await served.kill()
    async with database.reading() as session:
        on_disk = set(await session.scalars(text("SELECT id FROM alert")))
    await database.close()
    assert {*kept, other["alert"]} <= on_disk
    assert len(on_disk) <= len(kept) + 2
