"""Opens a day in a town that stands: shifts, duty, orders and plans, as often as asked; refuses to make a day twice."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from models import Account, Canteen, Caregiver, Duty, Elder, Household, Meal, MenuItem, Plan, Shift, Station, Visit
from models.types import PlanState
from service.bulk import add_numbered
from service.clock import LOCAL, Clock
from service.db import Database
from service.demo import crew
from service.demo.begun import begin_day
from service.demo.crew import Crew
from service.demo.day import Day, make_day
from service.demo.planning import districts_of, draft_plans, publish
from service.demo.today import Register, add_day
from service.demo.town import Town
from service.town_clock import local_midnight
from service.vault import Vault

START_MIN = 9 * 60 + 30
"""Minutes after local midnight at which the town's day opens."""
PLAN_S = 5.0
ADMIN = "admin"


@dataclass
class Founded:
    """What was made: plans with their numbers, visits, how many had begun, and the seconds each stage took."""

    on: date
    plans: list[dict[str, Any]] = field(default_factory=list)
    visits: int = 0
    begun: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    standing: "Standing | None" = None

    def stage(self, name: str, since: float) -> float:
        """Note how long a stage took; answers the moment, for the next."""
        now = time.monotonic()
        self.seconds[name] = round(now - since, 2)
        return now


@dataclass(frozen=True)
class Standing:
    """A town that stands in the database: its values and the ids of its rows."""

    town: Town
    ids: Register
    people: Crew

    @property
    def bedded(self) -> set[int]:
        return {bed.elder for bed in self.town.beds if bed.state == "active"}

    def day(self, on: date) -> Day:
        """What is asked for on a later day: other people and other wishes each day, the same ones every time."""
        town = self.town
        return make_day(
            town.seed * 1_000_003 + on.toordinal(), town.elders, town.households, town.canteens, self.bedded
        )


async def find_town(database: Database, vault: Vault, town: Town) -> Standing:
    """The ids of a town that was founded earlier: rows were written in the order of the town's lists."""
    async with database.reading() as session:

        async def first(table: Any, count: int) -> list[int]:
            return list(await session.scalars(select(table.id).order_by(table.id).limit(count)))

        canteens = await first(Canteen, len(town.canteens))
        meals = list(await session.scalars(select(Meal.id).order_by(Meal.id)))
        items = dict((await session.execute(select(MenuItem.code, MenuItem.id))).all())
        elders = list(
            await session.execute(select(Elder.id, Elder.provider_id).order_by(Elder.id).limit(len(town.elders)))
        )
        ids = Register(
            await first(Household, len(town.households)),
            [row[0] for row in elders],
            [row[1] or 0 for row in elders],
            canteens,
            meals,
            items,
        )
        accounts = dict((await session.execute(select(Account.name, Account.id))).all())
        stations, caregivers = await first(Station, len(town.stations)), await first(Caregiver, len(town.caregivers))
        people = Crew(stations, caregivers, accounts, vault)
    return Standing(town, ids, people)


async def unplanned(database: Database, town: Town, on: date) -> list[str]:
    """The districts that have no plan in force for the day."""
    planned = select(Plan.area_code).where(Plan.on_date == on, Plan.state == PlanState.PUBLISHED)
    async with database.reading() as session:
        done = set(await session.scalars(planned))
    return [district for district in districts_of(town) if district not in done]


async def ask_for_day(
    database: Database, clock: Clock, standing: Standing, on: date, founded: Founded, day: Day | None = None
) -> None:
    """Shifts and orders of a day that has none yet, and the duty roster of the real days around now."""
    since = time.monotonic()
    await _add_duties(database, clock, standing)
    async with database.reading() as session:
        asked = await session.scalar(
            select(func.count()).select_from(Visit).where(Visit.service_on == on, Visit.order_id.is_not(None))
        )
        midnight = local_midnight(on)
        shifts = select(func.count()).select_from(Shift)
        shifts = shifts.where(Shift.from_at >= midnight, Shift.from_at < midnight + timedelta(days=1))
        working = await session.scalar(shifts)
    if not working:
        await add_numbered(database, Shift, crew.shift_rows(standing.town, standing.people.caregivers, on))
    if not asked:
        wanted = await asyncio.to_thread(standing.day, on) if day is None else day
        placed_at = local_midnight(on) - timedelta(hours=8)
        by = standing.people.accounts[ADMIN]
        founded.visits = await add_day(database, standing.town, wanted, standing.ids, on, placed_at, by)
    founded.stage("today", since)


async def _add_duties(database: Database, clock: Clock, standing: Standing) -> None:
    """Duty is on real time, as calls are: from yesterday on, two weeks ahead."""
    real = clock.now().astimezone(LOCAL).date()
    async with database.reading() as session:
        last = await session.scalar(select(func.max(Duty.from_at)))
    since = real - timedelta(days=1) if last is None else last.astimezone(LOCAL).date() + timedelta(days=1)
    days = [since + timedelta(days=n) for n in range((real - since).days + crew.DUTY_DAYS)]
    await add_numbered(
        database, Duty, [row for day in days for row in crew.duty_rows(standing.town, standing.people, day)]
    )


async def plan_the_day(
    database: Database, clock: Clock, standing: Standing, founded: Founded, plan_s: float, begin_min: int | None
) -> None:
    """Draft every district, bring the day to `begin_min` if given, then put the plans in force: desks see it whole."""
    since = time.monotonic()
    districts = await unplanned(database, standing.town, founded.on)
    by = standing.people.accounts[ADMIN]
    founded.plans = await draft_plans(database, clock, districts, founded.on, plan_s, standing.town.seed, by)
    since = founded.stage("plan", since)
    drafts = [plan["plan_id"] for plan in founded.plans]
    if begin_min is not None:
        town_at = local_midnight(founded.on) + timedelta(minutes=begin_min)
        founded.begun = await begin_day(database, drafts, town_at, clock.now())
    await publish(database, clock, drafts)
    founded.stage("begin", since)
