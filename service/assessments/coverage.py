"""Who should be assessed and is not: the very old without a result, results that run out, falls; refuses to assess."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from models import Assessment, Elder, Incident, Reassessment
from models.types import AssessmentState, Outcome, Scale
from service.assessments import rules
from service.assessments.queries import holds
from service.auth import Actor
from service.clock import LOCAL
from service.elders.queries import AGED_FROM, LISTED, area_prefix, born_by, elder_views
from service.paging import Page, page_of

NO_FALL = (Outcome.FALSE_ALARM, Outcome.DEVICE_FAULT)
GOAL = 1.0
"""80 years and older: all of them (a district's draft plan, to the end of 2025)."""


def assessed(on: date) -> ColumnElement[bool]:
    """The condition that an elder has a result of GB/T 42195 that holds."""
    return exists().where(Assessment.elder_id == Elder.id, Assessment.scale == Scale.GBT42195, holds(on))


async def coverage(session: AsyncSession, actor: Actor, today: date, area: str | None = None) -> dict[str, Any]:
    """How many of 80 and older have a result that holds: {"aged", "assessed", "missing", "share", "goal"}."""
    aged = _aged(actor, today, area)
    of = await session.scalar(aged.with_only_columns(func.count(Elder.id))) or 0
    done = await session.scalar(aged.with_only_columns(func.count(Elder.id)).where(assessed(today))) or 0
    share = done / of if of else None
    return {"aged": of, "assessed": done, "missing": of - done, "share": share, "goal": GOAL, "age": AGED_FROM}


async def list_missing(
    session: AsyncSession, actor: Actor, page: Page, today: date, area: str | None = None
) -> tuple[list[dict[str, Any]], str | None]:
    """Those of 80 and older without a result that holds, a page at a time."""
    rows, following = await page_of(session, _aged(actor, today, area).where(~assessed(today)), Elder.id, page)
    return await elder_views(session, rows, today), following


async def list_due(
    session: AsyncSession, actor: Actor, page: Page, today: date
) -> tuple[list[dict[str, Any]], str | None]:
    """Elders whose result runs out within 30 days or has run out, who fell twice or asked; each with why."""
    soon = today + timedelta(days=rules.SOON_DAYS)
    called = select(Reassessment.elder_id).where(Reassessment.done_at.is_(None))
    current = (Assessment.scale == Scale.GBT42195) & Assessment.ended_on.is_(None)
    approved = current & (Assessment.state == AssessmentState.APPROVED)
    ending = select(Assessment.elder_id).where(approved, Assessment.valid_until_on <= soon)
    after = union_all(
        called.where(Reassessment.elder_id > page.cursor), ending.where(Assessment.elder_id > page.cursor)
    )
    rows, following = await page_of(session, _here(actor).where(Elder.id.in_(after)), Elder.id, page)
    ids = [elder.id for elder in rows]
    ends = select(Assessment.elder_id, Assessment.valid_until_on).where(approved, Assessment.elder_id.in_(ids))
    until = {number: end for number, end in await session.execute(ends) if end is not None and end <= soon}
    open_ones = select(Reassessment).where(Reassessment.elder_id.in_(ids), Reassessment.done_at.is_(None))
    calls = (await session.scalars(open_ones.order_by(Reassessment.id))).all()
    views = await elder_views(session, rows, today)
    return [{"elder": view, "why": _why(view["id"], until, calls, today)} for view in views], following


def _why(elder_id: int, until: dict[int, date], calls: Sequence[Reassessment], today: date) -> list[dict[str, Any]]:
    found = [
        {"trigger": one.trigger, "since_on": one.since_on.isoformat(), **one.detail}
        for one in calls
        if one.elder_id == elder_id
    ]
    end = until.get(elder_id)
    if end is not None:
        found.append({"trigger": "expired" if end < today else "expiring", "since_on": end.isoformat()})
    return found


async def find_falls(session: AsyncSession, now: datetime) -> list[Reassessment]:
    """New reasons to assess again: two real falls within 30 days since the last result, each told once."""
    since = now - timedelta(days=2 * rules.FALL_DAYS)
    falls = select(Incident.elder_id, Incident.id, Incident.opened_at).where(Incident.kind == "fall")
    falls = falls.where(Incident.opened_at >= since, Incident.elder_id.is_not(None), Incident.drill.is_(False))
    real = falls.where(Incident.outcome.is_(None) | Incident.outcome.not_in(NO_FALL))
    by_elder: dict[int, dict[datetime, int]] = {}
    for elder_id, incident_id, at in await session.execute(real.order_by(Incident.opened_at)):
        if elder_id is not None:
            by_elder.setdefault(elder_id, {})[at] = incident_id
    often = {number: moments for number, moments in by_elder.items() if len(moments) >= rules.FALLS}
    last = await _last_assessed(session, list(often))
    known = select(Reassessment.elder_id, Reassessment.since_on).where(Reassessment.elder_id.in_(often))
    told = {(number, on) for number, on in (await session.execute(known.where(Reassessment.trigger == "falls"))).all()}
    found = []
    for elder_id, moments in sorted(often.items()):
        pair = rules.falls_again(list(moments), last.get(elder_id))
        on = pair[-1].astimezone(LOCAL).date() if pair else None
        if on is not None and (elder_id, on) not in told:
            detail = {"incidents": [moments[one] for one in pair]}
            found.append(Reassessment(elder_id=elder_id, trigger="falls", since_on=on, detail=detail, found_at=now))
    return found


async def _last_assessed(session: AsyncSession, elder_ids: list[int]) -> dict[int, date]:
    approved = select(Assessment.elder_id, func.max(Assessment.assessed_on)).where(Assessment.elder_id.in_(elder_ids))
    approved = approved.where(Assessment.scale == Scale.GBT42195, Assessment.state == AssessmentState.APPROVED)
    approved = approved.group_by(Assessment.elder_id)
    return {number: on for number, on in (await session.execute(approved)).all() if on is not None}


def _here(actor: Actor) -> Select[Elder]:
    return select(Elder).where(actor.scope(Elder.area_code, Elder.provider_id), LISTED, Elder.left_on.is_(None))


def _aged(actor: Actor, today: date, area: str | None) -> Select[Elder]:
    query = _here(actor).where(Elder.born_on <= born_by(today, AGED_FROM))
    return query if area is None else query.where(Elder.area_code.startswith(area_prefix(area), autoescape=True))
