"""The same verb for many works, each in a transaction of its own; tells what came of every one, hides none."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from models import WorksOrder
from models.types import WorksState
from service.auth import Actor
from service.clock import Clock
from service.db import Database
from service.errors import ServiceError
from service.town_clock import town_time
from service.works import actions

Verb = Callable[[AsyncSession, int], Awaitable[WorksOrder]]


async def move_many(
    database: Database, clock: Clock, actor: Actor, works_ids: Sequence[int], to: WorksState, note: str | None
) -> list[dict[str, Any]]:
    """One step for many works, in the order asked."""

    async def move(session: AsyncSession, works_id: int) -> WorksOrder:
        return await actions.move_works(session, actor, works_id, to, note, clock.now())

    return await _each(database, works_ids, move)


async def name_many(
    database: Database, clock: Clock, actor: Actor, works_ids: Sequence[int], serve: int | None, accept: int | None
) -> list[dict[str, Any]]:
    """Who builds and who accepts, for many works, in the order asked."""

    async def name(session: AsyncSession, works_id: int) -> WorksOrder:
        today = (await town_time(session, clock)).today
        return await actions.name_roles(session, actor, works_id, serve, accept, clock.now(), today)

    return await _each(database, works_ids, name)


async def _each(database: Database, works_ids: Sequence[int], verb: Verb) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = []
    for works_id in dict.fromkeys(works_ids):
        try:
            async with database.writing() as session:
                state = (await verb(session, works_id)).state
            results.append({"works_id": works_id, "ok": True, "state": state, "problem": None})
        except ServiceError as refusal:
            results.append({"works_id": works_id, "ok": False, "state": None, "problem": refusal.problem()})
    return results
