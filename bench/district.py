"""Makes seeded district and city days in seconds: pairs, meals, breaks, wishes, prices; nobody in them exists.

The same shape and seed give the same day on every machine with the same numpy. bench/day.py has a small town.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from routing.computed import Pace, estimated
from routing.problem import FAR, Break, Canteen, Caregiver, Link, Meal, Need, Objective, Problem, Shift, Visit, Window
from routing.travel import SPEED_MPS, Ints

Floats = npt.NDArray[np.float64]

HOUR = 3600
CENTRE = (121.45, 37.46)
M_PER_LAT, M_PER_LON = 111_200.0, 88_300.0
RIDE_S, LOADING_S, READY_S = 35 * 60, 180, int(10.6 * HOUR)
PRICES = {"may": HOUR, "should": 2 * HOUR, "has to": 5 * HOUR}
FULL = Objective(travel=1, tardiness=2, overtime=3, unserved=1, continuity=300, unwished=300)
PLAIN = Objective(travel=1, tardiness=0, overtime=0, unserved=1)


@dataclass(frozen=True, slots=True)
class Shape:
    """How big a day is and what is in it; `caregivers` include the `couriers`, who carry meals only."""

    visits: int = 1500
    meals: int = 500
    caregivers: int = 300
    couriers: int = 31
    pairs: float = 0.08
    hard: float = 0.3
    optional: float = 0.15
    again: float = 0.03
    plain: bool = False


DISTRICT = Shape()
CITY = Shape(visits=20_000, meals=2_000, caregivers=3_400, couriers=125)
REDUCED = Shape(meals=0, caregivers=260, couriers=0, pairs=0.0, hard=1.0, again=0.0, plain=True)
SMALL = replace(REDUCED, visits=200, caregivers=40)


def drawn_day(shape: Shape = DISTRICT, seed: int = 1, name: str = "district") -> Problem:
    """One day of that shape. A `plain` one has nothing that VROOM or PyVRP could not express."""
    draw = _Draw(shape, seed)
    homes, doors = draw.homes(shape.visits), draw.homes(shape.meals)
    kitchens = draw.canteens()
    homes[draw.second] = homes[draw.first]
    caregivers, starts = draw.caregivers(kitchens)
    links = tuple(Link(f"v{a:05d}", f"v{b:05d}", 4 * HOUR, FAR) for a, b in zip(draw.first, draw.second, strict=True))
    places = np.unique(np.rint(np.concatenate([homes, doors, kitchens, starts])), axis=0)
    at = _Places(places)
    people = tuple(replace(person, start=k, end=k) for person, k in zip(caregivers, at(starts).tolist(), strict=True))
    canteens = tuple(Canteen(f"k{i:02d}", k, READY_S, LOADING_S) for i, k in enumerate(at(kitchens).tolist()))
    visits = draw.visits(homes, at(homes), people, starts) + draw.meals(doors, at(doors), kitchens)
    pace = Pace(speed_mps={mode: SPEED_MPS[mode] for mode in sorted({person.mode for person in people})})
    lon, lat = CENTRE[0] + places[:, 0] / M_PER_LON, CENTRE[1] + places[:, 1] / M_PER_LAT
    travel = estimated(list(zip(lon.tolist(), lat.tolist(), strict=True)), pace=pace)
    goal = PLAIN if shape.plain else FULL
    return Problem(f"{name}-{seed}", 1, travel, people, visits, canteens, goal, links=links)


class _Places:
    """Finds the index of a point among sorted distinct ones."""

    def __init__(self, places: Floats) -> None:
        self.keys = places[:, 0] * 1e7 + places[:, 1]

    def __call__(self, points: Floats) -> Ints:
        rounded = np.rint(points)
        return np.searchsorted(self.keys, rounded[:, 0] * 1e7 + rounded[:, 1]).astype(np.int64)


class _Draw:
    """Draws everything of a day from one generator, in a fixed order."""

    def __init__(self, shape: Shape, seed: int) -> None:
        self.shape, self.rng = shape, np.random.default_rng(seed)
        grown = max(0.15, shape.visits / 1500) ** 0.5
        self.size = np.array([15_000.0, 10_000.0]) * grown
        self.hubs = self.rng.uniform(0.05, 0.95, (max(4, round(12 * grown**2)), 2)) * self.size
        self.weight = self.rng.dirichlet(np.full(len(self.hubs), 3.0))
        self.carers = shape.caregivers - shape.couriers
        twice = self.rng.permutation(shape.visits)[: 2 * int(shape.visits * shape.again / 2)]
        self.first, self.second = twice[::2], twice[1::2]

    def homes(self, count: int) -> Floats:
        """Homes around the hubs, some anywhere; a third of them in blocks on a grid, where doors share a place."""
        rng = self.rng
        points = self.hubs[rng.choice(len(self.hubs), count, p=self.weight)] + rng.normal(0, 700, (count, 2))
        points = np.where(rng.random((count, 1)) < 0.15, rng.uniform(0, 1, (count, 2)) * self.size, points)
        blocks = np.rint(points / 250) * 250
        return self._inside(np.where(rng.random((count, 1)) < 0.35, blocks, points))

    def canteens(self) -> Floats:
        """One kitchen for about 85 meals, at the largest hubs."""
        count = -(-self.shape.meals // 85)
        largest = np.argsort(-self.weight)[np.arange(count) % len(self.hubs)]
        return self._inside(self.hubs[largest] + self.rng.normal(0, 150, (count, 2)))

    def _inside(self, points: Floats) -> Floats:
        inside: Floats = np.clip(points, 0, self.size)
        return inside

    def caregivers(self, kitchens: Floats) -> tuple[list[Caregiver], Floats]:
        """The people with place 0, and where they really start; the last ones are couriers at a canteen."""
        rng, count = self.rng, self.shape.caregivers
        hub = rng.choice(len(self.hubs), count, p=self.weight)
        starts = self._inside(self.hubs[hub] + rng.normal(0, 300, (count, 2)))
        if self.shape.couriers:
            starts[self.carers :] = kitchens[np.arange(self.shape.couriers) % len(kitchens)]
        level = rng.choice([1, 2, 3], count, p=[0.4, 0.35, 0.25]).tolist()
        mode = rng.choice(["walk", "ebike", "car", "bus"], count, p=[0.12, 0.6, 0.23, 0.05]).tolist()
        turn = rng.choice(4, count, p=[0.4, 0.28, 0.28, 0.04]).tolist()
        short, bag = rng.random(count) < 0.1, rng.random(count) < 0.15
        people = []
        for i in range(count):
            if i >= self.carers:
                shift = Shift(10 * HOUR, 14 * HOUR, 14 * HOUR + 900)
                people.append(Caregiver(f"c{i:04d}", (shift,), 0, 0, {}, "ebike", None, 10))
            elif self.shape.plain:
                hours = _hard(SHIFTS[turn[i] % 3][0])
                people.append(Caregiver(f"c{i:04d}", (hours,), 0, 0, {"care": level[i]}, "ebike"))
            else:
                most = 6 * HOUR if short[i] else None
                carried = int(bag[i] and mode[i] == "ebike")
                person = Caregiver(
                    f"c{i:04d}", SHIFTS[turn[i]], 0, 0, TRADES[level[i]], mode[i], None, carried, most_paid=most
                )
                people.append(person)
        return people, starts

    def windows(self, count: int) -> tuple[Ints, Ints]:
        """Start and due time of each visit: morning, noon, evening or any time; whole five minutes."""
        rng = self.rng
        part = rng.choice(4, count, p=[0.3, 0.22, 0.18, 0.3])
        centre = np.choose(part, [rng.normal(8.5, 0.8, count), rng.normal(12, 0.7, count),
                                  rng.normal(17.2, 0.9, count), rng.uniform(8, 18.5, count)])  # fmt: skip
        width = rng.choice([0.5, 1, 2, 3], count, p=[0.2, 0.35, 0.3, 0.15])
        centre[self.first], centre[self.second] = 8.5, 15.5
        begin = np.clip(centre - width / 2, 7.25, 18.0) * HOUR // 300 * 300
        due = np.minimum(begin + width * HOUR, 18.75 * HOUR) // 300 * 300
        return begin.astype(np.int64), due.astype(np.int64)

    def visits(self, homes: Floats, places: Ints, people: tuple[Caregiver, ...], starts: Floats) -> tuple[Visit, ...]:
        """The care visits; a plain day keeps windows, levels and prices only."""
        rng, count, shape = self.rng, self.shape.visits, self.shape
        begin, due = self.windows(count)
        lasts = (rng.choice([30, 45, 60, 90], count, p=[0.3, 0.4, 0.2, 0.1]) * 60).tolist()
        hard, two = rng.random(count) < shape.hard, rng.random(count) < shape.pairs
        level = rng.choice([1, 2, 3], count, p=[0.55, 0.3, 0.15]).tolist()
        bath, wide = rng.random(count) < 0.15, rng.random(count) < 0.03
        may = np.where(rng.random(count) < shape.optional, rng.choice([1, 2], count), 0).tolist()
        gap = rng.choice(3, count, p=[0.75, 0.15, 0.1]).tolist()
        access = rng.choice([60, 120, 240], count, p=[0.5, 0.3, 0.2]).tolist()
        wished = self._wishes(homes, starts[: self.carers]) if not shape.plain else [{}] * count
        ids = [person.id for person in people]
        found = []
        for i in range(count):
            need = Need(lasts[i], {"care": level[i], **({"bath": 1} if bath[i] and not shape.plain else {})})
            helper = Need(lasts[i], {"care": min(2, level[i])})
            price = list(PRICES.values())[(2, 0, 1)[may[i]]] * (2 if two[i] else 1)
            wish = {key: frozenset(ids[k] for k in who) for key, who in wished[i].items()}
            found.append(
                Visit(
                    f"v{i:05d}", int(places[i]), (need, helper) if two[i] else (need,),
                    _span(int(begin[i]), int(due[i]), bool(hard[i]), bool(wide[i]) and not shape.plain),
                    GAPS[gap[i]] if two[i] else (0, 0), price, access=0 if shape.plain else access[i],
                    refused=wish.get("refused", NOBODY), preferred=wish.get("preferred", NOBODY),
                    previous=wish.get("previous", NOBODY),
                )
            )  # fmt: skip
        return tuple(found)

    def _wishes(self, homes: Floats, starts: Floats) -> list[dict[str, list[int]]]:
        """For each visit: who came before (half of them), who is refused and who wanted (5 % each), all living near."""
        rng, count = self.rng, len(homes)
        near = _nearest(homes, starts, min(12, len(starts)))
        order = np.argsort(rng.random(near.shape), axis=1)
        near = np.take_along_axis(near, order, axis=1)
        known = np.where(rng.random(count) < 0.5, rng.integers(1, 4, count), 0).tolist()
        refused, wanted = (rng.random(count) < 0.05).tolist(), (rng.random(count) < 0.05).tolist()
        found = []
        for i, row in enumerate(near.tolist()):
            wish = {"previous": row[: known[i]]}
            if refused[i] and len(row) > 3:
                wish["refused"] = row[3:4]
            if wanted[i] and len(row) > 5:
                wish["preferred"] = row[4:6]
            found.append(wish)
        return found

    def meals(self, doors: Floats, places: Ints, kitchens: Floats) -> tuple[Visit, ...]:
        """Hot meals for noon, each from the nearest kitchen."""
        if not len(doors):
            return ()
        cook = _nearest(doors, kitchens, 1)[:, 0].tolist()
        window = Window(11 * HOUR, int(12.5 * HOUR), int(12.75 * HOUR))
        return tuple(
            Visit(f"m{i:05d}", int(places[i]), (Need(120),), (window,), price=PRICES["should"], access=60,
                  meal=Meal(f"k{cook[i]:02d}", 1, RIDE_S))
            for i in range(len(doors))
        )  # fmt: skip


def _hard(shift: Shift) -> Shift:
    return Shift.hard(shift.start, shift.end)


def _span(begin: int, due: int, hard: bool, wide: bool) -> tuple[Window, ...]:
    """One window, or the same in the afternoon as well for those who may choose."""
    grace = 0 if hard else 45 * 60
    first = Window(begin, due, due + grace)
    if not wide or due > 11 * HOUR:
        return (first,)
    return (first, Window(begin + 6 * HOUR, due + 6 * HOUR, due + 6 * HOUR + grace))


def _nearest(points: Floats, targets: Floats, most: int, chunk: int = 1000) -> Ints:
    """The `most` nearest targets of each point, nearest first; a chunk of points at a time."""
    found = []
    for k in range(0, len(points), chunk):
        far = ((points[k : k + chunk, None, :] - targets[None]) ** 2).sum(-1)
        some = np.argpartition(far, most - 1, axis=1)[:, :most]
        order = np.argsort(np.take_along_axis(far, some, axis=1), axis=1, kind="stable")
        found.append(np.take_along_axis(some, order, axis=1))
    result: Ints = np.concatenate(found).astype(np.int64)
    return result


NOON, TEA = Break(1800, int(11.5 * HOUR), int(13.75 * HOUR)), Break(1800, int(15.5 * HOUR), 17 * HOUR)
OVER = 45 * 60
SHIFTS = (
    (Shift(7 * HOUR, 15 * HOUR, 15 * HOUR + OVER, NOON),),
    (Shift(8 * HOUR, 17 * HOUR, 17 * HOUR + OVER, NOON),),
    (Shift(12 * HOUR, 20 * HOUR, 20 * HOUR + OVER, TEA),),
    (Shift(7 * HOUR, 11 * HOUR, 11 * HOUR + OVER), Shift(15 * HOUR, 19 * HOUR, 19 * HOUR + OVER)),
)
NOBODY: frozenset[str] = frozenset()
TRADES = {1: {"care": 1}, 2: {"care": 2, "bath": 1}, 3: {"care": 3, "bath": 1, "medical": 1}}
GAPS = ((0, 0), (0, 1200), (1800, 5400))
