"""Says to every process which places somebody watches right now; refuses to call a page live that has not said so.

A hub writes one row for each scope its consoles have, not one for each console: until when at least one page there
counts as live, 12 s after its last `here`. Whoever asks compares with the clock, so a hub that dies is found out too.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from models import Watch
from service.db import Database
from service.realtime.connection import Connection
from service.realtime.wire import view_epoch

FRESHEN = timedelta(seconds=3)
"""A row that would run out this much later is written again: before the next `here` is late, not at every one."""
FORGET = timedelta(hours=1)


@dataclass(frozen=True)
class Watched:
    """A scope in which a console's page is live."""

    area_prefixes: tuple[str, ...]
    provider_id: int | None
    consoles: int

    def covers(self, area_code: str | None, provider_id: int | None) -> bool:
        """Whether these consoles get what happens there: the rule of `Actor.sees`."""
        if self.provider_id is not None and provider_id not in (None, self.provider_id):
            return False
        return area_code is None or any(area_code.startswith(prefix) for prefix in self.area_prefixes)


async def watched(session: AsyncSession, now: datetime) -> list[Watched]:
    """All scopes that are watched now, over all processes: for asking about many places at once."""
    rows = await session.scalars(select(Watch).where(Watch.live_until_at > now))
    return [Watched(tuple(row.area_prefixes), row.provider_id, row.consoles) for row in rows]


async def any_console_live(
    session: AsyncSession, now: datetime, area_code: str | None, provider_id: int | None = None
) -> bool:
    """Whether the page of at least one console that may see this place was alive within the last 12 s."""
    return any(scope.covers(area_code, provider_id) for scope in await watched(session, now))


class Watchtower:
    """Keeps this hub's rows true; `flush` writes what has to be written."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.hub = str(uuid.uuid4())
        self._written: dict[str, tuple[datetime, int]] = {}
        self._forgot_at: datetime | None = None

    async def flush(self, connections: Iterable[Connection]) -> int:
        """Write the rows of scopes that were newly watched, freshened or left; gives how many."""
        now = self._database.clock.now()
        found = self._scopes(connections, now)
        rows = [row for row in found.values() if self._needed(row)]
        rows += [
            self._left(view, now) for view, (until, _) in self._written.items() if view not in found and until > now
        ]
        if rows:
            async with self._database.writing() as session:
                await self._write(session, rows)
                await self._forget(session, now)
            self._written.update({row["view"]: (row["live_until_at"], row["consoles"]) for row in rows})
        self._written = {view: kept for view, kept in self._written.items() if view in found or kept[0] > now}
        return len(rows)

    def _scopes(self, connections: Iterable[Connection], now: datetime) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for connection in connections:
            actor = connection.audience.actor
            left_s = connection.live_for_s()
            if actor.kind != "console" or left_s <= 0:
                continue
            view = view_epoch("", connection.audience.view)[1:]
            scope = {"area_prefixes": list(actor.area_prefixes), "provider_id": actor.provider_id}
            row = found.setdefault(view, {"hub": self.hub, "view": view, **scope, "consoles": 0, "live_until_at": now})
            row["consoles"] += 1
            row["live_until_at"] = max(row["live_until_at"], now + timedelta(seconds=left_s))
        return found

    def _needed(self, row: dict[str, Any]) -> bool:
        until, consoles = self._written.get(row["view"], (None, 0))
        return until is None or row["live_until_at"] - until >= FRESHEN or (consoles > row["consoles"])

    def _left(self, view: str, now: datetime) -> dict[str, Any]:
        empty: list[str] = []
        return {
            "hub": self.hub,
            "view": view,
            "area_prefixes": empty,
            "provider_id": None,
            "consoles": 0,
            "live_until_at": now,
        }

    async def _write(self, session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
        make = insert_sqlite if self._database.embedded else insert_postgresql
        statement = make(Watch).values(list(rows))
        fresh = {
            name: statement.excluded[name] for name in ("area_prefixes", "provider_id", "consoles", "live_until_at")
        }
        await session.execute(statement.on_conflict_do_update(index_elements=["hub", "view"], set_=fresh))

    async def _forget(self, session: AsyncSession, now: datetime) -> None:
        if self._forgot_at is None or now - self._forgot_at > FORGET:
            self._forgot_at = now
            await session.execute(delete(Watch).where(Watch.live_until_at < now - FORGET))
