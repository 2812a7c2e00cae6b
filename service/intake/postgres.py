"""Plays scripts on PostgreSQL through asyncpg, on connections of its own; refuses to answer before the commit."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg

from service.intake import sql
from service.intake.failpoints import failpoint
from service.intake.play import Ask, Look, Looked, Row, Script, StoreDown, Tell, Write, begin, proceed
from service.intake.sets import as_set, looked_at_once, said_once, written_at_once

CONNECT_S, LONGEST_S = 5.0, 10.0
"""A database that says nothing for 10 s counts as away: terminals are told to come again instead of being kept."""
NEVER = ("jit", "enable_seqscan", "enable_hashjoin", "enable_mergejoin")
PLANS = {"plan_cache_mode": "force_generic_plan", **dict.fromkeys(NEVER, "off")}
"""Every statement here looks up a few rows by their keys: planned once, by index and row by row, without compiling.
Planned anew for each batch, as PostgreSQL does for arrays, one cost 3.5 ms for what ran in 0.5."""
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
    """The connection is kept from batch to batch and thrown away after an error. It plays one script at a time."""

    def __init__(self, url: str, urgent: bool) -> None:
        self._url, self._urgent = url, urgent
        self._open: Any = None
        self._turn = asyncio.Lock()

    async def play(self, script: Script) -> Any:
        async with self._turn:
            return await self._play(script)

    async def _play(self, script: Script) -> Any:
        try:
            if self._open is None or self._open.is_closed():
                self._open = await connect(self._url)
            await self._open.execute(f"BEGIN; {sql.LOCK}" if self._urgent else "BEGIN")
            result = await drive(script, self._open)
            if self._urgent:
                failpoint.reach("before_commit")
            await self._open.execute("COMMIT")
            return result
        except DOWN as error:
            await self._throw_away()
            raise StoreDown(str(error) or type(error).__name__) from error
        except asyncio.CancelledError:
            await self._throw_away()
            raise
        except BaseException:
            await self._roll_back()
            raise

    async def close(self) -> None:
        opened, self._open = self._open, None
        if opened is not None:
            with contextlib.suppress(*DOWN):
                await opened.close(timeout=CONNECT_S)

    async def _roll_back(self) -> None:
        try:
            await self._open.execute("ROLLBACK")
        except DOWN:
            await self._throw_away()

    async def _throw_away(self) -> None:
        opened, self._open = self._open, None
        if opened is not None:
            opened.terminate()


class PostgresReader:
    """Looks, and hears when another process has changed a terminal's keys; after a lost connection, all may have.

    Keys, the clock and readiness ask over one connection, which answers one at a time: a look waits for its turn.
    """

    def __init__(self, url: str, on_key: Callable[[str], None]) -> None:
        self._url, self._on_key = url, on_key
        self._open: Any = None
        self._turn = asyncio.Lock()

    async def look(self, statement: str, values: Sequence[Any]) -> list[Row]:
        async with self._turn:
            return await self._look(statement, values)

    async def _look(self, statement: str, values: Sequence[Any]) -> list[Row]:
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
    more["server_settings"] = PLANS
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
        match step:
            case Ask():
                given: Any = await connection.fetch(step.statement, *step.values)
            case Look():
                given = await _look(connection, step.asks)
            case Write():
                given = await _write(connection, step)
            case Tell():
                given = None
                await _tell(connection, step)
        step = proceed(script, given)
    return step.value


async def _tell(connection: Any, tell: Tell) -> None:
    if len(tell.rows) > 1:
        values, once = _packed(tell)
        await connection.execute(await _set(tell.statement, connection, once), *values)
    elif tell.rows:
        await connection.execute(tell.statement, *tell.rows[0])


async def _look(connection: Any, asks: Sequence[Ask]) -> list[list[Looked]]:
    """All the answers in one trip. What comes back are rows without names: the statements say once how theirs are."""
    statements = tuple(ask.statement for ask in asks)
    if statements not in _looks:
        plans = [await connection.prepare(statement) for statement in statements]
        names = [[column.name for column in plan.get_attributes()] for plan in plans]
        _looks[statements] = looked_at_once(statements, [len(plan.get_parameters()) for plan in plans]), names
    text, names = _looks[statements]
    [answers] = await connection.fetch(text, *(value for ask in asks for value in ask.values))
    return [
        [dict(zip(columns, row, strict=True)) for row in rows] for columns, rows in zip(names, answers, strict=True)
    ]


async def _write(connection: Any, step: Write) -> int:
    """Everything in one trip, the bell of the listeners with it."""
    tells = [(tell, *_packed(tell)) for tell in step.tells if tell.rows]
    key = (step.events > 0, tuple((tell.statement, once) for tell, _, once in tells))
    if key not in _writes:
        sets = [
            (await _set(tell.statement, connection, once), len(values), tell.numbered) for tell, values, once in tells
        ]
        _writes[key] = written_at_once(sets, step.events > 0)
    count = [step.events] if step.events else []
    last: int = await connection.fetchval(_writes[key], *count, *(one for _, values, _ in tells for one in values))
    return last


_types: dict[str, list[str]] = {}
_choices: dict[str, list[frozenset[int]]] = {}
_sets: dict[tuple[str, frozenset[int]], str] = {}
_looks: dict[tuple[str, ...], tuple[str, list[list[str]]]] = {}
_writes: dict[tuple[bool, tuple[tuple[str, frozenset[int]], ...]], str] = {}


def _packed(tell: Tell) -> tuple[list[Any], frozenset[int]]:
    """The rows as an array a place, or one value where all agree and it is worth it; and the places of those."""
    columns: list[Any] = [[*column] for column in zip(*tell.rows, strict=True)]
    if not tell.alike:
        return columns, frozenset()
    once = said_once(columns, _choices.setdefault(tell.statement, []), tell.numbered)
    return [column[0] if place in once else column for place, column in enumerate(columns, 1)], once


async def _set(statement: str, connection: Any, once: frozenset[int]) -> str:
    """The statement for many rows; the database itself says of which types they are, once."""
    if statement not in _types:
        prepared = await connection.prepare(statement)
        _types[statement] = [f"{type_.schema}.{type_.name}" for type_ in prepared.get_parameters()]
    if (statement, once) not in _sets:
        _sets[statement, once] = as_set(statement, _types[statement], once)
    return _sets[statement, once]
