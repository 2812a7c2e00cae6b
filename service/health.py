"""Answers operators' probes: alive, and ready to take calls; refuses to tell anything else."""

import asyncio

from fastapi import FastAPI
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

SLOWEST_S = 2.0


async def alive(_request: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"})


async def ready(request: Request) -> Response:
    """The database answers within two seconds, no call waits longer for it and, in a demo, the town stands."""
    state = request.app.state
    if "hub" in state.roles and state.live.blind:
        return JSONResponse({"status": "unavailable"}, 503)
    if state.intake.committer.busy_s > SLOWEST_S:
        return JSONResponse({"status": "unavailable"}, 503)
    try:
        async with asyncio.timeout(SLOWEST_S), state.database.reading() as session:
            await session.execute(text("SELECT 1"))
    except Exception:
        return JSONResponse({"status": "unavailable"}, 503)
    stands = state.town_stands.is_set()
    return JSONResponse({"status": "ok" if stands else "starting"}, 200 if stands else 503)


def install(app: FastAPI) -> None:
    """Add /healthz and /readyz."""
    app.add_route("/healthz", alive, include_in_schema=False)
    app.add_route("/readyz", ready, include_in_schema=False)
