"""Fault 24: one process is cut off from the database: it says so, promises nothing, and its consoles move on."""

import asyncio
import time
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from tests.fixtures.desk_socket import DeskSocket
from tests.fixtures.partition import cable_to
from tests.fixtures.served import Served
from tests.fixtures.town import TownBuilder

STALE_WITHIN_S = 20.0


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_its_consoles_are_told_and_move(served: Served, served_town: TownBuilder, tmp_path: Path) -> None:
    """Not ready, no tick, sockets closed with 1013 and a time to come back; the other process goes on by cursor."""
    async with cable_to(served.database_url) as cable:
        cut = Served(tmp_path / "cut", cable.url)
        try:
            await served.start()
            await cut.start("--no-migrate")
            async with served.client() as browser, cut.client() as probe:
                desk = await served_town.desk("wu", browser)
                probe.cookies.update(desk.cookies)
                async with DeskSocket(desk, cut.url) as socket:
                    cable.pull()
                    pulled = time.monotonic()
                    answered = await served_town.terminal("chen", browser).presses_call()
                    frames = []
                    with pytest.raises(ConnectionClosed) as closed:
                        while True:
                            frames.append(await socket.receive(STALE_WITHIN_S))
                    assert time.monotonic() - pulled < STALE_WITHIN_S
                    assert closed.value.rcvd is not None
                    assert closed.value.rcvd.code == 1013
                    assert "retry_after=" in closed.value.rcvd.reason
                    assert [frame["type"] for frame in frames] in ([], ["tick"])
                    assert (await probe.get("/readyz", timeout=10)).status_code == 503
                    with pytest.raises(httpx.TransportError):
                        case = f"/api/incidents/{answered['incident']}/acknowledge"
                        await probe.post(case, timeout=3)
                    async with DeskSocket(desk, served.url, socket.epoch, socket.cursor) as moved:
                        assert moved.mode == "replay"
                        assert (await moved.sees("incident.raised"))["data"]["incident"]["state"] == "open"
                        acked = await desk.post(f"/api/incidents/{answered['incident']}/acknowledge")
                        assert acked.status_code == 200
                cable.plug()
                async with asyncio.timeout(40):
                    while (await probe.get("/readyz", timeout=10)).status_code != 200:
                        await asyncio.sleep(0.2)
                async with DeskSocket(desk, cut.url) as again:
                    assert again.snapshot is not None
                    assert again.snapshot["incidents"][0]["state"] == "acknowledged"
        finally:
            await cut.kill()
