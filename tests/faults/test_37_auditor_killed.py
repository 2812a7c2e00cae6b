"""Fault 37: the auditor dies, or the ladder stands still: the sign of life stops, and an outside monitor misses it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from sqlalchemy import update
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models import Incident, Timer
from models.types import TimerState
from service.db import Database
from service.emergencies import jobs
from service.readiness import auditor, watchman
from service.readiness.watchman import Watchman
from service.settings import Settings
from tests.faults.ladder import later, rungs
from tests.fixtures.house import SECRET
from tests.fixtures.served import Served
from tests.service.accounts.desk import Desk, open_desk
from tests.service.emergencies.test_escalation import raise_call


class Monitor:
    """A stranger's monitor: it knows only when it heard the last sign of life and how long it may wait for the next."""

    def __init__(self) -> None:
        self.url, self.beats = "", list[dict[str, Any]]()
        self.heard = asyncio.Event()

    async def take(self, request: Request) -> Response:
        self.beats.append(await request.json())
        self.heard.set()
        return Response(status_code=204)

    def misses(self, silent_s: float) -> bool:
        """Whether a silence of this length calls somebody."""
        return silent_s >= self.beats[-1]["missed_after_s"]


@pytest.fixture
async def monitor() -> AsyncIterator[Monitor]:
    outside = Monitor()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    outside.url = f"http://127.0.0.1:{listener.getsockname()[1]}/beat"
    app = Starlette(routes=[Route("/beat", outside.take, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", log_config=None))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    yield outside
    server.should_exit = True
    await serving


@pytest.fixture
async def desk(database: Database) -> Desk:
    return await open_desk(database, database.clock)


@pytest.mark.slow
async def test_a_killed_service_is_missed_within_ninety_seconds(served: Served, monitor: Monitor) -> None:
    """It beats every 30 s; after -9 there is no other beat, and 90 s of silence are two missed ones and a third due."""
    await served.start(UNWALLED_DEADMAN_URL=monitor.url)
    await asyncio.wait_for(monitor.heard.wait(), 20)
    await served.kill()
    heard = len(monitor.beats)
    await asyncio.sleep(1)
    assert len(monitor.beats) == heard and monitor.misses(90)
    assert watchman.EVERY_S * 3 <= monitor.beats[-1]["missed_after_s"] <= 90
    assert not monitor.misses(watchman.EVERY_S * 2)


async def test_it_says_nothing_while_timers_are_overdue(desk: Desk, monitor: Monitor, tmp_path: Any) -> None:
    """The process lives but fires nothing: it does not claim to be well; once the ladder runs again it does."""
    settings = Settings(tmp_path, desk.database.url, SECRET, deadman_url=monitor.url)
    guard = Watchman(desk.database, settings)
    await raise_call(desk)
    assert (await guard.round()).well and len(monitor.beats) == 1
    await later(desk.database, 65)
    report = await guard.round()
    assert not report.well and report.late_timers == 1 and len(monitor.beats) == 1
    await jobs.ring_timers(desk.database, desk.clock)
    assert (await guard.round()).well and len(monitor.beats) == 2


async def test_a_call_that_lost_its_timers_is_armed_again(desk: Desk) -> None:
    """Whatever took the timers away: within one look the call rings again, at the supervisor's rung."""
    incident = await raise_call(desk)
    async with desk.database.writing() as session:
        gone = update(Timer).where(Timer.incident_id == incident, Timer.state == TimerState.ARMED)
        await session.execute(gone.values(state=TimerState.STOPPED))
    report = await auditor.look(desk.database)
    assert report.armed == [incident] and report.open == 1
    await jobs.ring_timers(desk.database, desk.clock)
    assert await rungs(desk.database) == [(incident, "supervisor")]
    assert (await auditor.look(desk.database)).armed == []
    async with desk.database.reading() as session:
        assert (await session.get_one(Incident, incident)).rung == 4
