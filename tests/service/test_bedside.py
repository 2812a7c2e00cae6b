"""Promise: an intake process of its own starts light, and takes calls like any other."""

import json
import sys
from subprocess import run

import pytest

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
