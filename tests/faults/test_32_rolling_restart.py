"""Fault 32: a restart by SIGTERM: calls are answered or asked for again, sockets are told when to come back."""

import asyncio
import re
import time

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from service.clock import Clock
from service.db import Database
from tests.fixtures.desk_socket import DeskSocket
from tests.fixtures.served import Served
from tests.fixtures.town import TownBuilder
from tests.service.realtime.telling import last_seq

DRAIN_S = 5.0


async def press_until_gone(town: TownBuilder, line: httpx.AsyncClient) -> list[str]:
    """One call after the other; gives the msg_ids that were answered 200."""
    terminal, answered = town.terminal("yu", line), []
    for number in range(10_000):
        try:
            answer = await terminal.post({"msg_id": f"m{number}", "kind": "sos"})
        except httpx.TransportError:
            return answered
        if answer.status_code == 200:
            answered.append(f"m{number}")
        else:
            assert answer.status_code == 503
    return answered


async def closing(socket: DeskSocket) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            await socket.receive()
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, closed.value.rcvd.reason


@pytest.mark.slow
async def test_nothing_acknowledged_is_lost_and_everybody_comes_back(served: Served, served_town: TownBuilder) -> None:
    """Within 5 s: the last batch is on disk, ten sockets close with 1012 and different times to return, and do."""
    await served.start()
    async with served.client() as browser, served.client() as line:
        desk = await served_town.desk("wu", browser)
        sockets = [await DeskSocket(desk, served.url).__aenter__() for _ in range(10)]
        pressing = asyncio.create_task(press_until_gone(served_town, line))
        reading = [asyncio.create_task(closing(socket)) for socket in sockets]
        await asyncio.sleep(1)
        began = time.monotonic()
        assert served.process is not None
        served.process.terminate()
        await served.gone()
        assert time.monotonic() - began < DRAIN_S + 1
        answered, ends = await pressing, await asyncio.gather(*reading)
    assert {code for code, _ in ends} == {1012}
    waits = [float(re.search(r"retry_after=([\d.]+)", reason)[1]) for _, reason in ends]  # type: ignore[index]
    assert all(0 <= wait <= 5 for wait in waits)
    assert len(set(waits)) > 5
    await served.start()
    database = Database(served.database_url, Clock())
    try:
        async with served.client() as browser, database.reading() as session:
            desk = await served_town.desk("wu", browser)
            for socket in sockets[:3]:
                async with DeskSocket(desk, served.url, socket.epoch, socket.cursor) as back:
                    assert back.mode == "replay"
                    seen = [event["seq"] for event in socket.events]
                    while (back.cursor or 0) < await last_seq(session):
                        await back.receive()
                    seen += [event["seq"] for event in back.events]
                    assert seen == sorted(set(seen))
            assert answered
            again = served_town.terminal("yu", browser)
            repeat = await again.post({"msg_id": answered[-1], "kind": "sos"})
            assert repeat.json()["duplicate"]
    finally:
        await database.close()
