"""Plans a day of the town, all districts at the same time, by the verbs of dispatch; decides nothing itself."""

import asyncio
import logging
import threading
from datetime import date
from typing import Any

from service.clock import Clock
from service.db import Database
from service.demo.town import Town
from service.dispatch import actions, mapping, queries
from service.dispatch.jobs import ROUTES_A_CHUNK
from service.dispatch.planner import PlanningFailed, plan_problem
from service.town_clock import town_time

log = logging.getLogger(__name__)

ENOUGH = 0.9
"""Share of the visits that a first try must serve; a machine that does other things meanwhile serves fewer."""


def districts_of(town: Town) -> list[str]:
    """The codes of the town's districts."""
    return [area.code for area in town.areas if area.kind == "district"]


async def draft_plans(
    database: Database, clock: Clock, districts: list[str], on: date, seconds: float, seed: int, made_by: int
) -> list[dict[str, Any]]:
    """A draft of the day for each district, all made side by side: plan_id, area_code, served, unserved, cost of each.

    The town's clock says from which moment on people can be sent. A busy machine gets three times as long for a
    poor plan; a district whose planning fails even then is left out, so that the town stands all the same.
    """
    drafts = [_try(database, clock, district, on, seconds, seed, made_by) for district in districts]
    return [draft for draft in await asyncio.gather(*drafts) if draft is not None]


async def _try(
    database: Database, clock: Clock, district: str, on: date, seconds: float, seed: int, made_by: int
) -> dict[str, Any] | None:
    for patience, enough in ((1, ENOUGH), (3, 0.0)):
        try:
            return await _draft(database, clock, district, on, seconds * patience, seed, made_by, enough)
        except PlanningFailed as failure:
            log.warning("a plan of the demo failed: %s", failure, extra={"area": district})
    return None


async def _draft(
    database: Database, clock: Clock, district: str, on: date, seconds: float, seed: int, made_by: int, enough: float
) -> dict[str, Any]:
    async with database.reading() as session:
        town = await town_time(session, clock)
        day = mapping.day_problem(await queries.day_rows(session, district, on, town.at))
    plan = await plan_problem(
        day.problem, seconds=seconds, seed=seed, engine="auto", report=_silent, cancelled=threading.Event()
    )
    if plan.served < enough * len(day.problem.visits):
        raise PlanningFailed(f"only {plan.served} of {len(day.problem.visits)} visits are served")
    head = {
        "area_code": district,
        "on_date": on,
        "engine": plan.engine,
        "seed": plan.seed,
        "cost": float(plan.cost),
        "parts": {name: float(value) for name, value in plan.parts.items()},
        "stages": [mapping.stage_value(stage) for stage in plan.stages],
        "made_at": clock.now(),
        "made_by": made_by,
    }
    plan_id = await _keep(database, head, mapping.route_values(day, plan), mapping.unserved_values(plan))
    numbers = {"served": plan.served, "unserved": len(plan.unserved), "cost": float(plan.cost)}
    return {"plan_id": plan_id, "area_code": district, **numbers}


async def _keep(
    database: Database, head: dict[str, Any], routes: list[dict[str, Any]], unserved: list[dict[str, Any]]
) -> int:
    async with database.writing() as session:
        plan_id = await actions.start_draft(session, head)
    for start in range(0, len(routes), ROUTES_A_CHUNK):
        async with database.writing() as session:
            await actions.add_routes(session, plan_id, routes[start : start + ROUTES_A_CHUNK])
    async with database.writing() as session:
        await actions.add_unserved(session, plan_id, unserved)
    return plan_id


async def _silent(progress: dict[str, Any]) -> None:
    """Nobody watches the first plan being made: the desk opens when it is done."""


async def publish(database: Database, clock: Clock, plans: list[int]) -> None:
    """Put drafts in force, each in a transaction of its own."""
    for plan_id in plans:
        async with database.writing() as session:
            await actions.publish_plan(session, None, plan_id, clock.now())
