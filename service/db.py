"""The engines, one transaction a request or job, and the only commit; `seq` is given here right before it."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import event, func, insert, select, text, update
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from starlette.requests import HTTPConnection

from models import Event, Sequence
from models.types import UtcDateTime
from service.clock import Clock
from service.log_copy import LONGEST_PAGES

WAL_BYTES = 8 * 1024 * 1024
CONNECT = {"server_settings": {"jit": "off"}}
"""PostgreSQL compiles a statement that it thinks dear: 40 ms for the cards of a batch that are read in 2."""


def _as_json(value: Any) -> str:
    """JSON text of a column; what the quick writer refuses (keys that are no text) the slow one may know."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value)


JSON: dict[str, Any] = {"json_serializer": _as_json, "json_deserializer": orjson.loads}


class WriterGate:
    """Who may write next on the embedded database: one at a time, alerts before everybody else.

    On PostgreSQL the database orders writers itself and the gate stays open.
    """

    def __init__(self, shut: bool) -> None:
        self._shut = shut
        self._busy = False
        self._urgent: list[asyncio.Future[None]] = []
        self._others: list[asyncio.Future[None]] = []

    @asynccontextmanager
    async def turn(self, urgent: bool = False) -> AsyncIterator[None]:
        """Wait for the turn to write, hold it, pass it on."""
        if not self._shut:
            yield
            return
        await self._enter(self._urgent if urgent else self._others)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, line: list[asyncio.Future[None]]) -> None:
        if not self._busy:
            self._busy = True
            return
        place = asyncio.get_running_loop().create_future()
        line.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place in line:
                line.remove(place)
            elif place.done() and not place.cancelled():
                self._leave()
            raise

    def _leave(self) -> None:
        for line in (self._urgent, self._others):
            while line:
                place = line.pop(0)
                if not place.done():
                    place.set_result(None)
                    return
        self._busy = False


