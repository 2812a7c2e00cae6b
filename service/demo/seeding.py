"""Founds the demo town in an empty database and wakes it on later days; refuses a database that is not its own."""

import asyncio
import logging
import time
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from models import (
    Area,
    Bed,
    Canteen,
    Caregiver,
    CaregiverSkill,
    Contact,
    DemoClock,
    Duty,
    Elder,
    Household,
    Meal,
    MenuItem,
    MenuPrice,
    Provider,
    Shift,
    Station,
    Terminal,
)
from service.clock import LOCAL, Clock
from service.db import Database
from service.demo import crew, homefiles, register
from service.demo.begun import begin_day
from service.demo.chunks import add_numbered, add_rows
from service.demo.crew import Crew
from service.demo.foreign import UNFINISHED, ForeignDatabase, Ground, clear_unfinished, refuse_foreign
from service.demo.planning import districts_of, draft_plans, publish
from service.demo.today import Register, add_day
from service.demo.town import Town, make_town
from service.town_clock import local_midnight
from service.vault import Vault

log = logging.getLogger(__name__)

START_MIN = 9 * 60 + 30
"""Minutes after local midnight at which the town's day opens."""
PLANNED_FROM_MIN = 6 * 60
"""The plan is made as of early that morning, before anybody set out."""
SPEED = 10.0
PLAN_S = 5.0
ADMIN = "admin"


@dataclass
class Founded:
    """What was made: ids by the town's lists, plans with their numbers, and how many seconds each stage took."""

    on: date
    plans: list[dict[str, Any]] = field(default_factory=list)
    visits: int = 0
    begun: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    def stage(self, name: str, since: float) -> float:
        """Note how long a stage took; answers the moment, for the next."""
        now = time.monotonic()
        self.seconds[name] = round(now - since, 2)
        return now


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
    today = clock.now().astimezone(LOCAL).date()
    founded = Founded(today)
    town = await asyncio.to_thread(make_town, seed)
    since = founded.stage("generate", began)
    await _set_clock(database, clock, today, PLANNED_FROM_MIN, UNFINISHED, seed)
    ids, people = await _write_town(database, clock, vault, home, town, founded, since)
    await _write_today(database, clock, town, ids, people, founded)
    if plan:
        await _plan_today(database, clock, town, people.accounts[ADMIN], seed, plan_s, founded)
    await _set_clock(database, clock, today, START_MIN, SPEED, seed)
    founded.seconds["all"] = round(time.monotonic() - began, 2)
    log.info("the demo town stands", extra={"seconds": founded.seconds, "plans": founded.plans})
    return founded


async def _write_town(
    database: Database, clock: Clock, vault: Vault, home: Path, town: Town, founded: Founded, since: float
) -> tuple[Register, Crew]:
    """Everything that lasts longer than a day."""
    now, today = clock.now(), founded.on
    await add_rows(database, Area, register.area_rows(town))
    providers = await add_numbered(database, Provider, register.provider_rows(town, today))
    stations = await add_numbered(database, Station, register.station_rows(town, providers))
    canteens = await add_numbered(database, Canteen, register.canteen_rows(town, providers))
    meals = await add_numbered(database, Meal, register.meal_rows(canteens))
    items = await add_numbered(database, MenuItem, register.menu_rows(town.menu))
    await add_numbered(database, MenuPrice, register.price_rows(town.menu, items, today))
    households = await add_numbered(database, Household, register.household_rows(town, vault))
    elder_rows = register.elder_rows(town, vault, households, providers)
    elders = await add_numbered(database, Elder, elder_rows)
    await add_numbered(database, Contact, register.contact_rows(town, vault, elders))
    await add_numbered(database, Bed, register.bed_rows(town, elders, providers, stations, now))
    since = founded.stage("register", since)
    keys = homefiles.new_keys(town)
    homefiles.write_keys(home, keys)
    homefiles.write_basemap(home, town.ground)
    rows = register.terminal_rows(town, vault, keys, households, elders, providers, stations, now)
    await add_rows(database, Terminal, rows)
    since = founded.stage("terminals", since)
    caregivers = await add_numbered(database, Caregiver, crew.caregiver_rows(town, providers, stations))
    await add_numbered(database, CaregiverSkill, crew.skill_rows(town, caregivers, today))
    passwords = homefiles.new_passwords(town)
    homefiles.write_accounts(home, town, passwords)
    accounts = await crew.add_accounts(database, town, providers, stations, caregivers, passwords, now)
    founded.stage("crew", since)
    codes = {item.code: ident for item, ident in zip(town.menu, items, strict=True)}
    elder_providers = [row["provider_id"] for row in elder_rows]
    ids = Register(households, elders, elder_providers, canteens, meals, codes)
    return ids, Crew(stations, caregivers, accounts)


async def _write_today(
    database: Database, clock: Clock, town: Town, ids: Register, people: Crew, founded: Founded
) -> None:
    """Shifts and orders of the town's day, and the duty roster of the real days around it."""
    since, real = time.monotonic(), clock.now().astimezone(LOCAL).date()
    await add_numbered(database, Shift, crew.shift_rows(town, people.caregivers, founded.on))
    duties = [row for n in range(-1, crew.DUTY_DAYS) for row in crew.duty_rows(town, people, real + timedelta(days=n))]
    await add_numbered(database, Duty, duties)
    placed_at = local_midnight(founded.on) - timedelta(hours=8)
    founded.visits = await add_day(database, town, town.day, ids, founded.on, placed_at, people.accounts[ADMIN])
    founded.stage("today", since)


async def _plan_today(
    database: Database, clock: Clock, town: Town, made_by: int, seed: int, plan_s: float, founded: Founded
) -> None:
    """Plans of both districts, the visits brought to 09:30, then the plans put in force: desks see the day whole."""
    since = time.monotonic()
    founded.plans = await draft_plans(database, clock, districts_of(town), founded.on, plan_s, seed, made_by)
    since = founded.stage("plan", since)
    drafts = [plan["plan_id"] for plan in founded.plans]
    town_at = local_midnight(founded.on) + timedelta(minutes=START_MIN)
    founded.begun = await begin_day(database, drafts, town_at, clock.now())
    await publish(database, clock, drafts)
    founded.stage("begin", since)


async def _set_clock(database: Database, clock: Clock, on: date, minute: int, speed: float, seed: int) -> None:
    """The demo's clock: standing still while the town is made (`speed` UNFINISHED), then running."""
    async with database.writing() as session:
        row = await session.get(DemoClock, 1)
        if row is None:
            row = DemoClock(id=1, seed=seed)
            session.add(row)
        row.anchor_at, row.town_at = clock.now(), _town_moment(on, minute)
        row.speed, row.paused = speed, speed == UNFINISHED


def _town_moment(on: date, minute: int) -> datetime:
    return local_midnight(on) + timedelta(minutes=minute)
