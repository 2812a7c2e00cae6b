"""What one demo day asks for: visits with windows and lunches from the canteens; it plans nothing."""

from __future__ import annotations

import random
from dataclasses import dataclass

from service.demo.menu import BY_CODE
from service.demo.people import CARE_LEVELS, Elder, Household
from service.demo.workforce import Canteen

VISIT_COUNTS = {
    "meal.cook": 6, "meal.feed": 8, "urgent.lock": 1, "urgent.repair": 2, "urgent.check": 3,
    "medical.signs": 30, "medical.wound": 8, "medical.rehab": 9, "medical.drug": 7, "medical.tube": 3,
    "escort.clinic": 8, "escort.walk": 14, "escort.wheel": 5, "bath.one": 16, "bath.two": 21, "bath.bed": 9,
    "bath.hair": 8, "clean.home": 36, "clean.kitchen": 5, "clean.bed": 12, "patrol.visit": 42, "volunteer.chat": 5,
    "volunteer.phone": 2,
}  # fmt: skip
MEAL_COUNT = 300
MEAL_WINDOW = (650, 765)  # 10:50 to 12:45
DIETS = (("", 52), ("低盐", 20), ("糖尿病餐", 15), ("软食", 9), ("清真", 2), ("不吃海鲜", 2))
# Which care levels (0 intact to 4 total) an item is for; the others suit everybody.
NEEDS = {
    "bath.two": (3, 4), "bath.bed": (3, 4), "medical.tube": (3, 4), "meal.feed": (3, 4), "escort.walk": (0, 2),
    "escort.wheel": (2, 4), "volunteer.phone": (0, 0),
}  # fmt: skip
PATROLLED = frozenset({"living_alone", "empty_nest", "severe_handicap", "special_family"})
# Starts of windows, in minutes after midnight, and their widths; fixed appointments are narrow.
MORNING, AFTERNOON = (480, 510, 540, 570, 600, 630), (810, 840, 870, 900, 930, 960)
WIDTHS = {
    "meal": 45, "urgent": 60, "medical": 60, "escort": 30, "bath": 120, "clean": 150, "patrol": 240, "volunteer": 180,
}  # fmt: skip


@dataclass(frozen=True)
class VisitOrder:
    """One visit wanted today: `item` is a menu code, `window` the start's earliest and latest minute after midnight.

    `sex` limits who may come (F or M), `payer` is self, government or insurance.
    """

    number: str
    elder: int
    item: str
    family: str
    people: int
    duration_min: int
    window: tuple[int, int]
    sex: str | None
    payer: str
    note: str


@dataclass(frozen=True)
class MealOrder:
    """One lunch for one elder from one canteen, to be at the door within `window` (minutes after midnight)."""

    number: str
    elder: int
    canteen: int
    item: str
    diet: str
    window: tuple[int, int]


@dataclass(frozen=True)
class Day:
    """All that is asked for on one day."""

    visits: tuple[VisitOrder, ...]
    meals: tuple[MealOrder, ...]


def make_day(
    seed: int,
    elders: tuple[Elder, ...],
    households: tuple[Household, ...],
    canteens: tuple[Canteen, ...],
    bedded: set[int],
) -> Day:
    """About 260 visits (8 in 100 need two people) and 300 lunches; elders with a bed (`bedded`) order most."""
    rng = random.Random(f"day {seed}")
    busy: dict[int, list[tuple[int, int]]] = {}
    visits: list[VisitOrder] = []
    for item, count in VISIT_COUNTS.items():
        for place in _who(rng, item, count, elders, bedded):
            visits.append(_visit(rng, len(visits), place, item, elders[place], busy.setdefault(place, [])))
    return Day(tuple(visits), _meals(rng, elders, households, canteens))


def _who(rng: random.Random, item: str, count: int, elders: tuple[Elder, ...], bedded: set[int]) -> list[int]:
    """Who orders: the need decides, and people with a family care bed order more."""
    weights = []
    for place, elder in enumerate(elders):
        need = CARE_LEVELS.index(elder.care_level)
        low, high = NEEDS.get(item, (0, 4))
        fits = low <= need <= high
        if item == "patrol.visit":
            fits = bool(PATROLLED & set(elder.categories))
        weights.append((6.0 if place in bedded and item != "patrol.visit" else 1.0) * (0.6 + need) if fits else 0.0)
    chosen: list[int] = []
    while len(chosen) < count:
        for place in rng.choices(range(len(elders)), weights, k=count - len(chosen)):
            if weights[place] > 0:
                chosen.append(place)
                weights[place] = 0.0
    return chosen


def _visit(
    rng: random.Random, number: int, place: int, item: str, elder: Elder, taken: list[tuple[int, int]]
) -> VisitOrder:
    family, duration = item.split(".")[0], BY_CODE[item].duration_min
    window = _window(rng, family, duration, taken)
    same_sex = elder.sex if family == "bath" and elder.wants_same_sex else None
    free = family in ("patrol", "volunteer")
    payer = "government" if free else rng.choices(("self", "government", "insurance"), (50, 35, 15))[0]
    longer = duration + rng.choice((0, 0, 0, 10, 15)) if family in ("bath", "clean") else duration
    note = elder.health_note if family in ("bath", "medical") else ""
    people = BY_CODE[item].people
    return VisitOrder(f"O{number + 1:05d}", place, item, family, people, longer, window, same_sex, payer, note)


def _window(rng: random.Random, family: str, duration: int, taken: list[tuple[int, int]]) -> tuple[int, int]:
    """A window for the start; two visits to one elder keep apart, as far as eight tries allow."""
    for _ in range(8):
        start = _start(rng, family)
        span = (start, start + WIDTHS[family] + duration)
        if all(span[1] <= other[0] or other[1] <= span[0] for other in taken):
            break
    taken.append(span)
    return start, start + WIDTHS[family]


def _start(rng: random.Random, family: str) -> int:
    if family == "meal":
        return rng.choice((645, 660, 675, 990, 1005))
    if family == "patrol":
        return rng.choice((510, 540, 780, 810))
    return rng.choice(MORNING if rng.random() < 0.55 else AFTERNOON)


def _meals(
    rng: random.Random, elders: tuple[Elder, ...], households: tuple[Household, ...], canteens: tuple[Canteen, ...]
) -> tuple[MealOrder, ...]:
    """Lunches for elders near a canteen, nearest kitchen first, no kitchen above what it can cook."""
    load = [0] * len(canteens)
    orders: list[MealOrder] = []
    for place in rng.sample(range(len(elders)), len(elders)):
        home = households[elders[place].household].home
        near = sorted(range(len(canteens)), key=lambda k: _far(home.lon, home.lat, canteens[k]))
        chance = 0.25 + max(0.0, 1.0 - _far(home.lon, home.lat, canteens[near[0]]) / 0.022)
        full = load[near[0]] >= canteens[near[0]].boxes_per_day
        if len(orders) == MEAL_COUNT or full or rng.random() > chance:
            continue
        diet = rng.choices([d for d, _ in DIETS], [w for _, w in DIETS])[0]
        load[near[0]] += 1
        item = "meal.soft" if diet == "软食" else "meal.lunch"
        orders.append(MealOrder(f"M{len(orders) + 1:05d}", place, near[0], item, diet, MEAL_WINDOW))
    return tuple(orders)


def _far(lon: float, lat: float, canteen: Canteen) -> float:
    """A rough distance in degrees of latitude; good enough to rank kitchens."""
    return float(((0.793 * (lon - canteen.site.lon)) ** 2 + (lat - canteen.site.lat) ** 2) ** 0.5)
