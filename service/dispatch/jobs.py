"""The background work of planning: the job that drafts a district's day and tells its progress; decides nothing."""

from datetime import date, datetime
from typing import Any

from service.dispatch import diverting, placing
from service.dispatch.diverting import Diversion
from service.dispatch.drafting import draft_day
from service.jobs.worker import Run
from service.realtime import outbox


async def plan_diversion(run: Run) -> dict[str, Any]:
    """Plan anew around the caregiver whom the payload names, and put it in force; answers what has changed."""
    asked = run.payload
    diversion = Diversion(
        incident_id=asked["incident_id"],
        caregiver_id=asked["caregiver_id"],
        area_code=asked["area_code"],
        on_date=date.fromisoformat(asked["on_date"]),
        place=(asked["place"][0], asked["place"][1]),
        travel_s=asked["travel_s"],
        distance_m=asked["distance_m"],
        arrive_at=datetime.fromisoformat(asked["arrive_at"]),
        free_at=datetime.fromisoformat(asked["free_at"]),
    )

    async def report(progress: dict[str, Any]) -> None:
        async with run.database.writing() as session:
            await run.progress(session, progress)

    return await diverting.plan_diversion(
        run.database,
        run.clock,
        diversion,
        seconds=float(asked["seconds"]),
        made_by=asked.get("made_by"),
        report=report,
        cancelled=run.cancelled,
    )


async def place_visit(run: Run) -> dict[str, Any]:
    """Give the visit that the payload names a place in the plan in force; answers {plan_id, place}."""
    asked = run.payload
    return await placing.place_visit(
        run.database,
        run.clock,
        asked["visit_id"],
        asked["plan_id"],
        asked["caregiver_ids"],
        asked.get("made_by"),
    )


async def plan_day(run: Run) -> dict[str, Any]:
    """Draft the day that the job's payload names; answers {plan_id, area_code, served, unserved, cost}."""
    asked = run.payload

    async def report(progress: dict[str, Any]) -> None:
        async with run.database.writing() as session:
            await run.progress(session, progress)
            data = {"job_id": run.job_id, "state": "running", **progress}
            outbox.append(session, "plan.progress", data, subject=f"job:{run.job_id}", area_code=asked["area_code"])

    return await draft_day(
        run.database,
        run.clock,
        asked["area_code"],
        date.fromisoformat(asked["on_date"]),
        seconds=float(asked["seconds"]),
        seed=int(asked["seed"]),
        engine=asked.get("engine", "auto"),
        made_by=asked.get("made_by"),
        report=report,
        cancelled=run.cancelled,
    )
