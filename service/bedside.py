"""Composition root of an intake process of its own: the terminals' door and the intake on PostgreSQL, nothing else.

It starts light: no ORM, no models, no planner. What it refuses to load is what makes other processes slow to start
(tests/service/test_bedside.py looks at what is loaded, `python -m bench intake` measures the start).
"""

import asyncio
import gc
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from service.clock import Clock
from service.errors import ServiceError
from service.intake.assembly import Intake, intake_of
from service.intake.ground import Outpost
from service.intake.play import StoreDown
from service.intake.timing import anchor, keep_time
from service.listening import bounds_of, refuse_taken, server_for
from service.log import start_log
from service.settings import Settings
from service.terminals.door import Door
from service.terminals.hatch import Hatch
from service.terminals.mqtt import bridge_for
from service.vault import Vault

SLOWEST_S = 2.0


def serve(settings: Settings, host: str, port: int, *, migrating: bool = True) -> int:
    """Take calls until a signal ends it. The schema is brought to its newest by another process, which then ends.

    Raises ServiceError when nobody can listen there, or the schema cannot be made.
    """
    refuse_taken(host, port)
    start_log()
    if migrating and subprocess.run([sys.executable, "-m", "service.cli", "migrate"], check=False).returncode:
        raise ServiceError("the database could not be brought to the newest schema")
    app = create_bedside(settings)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(
            _run(
                server_for(
                    Door(app, app.state.intake), host, port, bounds=bounds_of(settings), hatch=Hatch(app.state.intake)
                )
            )
        )
    return 0


def create_bedside(settings: Settings, clock: Clock | None = None) -> Starlette:
    """What stands behind the door of an intake alone: its life and the operators' probes."""
    app = Starlette(routes=[Route("/healthz", alive), Route("/readyz", ready)], lifespan=_lifespan)
    app.state.intake = Intake(
        Outpost(settings.database_url, clock or Clock()), Vault(settings.secret_key, settings.other_secret_keys)
    )
    app.state.bridge = bridge_for(settings, app.state.intake)
    return app


async def alive(_request: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"})


async def ready(request: Request) -> Response:
    """The database answers, and no batch has waited for the disk for two seconds."""
    intake = intake_of(request)
    try:
        async with asyncio.timeout(SLOWEST_S):
            await intake.keys.reader.look("SELECT 1", [])
    except (StoreDown, TimeoutError):
        return JSONResponse({"status": "unavailable"}, 503)
    stalled = intake.committer.busy_s > SLOWEST_S
    return JSONResponse({"status": "unavailable" if stalled else "ok"}, 503 if stalled else 200)


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    intake: Intake = app.state.intake
    reader, clock = intake.keys.reader, intake.clock
    with suppress(StoreDown):  # it is looked at again; a call that comes first is stamped with this host's time
        await anchor(reader, clock)
    await intake.start()
    beside = [asyncio.create_task(keep_time(reader, clock))]
    if app.state.bridge is not None:
        beside.append(asyncio.create_task(app.state.bridge.run()))
    yield
    for task in beside:
        task.cancel()
    await asyncio.wait(beside)
    await intake.stop()


async def _run(server: uvicorn.Server) -> None:
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():  # noqa: ASYNC110  uvicorn tells by a flag only
        await asyncio.sleep(0.005)
    gc.collect()
    gc.freeze()
    await serving
