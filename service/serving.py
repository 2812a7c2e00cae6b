"""Starts uvicorn on the composed application, after the schema, and the demo's town and player when asked for."""

import asyncio
import contextlib
import gc
import os
import subprocess
import sys
from collections.abc import AsyncIterator

import uvicorn

from service.app import create_app
from service.log import start_log
from service.schema import migrate
from service.settings import Settings

SIMULATOR_NICENESS = 10


def serve(
    settings: Settings, host: str, port: int, roles: frozenset[str], *, demo: bool = False, migrating: bool = True
) -> int:
    """Serve until a signal ends it. On start: migrate, then the demo's town; /readyz is 503 until it stands."""
    start_log()
    settings.home.mkdir(parents=True, exist_ok=True)
    if migrating:
        asyncio.run(migrate(settings.database_url))
    app = create_app(settings, roles=roles, demo=demo)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            ws_per_message_deflate=False,
            ws_max_size=64 * 1024,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=5,
            timeout_keep_alive=65,
            server_header=False,
            h11_max_incomplete_event_size=16 * 1024,
        )
    )
    asyncio.run(_run(server, settings, port, demo), loop_factory=_loop)
    return 0


def _loop() -> asyncio.AbstractEventLoop:
    import uvloop

    return uvloop.new_event_loop()  # type: ignore[no-any-return]


async def _run(server: uvicorn.Server, settings: Settings, port: int, demo: bool) -> None:
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():
        await asyncio.sleep(0.02)
    gc.collect()
    gc.freeze()
    async with _player(server, settings, port) if demo and not serving.done() else contextlib.nullcontext():
        await serving


@contextlib.asynccontextmanager
async def _player(server: uvicorn.Server, settings: Settings, port: int) -> AsyncIterator[None]:
    """The simulator as a process of its own, once the town stands; it ends with the service."""
    starting = asyncio.create_task(_start_player(server, settings, port))
    try:
        yield
    finally:
        starting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            player = await starting
            player.terminate()
            player.wait(10)


async def _start_player(server: uvicorn.Server, settings: Settings, port: int) -> "subprocess.Popen[bytes]":
    app = server.config.app
    await app.state.town_stands.wait()  # type: ignore[union-attr]
    from service.demo.welcome import say_welcome

    say_welcome(settings.home, port)
    command = [sys.executable, "-m", "service.cli", "demo", "--url", f"http://127.0.0.1:{port}"]
    environment = {**os.environ, "UNWALLED_HOME": str(settings.home)}
    return subprocess.Popen(command, env=environment, preexec_fn=lambda: os.nice(SIMULATOR_NICENESS))
