"""Promise: a server killed with -9 between disk and socket; the desk comes back and gets exactly what it missed."""

import asyncio

import httpx
import pytest

from tests.fixtures.desk_socket import DeskSocket
from tests.fixtures.served import Served
from tests.fixtures.town import TownBuilder


@pytest.mark.slow
async def test_killed_between_disk_and_socket(served: Served, served_town: TownBuilder) -> None:
    """The second call is on disk when the process dies; neither terminal nor desk loses it, and it counts once."""
    await served.start(UNWALLED_TESTING="1", UNWALLED_FAIL="after_commit:2")
    async with served.client() as browser, served.client() as line:
        desk = await served_town.desk("wu", browser)
        chen, yu = served_town.terminal("chen", line), served_town.terminal("yu", line)
        async with DeskSocket(desk, served.url) as socket:
            first = await chen.presses_call()
            seen = await socket.sees("incident.raised")
            assert seen["data"]["incident"]["id"] == first["incident"]
            with pytest.raises(httpx.TransportError):
                await yu.post({"msg_id": "y1", "kind": "sos"})
        await served.gone()
        epoch, cursor = socket.epoch, socket.cursor

    await served.start()
    async with served.client() as browser, served.client() as line:
        desk = await served_town.desk("wu", browser)
        async with DeskSocket(desk, served.url, epoch, cursor) as socket:
            assert socket.mode == "replay"
            missed = await socket.sees("incident.raised")
            yu.client = line
            again = (await yu.post({"msg_id": "y1", "kind": "sos"})).json()
            assert again["duplicate"]
            assert again["incident"] == missed["data"]["incident"]["id"]
            await asyncio.sleep(1.2)
            await socket.send({"type": "here", "seq": socket.cursor, "visible": True, "sound": True})
            raised = [event for event in socket.events if event["topic"] == "incident.raised"]
            assert len(raised) == 1
            assert raised[0]["seq"] > (cursor or 0)
