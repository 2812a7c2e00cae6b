"""Promise: bulk work of any kind lets bedside calls pass: not one waits 50 ms longer than in calm because of it."""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.engine import make_url

from service.clock import Clock
from service.db import Database
from service.vault import Vault
from tests.fixtures.house import SECRET
from tests.fixtures.served import Served
from tests.fixtures.town import DISTRICT, TownBuilder

APART_S, CALM_S = 0.03, 4.0
LONGEST_MS = 50.0


class Calls:
    """What the calling program saw: for each call its moment, its wait and what the machine alone took of it."""

    def __init__(self, rows: list[list[float]]) -> None:
        self._rows = rows

    def own_ms(self, since: float, until: float) -> list[float]:
        """How long the calls begun between two moments waited for the service itself."""
        return [(waited - machine) * 1000 for began, waited, machine in self._rows if since <= began < until]

    def longest_extra_ms(self, calm: tuple[float, float], busy: tuple[float, float]) -> float:
        """The slowest call of a busy time against the middle of the calm one."""
        return max(self.own_ms(*busy)) - statistics.median(self.own_ms(*calm))


def database_process(url: str) -> list[str]:
    """The process of the PostgreSQL server behind this address, if it is one."""
    folder = make_url(url).query.get("host")
    return [] if folder is None else [(Path(str(folder)) / "data" / "postmaster.pid").read_text().split()[0]]


@asynccontextmanager
async def calling(served: Served, town: TownBuilder) -> AsyncIterator[list[Calls]]:
    """Granny Chen's terminal calls every 30 ms from a process of its own; the list is filled when the block ends."""
    assert served.process is not None
    processes = [str(served.process.pid), *database_process(served.database_url)]
    whose = (served.url, ",".join(processes), "T-chen", town.keys["chen"].hex(), str(APART_S))
    disk = [] if len(processes) > 1 else [str(served.home / "twin")]
    pipe = asyncio.subprocess.PIPE
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.fixtures.calling", *whose, *disk), stdin=pipe, stdout=pipe
    )
    heard: list[Calls] = []
    try:
        yield heard
    finally:
        out, _ = await program.communicate(b"")
    heard.append(Calls(json.loads(out)))


async def plan_and_publish(town: TownBuilder, desk: httpx.AsyncClient, hours: range, seconds: int) -> None:
    """Orders placed, a plan made and published by the service's own job."""
    for hour in hours:
        await town.orders(desk, "chen", "clean.home", town.local(hour), town.local(hour, 59))
    wanted = {"on_date": town.today.isoformat(), "area_code": DISTRICT, "seconds": seconds}
    job = (await desk.post("/api/plans", json=wanted)).json()["job_id"]
    state: dict[str, Any] = {}
    while state.get("state") not in ("done", "failed", "cancelled"):
        await asyncio.sleep(0.1)
        state = (await desk.get(f"/api/jobs/{job}")).json()
    assert state["state"] == "done", state["error"]
    assert (await desk.post(f"/api/plans/{state['plan_id']}/publish")).status_code == 200


@pytest.fixture
async def busy_town(served: Served, clock: Clock) -> TownBuilder:
    """The small town, served by a process that has a door for bulk work."""
    database = Database(served.database_url, clock)
    town = await TownBuilder(database, clock, Vault(SECRET), served.client, None).found()
    await database.close()
    compiling = (sys.executable, "-c", "from routing.warm import warm; warm()")  # once a checkout, not once a plan
    assert await (await asyncio.create_subprocess_exec(*compiling)).wait() == 0
    await served.start(program="tests.fixtures.busy")
    return town


async def calm(since_s: float = 0.5) -> tuple[float, float]:
    """Let the first calls pass, then give a calm while."""
    await asyncio.sleep(since_s)
    began = time.monotonic()
    await asyncio.sleep(CALM_S)
    return began, time.monotonic()


@pytest.mark.alone
@pytest.mark.slow
async def test_bulk_work_lets_every_call_pass(
    served: Served, busy_town: TownBuilder, record_property: Callable[[str, object], None]
) -> None:
    """4,000 rows imported, all settled, a plan made and published: the slowest call waits at most 50 ms longer."""
    async with served.client() as browser, served.client() as clerk:
        desk = await busy_town.desk("wu", browser)
        await clerk.post("/busy", json={"rows": 60}, timeout=60)  # what a process does only once in its life is done
        await plan_and_publish(busy_town, desk, range(13, 14), 2)
        async with calling(served, busy_town) as heard:
            quiet = await calm()
            began = time.monotonic()
            importing = clerk.post("/busy", json={"rows": 4000}, timeout=120)
            await asyncio.gather(importing, plan_and_publish(busy_town, desk, range(14, 22), 8))
            busy = began, time.monotonic()
    assert len(heard[0].own_ms(*busy)) > 50
    longest_ms = heard[0].longest_extra_ms(quiet, busy)
    record_property("longest_ms", round(longest_ms, 1))
    assert longest_ms <= LONGEST_MS


@pytest.mark.alone
@pytest.mark.slow
async def test_a_writer_that_is_held_is_noticed(served: Served, busy_town: TownBuilder) -> None:
    """The same measurement with the forbidden fault, a transaction of 100 ms: it does not pass."""
    async with served.client() as clerk, calling(served, busy_town) as heard:
        quiet = await calm()
        began = time.monotonic()
        await clerk.post("/busy", json={"hold_ms": 100}, timeout=120)
        busy = began, time.monotonic()
    assert heard[0].longest_extra_ms(quiet, busy) > LONGEST_MS
