"""Gives the first answer again to every repeat of a create with its `Idempotency-Key`; refuses to keep refusals."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

import orjson
from fastapi import Depends, Header
from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from models import IdempotencyRecord
from service.auth import Actor
from service.clock import clock_of
from service.db import Database, database_of, writing
from service.errors import BadInput, Conflict, FieldProblem

KEEP = timedelta(hours=24)
LONGEST_KEY = 120
HEADER = "Idempotency-Key"


class KeyReused(Conflict):
    """The key was used before for another body or another route."""

    code = "idempotency.key_reused"


@dataclass(frozen=True)
class Asked:
    """What a request asks for, and under which key if any: a key is good for exactly this."""

    now: datetime
    route: str
    body_hash: bytes
    key: str | None


class Once:
    """One create of one request. Call it with the actor and the work; a repeat gets the kept answer and status.

    The claim, the work and the answer are one transaction: two at once cannot both do the work, a refusal leaves
    nothing behind. Without the header the work just runs.
    """

    def __init__(self, session: AsyncSession, response: Response, asked: Asked) -> None:
        self._session, self._response, self._asked = session, response, asked

    async def __call__(
        self, actor: Actor, work: Callable[[], Awaitable[dict[str, Any]]], status: int = 200
    ) -> dict[str, Any]:
        """The answer (a JSON object) of `work`, now or the first time. Raises KeyReused, and what `work` raises."""
        self._response.status_code = status
        if self._asked.key is None:
            return await work()
        kept = await _claim(self._session, self._asked, actor.account_id, self._asked.key)
        if kept is not None:
            self._response.status_code = kept.status
            return _read(kept)
        return await _keep(self._session, actor.account_id, self._asked.key, status, await work())


class OnceEach:
    """Many deeds of one request, each in a transaction of its own: every one that is done is kept by its name.

    Call it with the actor and all of the work, and `each` in the transaction of one deed. A repeat gets the whole
    answer, refusals too; one that comes before the first has ended, or after it broke off, does only what is left.
    """

    def __init__(self, database: Database, asked: Asked) -> None:
        self._database, self._asked = database, asked

    async def __call__(self, actor: Actor, work: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
        """The answer (a JSON object) of `work`, now or the first time. Raises KeyReused, and what `work` raises."""
        if self._asked.key is None:
            return await work()
        async with self._database.writing() as session:
            kept = await _claim(session, self._asked, actor.account_id, self._asked.key)
            if kept is not None and kept.status:
                return _read(kept)
        answer = await work()
        async with self._database.writing() as session:
            return await _keep(session, actor.account_id, self._asked.key, 200, answer)

    async def each(
        self, session: AsyncSession, actor: Actor, name: str, work: Callable[[], Awaitable[dict[str, Any]]]
    ) -> dict[str, Any]:
        """What came of one deed of the request, now or the first time; a refusal leaves nothing behind."""
        if self._asked.key is None:
            return await work()
        key = f"each:{hashlib.sha256(f'{self._asked.key} {name}'.encode()).hexdigest()}"
        kept = await _claim(session, self._asked, actor.account_id, key)
        return _read(kept) if kept is not None else await _keep(session, actor.account_id, key, 200, await work())


async def _claim(session: AsyncSession, asked: Asked, account_id: int, key: str) -> IdempotencyRecord | None:
    """Take the key (None), or find what it gave before; a second one waits here until the first has ended."""
    insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert
    row = {"account_id": account_id, "key": key, "route": asked.route, "body_hash": asked.body_hash}
    row |= {"status": 0, "answer": {}, "at": asked.now}
    claim = insert(IdempotencyRecord).values(row).on_conflict_do_nothing().returning(IdempotencyRecord.key)
    if (await session.execute(claim)).first() is not None:
        return None
    mine = (IdempotencyRecord.account_id == account_id) & (IdempotencyRecord.key == key)
    kept = (await session.scalars(select(IdempotencyRecord).where(mine))).one()
    if kept.body_hash != asked.body_hash or kept.route != asked.route:
        raise KeyReused(f"this {HEADER} was used before for something else: take a new one")
    return kept


async def _keep(
    session: AsyncSession, account_id: int, key: str, status: int, answer: dict[str, Any]
) -> dict[str, Any]:
    body = orjson.dumps(answer)
    mine = (IdempotencyRecord.account_id == account_id) & (IdempotencyRecord.key == key)
    kept = update(IdempotencyRecord).where(mine).values(status=status, answer={"body": body.decode()})
    await session.execute(kept)
    shown: dict[str, Any] = orjson.loads(body)
    return shown


def _read(kept: IdempotencyRecord) -> dict[str, Any]:
    again: dict[str, Any] = orjson.loads(kept.answer["body"])
    return again


async def _asked(request: Request, idempotency_key: Annotated[str | None, Header(alias=HEADER)] = None) -> Asked:
    key = None if idempotency_key is None else idempotency_key.strip()
    if key is not None and not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        accepted = f"1 to {LONGEST_KEY} printable ASCII characters"
        raise BadInput(f"bad {HEADER}", fields=[FieldProblem(HEADER, "cannot be used", accepted)])
    route = f"{request.method} {request.url.path}"[:160]
    body_hash = hashlib.sha256(route.encode() + b"\n" + await request.body()).digest()
    return Asked(clock_of(request).now(), route, body_hash, key)


AskedFor = Annotated[Asked, Depends(_asked)]


async def _once(
    response: Response, session: Annotated[AsyncSession, Depends(writing, scope="function")], asked: AskedFor
) -> Once:
    return Once(session, response, asked)


async def _once_each(database: Annotated[Database, Depends(database_of)], asked: AskedFor) -> OnceEach:
    return OnceEach(database, asked)


OnceOnly = Annotated[Once, Depends(_once, scope="function")]
"""Parameter of a route that creates: `return await once(actor, lambda: place_order(...), status=201)`.

Declare the actor before it, so that strangers never open a transaction. It shares the route's `writing` session.
"""
EachOnce = Annotated[OnceEach, Depends(_once_each)]
"""The same for a route that does many things, each by itself."""


async def forget_old_keys(session: AsyncSession, now: datetime) -> None:
    """Remove answers older than 24 h (timed job)."""
    await session.execute(delete(IdempotencyRecord).where(IdempotencyRecord.at < now - KEEP))
