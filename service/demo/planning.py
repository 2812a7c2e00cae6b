"""Plans a day of the town, all districts at the same time, by the verbs of dispatch; decides nothing itself."""

import asyncio
import logging
import threading
from datetime import date
from typing import Any

from service.clock import Clock
from service.db import Database
from service.demo.town import Town
from service.dispatch import actions
from service.dispatch.drafting import draft_day
from service.dispatch.planner import PlanningFailed

log = logging.getLogger(__name__)

ENOUGH = 0.7
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
            return await draft_day(
                database,
                clock,
                district,
                on,
                seconds=seconds * patience,
                seed=seed,
                engine="auto",
                made_by=made_by,
                report=_silent,
                cancelled=threading.Event(),
                enough=enough,
            )
        except PlanningFailed as failure:
            log.warning("a plan of the demo failed: %s", failure, extra={"area": district})
    return None


async def _silent(progress: dict[str, Any]) -> None:
    """Nobody watches the first plan being made: the desk opens when it is done."""


async def publish(database: Database, clock: Clock, plans: list[int]) -> None:
    """Put drafts in force, each in a transaction of its own."""
    for plan_id in plans:
        async with database.writing() as session:
            await actions.publish_plan(session, None, plan_id, clock.now())
