"""Runs the planning engine beside the event loop and reports its progress; refuses to know rows."""

import asyncio
import atexit
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from routing.children import nursery
from routing.errors import Cancelled, RoutingError
from routing.insertion import Insertion
from routing.ordered import Orders
from routing.plan import Plan
from routing.problem import Problem
from routing.solve import Progress, solve
from routing.standby import Standby
from service.errors import ServiceError

REPORT_S = 1.0
"""Progress is told at most this often."""
STANDBY = Standby()
"""The process that finds places for single visits; started when first asked, ended with this one."""
atexit.register(STANDBY.close)

Report = Callable[[dict[str, Any]], Awaitable[None]]


class PlanningFailed(ServiceError):
    """The engine found nothing that may be published; the plan in force stays."""

    code, status = "plan.failed", 422


class PlanningStopped(ServiceError):
    """Somebody asked to stop: no draft is kept."""

    code, status = "plan.stopped", 409


class Latest:
    """The newest progress of a solve, handed from its thread to the loop."""

    def __init__(self) -> None:
        self.progress: Progress | None = None

    def __call__(self, progress: Progress) -> None:
        self.progress = progress

    def as_json(self) -> dict[str, Any]:
        if self.progress is None:
            return {"phase": "starting"}
        return {
            "phase": self.progress.phase,
            "seconds": round(self.progress.seconds, 1),
            "cost": self.progress.cost,
            "served": self.progress.served,
            "unserved": self.progress.unserved,
        }


def prepare() -> None:
    """Starts what solving processes are forked from: a plan that is wanted soon will not wait for libraries."""
    nursery.prepare()


async def plan_problem(
    problem: Problem,
    *,
    seconds: float,
    seed: int,
    engine: str,
    report: Report,
    cancelled: threading.Event,
    start: Plan | None = None,
) -> Plan:
    """Plan in a child process within `seconds`, from `start` if given; the plan has passed the independent check.

    `report` hears once a second; setting `cancelled` ends the search. Raises PlanningFailed.
    """
    latest, left = Latest(), threading.Event()
    solving = asyncio.create_task(
        asyncio.to_thread(
            solve,
            problem,
            seconds=seconds,
            seed=seed,
            engine=engine,
            start=start,
            on_progress=latest,
            cancelled=lambda: cancelled.is_set() or left.is_set(),
        )
    )
    try:
        while not solving.done():
            await asyncio.wait({solving}, timeout=REPORT_S)
            if not solving.done():
                await report(latest.as_json())
        plan = await solving
    except Cancelled as stopped:
        raise PlanningStopped("planning was stopped; the plan in force stays") from stopped
    except RoutingError as error:
        raise PlanningFailed(f"no plan that may be published: {error}") from error
    finally:
        left.set()
    if cancelled.is_set():
        raise PlanningStopped("planning was stopped; the plan in force stays")
    return plan


async def find_places(problem: Problem, orders: Orders, visit: str, best: int, breaking: bool) -> list[Insertion]:
    """The best places for one visit in a plan with these orders, found beside the loop. Raises PlanningFailed."""
    try:
        return await asyncio.to_thread(STANDBY.places, problem, orders, visit, best=best, breaking=breaking)
    except RoutingError as error:
        raise PlanningFailed(f"no place can be looked for: {error}") from error


async def take_place(problem: Problem, orders: Orders, visit: str, option: Insertion) -> Plan:
    """The plan with one of these places taken. Raises PlanningFailed."""
    try:
        return await asyncio.to_thread(STANDBY.taken, problem, orders, visit, option)
    except RoutingError as error:
        raise PlanningFailed(f"the place cannot be taken: {error}") from error
