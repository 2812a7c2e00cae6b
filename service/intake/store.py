"""Plays a script in one transaction on its own connection, embedded or PostgreSQL; refuses to interpret what it plays.

Embedded: one thread with its own connection, entered through the writer's gate. PostgreSQL: one asyncpg connection
out of the engine's pool. Both commit before they answer.
"""

import asyncio
import re
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Protocol

import asyncpg
import orjson
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from service.db import Database
from service.intake.failpoints import failpoint
from service.intake.script import Ask, Script

ANY = re.compile(r"= ANY\(\$(\d+)\)")
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000", "journal_size_limit=-1")


class StoreDown(Exception):
    """The database cannot be written at all just now: no batch would fare better."""


class Store(Protocol):
    """Where batches go."""

    async def play(self, script: Script) -> Any:
        """Run `script` in one transaction; gives its result once it is on disk, else raises with nothing written."""

    async def close(self) -> None:
        """Give the connection back."""


def store_for(database: Database, urgent: bool = True) -> Store:
    """The store for this database; `urgent` goes before every other writer at the embedded database's gate."""
    return EmbeddedStore(database, urgent) if database.embedded else PostgresStore(database.writer)


class EmbeddedStore:
    """SQLite, synchronous, in one thread of its own: a whole batch costs one hop."""

    def __init__(self, database: Database, urgent: bool) -> None:
        self._path = make_url(database.url).database or ""
        self._gate, self._urgent = database.gate, urgent
        self._thread = _one_thread()
        self._connection: sqlite3.Connection | None = None

    async def play(self, script: Script) -> Any:
        async with self._gate.turn(urgent=self._urgent):
            playing = asyncio.get_running_loop().run_in_executor(self._thread, self._play, script)
            try:
                return await asyncio.shield(playing)
            except asyncio.CancelledError:
                await asyncio.wait([playing])  # the gate stays ours until the thread has let go of the database
                raise

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)
        self._thread = _one_thread()

    def _play(self, script: Script) -> Any:
        try:
            connection = self._connection = self._connection or self._open()
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise StoreDown(str(error)) from error
        try:
            result = _drive(script, connection)
            failpoint.reach("before_commit")
            connection.execute("COMMIT")
        except BaseException as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):
                raise StoreDown(str(error)) from error
            raise
        return result

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, cached_statements=64)
        connection.row_factory = sqlite3.Row
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _one_thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="intake")  # the thread itself is born with the first batch


def _drive(script: Script, connection: sqlite3.Connection) -> Any:
    step = _begin(script)
    while not isinstance(step, StopIteration):
        statement = _statement(step.statement)
        if isinstance(step, Ask):
            rows = connection.execute(statement, [_value(value) for value in step.values]).fetchall()
            step = _next(script, [dict(row) for row in rows])
            continue
        if step.rows:
            connection.executemany(statement, [[_value(value) for value in row] for row in step.rows])
        step = _next(script, [])
    return step.value


_statements: dict[str, str] = {}


def _statement(text: str) -> str:
    known = _statements.get(text)
    if known is None:
        plain = ANY.sub(r"IN (SELECT value FROM json_each(?\1))", text).replace("FOR UPDATE", "")
        known = _statements[text] = re.sub(r"\$(\d+)", r"?\1", plain)
    return known


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return orjson.dumps(value).decode() if isinstance(value, list) else value


DOWN = (
    OSError,
    SQLAlchemyError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresSystemError,
)


class PostgresStore:
    """PostgreSQL through asyncpg; the connection is kept from batch to batch and thrown away after an error."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._borrowed: AsyncConnection | None = None

    async def play(self, script: Script) -> Any:
        try:
            connection = await self._connection()
            async with connection.transaction():
                result = await self._drive(script, connection)
                failpoint.reach("before_commit")
            return result
        except DOWN as error:
            await self._throw_away()
            raise StoreDown(str(error)) from error
        except asyncio.CancelledError:
            await self._throw_away()
            raise

    async def close(self) -> None:
        borrowed, self._borrowed = self._borrowed, None
        if borrowed is not None:
            await borrowed.close()

    async def _throw_away(self) -> None:
        borrowed, self._borrowed = self._borrowed, None
        if borrowed is not None:
            await borrowed.invalidate()
            await borrowed.close()

    async def _connection(self) -> Any:
        if self._borrowed is None:
            self._borrowed = await self._engine.connect()
        return (await self._borrowed.get_raw_connection()).driver_connection

    async def _drive(self, script: Script, connection: Any) -> Any:
        step = _begin(script)
        while not isinstance(step, StopIteration):
            if isinstance(step, Ask):
                rows = await connection.fetch(step.statement, *step.values)
                step = _next(script, rows)
                continue
            if step.rows:
                await connection.executemany(step.statement, step.rows)
            step = _next(script, [])
        return step.value


def _begin(script: Script) -> Any:
    return _stepped(lambda: next(script))


def _next(script: Script, rows: list[Any]) -> Any:
    return _stepped(lambda: script.send(rows))


def _stepped(go: Callable[[], Any]) -> Any:
    """The next step, or the StopIteration that carries the script's result."""
    try:
        return go()
    except StopIteration as end:
        return end
