"""Promise: an intake process of its own starts light, and takes calls like any other."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import run

import pytest

from service.bedside import create_bedside
from service.clock import Clock
from service.settings import Settings
from tests.fixtures.house import SECRET
from tests.fixtures.served import Served
from tests.fixtures.town import TownBuilder

HEAVY = ["sqlalchemy", "models", "numpy", "numba", "ortools", "pandas", "fastapi", "pydantic", "routing", "alembic"]
LOOK = """
import json, sys
from service import cli
chosen = sys.argv[1:]
from service import bedside
from service.settings import Settings
bedside.create_bedside(Settings.from_environment({"UNWALLED_DATABASE_URL": "postgresql://nobody@/none",
                                                  "UNWALLED_SECRET_KEY": "x" * 40}))
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""


def test_nothing_heavy_is_loaded() -> None:
    """Neither ORM nor planner nor web framework stands between a restart and the first call."""
    out = run([sys.executable, "-c", LOOK], capture_output=True, check=True, text=True).stdout
    loaded = json.loads(out)
    assert "asyncpg" in loaded
    assert [name for name in HEAVY if name in loaded] == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_its_clock_is_the_databases(database_url: str, tmp_path: Path) -> None:
    """On a host whose clock is an hour off calls are stamped with the database's time, not the host's."""
    clock = Clock(wall=datetime.now(UTC) - timedelta(hours=1))
    app = create_bedside(Settings(home=tmp_path, database_url=database_url, secret_key=SECRET), clock)
    async with app.router.lifespan_context(app):  # type: ignore[arg-type]
        assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_it_takes_calls_and_hands_out_keys(served: Served, served_town: TownBuilder) -> None:
    """Alone on PostgreSQL: a call is kept, a key is changed without a restart, operators get their answers."""
    await served.start("--role", "intake")
    async with served.client() as line:
        chen = served_town.terminal("chen", line)
        assert (await chen.presses_call())["state"] == "open"
        rotated = await chen.post(b"", "/terminals/v1/rotate")
        chen.key = bytes.fromhex(rotated.json()["key"])
        assert (await chen.presses_call())["state"] == "open"
        assert (await chen.post({"battery": 50}, "/terminals/v1/heartbeats")).status_code == 200
        assert (await line.get("/healthz")).json() == {"status": "ok"}
        assert (await line.get("/terminals/v1/alerts")).status_code == 405
        assert (await line.get("/api/elders")).status_code == 404
