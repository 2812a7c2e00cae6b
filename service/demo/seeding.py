"""Founds the demo town in an empty database and wakes it on later days; refuses a database that is not its own."""

import asyncio
import logging
import time
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from models import DemoClock, Plan, Position
from models.types import PlanState
from service.clock import LOCAL, Clock
from service.db import Database
from service.demo.days import (
    ADMIN,
    PLAN_S,
    START_MIN,
    Founded,
    Standing,
    ask_for_day,
    find_town,
    plan_the_day,
    unplanned,
)
from service.demo.foreign import UNFINISHED, ForeignDatabase, Ground, clear_unfinished, refuse_foreign
from service.demo.founding import write_town
from service.demo.lately import remember_month
from service.demo.town import make_town
from service.dispatch.planner import prepare
from service.entitlements.actions import look_through
from service.patrols.queries import month_around
from service.patrols.register import refresh
from service.town_clock import TownTime, local_midnight, town_time
from service.vault import Vault

__all__ = [
    "ForeignDatabase",
    "Founded",
    "Ground",
    "found_town",
    "keep_town",
    "open_town",
    "refuse_foreign",
    "wake_town",
]

log = logging.getLogger(__name__)

SPEED = 10.0
"""The town's first speed: somebody moves at every glance, and a call still has its real minutes."""
PLANNED_FROM_MIN = 6 * 60
"""The plan is made as of early that morning, before anybody set out."""
OVER_MIN = 19 * 60
"""The day is over when the last shift by day is."""
TOMORROW_MIN = 20 * 60
"""From then on the next day is prepared, so that the town lives on by itself."""
LOOK_S, AGAIN_S = 5.0, 60.0
SEED = 1


async def found_town(
    database: Database, clock: Clock, vault: Vault, home: Path, seed: int, plan: bool = True, plan_s: float = PLAN_S
) -> Founded:
    """Make the whole town in an empty database and open its day at 09:30 of the real today.

    Answers what was made. A town whose making was interrupted is taken away and made anew; one that stands is
    left alone (`wake_town` opens later days). `plan` False leaves the day unplanned. Raises ForeignDatabase.
    """
    ground = await refuse_foreign(database)
    if ground is Ground.STANDS:
        raise ForeignDatabase("the demo town stands already")
    if ground is Ground.UNFINISHED:
        await clear_unfinished(database)
    began = time.monotonic()
    if plan:
        prepare()
    founded = Founded(clock.now().astimezone(LOCAL).date())
    town = await asyncio.to_thread(make_town, seed)
    founded.stage("generate", began)
    await _set_clock(database, clock, founded.on, PLANNED_FROM_MIN, UNFINISHED, seed=seed)
    standing = founded.standing = await write_town(database, clock, vault, home, town, founded)
    await ask_for_day(database, clock, standing, founded.on, founded, town.day)
    since = time.monotonic()
    await remember_month(database, town, standing.ids, founded.on, standing.people.accounts[ADMIN])
    await refresh(database, clock, month_around(founded.on, founded.on))
    since = founded.stage("lately", since)
    await look_through(database, founded.on, clock.now())
    founded.stage("entitlements", since)
    if plan:
        await plan_the_day(database, clock, standing, founded, plan_s, START_MIN)
    await _set_clock(database, clock, founded.on, START_MIN, SPEED)
    founded.seconds["all"] = round(time.monotonic() - began, 2)
    log.info("the demo town stands", extra={"seconds": founded.seconds, "plans": founded.plans})
    return founded


