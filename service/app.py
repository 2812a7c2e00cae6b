"""Composition root: settings to engine, clock, intake, live sockets and routes, one ASGI app a set of roles."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI

from service import gate, health, pages, problems
from service.accounts.api import router as accounts
from service.assessments.api import router as assessments
from service.beds.api import router as beds
from service.board.socket import routes as board
from service.channels.courier import Courier
from service.clock import Clock
from service.contracts.api import router as contracts
from service.db import Database
from service.devices.api import router as devices
from service.dispatch.api import router as dispatch
from service.elders.api import router as elders
from service.emergencies import callers
from service.emergencies.api import router as emergencies
from service.emergencies.casework import router as casework
from service.entitlements.api import router as entitlements
from service.exchange.api import router as exchange
from service.intake.assembly import Intake
from service.intake.embedded import path_of
from service.jobs.api import router as jobs
from service.jobs.every import keep_running
from service.jobs.parking import run_while
from service.jobs.worker import Worker
from service.log_copy import keep_copying
from service.meals.api import router as meals
from service.orders.api import router as orders
from service.organisations.api import router as organisations
from service.patrols.api import router as patrols
from service.phone.api import router as phone
from service.phone.socket import routes as phone_socket
from service.policies.api import router as policies
from service.promises.api import router as promises
from service.readiness.api import router as readiness
from service.readiness.watchman import Watchman
from service.realtime.assembly import Live
from service.schema import is_known
from service.settings import Settings
from service.staff.api import router as staff
from service.terminals.door import Door
from service.terminals.mqtt import bridge_for
from service.timekeeper import anchor, keep_time
from service.timetable import KINDS, TIMETABLE
from service.town.api import router as town
from service.town.basemap import Basemap
from service.vault import Vault
from service.waiting.api import router as waiting
from service.waiting.opening import router as opening
from service.whereabouts.api import router as whereabouts
from service.works.api import router as works

ROLES = frozenset({"intake", "hub", "web", "work"})
WEB = (
    *(accounts, beds, devices, dispatch, elders, casework, emergencies, jobs, meals, orders, organisations, phone),
    *(readiness, staff, town),
    *(assessments, entitlements, exchange),
    *(contracts, opening, patrols, policies, promises, waiting, whereabouts, works),
)


def create_app(
    settings: Settings, *, clock: Clock | None = None, roles: frozenset[str] = ROLES, demo: bool = False
) -> FastAPI:
    """The service in these roles. `app.state` carries settings, clock, vault, database, intake and live.

    With `demo` /readyz stays 503 until somebody sets `app.state.town_stands`.
    """
    app = FastAPI(
        title="Unwalled",
        summary="Dispatch for a nursing home without walls",
        version=_version(),
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        responses=problems.RESPONSES,
        lifespan=_lifespan,
    )
    clock = clock or Clock()
    app.state.settings, app.state.clock, app.state.roles = settings, clock, roles
    app.state.vault = Vault(settings.secret_key, settings.other_secret_keys)
    app.state.database = Database(settings.database_url, clock)
    app.state.intake = Intake(app.state.database, app.state.vault)
    app.state.bridge = bridge_for(settings, app.state.intake)
    app.state.live = Live(app.state.database, clock, settings)
    app.state.courier = Courier(app.state.database, app.state.vault, settings)
    app.state.watchman = Watchman(app.state.database, settings)
    app.state.basemap = Basemap(settings)
    app.state.town_stands = asyncio.Event()
    app.state.began = time.monotonic()
    if not demo:
        app.state.town_stands.set()
    _routes(app, roles)
    problems.install(app)
    app.add_middleware(gate.Gate, origins=settings.origins, tile_url=settings.tile_url)
    if "intake" in roles:
        app.add_middleware(Door)
    return app


def _routes(app: FastAPI, roles: frozenset[str]) -> None:
    if "hub" in roles:
        app.router.routes.extend([*board, *phone_socket])
    health.install(app)
    if "web" in roles:
        for router in WEB:
            app.include_router(router)
        pages.install(app)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Start what the roles need in order; stop in reverse: no new work, flush, then let the database go."""
    async with AsyncExitStack() as stack:
        state = app.state
        _build_routes(app)
        stack.push_async_callback(state.database.close)
        await state.database.grow_log()
        if state.database.embedded:
            copying = keep_copying(path_of(state.database.url), state.database.gate)
            stack.push_async_callback(_end, asyncio.create_task(copying))
        await anchor(state.database, state.clock)
        stack.push_async_callback(_end, asyncio.create_task(keep_time(state.database, state.clock)))
        if state.roles & {"hub", "intake"}:
            await state.live.start()
            stack.push_async_callback(state.live.stop)
        if "intake" in state.roles:
            await state.intake.start()
            stack.push_async_callback(state.intake.stop)
            if state.bridge is not None:
                stack.push_async_callback(_end, asyncio.create_task(state.bridge.run()))
        if "work" in state.roles:
            worker = Worker(state.database, state.clock, KINDS)
            often = partial(keep_running, TIMETABLE, state.database, state.clock)
            hashing = partial(callers.run, state.database, state.vault)
            timed = (worker.run, often, state.courier.run, state.watchman.run, hashing)
            parking = run_while(partial(is_known, state.database), lambda: [work() for work in timed])
            stack.push_async_callback(_end, asyncio.create_task(parking))
        yield


def _build_routes(app: FastAPI) -> None:
    """Look through all routes once: FastAPI builds them then, 60 ms and more in which no call is answered."""
    scope = {"type": "http", "method": "GET", "path": "/api/-", "root_path": "", "headers": [], "app": app}
    for route in app.router.routes:
        route.matches(scope)


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.wait({task})


def _version() -> str:
    try:
        return version("unwalled")
    except PackageNotFoundError:
        return "0"
