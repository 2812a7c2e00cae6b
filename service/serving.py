"""Starts uvicorn on the composed application, after the schema, and the demo's town and player when asked for."""

import asyncio
import contextlib
import gc
import os
import sys
from collections.abc import Iterator
from typing import Any

import uvicorn
import uvloop
from fastapi import FastAPI

from service.app import create_app
from service.demo.seeding import keep_town
from service.demo.welcome import say_welcome
from service.errors import ServiceError
from service.listening import bounds_of, refuse_taken, server_for
from service.log import start_log
from service.metrics import metrics_app
from service.realtime.line import Line
from service.schema import migrate
from service.settings import Settings
from service.terminals.hatch import Hatch

HUB_NICE = 5
"""Where a hub has a process of its own, calls for help go before thousands of consoles that come back at once."""


class Beside(uvicorn.Server):
    """A second server in the same process; the signals are the first one's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the handlers as they are."""
        yield


def serve(
    settings: Settings, host: str, port: int, roles: frozenset[str], *, demo: bool = False, migrating: bool = True
) -> int:
    """Serve until a signal ends it. On start: migrate, then the demo's town; /readyz is 503 until it stands.

    Raises ServiceError, with nothing touched, when nobody can listen there; and for a database that is not the demo's.
    """
    refuse_taken(host, port)
    start_log()
    settings.home.mkdir(parents=True, exist_ok=True)
    if migrating:
        asyncio.run(migrate(settings.database_url))
    if roles == {"hub"}:
        os.nice(HUB_NICE)
    run(create_app(settings, roles=roles, demo=demo), settings, host, port, demo=demo)
    return 0


def run(app: FastAPI, settings: Settings, host: str, port: int, *, demo: bool = False) -> None:
    """Serve a composed application until a signal ends it."""
    hatch = Hatch(app.state.intake) if "intake" in app.state.roles else None
    server = server_for(app, host, port, Line, bounds_of(settings), hatch)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(server, settings, port, demo))


async def _run(server: uvicorn.Server, settings: Settings, port: int, demo: bool) -> None:
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():  # noqa: ASYNC110  uvicorn tells by a flag only
        await asyncio.sleep(0.02)
    gc.collect()
    gc.freeze()
    counting = asyncio.create_task(_count(server.config.app, settings)) if settings.metrics_port else None
    player = asyncio.create_task(_play(server.config.app, settings, port)) if demo else None
    ended = asyncio.create_task(_stop_when_it_fails(server, player)) if player else None
    await serving
    for task in filter(None, (player, ended, counting)):
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _count(app: Any, settings: Settings) -> None:
    """Serve /metrics on loopback until cancelled."""
    port = settings.metrics_port or 0
    config = uvicorn.Config(metrics_app(app.state), host="127.0.0.1", port=port, log_config=None, lifespan="off")
    await Beside(config).serve()


async def _stop_when_it_fails(server: uvicorn.Server, player: "asyncio.Task[None]") -> None:
    """A town that cannot be founded ends the service with its reason; a player that ended by itself does not."""
    await asyncio.wait({player})
    if not player.cancelled() and player.exception() is not None:
        server.should_exit = True


async def _play(app: Any, settings: Settings, port: int) -> None:
    """Keep the demo's town, and run the simulator as a process of its own once it stands; both end with the service."""
    state = app.state
    try:
        async with asyncio.TaskGroup() as group:
            keeping = keep_town(state.database, state.clock, state.vault, settings.home, state.town_stands)
            group.create_task(keeping)
            group.create_task(_simulate(state, settings, port))
    except ExceptionGroup as failed:
        refusal = next((error for error in failed.exceptions if isinstance(error, ServiceError)), failed)
        raise refusal from None


async def _simulate(state: Any, settings: Settings, port: int) -> None:
    await state.town_stands.wait()
    say_welcome(settings.home, port)
    player = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "service.cli", "demo", "--url", f"http://127.0.0.1:{port}"),
        env={**os.environ, "UNWALLED_HOME": str(settings.home)},
    )
    try:
        await player.wait()
    finally:
        if player.returncode is None:
            player.terminate()
            await player.wait()
