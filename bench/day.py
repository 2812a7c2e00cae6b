"""Makes a seeded town day: visits, pairs, meals from canteens, couriers, breaks; nobody in it exists."""

from __future__ import annotations

import numpy as np

from routing.problem import Break, Canteen, Caregiver, Meal, Need, Objective, Problem, Shift, Visit, Window
from routing.travel import straight

HOUR = 3600
CENTRE = (121.45, 37.46)
M_PER_LAT, M_PER_LON = 111_200.0, 88_300.0
SKILLS = ("care", "bath", "medical")
RIDE = 40 * 60
OBJECTIVE = Objective(travel=1, tardiness=2, overtime=3, unserved=1, continuity=300, unwished=300)


class Town:
    """Draws the day's people and orders from one seed."""

    def __init__(self, seed: int, size_m: tuple[float, float]) -> None:
        self.rng = np.random.default_rng(seed)
        self.size = size_m
        self.hubs = self.rng.uniform(0.1, 0.9, (8, 2)) * np.array(size_m)
        self.points: list[tuple[float, float]] = []

    def place(self, near: int | None = None, spread: float = 700.0) -> int:
        """A new place near a hub; its index."""
        hub = self.hubs[int(self.rng.integers(len(self.hubs))) if near is None else near]
        x, y = np.clip(hub + self.rng.normal(0, spread, 2), 0, self.size)
        self.points.append((CENTRE[0] + float(x) / M_PER_LON, CENTRE[1] + float(y) / M_PER_LAT))
        return len(self.points) - 1

    def caregivers(self, count: int, couriers: int, canteens: list[int]) -> list[Caregiver]:
        """Caregivers in three shifts, the last `couriers` of them carrying meals only."""
        found = []
        for i in range(count):
            courier = i >= count - couriers
            level = int(self.rng.choice([1, 2, 3], p=[0.4, 0.35, 0.25]))
            start = canteens[i % len(canteens)] if courier else self.place(spread=400.0)
            begin, end = ((10, 14), (7, 15), (8, 17), (12, 20))[0 if courier else 1 + int(self.rng.integers(3))]
            noon = 11 if begin < 12 else 15
            rest = None if courier else Break(30 * 60, noon * HOUR, (noon + 3) * HOUR)
            shift = Shift(begin * HOUR, end * HOUR, end * HOUR + (900 if courier else 2700), rest)
            skills = {} if courier else dict.fromkeys(SKILLS[:level], level)
            mode = (
                "ebike" if courier else str(self.rng.choice(["walk", "ebike", "bus", "car"], p=[0.1, 0.65, 0.05, 0.2]))
            )
            found.append(Caregiver(f"c{i:03d}", (shift,), start, start, skills, mode, None, 10 if courier else 0))
        return found

    def visit(self, i: int, pair: bool, people: list[str]) -> Visit:
        """One care visit, some with hard windows, two persons, wishes."""
        rng = self.rng
        minutes = int(rng.choice([30, 45, 60, 90], p=[0.35, 0.35, 0.2, 0.1]))
        middle = float(rng.choice([8.75, 11.0, 14.5, 17.0], p=[0.32, 0.23, 0.25, 0.2])) * HOUR + rng.normal(0, 2400)
        width = int(rng.choice([30, 60, 120, 180], p=[0.15, 0.35, 0.3, 0.2])) * 60
        begin = int(np.clip(middle - width / 2, 7.5 * HOUR, 18 * HOUR)) // 300 * 300
        hard = rng.random() < 0.3
        level = int(rng.choice([1, 2, 3], p=[0.6, 0.28, 0.12]))
        needs = [Need(minutes * 60, {SKILLS[level - 1]: 1})]
        if pair:
            needs.append(Need(minutes * 60, {SKILLS[0]: 1}))
        known = rng.choice(len(people), 3, replace=False).tolist() if rng.random() < 0.4 else []
        refused = [people[int(rng.integers(len(people)))]] if rng.random() < 0.04 else []
        return Visit(
            f"v{i:03d}", self.place(), tuple(needs),
            (Window(begin, begin + width, begin + width + (0 if hard else 2700)),),
            price=int(rng.choice([2, 5], p=[0.2, 0.8])) * HOUR * len(needs), access=120,
            previous=frozenset(people[int(k)] for k in known) - frozenset(refused), refused=frozenset(refused),
        )  # fmt: skip

    def meal(self, i: int, canteens: list[Canteen], hub_of: list[int]) -> Visit:
        """One hot meal for somebody near its canteen's hub."""
        k = int(self.rng.integers(len(canteens)))
        window = Window(11 * HOUR, int(12.5 * HOUR), int(12.75 * HOUR))
        return Visit(
            f"m{i:03d}", self.place(hub_of[k], 900.0), (Need(120),), (window,), price=2 * HOUR, access=60,
            meal=Meal(canteens[k].id, 1, RIDE),
        )  # fmt: skip


def town_day(
    visits: int = 260, meals: int = 300, caregivers: int = 60, canteens: int = 6, couriers: int = 16,
    pairs: float = 0.08, seed: int = 1, size_m: tuple[float, float] = (9000.0, 7000.0),
) -> Problem:  # fmt: skip
    """A day of one town; `caregivers` include the `couriers`. The same arguments give the same day."""
    town = Town(seed, size_m)
    hub_of = [k % len(town.hubs) for k in range(canteens)]
    kitchens = [Canteen(f"k{k}", town.place(hub_of[k], 200.0), int(10.6 * HOUR), 180) for k in range(canteens)]
    people = town.caregivers(caregivers, couriers if meals else 0, [k.place for k in kitchens] or [0])
    names = [person.id for person in people if not person.portions]
    doubles = set(town.rng.choice(visits, round(visits * pairs), replace=False).tolist()) if visits else set()
    asked = [town.visit(i, i in doubles, names) for i in range(visits)]
    asked += [town.meal(i, kitchens, hub_of) for i in range(meals)]
    travel = straight(town.points)
    return Problem(f"town-{seed}", 1, travel, tuple(people), tuple(asked), tuple(kitchens), OBJECTIVE)
