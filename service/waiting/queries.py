"""Looks up applications and reckons their order anew each time; refuses to store a position, which would grow old."""

import itertools
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Bed, Elder, WaitingEntry
from models.types import BedState, WaitingState
from service.auth import Actor
from service.errors import NotFound
from service.facts import COLUMNS, facts_of
from service.policies.queries import Rule, policy_on
from service.vault import masked_name
from service.waiting.rules import HAS_BED, LEFT, MERGED, Applicant, Place, rank

DISTRICT = 6
"""Digits that the codes of one district share: each district has one list."""
SHOWN = (
    WaitingEntry.id.label("entry_id"),
    *(WaitingEntry.elder_id, Elder.area_code, WaitingEntry.state, WaitingEntry.asked_on),
    *(WaitingEntry.note, WaitingEntry.bed_id, Elder.name, Elder.left_on.is_not(None).label("left")),
    Elder.merged_into_id.is_not(None).label("merged"),
    exists().where(Bed.elder_id == Elder.id, Bed.state != BedState.CLOSED).label("has_bed"),
)
"""What is shown of an application, without whole rows of thousands. Who moves waits where they live now."""


async def get_entry(session: AsyncSession, actor: Actor, entry_id: int, *, lock: bool = False) -> WaitingEntry:
    """One application in scope. Raises NotFound."""
    query = select(WaitingEntry).join(Elder, Elder.id == WaitingEntry.elder_id)
    query = query.where(WaitingEntry.id == entry_id, actor.scope(Elder.area_code))
    entry = (await session.scalars(query.with_for_update(of=WaitingEntry) if lock else query)).one_or_none()
    if entry is None:
        raise NotFound(f"no application {entry_id}")
    return entry


async def find_waiting(session: AsyncSession, elder_id: int) -> WaitingEntry | None:
    """The application with which an elder waits now, if they do."""
    query = select(WaitingEntry).where(WaitingEntry.elder_id == elder_id, WaitingEntry.state == WaitingState.WAITING)
    return (await session.scalars(query)).one_or_none()


async def ranked(session: AsyncSession, area_code: str, on: date) -> tuple[list[Place], Rule]:
    """The whole list of the district around a code, in order, and the rule that made it."""
    places, rule, _ = await _ranked(session, area_code, on)
    return places, rule


async def _ranked(session: AsyncSession, area_code: str, on: date) -> tuple[list[Place], Rule, Sequence[Any]]:
    """The same with the rows that it was reckoned from: applications with name and facts of their elders."""
    policy = await policy_on(session, "bed.waiting", f"{area_code[:DISTRICT]}000000", on)
    query = select(*SHOWN, *COLUMNS).join(Elder, Elder.id == WaitingEntry.elder_id)
    here = Elder.area_code.startswith(area_code[:DISTRICT]) & (WaitingEntry.state == WaitingState.WAITING)
    rows: Sequence[Any] = (await session.execute(query.where(here).order_by(WaitingEntry.id))).all()
    facts = await facts_of(session, rows, on)
    applicants = [Applicant(row.entry_id, row.asked_on, facts[row.id], _barred(row)) for row in rows]
    return rank(applicants, policy.value), policy, rows


def _barred(row: Any) -> str | None:
    if row.merged:
        return MERGED
    return LEFT if row.left else HAS_BED if row.has_bed else None


async def list_views(session: AsyncSession, actor: Actor, area_code: str, on: date, limit: int) -> dict[str, Any]:
    """The list of a district in order, with each position's reasons; those in the actor's scope are shown."""
    places, policy, rows = await _ranked(session, area_code, on)
    seen = {row.entry_id: row for row in rows if actor.sees(row.area_code, None)}
    shown = itertools.islice((place for place in places if place.entry_id in seen), limit)
    items = [_view(seen[place.entry_id], place) for place in shown]
    rule = {"version": policy.version, "source": policy.source, "verified": policy.verified}
    waiting = sum(place.position is not None for place in places)
    return {"items": items, "next": None, "waiting": waiting, "in_all": len(places), "rule": rule}


async def entry_view(session: AsyncSession, actor: Actor, entry: WaitingEntry, on: date) -> dict[str, Any]:
    """One application, with its position while it waits."""
    place = Place(entry.id, None, (), ())
    query = select(*SHOWN).join(Elder, Elder.id == WaitingEntry.elder_id).where(WaitingEntry.id == entry.id)
    row = (await session.execute(query)).one()
    if entry.state is WaitingState.WAITING:
        places, _ = await ranked(session, row.area_code, on)
        place = next(found for found in places if found.entry_id == entry.id)
    return _view(row, place)


def _view(row: Any, place: Place) -> dict[str, Any]:
    return {
        "id": row.entry_id,
        "elder_id": row.elder_id,
        "elder": masked_name(row.name),
        "area_code": row.area_code,
        "state": row.state,
        "asked_on": row.asked_on.isoformat(),
        "note": row.note,
        "bed_id": row.bed_id,
        "position": place.position,
        "reasons": list(place.reasons),
        "unmet": list(place.unmet),
        "decided_by": place.decided_by,
    }
