"""Fault 9: the database goes back (a backup, a standby that lagged): everybody begins anew, no number is reused."""

import asyncio
import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from service.clock import Clock
from service.db import Database
from service.realtime.assembly import Live
from service.realtime.restored import LEAP
from service.settings import Settings
from tests.fixtures.desk_socket import DeskSocket
from tests.fixtures.served import Served
from tests.fixtures.town import DISTRICT, TownBuilder
from tests.service.realtime.telling import last_seq, pour
from tests.service.realtime.tower import Tower


async def goes_back(database: Database, to: int) -> None:
    """What a standby that had not caught up looks like to its clients: the newest events never were."""
    async with database.writing() as session:
        await session.execute(text("DELETE FROM event WHERE seq > :to").bindparams(to=to))
        await session.execute(text("UPDATE sequence SET last = :to").bindparams(to=to))


async def test_a_failover_to_a_lagging_standby_is_noticed(tower: Tower) -> None:
    """Consoles are sent away, come back to a snapshot in a new epoch, and numbers go on beyond those lost."""
    await pour(tower.database, 12, area=DISTRICT)
    desk = await tower.opens()
    await desk.until(lambda c: c.cursor == 12)
    await goes_back(tower.database, 7)
    assert await desk.until(lambda c: c.closed, seconds=5) == 1012
    back = await tower.opens(epoch=desk.epoch, cursor=desk.cursor)
    assert (back.mode, back.epoch == desk.epoch) == ("snapshot", False)
    await pour(tower.database, 1, area=DISTRICT)
    assert (await back.sees("visit.late"))[0]["seq"] > 12 + LEAP
    [lost] = await tower.bedside.rows("SELECT data FROM event WHERE topic = 'system.restored'")
    assert '"lost_after":7' in str(lost["data"]).replace(" ", "").replace("'", '"')
    assert '"lost_upto":12' in str(lost["data"]).replace(" ", "").replace("'", '"')


async def test_ids_of_lost_calls_are_not_given_to_others(tower: Tower) -> None:
    """The call that the standby never saw keeps its numbers to itself: people have them on paper and in messages."""
    lost = await tower.bedside.press("lost")
    await tower.live.pump.catch_up()
    was = tower.live.pump.epoch
    async with tower.database.writing() as session:
        for table in ("alert", "timer", "incident"):
            await session.execute(text(f"DELETE FROM {table}"))
    await goes_back(tower.database, 0)
    async with asyncio.timeout(8):
        while tower.live.pump.epoch == was:
            await asyncio.sleep(0.05)
    for number in range(2):
        told = await tower.bedside.press(f"after-{number}")
        assert told["alert"] > lost["alert"] + LEAP
        assert told["incident"] > lost["incident"] + LEAP


async def test_two_hubs_agree_on_one_new_epoch(tower: Tower, tmp_path: Path) -> None:
    """However many processes notice, the epoch changes once."""
    other = Live(tower.database, tower.database.clock, Settings(tmp_path / "other", tower.database.url, "a" * 40))
    await pour(tower.database, 9, area=DISTRICT)
    await other.start()
    try:
        await tower.live.pump.catch_up()
        was = tower.live.pump.epoch
        await goes_back(tower.database, 3)
        async with asyncio.timeout(8):
            while tower.live.pump.epoch == was or other.pump.epoch == was:
                await asyncio.sleep(0.05)
        assert tower.live.pump.epoch == other.pump.epoch
        assert len(await tower.bedside.rows("SELECT seq FROM event WHERE topic = 'system.restored'")) == 1
    finally:
        await other.stop()


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_restored_backup_begins_a_new_epoch(served: Served, served_town: TownBuilder, tmp_path: Path) -> None:
    """Stopped, yesterday's file put back, started: the mark beside it remembers what it had seen."""
    file, backup = tmp_path / "unwalled.db", tmp_path / "backup.db"
    shutil.copy(file, backup)
    await served.start()
    async with served.client() as browser:
        desk = await served_town.desk("wu", browser)
        async with DeskSocket(desk, served.url) as socket:
            async with served.client() as line:
                await served_town.terminal("chen", line).presses_call()
            await socket.sees("incident.raised")
            epoch, cursor = socket.epoch, socket.cursor or 0
        assert served.process is not None
        served.process.terminate()
        await served.gone()
    for name in ("unwalled.db-wal", "unwalled.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    shutil.copy(backup, file)
    await served.start()
    async with served.client() as browser:
        desk = await served_town.desk("wu", browser)
        async with DeskSocket(desk, served.url, epoch, cursor) as socket:
            assert (socket.mode, socket.epoch == epoch) == ("snapshot", False)
            assert (socket.cursor or 0) > cursor
    database = Database(served.database_url, Clock())
    async with database.reading() as session:
        assert await last_seq(session) > cursor + LEAP
    await database.close()
