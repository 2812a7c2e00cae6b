"""Promise: on PostgreSQL the roles run in processes of their own, and a call still reaches the desk within seconds."""

from pathlib import Path

import pytest

from tests.fixtures.desk_socket import DeskSocket
from tests.fixtures.served import Served
from tests.fixtures.town import TownBuilder


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_call_crosses_the_processes(served: Served, served_town: TownBuilder, tmp_path: Path) -> None:
    """Taken by the intake process, told by the hub process, answered through the web process."""
    intake, hub = Served(tmp_path, served.database_url), Served(tmp_path, served.database_url)
    try:
        await intake.start("--role", "intake")
        await hub.start("--role", "hub")
        await served.start("--role", "web,work")
        async with served.client() as browser, intake.client() as bedside:
            assert (await bedside.get("/api/elders")).status_code == 404
            desk = await served_town.desk("wu", browser)
            async with DeskSocket(desk, hub.url) as socket:
                answer = await served_town.terminal("chen", bedside).presses_call()
                seen = await socket.sees("incident.raised", 5)
                assert seen["data"]["incident"]["id"] == answer["incident"]
                await desk.post(f"/api/incidents/{answer['incident']}/acknowledge")
                await socket.sees("incident.acknowledged", 5)
    finally:
        await intake.kill()
        await hub.kill()
