"""A power cut at the worst moments: nothing that was answered is lost, nothing is paged twice."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import text

from service.db import Database
from service.vault import Vault
from tests.service.intake.bedside import ALERTS, KEY, build_town
from tests.service.terminals.signing import signed

BODY = b'{"msg_id":"m1","kind":"sos"}'


@contextlib.asynccontextmanager
async def process(url: str, failpoint: str | None) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"PYTHONPATH": ".", "UNWALLED_TESTING": "1", "UNWALLED_FAIL": failpoint or ""}
    command = (sys.executable, "-m", "tests.service.intake.killable", url, str(port))
    running = await asyncio.create_subprocess_exec(*command, env=environment)
    try:
        async with asyncio.timeout(20):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    break
                await asyncio.sleep(0.05)
        yield running, f"http://127.0.0.1:{port}"
    finally:
        if running.returncode is None:
            running.terminate()
        await running.wait()


async def post(address: str, counter: int) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.post(address + ALERTS, content=BODY, headers=signed(KEY, "T-1", 7, counter, BODY))


@pytest.mark.slow
@pytest.mark.parametrize(("failpoint", "kept"), [("before_commit", False), ("after_commit", True)])
async def test_killed_at_the_commit_the_retry_makes_it_right(database: Database, failpoint: str, kept: bool) -> None:
    """Killed with -9 before or after the commit, unanswered: the same message again gives one alert, one ladder."""
    await build_town(database, Vault("a secret of at least thirty-two characters"))
    async with process(database.url, failpoint) as (running, address):
        with pytest.raises(httpx.TransportError):
            await post(address, 1)
        assert await running.wait() == -signal.SIGKILL
    async with process(database.url, None) as (_, address):
        taken = (await post(address, 2)).json()
    assert taken["duplicate"] is kept
    assert (taken["state"], taken["seq"]) == ("open", 1)
    async with database.reading() as session:
        for table, count in (("alert", 1), ("incident", 1), ("event", 1), ("timer", 5)):
            assert (await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == count
