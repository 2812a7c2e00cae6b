"""Looks up what elders receive, and what they are entitled to beside it; refuses to decide."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Bed, Benefit, Elder, Entitlement, Job, WorksOrder
from models.types import BedState, WorksState
from service.auth import Actor
from service.clock import rfc3339
from service.elders.queries import LISTED, area_prefix, elder_views
from service.entitlements.rules import patrolled_since
from service.paging import Page, page_of
from service.patrols.queries import seen_since

KIND = "entitlements.look"
LIVE = (BedState.ACTIVE, BedState.SUSPENDED)
"""Beds that are home care: a rest interrupts it, the elder has it all the same."""


async def next_elders(session: AsyncSession, after: int, most: int) -> Sequence[Elder]:
    """The next elders of the whole register by id; leavers and merged rows left out."""
    query = select(Elder).where(Elder.id > after, LISTED, Elder.left_on.is_(None)).order_by(Elder.id).limit(most)
    return (await session.scalars(query)).all()


async def received_by(session: AsyncSession, elders: Sequence[Elder], today: date) -> dict[int, set[str]]:
    """By elder: patrol, home_care and home_adaptation from our own rows, and benefits noted from outside.

    A look in counts as the month's register counts it; a bed that rests is home care.
    """
    ids = [elder.id for elder in elders]
    found: dict[int, set[str]] = {number: set() for number in ids}
    for number in await seen_since(session, ids, patrolled_since(today)):
        found[number].add("patrol")
    beds = select(Bed.elder_id).where(Bed.elder_id.in_(ids), Bed.state.in_(LIVE))
    for number in await session.scalars(beds):
        found[number].add("home_care")
    homes = {elder.household_id for elder in elders}
    built = select(WorksOrder.household_id).where(WorksOrder.household_id.in_(homes))
    adapted = set(await session.scalars(built.where(WorksOrder.state == WorksState.ACCEPTED)))
    for elder in elders:
        found[elder.id] |= {"home_adaptation"} if elder.household_id in adapted else set()
    benefits = select(Benefit.elder_id, Benefit.item).where(Benefit.elder_id.in_(ids), Benefit.from_on <= today)
    current = benefits.where(Benefit.until_on.is_(None) | (Benefit.until_on >= today))
    for number, item in await session.execute(current):
        found[number].add(item)
    return found


async def resting_among(session: AsyncSession, elder_ids: Sequence[int]) -> set[int]:
    """Those of these elders whose bed rests now: in hospital, or away from home."""
    query = select(Bed.elder_id).where(Bed.elder_id.in_(elder_ids), Bed.state == BedState.SUSPENDED)
    return set(await session.scalars(query))


async def standing_of(session: AsyncSession, elder_ids: Sequence[int]) -> dict[int, dict[str, Entitlement]]:
    """By elder: rules that stand as missed, with their rows."""
    query = select(Entitlement).where(Entitlement.elder_id.in_(elder_ids), Entitlement.ended_on.is_(None))
    found: dict[int, dict[str, Entitlement]] = {}
    for row in await session.scalars(query):
        found.setdefault(row.elder_id, {})[row.rule] = row
    return found


async def standing_of_leavers(session: AsyncSession, most: int) -> Sequence[int]:
    """Rows that still stand for somebody who has left or whose row was merged away."""
    query = select(Entitlement.id).join(Elder, Elder.id == Entitlement.elder_id).where(Entitlement.ended_on.is_(None))
    gone = Elder.left_on.is_not(None) | Elder.merged_into_id.is_not(None)
    return (await session.scalars(query.where(gone).limit(most))).all()


async def last_look(session: AsyncSession) -> datetime | None:
    """When the register was last asked to be looked through, if ever."""
    return await session.scalar(select(func.max(Job.made_at)).where(Job.kind == KIND))


async def list_missed(
    session: AsyncSession, actor: Actor, page: Page, today: date, rule: str | None = None, area: str | None = None
) -> tuple[list[dict[str, Any]], str | None]:
    """Who is entitled to what and does not receive it, in scope, by id of the finding."""
    query = _scoped(actor, area).with_only_columns(Entitlement)
    if rule is not None:
        query = query.where(Entitlement.rule == rule)
    rows, following = await page_of(session, query, Entitlement.id, page)
    elders = (await session.scalars(select(Elder).where(Elder.id.in_({row.elder_id for row in rows})))).all()
    views = {view["id"]: view for view in await elder_views(session, elders, today)}
    return [
        {
            "id": row.id,
            "elder": views[row.elder_id],
            "rule": row.rule,
            **row.because,
            "since_on": row.since_on.isoformat(),
            "found_at": rfc3339(row.found_at),
        }
        for row in rows
    ], following


async def count_missed(session: AsyncSession, actor: Actor, area: str | None = None) -> dict[str, Any]:
    """How many findings stand for each rule, and for how many people, where they lived at the last look."""
    mine = actor.scope(Entitlement.area_code, Entitlement.provider_id) & Entitlement.ended_on.is_(None)
    if area is not None:
        mine &= Entitlement.area_code.startswith(area_prefix(area), autoescape=True)
    by_rule = select(Entitlement.rule, func.count()).where(mine).group_by(Entitlement.rule)
    people = select(func.count()).select_from(select(Entitlement.elder_id).where(mine).distinct().subquery())
    counts = {str(rule): int(count) for rule, count in (await session.execute(by_rule)).all()}
    last = await last_look(session)
    return {"people": await session.scalar(people) or 0, "rules": counts, "looked_at": rfc3339(last)}


async def list_benefits(session: AsyncSession, elder_id: int) -> list[dict[str, Any]]:
    """What an elder receives from outside, as noted here."""
    rows = await session.scalars(select(Benefit).where(Benefit.elder_id == elder_id).order_by(Benefit.from_on))
    return [
        {
            "id": row.id,
            "item": row.item,
            "source": row.source,
            "from_on": row.from_on.isoformat(),
            "until_on": None if row.until_on is None else row.until_on.isoformat(),
        }
        for row in rows
    ]


def _scoped(actor: Actor, area: str | None) -> Select[Any]:
    query = select(Entitlement).join(Elder, Elder.id == Entitlement.elder_id).where(Entitlement.ended_on.is_(None))
    query = query.where(actor.scope(Elder.area_code, Elder.provider_id))
    return query if area is None else query.where(Elder.area_code.startswith(area_prefix(area), autoescape=True))
