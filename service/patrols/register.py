"""Brings the month's register up to date and makes its visits, in small transactions; twice changes nothing more.

Both walk the whole of a district, so each works on the database itself and not in one caller's transaction.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from models import Elder, MenuItem, PatrolTarget, Visit
from models.types import VisitState
from service.auth import Actor
from service.clock import Clock
from service.db import Database
from service.elders.standing import here_among
from service.errors import ServiceError
from service.facts import facts_of
from service.idempotency import OnceEach
from service.patrols import actions, queries
from service.patrols.queries import Month
from service.patrols.rules import covers, days_to_use, groups_of, rests_all_month, spread
from service.policies.queries import Book, book_of
from service.town_clock import local_midnight, town_time

BATCH = 100
RESTS = "the bed rests"
LEFT = "in none of the district's groups any more"
WINDOW_MIN = (9 * 60, 17 * 60)
Change = tuple[Elder, list[str], str | None]
"""Somebody, their groups, and why they are off the register (None: on it)."""


async def refresh(database: Database, clock: Clock, month: Month, prefix: str = "") -> dict[str, int]:
    """Put everybody on the month's register whom the district's rule names, take off whom it names no more.

    Somebody whose bed rests for what is left of the month is off until they are back, unless seen already.
    """
    counts, after = {"added": 0, "dropped": 0, "back": 0}, 0
    while True:
        async with database.reading() as session:
            elders = await queries.elders_after(session, after, prefix, BATCH)
            if not elders:
                return counts
            changes = await _changes(session, elders, month)
        after = elders[-1].id
        if changes:
            async with database.writing() as session:
                await _write(session, changes, clock.now(), month, counts)


async def _changes(session: AsyncSession, elders: Sequence[Elder], month: Month) -> list[Change]:
    """What differs between the register and the rule."""
    ids = [elder.id for elder in elders]
    book: Book = await book_of(session, "patrol.groups", month.today)
    facts, standing = await facts_of(session, elders, month.today), await queries.targets_of(session, month, ids)
    rests, seen = await queries.rests_of(session, ids, month.today), await queries.seen_in(session, month, ids)
    found: list[Change] = []
    for elder in elders:
        groups = groups_of(facts[elder.id], book.at(elder.area_code).value)
        resting = rests_all_month(rests.get(elder.id), month.today, month.last) and elder.id not in seen
        off = LEFT if not groups else RESTS if resting else None
        row = standing.get(elder.id)
        if row is None and off is None:
            found.append((elder, groups, None))
        elif row is not None and _differs(row, groups, off):
            found.append((elder, groups, off))
    return found


def _differs(row: PatrolTarget, groups: list[str], off: str | None) -> bool:
    """A person excused by hand stays so; otherwise the rule decides."""
    if row.dropped_at is not None and row.drop_reason not in (RESTS, LEFT, actions.HAS_LEFT):
        return False
    return (off is None) is (row.dropped_at is not None) or (off is None and row.groups != groups)


async def _write(
    session: AsyncSession,
    changes: Sequence[Change],
    now: datetime,
    month: Month,
    counts: dict[str, int],
) -> None:
    standing = await queries.targets_of(session, month, [elder.id for elder, _, _ in changes])
    fresh: list[dict[str, Any]] = []
    for elder, groups, off in changes:
        row = standing.get(elder.id)
        if row is None:
            place = {"area_code": elder.area_code, "provider_id": elder.provider_id}
            fresh.append({"month_on": month.first, "elder_id": elder.id, "groups": groups, "added_at": now, **place})
            continue
        counts["back"] += off is None and row.dropped_at is not None
        counts["dropped"] += off is not None and row.dropped_at is None
        row.groups, row.dropped_at, row.drop_reason = groups or row.groups, None if off is None else now, off
    if fresh:
        insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert
        added = insert(PatrolTarget).values(fresh).on_conflict_do_nothing().returning(PatrolTarget.id)
        counts["added"] += len(list(await session.scalars(added)))


async def generate(database: Database, clock: Clock, month: Month, prefix: str = "") -> dict[str, int]:
    """Make a visit for everybody on the register who was not seen and has none ahead, over the days that are left.

    Somebody whose bed rests on their day waits. Answers how many were made and how many wait.
    """
    async with database.reading() as session:
        people, item = await queries.missing_in(session, month, prefix), await queries.find_item(session)
    days = days_to_use(month.today, month.first, month.last)
    if item is None or not days or not people:
        return {"made": 0, "waiting": len(people)}
    plan = list(zip([elder for _, elder in people], spread(len(people), days), strict=True))
    made = 0
    for start in range(0, len(plan), BATCH):
        async with database.writing() as session:
            made += await _make(session, plan[start : start + BATCH], item, month)
    return {"made": made, "waiting": len(people) - made}


async def _make(session: AsyncSession, plan: Sequence[tuple[Elder, date]], item: MenuItem, month: Month) -> int:
    """Write the visits of those who are here and have none, beds and rows held: nobody rests or leaves meanwhile."""
    ids = [elder.id for elder, _ in plan]
    await queries.hold_beds(session, ids)
    lacking = await queries.still_missing(session, month, ids) & await here_among(session, ids)
    rests = await queries.rests_of(session, ids, month.today)
    rows = [
        _visit(elder, item, day) for elder, day in plan if elder.id in lacking and not covers(rests.get(elder.id), day)
    ]
    session.add_all(rows)
    await session.flush()
    return len(rows)


async def record_many(
    database: Database,
    clock: Clock,
    actor: Actor,
    once: OnceEach,
    target_ids: Sequence[int],
    on: date | None,
    by: str,
    note: str | None,
) -> list[dict[str, Any]]:
    """Note for each of these people that they were seen, each in a transaction of its own: what came of each.

    Whom `once` knows from before is not noted again.
    """
    results: list[dict[str, Any]] = []
    for target_id in dict.fromkeys(target_ids):
        try:
            async with database.writing() as session:
                work = partial(_record, session, clock, actor, target_id, on, by, note)
                results.append(await once.each(session, actor, str(target_id), work))
        except ServiceError as refusal:
            results.append({"id": target_id, "ok": False, "problem": refusal.problem()})
    return results


async def _record(
    session: AsyncSession, clock: Clock, actor: Actor, target_id: int, on: date | None, by: str, note: str | None
) -> dict[str, Any]:
    town = await town_time(session, clock)
    await actions.record(session, actor, target_id, on or town.today, by, note, clock.now(), town)
    return {"id": target_id, "ok": True, "problem": None}


def _visit(elder: Elder, item: MenuItem, day: date) -> Visit:
    begin, end = (local_midnight(day) + timedelta(minutes=minute) for minute in WINDOW_MIN)
    row = Visit(elder_id=elder.id, household_id=elder.household_id, area_code=elder.area_code, item_id=item.id)
    row.provider_id, row.family, row.service_on, row.duration_min = (
        elder.provider_id,
        item.family,
        day,
        item.duration_min,
    )
    row.window_from_at, row.window_to_at, row.state = begin, end, VisitState.ACCEPTED
    return row
