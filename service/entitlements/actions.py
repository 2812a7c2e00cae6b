"""Looks through the register for people whom a service has not found; refuses to tell the same thing twice."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Benefit, Elder, Entitlement, Job
from service import audit, facts
from service.auth import Actor
from service.bulk import add_numbered
from service.db import Database
from service.elders.standing import get_standing
from service.entitlements import queries, rules
from service.errors import BadInput
from service.jobs.actions import enqueue
from service.policies.queries import Book, book_of

CHUNK, BITE = 200, 100
Told = Callable[[int, int, int], Awaitable[None]]


async def ask_for_look(session: AsyncSession, now: datetime, by: int | None = None) -> Job:
    """Put one look through the register into the queue. Raises AlreadyWaiting while one waits or runs."""
    return await enqueue(session, queries.KIND, {}, now=now, unique_key=queries.KIND, made_by=by)


async def look_through(database: Database, today: date, now: datetime, told: Told | None = None) -> dict[str, int]:
    """Hold every elder against the rules of their district, note what is new and end what is over.

    Chunk by chunk in short transactions; broken off and begun again it comes to the same. `told` hears of progress.
    """
    async with database.reading() as session:
        book = await book_of(session, "entitlements", today)
    seen = new = ended = after = 0
    while True:
        async with database.reading() as session:
            elders = await queries.next_elders(session, after, CHUNK)
            rows, over = await _compare(session, elders, book, today, now)
        if not elders:
            break
        after, seen = elders[-1].id, seen + len(elders)
        new += len(await add_numbered(database, Entitlement, rows))
        ended += await _end(database, over, today)
        if told is not None:
            await told(seen, new, ended)
        await asyncio.sleep(0)
    ended += await _end_leavers(database, today)
    return {"seen": seen, "new": new, "ended": ended}


async def note_benefit(
    session: AsyncSession, actor: Actor, elder_id: int, wanted: dict[str, Any], now: datetime, on: date
) -> list[dict[str, Any]]:
    """Note that an elder receives something from outside; answers everything noted.

    Raises NotFound, MergedAway, BadInput.
    """
    elder = await get_standing(session, actor, elder_id)
    faults = rules.benefit_faults(wanted["from_on"], wanted["until_on"], elder.born_on, on)
    if faults:
        raise BadInput("this benefit cannot be", fields=faults)
    session.add(Benefit(elder_id=elder_id, noted_at=now, noted_by=actor.account_id, **wanted))
    await session.flush()
    audit.note(session, now, actor.account_id, "benefit.noted", f"elder:{elder_id}", wanted["item"])
    return await queries.list_benefits(session, elder_id)


async def _compare(
    session: AsyncSession, elders: Sequence[Elder], book: Book, today: date, now: datetime
) -> tuple[list[dict[str, Any]], list[tuple[int, str]]]:
    """Rows to add and (row, why) to end for these elders."""
    known = await facts.facts_of(session, elders, today)
    received, ids = await queries.received_by(session, elders, today), [elder.id for elder in elders]
    standing, resting = await queries.standing_of(session, ids), await queries.resting_among(session, ids)
    rows: list[dict[str, Any]] = []
    over: list[tuple[int, str]] = []
    for elder in elders:
        policy = book.at(elder.area_code)
        read = {"version": policy.version, "source": policy.source, "verified": policy.verified}
        what, mine = known[elder.id], standing.get(elder.id, {})
        gifts = received[elder.id] | ({"assessment"} if what.assessed else set())
        moved = {code for code, row in mine.items() if (row.area_code, row.provider_id) != _where(elder)}
        over += [(mine[code].id, rules.MOVED) for code in moved]
        paused = rules.PAUSED if elder.id in resting else frozenset()
        night = rules.difference(policy.value["rules"], what, gifts, mine.keys() - moved, paused)
        for one in night.new:
            row = {"elder_id": elder.id, "area_code": elder.area_code, "provider_id": elder.provider_id}
            row |= {"rule": one.rule, "because": rules.because(what, one, read), "since_on": today, "found_at": now}
            rows.append(row)
        over += [(mine[code].id, why) for code, why in night.ended]
    return rows, over


def _where(elder: Elder) -> tuple[str, int | None]:
    return elder.area_code, elder.provider_id


async def _end(database: Database, over: Sequence[tuple[int, str]], today: date) -> int:
    for why in sorted({why for _, why in over}):
        ids = [number for number, reason in over if reason == why]
        for start in range(0, len(ids), BITE):
            async with database.writing() as session:
                mine = Entitlement.id.in_(ids[start : start + BITE])
                await session.execute(update(Entitlement).where(mine).values(ended_on=today, ended_why=why))
    return len(over)


async def _end_leavers(database: Database, today: date) -> int:
    ended = 0
    while True:
        async with database.reading() as session:
            ids = await queries.standing_of_leavers(session, BITE)
        if not ids:
            return ended
        ended += await _end(database, [(number, rules.LEFT) for number in ids], today)
