"""Fault 10: the database cannot be reached and nothing says so: terminals hear no, and are heard when it is back."""

import asyncio
from pathlib import Path

import pytest

from tests.fixtures.partition import cable_to
from tests.fixtures.served import Served
from tests.fixtures.town import TownBuilder


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_no_answer_is_given_that_is_not_true(served: Served, served_town: TownBuilder, tmp_path: Path) -> None:
    """Cut off in silence: 503 with Retry-After, never a 200; plugged in again, the same message is taken once."""
    async with cable_to(served.database_url) as cable:
        cut = Served(tmp_path / "cut", cable.url)
        try:
            await cut.start("--role", "intake", "--no-migrate")
            async with cut.client() as line:
                chen = served_town.terminal("chen", line)
                first = await chen.presses_call()
                cable.pull()
                answer = await chen.post({"msg_id": "cut", "kind": "sos"})
                assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
                assert (await line.get("/readyz", timeout=10)).status_code == 503
                cable.plug()
                async with asyncio.timeout(40):
                    while (answer := await chen.post({"msg_id": "cut", "kind": "sos"})).status_code != 200:
                        await asyncio.sleep(0.2)
                assert answer.json()["incident"] == first["incident"]
                again = (await chen.post({"msg_id": "cut", "kind": "sos"})).json()
                assert (again["duplicate"], again["alert"]) == (True, answer.json()["alert"])
        finally:
            await cut.kill()
