"""Faults 11 to 13: the disk is full, breaks, or stands still under the embedded database."""

import asyncio
import signal
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, text

from models import Event
from service.clock import Clock
from service.db import Database
from service.intake.embedded import path_of
from service.intake.reserve import Reserve
from service.readiness.watchman import Watchman
from service.settings import Settings
from tests.fixtures.disk import Disk
from tests.fixtures.house import SECRET
from tests.fixtures.served import Served
from tests.fixtures.town import TownBuilder

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
RESERVE = "unwalled.db.reserve"


async def sound(url: str) -> int:
    """How many alerts there are, in a database that is whole."""
    database = Database(url, Clock())
    async with database.reading() as session:
        assert (await session.execute(text("PRAGMA integrity_check"))).scalar_one() == "ok"
        count: int = (await session.execute(text("SELECT count(*) FROM alert"))).scalar_one()
    await database.close()
    return count


async def test_11_full_disk(served: Served, served_town: TownBuilder, disk: Disk) -> None:
    """With the disk full the reserve is given up and calls go on; with that used up as well: 503, nothing broken."""
    await served.start(**disk.environment)
    reserve = served.home / RESERVE
    async with served.client() as line:
        chen = served_town.terminal("chen", line)
        first = await chen.presses_call()
        assert reserve.exists()
        disk.full()
        saved = await chen.presses_call()
        assert saved["incident"] == first["incident"]
        assert not reserve.exists()
        assert (served.home / f"{RESERVE}.spent").exists(), "what the auditor goes by"
        reserve.touch()  # the disk of this test is full while the file is there: now there is no room to give up
        reserve.chmod(0)
        reserve.parent.chmod(0o500)
        try:
            told = [(await chen.post({"msg_id": f"full{n}", "kind": "sos"})).status_code for n in range(3)]
        finally:
            reserve.parent.chmod(0o700)
        assert set(told) <= {200, 503}
        disk.well()
        assert (await chen.post({"msg_id": "full0", "kind": "sos"})).status_code == 200
    await served.kill()
    assert await sound(served.database_url) >= 3


async def test_11_a_spent_reserve_is_told_until_there_is_room(database: Database, tmp_path: Path) -> None:
    """Every desk hears of it once, and there is no sign of life: the outside monitor calls somebody within 90 s."""
    path = path_of(database.url)
    reserve = Reserve(path)
    reserve.keep()
    assert reserve.spend() and not reserve.spend()
    watchman = Watchman(database, Settings(home=tmp_path, database_url=database.url, secret_key=SECRET))
    no_room = Path(f"{path}.reserve")
    no_room.mkdir()
    assert [(await watchman.round()).well for _ in range(2)] == [False, False]
    async with database.reading() as session:
        told = (await session.scalars(select(Event).where(Event.topic == "system.disk_full"))).all()
    assert [(event.area_code, event.provider_id) for event in told] == [(None, None)]
    no_room.rmdir()
    assert (await watchman.round()).well
    assert no_room.stat().st_size > 0, "there is a reserve again"


async def test_12_broken_disk(served: Served, served_town: TownBuilder, disk: Disk) -> None:
    """A sync that failed is never tried again: the process ends, and what was answered is there after the restart."""
    await served.start(**disk.environment)
    async with served.client() as line:
        chen = served_town.terminal("chen", line)
        told = await chen.presses_call()
        disk.broken()
        with pytest.raises(httpx.TransportError):
            await chen.post({"msg_id": "broken", "kind": "sos"})
        await served.gone()
        assert served.process is not None
        assert served.process.returncode == -signal.SIGABRT
    disk.well()
    await served.start()
    async with served.client() as line:
        chen.client = line
        again = (await chen.post({"msg_id": "broken", "kind": "sos"})).json()
        assert again["incident"] == told["incident"]
    await served.kill()
    assert await sound(served.database_url) == 2


async def test_12_other_writers_end_too(served: Served, served_town: TownBuilder, disk: Disk) -> None:
    """Whoever writes when the sync fails, here a dispatcher who signs in: the process ends and starts from the log."""
    await served.start(**disk.environment)
    async with served.client() as line:
        disk.broken()
        with pytest.raises(httpx.TransportError):
            await served_town.desk("wu", line)
        await served.gone()
    assert served.process is not None
    assert served.process.returncode == -signal.SIGABRT


async def test_13_disk_that_stands_still(served: Served, served_town: TownBuilder, disk: Disk) -> None:
    """Answers wait for the disk, readiness says no, nothing is answered early; then everything that waited is kept."""
    await served.start(**disk.environment)
    async with served.client() as line, served.client() as probe:
        chen = served_town.terminal("chen", line)
        await chen.presses_call()
        disk.stalls(4000)
        waiting = [asyncio.create_task(chen.post({"msg_id": f"s{n}", "kind": "sos"})) for n in range(20)]
        await asyncio.sleep(3)
        assert not any(task.done() for task in waiting)
        assert (await probe.get("/readyz")).status_code == 503
        disk.well()
        answers = await asyncio.gather(*waiting)
        assert [answer.status_code for answer in answers] == [200] * 20
        async with asyncio.timeout(20):
            while (await probe.get("/readyz")).status_code != 200:
                await asyncio.sleep(0.1)
    await served.kill()
    assert await sound(served.database_url) == 21
