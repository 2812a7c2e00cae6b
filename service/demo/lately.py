"""What was done in the town in the month before today: patrols, and the hours of care that beds are promised."""

import random
from datetime import date, timedelta
from typing import Any

from models import Order, Visit
from models.types import OrderState, VisitState
from service.bulk import add_numbered
from service.db import Database
from service.demo.menu import BY_CODE
from service.demo.people import CARE_LEVELS
from service.demo.today import Register, order_row, visit_row
from service.demo.town import Town
from service.town_clock import local_midnight

Row = dict[str, Any]
LOOKED_IN_ON = {"living_alone", "empty_nest", "left_behind", "severe_handicap", "special_family"}
PROMISED_TO = {"destitute", "low_income", "special_family"}
CARE = ("bath.one", "clean.home", "medical.rehab", "meal.feed", "escort.walk")
KEPT = 0.94
"""Share of the patrols due so far that were done: somebody is always missing."""


async def remember_month(database: Database, town: Town, ids: Register, on: date, placed_by: int) -> int:
    """Write the visits of the month's days before `on`, each with its order, all done; answers how many."""
    first = on.replace(day=1)
    days = [first + timedelta(days=number) for number in range((on - first).days)]
    if not days:
        return 0
    asks = [*_patrols(town, days, on), *_care(town, days)]
    rows = [order_row(town, ids, ask, ask["from"] - timedelta(days=1), placed_by) for ask in asks]
    orders = await add_numbered(database, Order, [row | {"state": OrderState.SERVED} for row in rows])
    done = [_done(visit_row(town, ids, ask, order), ask) for ask, order in zip(asks, orders, strict=True)]
    return len(await add_numbered(database, Visit, done))


def _patrols(town: Town, days: list[date], on: date) -> list[Row]:
    """As many of the month's people as the days that are gone, less a few, each on a day that is gone."""
    rng = random.Random(f"looked in {town.seed} {on}")
    people = [
        place
        for place, elder in enumerate(town.elders)
        if town.households[elder.household].lives_alone or LOOKED_IN_ON & set(elder.categories)
    ]
    share = KEPT * len(days) / 31
    return [_ask(place, "patrol.visit", rng.choice(days), rng) for place in people if rng.random() < share]


def _care(town: Town, days: list[date]) -> list[Row]:
    """Most days an hour or two for those whom the government promises hours."""
    rng = random.Random(f"cared for {town.seed} {days[-1]}")
    asks = []
    for bed in town.beds:
        elder = town.elders[bed.elder]
        needs = CARE_LEVELS.index(elder.care_level) >= 2 and PROMISED_TO & set(elder.categories)
        if bed.state == "active" and needs:
            keen = rng.choice((0.95, 0.8, 0.5))
            asks += [_ask(bed.elder, rng.choice(CARE), day, rng) for day in days for _ in "ab" if rng.random() < keen]
    return asks


def _ask(elder: int, code: str, day: date, rng: random.Random) -> Row:
    start = local_midnight(day) + timedelta(minutes=rng.randrange(510, 960, 10))
    minutes = BY_CODE[code].duration_min
    return {
        "elder": elder,
        "code": code,
        "on": day,
        "from": start,
        "to": start + timedelta(minutes=minutes),
        "duration_min": minutes,
        "people": BY_CODE[code].people,
        "meal_id": None,
        "canteen_id": None,
        "note": None,
    }


def _done(visit: Row, ask: Row) -> Row:
    moments = {"en_route_at": ask["from"] - timedelta(minutes=8), "arrived_at": ask["from"]}
    moments |= {"started_at": ask["from"], "finished_at": ask["to"]}
    return {**visit, **moments, "state": VisitState.FINISHED}
