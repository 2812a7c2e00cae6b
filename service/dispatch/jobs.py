"""The background work of planning: a job that turns a day into a draft, in chunks; decides nothing itself."""

import asyncio
from datetime import date
from typing import Any

from service.dispatch import actions, mapping, queries
from service.dispatch.planner import plan_problem
from service.jobs.worker import Run
from service.realtime import outbox
from service.town_clock import town_time

ROUTES_A_CHUNK = 8
"""Routes in one transaction: about 200 stops, so that an alert never waits long for the writer."""
UNSERVED_A_CHUNK = 200


async def plan_day(run: Run) -> dict[str, Any]:
    """Plan the day that the job's payload names, keep the draft, answer {plan_id, version, served, unserved}."""
    area_code, on_date = run.payload["area_code"], date.fromisoformat(run.payload["on_date"])
    async with run.database.reading() as session:
        town = await town_time(session, run.clock)
        rows = await queries.day_rows(session, area_code, on_date, town.at)
    day = await asyncio.to_thread(mapping.day_problem, rows)

    async def report(progress: dict[str, Any]) -> None:
        async with run.database.writing() as session:
            await run.progress(session, progress)
            data = {"job_id": run.job_id, "state": "running", **progress}
            outbox.append(session, "plan.progress", data, subject=f"job:{run.job_id}", area_code=area_code)

    plan = await plan_problem(
        day.problem,
        seconds=float(run.payload["seconds"]),
        seed=int(run.payload["seed"]),
        engine=run.payload.get("engine", "auto"),
        report=report,
        cancelled=run.cancelled,
    )
    head = {
        "area_code": area_code,
        "on_date": on_date,
        "engine": plan.engine,
        "seed": plan.seed,
        "cost": float(plan.cost),
        "parts": {name: float(value) for name, value in plan.parts.items()},
        "stages": [mapping.stage_value(stage) for stage in plan.stages],
        "made_at": run.clock.now(),
        "made_by": run.payload.get("made_by"),
    }
    plan_id = await _keep(run, head, mapping.route_values(day, plan), mapping.unserved_values(plan))
    return {"plan_id": plan_id, "served": plan.served, "unserved": len(plan.unserved), "cost": float(plan.cost)}


async def _keep(run: Run, head: dict[str, Any], routes: list[dict[str, Any]], unserved: list[dict[str, Any]]) -> int:
    """Write a draft in small transactions; a failure half way leaves nothing behind."""
    async with run.database.writing() as session:
        plan_id = await actions.start_draft(session, head)
    try:
        for start in range(0, len(routes), ROUTES_A_CHUNK):
            async with run.database.writing() as session:
                await actions.add_routes(session, plan_id, routes[start : start + ROUTES_A_CHUNK])
        for start in range(0, len(unserved), UNSERVED_A_CHUNK):
            async with run.database.writing() as session:
                await actions.add_unserved(session, plan_id, unserved[start : start + UNSERVED_A_CHUNK])
    except BaseException:
        async with run.database.writing() as session:
            await actions.drop_draft(session, plan_id)
        raise
    return plan_id
