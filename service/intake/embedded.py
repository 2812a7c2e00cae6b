"""Plays scripts on SQLite, in one thread with a connection of its own; refuses to answer before the commit."""

import asyncio
import os
import re
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson

from service.intake import sql
from service.intake.failpoints import failpoint
from service.intake.ground import Ground
from service.intake.play import Ask, Look, Looked, RoomMade, Row, Script, StoreDown, Tell, Write, begin, proceed
from service.intake.reserve import Reserve
from service.log_copy import LONGEST_PAGES

ANY = re.compile(r"= ANY\(\$(\d+)\)")
ANY_OF = re.compile(r"= ANY\(ARRAY\(((?:[^()]|\([^()]*\))*)\)\)")
LOCKS = re.compile(r"FOR (NO KEY )?UPDATE( OF \w+)?( SKIP LOCKED)?")
PAIRS = re.compile(r"unnest\(\$(\d+)::text\[\], \$(\d+)::text\[\]\) AS (\w+)\((\w+), (\w+)\)")
BOTH = r"(SELECT x.value AS \4, y.value AS \5 FROM json_each(?\1) x JOIN json_each(?\2) y ON y.key = x.key) AS \3"
PRAGMAS = [
    *("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000", "journal_size_limit=-1"),
    f"wal_autocheckpoint={LONGEST_PAGES}",
]


class EmbeddedStore:
    """Enters by the writer's gate; a whole batch costs one hop between threads."""

    def __init__(self, ground: Ground, urgent: bool) -> None:
        self._path = path_of(ground.url)
        self._gate, self._urgent = ground.gate, urgent
        self.reserve = Reserve(self._path)
        if urgent:
            self.reserve.keep()
        self._thread = _one_thread("intake")
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
        self._thread = _one_thread("intake")

    def _play(self, script: Script) -> Any:
        try:
            connection = self._connection = self._connection or connect(self._path)
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise StoreDown(str(error)) from error
        try:
            result = drive(script, connection)
            if self._urgent:
                failpoint.reach("before_commit")
            connection.execute("COMMIT")
        except BaseException as error:
            _give_up_when_the_disk_fails(error)
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):
                raise self._down(error) from error
            raise
        return result

    def _down(self, error: sqlite3.OperationalError) -> StoreDown:
        """What the terminal is told; with a full disk calls get the reserve, heartbeats do not."""
        full = error.sqlite_errorname == "SQLITE_FULL" and self._urgent
        return RoomMade(str(error)) if full and self.reserve.spend() else StoreDown(str(error))

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class EmbeddedReader:
    """A connection that only looks, in a thread of its own: no transaction of anybody delays it."""

    def __init__(self, ground: Ground) -> None:
        self._path = path_of(ground.url)
        self._thread = _one_thread("intake looks")
        self._connection: sqlite3.Connection | None = None

    async def look(self, statement: str, values: Sequence[Any]) -> list[Row]:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._look, statement, values)

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, connection.close)
        self._thread.shutdown(wait=False)
        self._thread = _one_thread("intake looks")

    def _look(self, statement: str, values: Sequence[Any]) -> list[Row]:
        try:
            self._connection = self._connection or connect(self._path)
            return list[Row](_ask(self._connection, statement, values))
        except sqlite3.OperationalError as error:
            raise StoreDown(str(error)) from error


def path_of(url: str) -> str:
    """The file behind sqlite+aiosqlite:///FILE."""
    return url.partition(":///")[2].partition("?")[0]


def connect(path: str) -> sqlite3.Connection:
    """A connection as the intake needs it: WAL, FULL, commits by hand."""
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=64, check_same_thread=False)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _give_up_when_the_disk_fails(error: BaseException) -> None:
    """After a failed fsync nobody knows what is on disk: end here, start again from the log, never try once more."""
    if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorname == "SQLITE_IOERR_FSYNC":
        os.abort()


def _one_thread(name: str) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix=name)  # the thread itself is born with the first batch


def drive(script: Script, connection: sqlite3.Connection) -> Any:
    """Step through a script on an open transaction; gives its result."""
    step = begin(script)
    while not isinstance(step, StopIteration):
        match step:
            case Ask():
                given: Any = _ask(connection, step.statement, step.values)
            case Look():
                given = [_ask(connection, ask.statement, ask.values) for ask in step.asks]
            case Write():
                given = _write(connection, step)
            case Tell():
                given = None
                _tell(connection, step.statement, step.rows)
        step = proceed(script, given)
    return step.value


def _write(connection: sqlite3.Connection, step: Write) -> int:
    counting = Ask(sql.TAKE_SEQ, [step.events]) if step.events else Ask(sql.LAST_SEQ)
    last: int = _ask(connection, counting.statement, counting.values)[0]["last"]
    for tell in step.tells:
        rows = [(last - behind, *rest) for behind, *rest in tell.rows] if tell.numbered else tell.rows
        _tell(connection, tell.statement, rows)
    return last


def _tell(connection: sqlite3.Connection, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        connection.executemany(_statement(statement), [_values(row) for row in rows])


def _ask(connection: sqlite3.Connection, statement: str, values: Sequence[Any]) -> list[Looked]:
    cursor = connection.execute(_statement(statement), _values(values))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


_statements: dict[str, str] = {}


def _statement(text: str) -> str:
    known = _statements.get(text)
    if known is None:
        plain = LOCKS.sub("", ANY_OF.sub(r"IN (\1)", PAIRS.sub(BOTH, text)))
        plain = ANY.sub(r"IN (SELECT value FROM json_each(?\1))", plain)
        known = _statements[text] = re.sub(r"\$(\d+)", r"?\1", plain)
    return known


@lru_cache(maxsize=512)
def _moment(value: datetime) -> str:
    """A moment as the embedded database keeps it; a batch says the same few again and again."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


_CONVERT: dict[type, Callable[[Any], Any]] = {
    datetime: _moment,
    list: lambda value: orjson.dumps(value).decode(),
}


def _values(row: Sequence[Any]) -> list[Any]:
    return [_CONVERT[type(value)](value) if type(value) in _CONVERT else value for value in row]
