"""Fault 31: a newer version migrates while calls pour in: none is refused, and only one version runs the ladder."""

import asyncio
import os
import shutil
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import text

from service.clock import Clock
from service.db import Database
from tests.fixtures.house import SECRET
from tests.fixtures.served import Served
from tests.fixtures.town import TownBuilder

ROOT = Path(__file__).parents[2]
NEXT = '''"""A column that only the next version knows

Revision: 9999, after {before}
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", "{before}", None, None


def upgrade() -> None:
    op.add_column("alert", sa.Column("next_note", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("alert", "next_note")
'''


def next_version(folder: Path) -> dict[str, str]:
    """This program with one more migration, as a tree of its own; gives the environment that runs it."""
    for room in ("service", "models", "routing", "migrations"):
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    if (ROOT / "console" / "dist").exists():
        (folder / "console").mkdir()
        (folder / "console" / "dist").symlink_to(ROOT / "console" / "dist")
    versions = folder / "migrations" / "versions"
    before = max(path.name[:4] for path in versions.glob("0*.py"))
    (versions / "9999_next.py").write_text(NEXT.format(before=before))
    return {"PYTHONPATH": str(folder), "PYTHONSAFEPATH": "1"}


async def migrate_with(environment: dict[str, str], url: str, home: Path) -> None:
    settings = {"UNWALLED_HOME": str(home), "UNWALLED_DATABASE_URL": url.replace("+asyncpg", "")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "service.cli", "migrate"),
        env={**os.environ, **settings, "UNWALLED_SECRET_KEY": SECRET, **environment},
        stdout=asyncio.subprocess.DEVNULL,
    )
    assert await process.wait() == 0


async def rung_again(database: Database) -> int:
    """How often an answered incident was raised again."""
    async with database.reading() as session:
        count = await session.execute(text("SELECT count(*) FROM event WHERE topic = 'incident.reraised'"))
        return int(count.scalar_one())


async def make_due(database: Database) -> None:
    """The three minutes pass for all incidents that somebody answered."""
    async with database.writing() as session:
        again = "UPDATE timer SET due_at = due_at - interval '170 seconds' WHERE state = 'armed' AND rung = 'again'"
        assert (await session.execute(text(again))).rowcount == 1  # type: ignore[attr-defined]


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_calls_pass_and_timers_fire_once(served: Served, served_town: TownBuilder, tmp_path: Path) -> None:
    """Every call is answered 200; the old version parks its timers, the new one fires each of them once."""
    environment = next_version(tmp_path / "next")
    database = Database(served.database_url, Clock())
    newer = Served(tmp_path / "newer", served.database_url)
    await served.start()
    statuses: Counter[int] = Counter()
    over = asyncio.Event()

    async def press() -> None:
        async with served.client() as line:
            terminal = served_town.terminal("yu", line)
            number = 0
            while not over.is_set():
                number += 1
                statuses[(await terminal.post({"msg_id": f"m{number}", "kind": "sos"})).status_code] += 1
                await asyncio.sleep(0.02)

    pressing = asyncio.create_task(press())
    try:
        async with served.client() as browser, served.client() as line:
            case = (await served_town.terminal("chen", line).presses_call())["incident"]
            desk = await served_town.desk("wu", browser)
            assert (await desk.post(f"/api/incidents/{case}/acknowledge")).status_code == 200
        await asyncio.sleep(1)
        await migrate_with(environment, served.database_url, tmp_path)
        await asyncio.sleep(2.5)
        await make_due(database)
        await asyncio.sleep(12)
        assert await rung_again(database) == 0
        await newer.start(**environment)
        async with asyncio.timeout(10):
            while not await rung_again(database):
                await asyncio.sleep(0.1)
        await asyncio.sleep(2)
        assert await rung_again(database) == 1
        over.set()
        await pressing
        assert set(statuses) == {200}
        assert statuses[200] > 50
    finally:
        over.set()
        await asyncio.gather(pressing, return_exceptions=True)
        await newer.kill()
        await database.close()
