"""Promise: one command gives a living town: people move, visits pass, somebody calls; and one signal ends all of it."""

import asyncio
import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fixtures.served import Served

PATIENCE_S = 100


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_town_lives_and_ends_with_the_service(served: Served) -> None:
    """Visits progress, positions move and a call arrives by themselves; SIGTERM leaves no process behind."""
    await served.start("--demo")
    async with served.client() as desk:
        accounts = json.loads((served.home / "demo-accounts.json").read_text())
        password = next(person["password"] for person in accounts if person["name"] == "admin")
        answer = await desk.post("/api/session", json={"name": "admin", "password": password})
        assert answer.status_code == 200
        before, places = await _states(desk), await _places(desk)
        assert (await desk.post("/api/demo/clock", json={"speed": 60})).status_code == 200
        await _sooner_or_later(lambda: _progressed(desk, before), "no visit went on")
        await _sooner_or_later(lambda: _moved(desk, places), "nobody moved")
        await _sooner_or_later(lambda: _called(desk), "nobody called")
    process = served.process
    assert process is not None
    players = _children(process.pid)
    assert players, "the simulator is a process of its own"
    process.send_signal(signal.SIGTERM)
    await asyncio.wait_for(process.wait(), 30)
    for _ in range(100):
        if not any(Path(f"/proc/{pid}").exists() for pid in players):
            break
        await asyncio.sleep(0.1)
    assert not any(Path(f"/proc/{pid}").exists() for pid in players)


async def _states(desk: httpx.AsyncClient) -> dict[int, str]:
    return {visit["id"]: visit["state"] for visit in (await desk.get("/api/board/day")).json()["visits"]}


async def _places(desk: httpx.AsyncClient) -> dict[int, tuple[float, float]]:
    return {one["id"]: (one["lon"], one["lat"]) for one in (await desk.get("/api/caregivers")).json()}


async def _progressed(desk: httpx.AsyncClient, before: dict[int, str]) -> bool:
    now = await _states(desk)
    return sum(now[visit] != before[visit] for visit in before) >= 5


async def _moved(desk: httpx.AsyncClient, before: dict[int, tuple[float, float]]) -> bool:
    now = await _places(desk)
    return sum(now[who] != before[who] for who in before) >= 5


async def _called(desk: httpx.AsyncClient) -> bool:
    return bool((await desk.get("/api/incidents")).json()["items"])


async def _sooner_or_later(seen: Callable[[], Any], otherwise: str) -> None:
    for _ in range(PATIENCE_S * 2):
        if await seen():
            return
        await asyncio.sleep(0.5)
    raise AssertionError(otherwise)


def _children(pid: int) -> list[int]:
    """Processes that this one started, as the kernel lists them."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]
