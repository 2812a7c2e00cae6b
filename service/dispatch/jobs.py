"""The background work of planning: the job that drafts a district's day and tells its progress; decides nothing."""

from datetime import date
from typing import Any

from service.dispatch.drafting import draft_day
from service.jobs.worker import Run
from service.realtime import outbox


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