class Database:
    """Readers and the writer of one database, embedded or PostgreSQL; rings `on_commit` after commits with events."""

    def __init__(self, url: str, clock: Clock) -> None:
        self.url, self.clock = url, clock
        self.embedded = url.startswith("sqlite")
        self.gate = WriterGate(shut=self.embedded)
        self.on_commit: list[Callable[[int], None]] = []
        if self.embedded:
            self.writer = _embedded_engine(url, clock, "BEGIN IMMEDIATE", pool_size=1)
            self.reader = _embedded_engine(url, clock, "BEGIN", pool_size=4)
        else:
            self.writer = self.reader = create_async_engine(
                url, pool_size=10, max_overflow=10, pool_pre_ping=True, connect_args=CONNECT, **JSON
            )
            _carry_shift(self.writer, clock)
        self._write = async_sessionmaker(self.writer, expire_on_commit=False)
        self._read = async_sessionmaker(self.reader, expire_on_commit=False, autoflush=False)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session to look, never to change: it is always rolled back. Rows stay readable after it."""
        async with self._read() as session:
            try:
                yield session
            finally:
                session.expunge_all()
                await session.rollback()

    @asynccontextmanager
    async def writing(self, urgent: bool = False) -> AsyncIterator[AsyncSession]:
        """One unit of work: commits at the end with its events numbered, or rolls back whole."""
        async with self.gate.turn(urgent), self._write() as session:
            try:
                yield session
                await self._commit(session)
            except BaseException:
                await session.rollback()
                await _keep_refusals(session)
                raise

    async def _commit(self, session: AsyncSession) -> None:
        await session.flush()
        events: list[dict[str, Any]] = session.info.pop("events", [])
        last: int = session.info.pop("numbered", 0)
        if events:
            last = await _number(session, events, self.clock.now())
        await session.commit()
        if last:
            self.ring(last)

    async def grow_log(self) -> None:
        """Grow the embedded database's write-ahead log once, so that later commits overwrite instead of extend it.

        Measured before: a commit into a growing log takes 14 to 25 times as long. Nothing to do on PostgreSQL.
        """
        if not self.embedded:
            return
        async with self.gate.turn(), self.writer.connect() as connection:
            for statement in (
                "CREATE TABLE log_grower (filling BLOB)",
                f"INSERT INTO log_grower VALUES (zeroblob({WAL_BYTES}))",  # noqa: S608  a constant of ours
                "DROP TABLE log_grower",
            ):
                await connection.execute(text(statement))
            await connection.commit()

    def ring(self, last: int) -> None:
        """Tell everybody in this process that events up to `last` are on disk."""
        for bell in self.on_commit:
            bell(last)

    async def close(self) -> None:
        """Give all connections back."""
        await self.writer.dispose()
        await self.reader.dispose()


def _as_text(moment: datetime) -> str:
    """A moment as the embedded database keeps it, so that it compares with stored ones."""
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


async def _keep_refusals(session: AsyncSession) -> None:
    """What has to be remembered of work that was refused and rolled back (service.audit.refuse)."""
    rows = session.info.pop("refusals", [])
    if rows:
        session.add_all(rows)
        await session.commit()


async def _number(session: AsyncSession, events: list[dict[str, Any]], now: datetime) -> int:
    """Give each event its `seq` under the lock of the one counter row, which is held until the commit."""
    counter = update(Sequence).where(Sequence.id == 1).values(last=Sequence.last + len(events)).returning(Sequence.last)
    last: int = (await session.execute(counter)).scalar_one()
    first = last - len(events) + 1
    rows = [{**row, "seq": first + offset, "at": now} for offset, row in enumerate(events)]
    await session.execute(insert(Event), rows)
    if session.bind is not None and session.bind.dialect.name == "postgresql":
        await session.execute(text("SELECT pg_notify('unwalled', :last)"), {"last": str(last)})
    return last


def _embedded_engine(url: str, clock: Clock, begin: str, pool_size: int) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=pool_size, max_overflow=0, pool_timeout=60, **JSON)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.create_function("unwalled_now", 0, lambda: _as_text(clock.now()))
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=5000",
            "journal_size_limit=-1",
            "cache_size=-65536",
            f"wal_autocheckpoint={LONGEST_PAGES}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    @event.listens_for(engine.sync_engine, "handle_error")
    def end(context: ExceptionContext) -> None:
        if getattr(context.original_exception, "sqlite_errorname", "") == "SQLITE_IOERR_FSYNC":
            os.abort()  # as the intake does: nobody knows what is on disk, so start again from the log

    return engine


def _carry_shift(engine: AsyncEngine, clock: Clock) -> None:
    """A story's shift of the clock reaches unwalled_now() in every transaction; without one nothing is sent."""

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Connection) -> None:
        if clock.shift_s:
            connection.exec_driver_sql(f"SELECT set_config('unwalled.shift_s', '{clock.shift_s:.6f}', true)")


NOW = select(func.unwalled_now(type_=UtcDateTime())).scalar_subquery()
"""The database's own clock in a statement, asked once a statement: what every timer compares itself with."""


async def unwalled_now(session: AsyncSession) -> datetime:
    """The database's own clock: timers are armed and fired by it, whatever this host's clock says."""
    return (await session.execute(select(NOW))).scalar_one()


def database_of(connection: HTTPConnection) -> Database:
    """The application's database, as a dependency of routes."""
    database: Database = connection.app.state.database
    return database


async def reading(connection: HTTPConnection) -> AsyncIterator[AsyncSession]:
    """Dependency: a session for a route that only looks."""
    async with database_of(connection).reading() as session:
        yield session


async def writing(connection: HTTPConnection) -> AsyncIterator[AsyncSession]:
    """Dependency (declare it with scope="function"): the commit happens before the answer leaves."""
    async with database_of(connection).writing() as session:
        yield session
