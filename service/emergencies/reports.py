"""Looks up what has become of calls over a time: promises and breaches, false alarms, drills; decides nothing."""

from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import AnswerGoal, Area, Incident, Notice
from models.types import NoticeState, Outcome
from service.auth import Actor
from service.clock import rfc3339
from service.emergencies import figures
from service.emergencies.figures import Goals, Handled
from service.emergencies.queries import in_scope

MOST = 20_000
MOST_ROWS = 500


async def promises(session: AsyncSession, actor: Actor, since: datetime, until: datetime, now: datetime) -> Any:
    """Promises kept and every breach between two moments, a district at a time, each by its own goals."""
    calls = await _handled(session, actor, since, until, drill=False)
    names = await _names(session)
    found = []
    for code, some in sorted(figures.by_district(calls).items()):
        judged = figures.report(some, await _goals(session, code), now)
        found.append({"area_code": code or None, "name": names.get(code), "calls": len(some), **judged})
    return {"since": rfc3339(since), "until": rfc3339(until), "districts": found}


async def drills(session: AsyncSession, actor: Actor, since: datetime, until: datetime, now: datetime) -> Any:
    """Drills between two moments, a district at a time: the same promises, who was reached, and each drill."""
    calls = await _handled(session, actor, since, until, drill=True)
    reached = await _reached(session, [call.incident_id for call in calls])
    names = await _names(session)
    found = []
    for code, some in sorted(figures.by_district(calls).items()):
        judged = figures.report(some, await _goals(session, code), now)
        each = [_drill(call, reached.get(call.incident_id, {})) for call in some]
        found.append({"area_code": code or None, "name": names.get(code), "drills": each, **judged})
    return {"since": rfc3339(since), "until": rfc3339(until), "districts": found}


def _drill(call: Handled, reached: dict[str, list[int]]) -> dict[str, Any]:
    took = {
        name: None if at is None else round((at - call.opened_at).total_seconds())
        for name, at in (("answer_s", call.acknowledged_at), ("on_site_s", call.on_scene_at))
    }
    moments = {"opened_at": rfc3339(call.opened_at), "closed_at": rfc3339(call.closed_at)}
    return {"incident_id": call.incident_id, "kind": call.kind, **moments, **took, "reached": reached}


async def false_alarms(session: AsyncSession, actor: Actor, since: datetime, until: datetime) -> dict[str, Any]:
    """False alarms and faulty devices counted for each terminal and each community, those with most first."""
    inside = (Incident.opened_at >= since, Incident.opened_at < until, Incident.drill.is_(False), in_scope(actor))
    false = func.sum(case((Incident.outcome.in_([Outcome.FALSE_ALARM, Outcome.DEVICE_FAULT]), 1), else_=0))
    calls = func.count(Incident.id)

    async def grouped(column: Any) -> list[dict[str, Any]]:
        query = select(column, false, calls).where(*inside, column.is_not(None)).group_by(column)
        rows = await session.execute(query.having(false > 0).order_by(false.desc(), column).limit(MOST_ROWS))
        return [{column.key: key, "false": int(some), "calls": every} for key, some, every in rows]

    terminals, places = await grouped(Incident.terminal_id), await grouped(Incident.area_code)
    return {"since": rfc3339(since), "until": rfc3339(until), "terminals": terminals, "places": places}


async def _handled(
    session: AsyncSession, actor: Actor, since: datetime, until: datetime, *, drill: bool
) -> list[Handled]:
    columns = select(
        Incident.id,
        Incident.kind,
        Incident.area_code,
        Incident.opened_at,
        Incident.acknowledged_at,
        Incident.on_scene_at,
        Incident.closed_at,
        Incident.outcome,
    )
    inside = columns.where(Incident.opened_at >= since, Incident.opened_at < until, Incident.drill.is_(drill))
    rows = await session.execute(inside.where(in_scope(actor)).order_by(Incident.id).limit(MOST))
    return [Handled(*row) for row in rows]


async def _reached(session: AsyncSession, incident_ids: list[int]) -> dict[int, dict[str, list[int]]]:
    """By incident and rung: [reached, told], a person counts once however many channels were tried."""
    good = case((Notice.state.in_([NoticeState.SENT, NoticeState.SEEN]), 1), else_=0)
    each = select(Notice.incident_id, Notice.rung, Notice.target, func.max(good).label("good"))
    each = each.where(Notice.incident_id.in_(incident_ids))
    people = each.group_by(Notice.incident_id, Notice.rung, Notice.target).subquery()
    query = select(people.c.incident_id, people.c.rung, func.sum(people.c.good), func.count())
    found: dict[int, dict[str, list[int]]] = {}
    for ident, rung, good_ones, told in await session.execute(query.group_by(people.c.incident_id, people.c.rung)):
        found.setdefault(ident, {})[rung] = [int(good_ones), told]
    return found


async def _goals(session: AsyncSession, area_code: str) -> Goals:
    row = (await session.scalars(select(AnswerGoal).where(AnswerGoal.area_code == area_code))).first()
    if row is None:
        return Goals()
    return Goals(
        row.answer_s,
        row.answer_share,
        row.answer_late_s,
        row.answer_late_share,
        row.on_site_min,
        row.on_site_late_min,
    )


async def _names(session: AsyncSession) -> dict[str, str]:
    query = select(Area.code, Area.name).where(Area.level == "district")
    return dict((await session.execute(query)).all())
