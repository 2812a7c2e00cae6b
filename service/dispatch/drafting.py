"""Turns a district's day into a draft plan, written in small transactions; refuses to publish it."""

import asyncio
import threading
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from service.clock import Clock
from service.db import Database
from service.dispatch import mapping, queries
from service.dispatch.diverting import Standing, changes_between
from service.dispatch.keeping import keep_draft
from service.dispatch.planner import PlanningFailed, Report, plan_problem
from service.town_clock import town_time

MOST_TOLD = 200
"""Changes told with the answer; the count tells all."""


async def draft_day(
    database: Database,
    clock: Clock,
    area_code: str,
    on_date: date,
    *,
    seconds: float,
    seed: int,
    engine: str,
    made_by: int | None,
    report: Report,
    cancelled: threading.Event,
    enough: float = 0.0,
) -> dict[str, Any]:
    """Plan the day as of the town's now and keep the draft: {plan_id, area_code, served, unserved, cost, changes}.

    When a plan is in force already, the search starts from what is left of it, a changed promise costs, and `changes`
    tell who must hear of it if the draft is published.
    `enough` is the least share of visits that must be served. Raises PlanningFailed, PlanningStopped.
    """
    async with database.reading() as session:
        town = await town_time(session, clock)
        rows = await queries.day_rows(session, area_code, on_date, town.at)
        standing = await _standing(session, area_code, on_date)
    day = await asyncio.to_thread(mapping.day_problem, rows)
    start = await asyncio.to_thread(mapping.standing_plan, day)
    plan = await plan_problem(
        day.problem, seconds=seconds, seed=seed, engine=engine, report=report, cancelled=cancelled, start=start
    )
    if plan.served < enough * len(day.problem.visits):
        raise PlanningFailed(f"only {plan.served} of {len(day.problem.visits)} visits are served")
    head = {
        **mapping.head_values(plan),
        "area_code": area_code,
        "on_date": on_date,
        "made_at": clock.now(),
        "made_by": made_by,
    }
    routes, left = mapping.route_values(day, plan), mapping.unserved_values(plan)
    plan_id = await keep_draft(database, head, routes, left)
    numbers = {"served": plan.served, "unserved": len(plan.unserved), "cost": float(plan.cost)}
    changes = [] if standing is None else changes_between(standing, routes, left)
    return {
        "plan_id": plan_id,
        "area_code": area_code,
        **numbers,
        "changed": len(changes),
        "changes": changes[:MOST_TOLD],
    }


async def _standing(session: AsyncSession, area_code: str, on_date: date) -> Standing | None:
    """The plan in force, that people were told of."""
    plan = await queries.find_published(session, area_code, on_date)
    return None if plan is None else Standing(plan.id, *await queries.plan_values(session, plan.id))
