"""The live sockets on a real loopback port with the intake beside them, and clients that speak the protocol."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from models import Account, AccountArea, Session
from models.types import Role
from service.accounts.sessions import issue_ticket
from service.board.socket import routes as board_routes
from service.db import Database
from service.realtime import outbox
from service.realtime.assembly import Live
from service.realtime.line import Line
from service.settings import Settings
from service.vault import token_hash
from tests.service.intake.bedside import DISTRICT, ELSEWHERE, Bedside, bedside_on

WU, FAR, ROOT, NEAR_PROVIDER = 1, 2, 3, 4
"""Sessions (and accounts): dispatchers of either district, the admin, a manager of provider 1."""


class Client:
    """One console page: says hello, collects frames, answers ticks."""

    def __init__(self, url: str, origin: str | None) -> None:
        self.url, self.origin = url, origin
        self.frames: list[dict[str, Any]] = []
        self.socket: ClientConnection | None = None
        self.cursor: int | None = None
        self.epoch: str | None = None
        self.closed: int | None = None
        self._reading: asyncio.Task[None] | None = None
        self._news = asyncio.Event()

    async def hello(self, ticket: str, epoch: str | None = None, cursor: int | None = None) -> Self:
        self.socket = await connect(self.url, origin=self.origin, proxy=None, compression=None)  # type: ignore[arg-type]
        self._reading = asyncio.create_task(self._read(self.socket))
        await self.say({"type": "hello", "ticket": ticket, "epoch": epoch, "cursor": cursor})
        return self

    async def say(self, frame: Any) -> None:
        assert self.socket is not None
        await self.socket.send(frame if isinstance(frame, str | bytes) else orjson.dumps(frame).decode())

    async def _read(self, connection: ClientConnection) -> None:
        try:
            async for text in connection:
                self._take(orjson.loads(text))
                self._news.set()
        except ConnectionClosed:
            pass
        self.closed = connection.close_code
        self._news.set()

    def _take(self, frame: dict[str, Any]) -> None:
        self.frames.append(frame)
        if frame["type"] == "welcome":
            self.epoch = frame["epoch"]
        elif "seq" in frame:
            self.cursor = max(frame["seq"], self.cursor or 0)

    async def until(self, done: Any, seconds: float = 8) -> Any:
        """Wait until `done(self)` is true; gives its value."""
        async with asyncio.timeout(seconds):
            while not (found := done(self)):
                self._news.clear()
                await self._news.wait()
        return found

    async def sees(self, topic: str, count: int = 1) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.until(lambda c: len(c.events(topic)) >= count and c.events(topic))
        return found

    def events(self, topic: str = "") -> list[dict[str, Any]]:
        return [f for f in self.frames if f["type"] == "event" and f["topic"].startswith(topic)]

    @property
    def mode(self) -> str | None:
        return next((f["mode"] for f in self.frames if f["type"] == "welcome"), None)

    async def leave(self) -> None:
        if self.socket is not None:
            await self.socket.close()
        if self._reading is not None:
            await self._reading


class Tower:
    """The running sockets."""

    def __init__(self, bedside: Bedside, live: Live, address: str) -> None:
        self.bedside, self.live, self.database = bedside, live, bedside.database
        self.address, self.clients = address, list[Client]()
        self.routes: list[BaseRoute] = []

    async def ticket(self, session_id: int = WU) -> str:
        async with self.database.writing() as session:
            return await issue_ticket(session, session_id, self.database.clock.now())

    def client(self, origin: str | None = "own") -> Client:
        made = Client(f"ws://{self.address}/board/v1/socket", f"http://{self.address}" if origin == "own" else origin)
        self.clients.append(made)
        return made

    async def opens(self, session_id: int = WU, **resume: Any) -> Client:
        """A console that is welcome."""
        client = await self.client().hello(await self.ticket(session_id), **resume)
        await client.until(lambda c: c.mode is not None)
        return client

    async def say(self, topic: str, area: str | None = DISTRICT, provider: int | None = None, **more: Any) -> None:
        """One event of any kind."""
        async with self.database.writing() as session:
            data = more.pop("data", {})
            outbox.append(session, topic, data, area_code=area, provider_id=provider, **more)


async def _accounts(database: Database) -> None:
    now = database.clock.now()
    cast = ((WU, Role.DISPATCHER, DISTRICT, None), (FAR, Role.DISPATCHER, ELSEWHERE, None))
    more = ((ROOT, Role.ADMIN, None, None), (NEAR_PROVIDER, Role.STATION_MANAGER, DISTRICT, 1))
    async with database.writing() as session:
        for number, role, area, provider in (*cast, *more):
            session.add(
                Account(id=number, name=f"n{number}", display="吴某", role=role, provider_id=provider, made_at=now)
            )
            await session.flush()
            if area is not None:
                session.add(AccountArea(account_id=number, area_code=area))
            times = {"made_at": now, "seen_at": now, "until_at": now + timedelta(hours=12)}
            hashed = token_hash(f"secret {number}")
            session.add(Session(id=number, account_id=number, kind="console", token_hash=hashed, **times))


@contextlib.asynccontextmanager
async def tower_on(database: Database, home: Path, line: type[Line] = Line) -> AsyncIterator[Tower]:
    """Intake, pump and sockets, served by uvicorn on a free port; `line` may count what is written."""
    async with bedside_on(database) as bedside:
        await _accounts(database)
        settings = Settings(home=home, database_url=database.url, secret_key="a" * 40)
        live = Live(database, database.clock, settings)
        app = Starlette(routes=[*board_routes, *bedside.app.routes])
        for name, value in {"live": live, "database": database, "clock": database.clock, "settings": settings}.items():
            setattr(app.state, name, value)
        app.state.intake = bedside.intake
        await live.start()
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app, ws=line, lifespan="off", log_config=None, ws_max_size=64 * 1024, ws_per_message_deflate=False
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        tower = Tower(bedside, live, f"127.0.0.1:{listener.getsockname()[1]}")
        tower.routes = app.router.routes
        try:
            yield tower
        finally:
            for client in tower.clients:
                await client.leave()
            await live.stop()
            server.should_exit = True
            await serving
