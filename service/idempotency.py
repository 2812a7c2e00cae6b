"""Gives the first answer again to every repeat of a create with its `Idempotency-Key`; refuses to keep refusals."""

import hashlib
from collections.abc import Awaitable, Callable
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
from service.db import writing
from service.errors import BadInput, Conflict, FieldProblem

KEEP = timedelta(hours=24)
LONGEST_KEY = 120
HEADER = "Idempotency-Key"


class KeyReused(Conflict):
    """The key was used before for another body or another route."""

    code = "idempotency.key_reused"


class Once:
    """One create of one request. Call it with the actor and the work; a repeat gets the kept answer and status.

    The claim, the work and the answer are one transaction: two at once cannot both do the work, a refusal leaves
    nothing behind. Without the header the work just runs.
    """

    def __init__(
        self, session: AsyncSession, response: Response, now: datetime, route: str, key: str | None, body: bytes
    ) -> None:
        self._session, self._response, self._now = session, response, now
        self._route, self._key = route, key
        self._hash = hashlib.sha256(route.encode() + b"\n" + body).digest()

    async def __call__(
        self, actor: Actor, work: Callable[[], Awaitable[dict[str, Any]]], status: int = 200
    ) -> dict[str, Any]:
        """The answer (a JSON object) of `work`, now or the first time. Raises KeyReused, and what `work` raises."""
        self._response.status_code = status
        if self._key is None:
            return await work()
        kept = await self._claim(actor.account_id, self._key)
        if kept is not None:
            self._response.status_code = kept.status
            again: dict[str, Any] = orjson.loads(kept.answer["body"])
            return again
        body = orjson.dumps(await work())
        mine = (IdempotencyRecord.account_id == actor.account_id) & (IdempotencyRecord.key == self._key)
        await self._session.execute(
            update(IdempotencyRecord).where(mine).values(status=status, answer={"body": body.decode()})
        )
        answer: dict[str, Any] = orjson.loads(body)
        return answer

    async def _claim(self, account_id: int, key: str) -> IdempotencyRecord | None:
        """Take the key (None), or find what it gave before; a second one waits here until the first has ended."""
        postgres = self._session.get_bind().dialect.name == "postgresql"
        insert = (postgresql if postgres else sqlite).insert
        row = {"account_id": account_id, "key": key, "route": self._route, "body_hash": self._hash}
        row |= {"status": 0, "answer": {}, "at": self._now}
        claim = insert(IdempotencyRecord).values(row).on_conflict_do_nothing().returning(IdempotencyRecord.key)
        if (await self._session.execute(claim)).first() is not None:
            return None
        mine = (IdempotencyRecord.account_id == account_id) & (IdempotencyRecord.key == key)
        kept = (await self._session.scalars(select(IdempotencyRecord).where(mine))).one()
        if kept.body_hash != self._hash or kept.route != self._route:
            raise KeyReused(f"this {HEADER} was used before for something else: take a new one")
        return kept


async def _once(
    request: Request,
    response: Response,
    session: Annotated[AsyncSession, Depends(writing, scope="function")],
    idempotency_key: Annotated[str | None, Header(alias=HEADER)] = None,
) -> Once:
    key = None if idempotency_key is None else idempotency_key.strip()
    if key is not None and not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        accepted = f"1 to {LONGEST_KEY} printable ASCII characters"
        raise BadInput(f"bad {HEADER}", fields=[FieldProblem(HEADER, "cannot be used", accepted)])
    route = f"{request.method} {request.url.path}"[:160]
    return Once(session, response, clock_of(request).now(), route, key, await request.body())


OnceOnly = Annotated[Once, Depends(_once, scope="function")]
"""Parameter of a route that creates: `return await once(actor, lambda: place_order(...), status=201)`.

Declare the actor before it, so that strangers never open a transaction. It shares the route's `writing` session.
"""


async def forget_old_keys(session: AsyncSession, now: datetime) -> None:
    """Remove answers older than 24 h (timed job)."""
    await session.execute(delete(IdempotencyRecord).where(IdempotencyRecord.at < now - KEEP))
