"""A small town of call terminals around the real intake and its door, for tests of the call path."""

import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

import httpx
import orjson
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.middleware import Middleware

from models import Area, Elder, Household, Provider, Station, Terminal
from models.types import AreaLevel, Datum
from service.db import Database
from service.intake.assembly import Intake
from service.intake.keys import seal_key
from service.terminals.door import Door
from service.terminals.signature import sign
from service.vault import Vault

DISTRICT, ELSEWHERE = "370613000000", "370602000000"
COMMUNITY, FAR_COMMUNITY = "370613001001", "370602002002"
KEY = bytes(range(32))
ALERTS, HEARTBEATS = "/terminals/v1/alerts", "/terminals/v1/heartbeats"


async def build_town(database: Database, vault: Vault) -> None:
    """Two districts; homes 1 (Granny Chen, T-1 and T-2) and 2 (T-3, far away); T-9 is placed nowhere."""
    async with database.writing() as session:
        for code, level in ((DISTRICT, "district"), (ELSEWHERE, "district"), (COMMUNITY, "community")):
            session.add(Area(code=code, name=f"area {code}", level=AreaLevel(level), parent_code=None))
        session.add(Area(code=FAR_COMMUNITY, name="far", level=AreaLevel.COMMUNITY, parent_code=ELSEWHERE))
        for number, name in ((1, "near"), (2, "far")):
            session.add(Provider(id=number, name=name, licence_no="L", licence_until_on=date(2036, 1, 1)))
        await session.flush()
        for number, code in ((1, COMMUNITY), (2, FAR_COMMUNITY)):
            place: dict[str, Any] = {"lon": 121.44 + number / 10, "lat": 37.5, "datum": Datum.WGS84, "area_code": code}
            session.add(Station(id=number, provider_id=number, name=f"station {number}", address="road", **place))
            session.add(Household(id=number, address=f"home {number}", floor=3, **place))
        await session.flush()
        for number, code, name in ((1, COMMUNITY, "陈秀英"), (2, FAR_COMMUNITY, "于德海")):
            whose: dict[str, Any] = {"household_id": number, "area_code": code, "provider_id": number}
            session.add(Elder(id=number, name=name, sex="F", born_on=date(1940, 5, 1), **whose))
        await session.flush()
        for terminal, home in (("T-1", 1), ("T-2", 1), ("T-3", 2), ("T-9", None)):
            session.add(terminal_row(vault, terminal, home))


def terminal_row(vault: Vault, terminal: str, home: int | None) -> Terminal:
    code = {1: COMMUNITY, 2: FAR_COMMUNITY, None: None}[home]
    return Terminal(
        id=terminal,
        household_id=home,
        elder_id=home,
        station_id=home,
        provider_id=home,
        area_code=code,
        model="bedside 1",
        key_sealed=seal_key(vault, terminal, KEY),
        online=True,
        seen_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


class Bedside:
    """Presses calls on terminals through the real door, signed."""

    def __init__(self, app: Starlette, database: Database, intake: Intake) -> None:
        self.app, self.database, self.intake = app, database, intake
        self._counters = itertools.count(1)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://testserver", trust_env=False)

    async def send(
        self,
        body: Mapping[str, Any] | bytes | list[Any],
        terminal: str = "T-1",
        boot: int | str = 7,
        counter: int | str | None = None,
        key: bytes = KEY,
        path: str = ALERTS,
    ) -> httpx.Response:
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        count = str(next(self._counters) if counter is None else counter)
        signature = sign(key, "POST", path, terminal, str(boot), count, raw)
        headers = {"X-Terminal": terminal, "X-Boot": str(boot), "X-Counter": count, "X-Signature": signature}
        return await self.client.post(path, content=raw, headers=headers)

    async def press(self, msg_id: str, kind: str = "sos", **more: Any) -> dict[str, Any]:
        """Press once and expect 200; `terminal`, `boot`, `counter` as keywords, the rest goes into the body."""
        head = {name: more.pop(name) for name in ("terminal", "boot", "counter") if name in more}
        answer = await self.send({"msg_id": msg_id, "kind": kind, **more}, **head)
        assert answer.status_code == 200, answer.text
        taken: dict[str, Any] = answer.json()
        return taken

    async def rows(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        async with self.database.reading() as session:
            return [dict(row) for row in (await session.execute(text(statement), values)).mappings()]

    async def change(self, statement: str, **values: Any) -> None:
        async with self.database.writing() as session:
            await session.execute(text(statement), values)


@asynccontextmanager
async def bedside_on(database: Database) -> AsyncIterator[Bedside]:
    """The intake and its door, running on this database."""
    vault = Vault("a secret of at least thirty-two characters")
    await build_town(database, vault)
    intake = Intake(database, vault)
    await intake.start()
    app = Starlette(middleware=[Middleware(Door)])
    app.state.intake = intake
    bedside = Bedside(app, database, intake)
    try:
        yield bedside
    finally:
        await bedside.client.aclose()
        await intake.stop()