async def wake_town(database: Database, clock: Clock, standing: Standing, plan_s: float = PLAN_S) -> Founded | None:
    """After a stop: go on where the town was, or open a new day when that one is over or of another date.

    None when the day simply goes on. Asked twice, the second time changes nothing.
    """
    town, real = await _last_moment(database, clock), clock.now().astimezone(LOCAL).date()
    midnight = local_midnight(town.today)
    over = town.at >= midnight + timedelta(minutes=OVER_MIN) or town.today < real
    if not over and not await unplanned(database, standing.town, town.today):
        await _set_clock(database, clock, town.today, 0, town.speed, at=town.at, paused=town.paused)
        return None
    founded = Founded(await _next_day(database, real))
    await _set_clock(database, clock, founded.on, PLANNED_FROM_MIN, town.speed, paused=True)
    await ask_for_day(database, clock, standing, founded.on, founded)
    await plan_the_day(database, clock, standing, founded, plan_s, START_MIN)
    await _set_clock(database, clock, founded.on, START_MIN, town.speed)
    log.info("a new day in the demo town", extra={"on": str(founded.on), "plans": founded.plans})
    return founded


async def open_town(database: Database, clock: Clock, vault: Vault, home: Path, seed: int = SEED) -> Standing:
    """Found the town where there is none, wake it where there is one. Raises ForeignDatabase."""
    if await refuse_foreign(database) is Ground.STANDS:
        async with database.reading() as session:
            seed = (await session.get_one(DemoClock, 1)).seed
        standing = await find_town(database, vault, await asyncio.to_thread(make_town, seed))
        await wake_town(database, clock, standing)
        return standing
    founded = await found_town(database, clock, vault, home, seed)
    return founded.standing or await find_town(database, vault, await asyncio.to_thread(make_town, seed))


async def keep_town(
    database: Database, clock: Clock, vault: Vault, home: Path, stands: asyncio.Event, seed: int = SEED
) -> None:
    """Open the town, set `stands`, then prepare every next day in the evening before, until cancelled."""
    standing = await open_town(database, clock, vault, home, seed)
    stands.set()
    while True:
        await asyncio.sleep(LOOK_S)
        try:
            await prepare_tomorrow(database, clock, standing)
        except Exception:
            log.exception("the town's next day could not be prepared")
            await asyncio.sleep(AGAIN_S)


async def prepare_tomorrow(
    database: Database, clock: Clock, standing: Standing, plan_s: float = PLAN_S
) -> Founded | None:
    """In the evening: orders and plans of the town's next day, once. None when it is too early or done already."""
    async with database.reading() as session:
        town = await town_time(session, clock)
    evening = town.at >= local_midnight(town.today) + timedelta(minutes=TOMORROW_MIN)
    on = town.today + timedelta(days=1) if evening else town.today
    if not await unplanned(database, standing.town, on):
        return None
    founded = Founded(on)
    await ask_for_day(database, clock, standing, on, founded)
    await plan_the_day(database, clock, standing, founded, plan_s, None)
    return founded


async def _last_moment(database: Database, clock: Clock) -> TownTime:
    """The town's time when anybody in it was last seen: it stood still while the service was down."""
    async with database.reading() as session:
        town = await town_time(session, clock)
        row = await session.get_one(DemoClock, 1)
        anchor_at, town_at = row.anchor_at, row.town_at
        seen_at = await session.scalar(select(func.max(Position.received_at)))
    if town.paused or seen_at is None:
        return town
    run = max(timedelta(), min(seen_at, clock.now()) - anchor_at) * town.speed
    return TownTime(town_at + run, True, town.speed, town.paused)


async def _next_day(database: Database, real: date) -> date:
    """The real today, or, when that was played already, the day after the last one that was."""
    async with database.reading() as session:
        last = await session.scalar(select(func.max(Plan.on_date)).where(Plan.state == PlanState.PUBLISHED))
    return real if last is None or last < real else last + timedelta(days=1)


async def _set_clock(
    database: Database,
    clock: Clock,
    on: date,
    minute: int,
    speed: float,
    *,
    seed: int = SEED,
    at: datetime | None = None,
    paused: bool = False,
) -> None:
    """The demo's clock: standing still while the town is made (`speed` UNFINISHED), then running."""
    async with database.writing() as session:
        row = await session.get(DemoClock, 1)
        if row is None:
            row = DemoClock(id=1, seed=seed)
            session.add(row)
        row.anchor_at, row.town_at = clock.now(), at or local_midnight(on) + timedelta(minutes=minute)
        row.speed, row.paused = speed, paused or speed == UNFINISHED
