"""Plays scripts on PostgreSQL through asyncpg, on connections of its own; refuses to answer before the commit."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg

from service.intake.failpoints import failpoint
from service.intake.play import Ask, Row, Script, StoreDown, begin, proceed
from service.intake.sets import as_set

CONNECT_S, LONGEST_S = 5.0, 10.0
"""A database that says nothing for 10 s counts as away: terminals are told to come again instead of being kept."""
KEYS_CHANGED = "unwalled_keys"
DOWN = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresSystemError,
)


class PostgresStore:
    """The connection is kept from batch to batch and thrown away after an error."""

    def __init__(self, url: str, urgent: bool) -> None:
        self._url, self._urgent = url, urgent
        self._open: Any = None

    async def play(self, script: Script) -> Any:
        try:
            if self._open is None or self._open.is_closed():
                self._open = await connect(self._url)
            async with self._open.transaction():
                result = await drive(script, self._open)
                if self._urgent:
                    failpoint.reach("before_commit")
            return result
        except DOWN as error:
            await self._throw_away()
            raise StoreDown(str(error) or type(error).__name__) from error
        except asyncio.CancelledError:
            await self._throw_away()
            raise

    async def close(self) -> None:
        opened, self._open = self._open, None
        if opened is not None:
            with contextlib.suppress(*DOWN):
                await opened.close(timeout=CONNECT_S)

    async def _throw_away(self) -> None:
        opened, self._open = self._open, None
        if opened is not None:
            opened.terminate()


class PostgresReader:
    """Looks, and hears when another process has changed a terminal's keys; after a lost connection, all may have."""

    def __init__(self, url: str, on_key: Callable[[str], None]) -> None:
        self._url, self._on_key = url, on_key
        self._open: Any = None

    async def look(self, statement: str, values: Sequence[Any]) -> list[Row]:
        try:
            if self._open is None or self._open.is_closed():
                self._open = await connect(self._url)
                await self._open.add_listener(KEYS_CHANGED, lambda *told: self._on_key(told[-1]))
                self._open.add_termination_listener(lambda *_: self._on_key(""))
            rows: list[Row] = await self._open.fetch(statement, *values)
            return rows
        except DOWN as error:
            opened, self._open = self._open, None
            if opened is not None:
                opened.terminate()
            raise StoreDown(str(error) or type(error).__name__) from error

    async def close(self) -> None:
        opened, self._open = self._open, None
        if opened is not None:
            with contextlib.suppress(*DOWN):
                await opened.close(timeout=CONNECT_S)


async def connect(url: str) -> Any:
    """A connection to the database of this address, written as the settings have it."""
    plain, ssl = address(url)
    more: dict[str, Any] = {} if ssl is None else {"ssl": ssl}
    more["server_settings"] = {"jit": "off"}  # it would compile for longer than any of ours runs
    return await asyncpg.connect(plain, timeout=CONNECT_S, command_timeout=LONGEST_S, **more)


def address(url: str) -> tuple[str, str | None]:
    """The address as asyncpg reads it, and its `ssl` part, which asyncpg wants apart."""
    parts = urlsplit(url.replace("postgresql+asyncpg:", "postgresql:", 1))
    query = dict(parse_qsl(parts.query))
    ssl = query.pop("ssl", None)
    return urlunsplit(parts._replace(query=urlencode(query))), ssl


async def drive(script: Script, connection: Any) -> Any:
    """Step through a script on an open transaction; gives its result."""
    step = begin(script)
    while not isinstance(step, StopIteration):
        if isinstance(step, Ask):
            step = proceed(script, await connection.fetch(step.statement, *step.values))
            continue
        if len(step.rows) > 1:
            bulk = await _bulk(step.statement, connection)
            await connection.execute(bulk, *([*column] for column in zip(*step.rows, strict=True)))
        elif step.rows:
            await connection.execute(step.statement, *step.rows[0])
        step = proceed(script, [])
    return step.value


_sets: dict[str, str] = {}


async def _bulk(statement: str, connection: Any) -> str:
    """The statement for many rows; the database itself says of which types they are, once."""
    known = _sets.get(statement)
    if known is None:
        prepared = await connection.prepare(statement)
        types = [f"{type_.schema}.{type_.name}" for type_ in prepared.get_parameters()]
        known = _sets[statement] = as_set(statement, types)
    return known
