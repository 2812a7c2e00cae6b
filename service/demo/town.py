"""The whole demo town from one seed as plain values; it writes nothing and knows no database."""

from __future__ import annotations

import random
from dataclasses import dataclass

from service.demo.day import Day, make_day
from service.demo.ground import Area, Ground, make_ground
from service.demo.homes import Builder, Home
from service.demo.menu import MENU, MenuItem
from service.demo.people import CARE_LEVELS, Contact, Elder, Household, Register, make_register, phones
from service.demo.workforce import Account, Canteen, Caregiver, Duty, Provider, Station, Workforce, make_workforce

ELDERS, HOUSEHOLDS, BEDS, TERMINALS = 1200, 1050, 300, 1190
# How many beds stand at each stage; the rest are active.
BED_STAGES = (
    ("applied", 6), ("assessed", 5), ("surveyed", 4), ("adapting", 8), ("devices_installed", 5), ("tested", 3),
    ("contracted", 3), ("suspended", 8),
)  # fmt: skip
LONGEST_REST = 45
# Model, kind, how many.
MODELS = (
    ("床头呼叫器 BX-2", "sos", 700),
    ("腕表 WB-3", "wristband", 240),
    ("烟感 YG-1", "smoke", 170),
    ("燃气报警 RQ-1", "gas", 80),
)
FIRMWARE = ("1.4.2", "1.4.2", "1.4.2", "1.4.1", "1.3.9")


@dataclass(frozen=True)
class Bed:
    """One family care bed; `state` as in the bed's life, `station` answers for it."""

    number: str
    elder: int
    household: int
    provider: int
    station: int
    state: str
    since_days: int


@dataclass(frozen=True)
class Terminal:
    """One call device; `elder` is None for devices of the dwelling. Times are days before the town's day."""

    number: str
    household: int
    elder: int | None
    model: str
    kind: str
    battery: int | None
    firmware: str
    installed_days_ago: int
    tested_days_ago: int | None


@dataclass(frozen=True)
class Town:
    """Everything in the demo town; indices point into the tuples beside them."""

    seed: int
    ground: Ground
    areas: tuple[Area, ...]
    providers: tuple[Provider, ...]
    stations: tuple[Station, ...]
    canteens: tuple[Canteen, ...]
    households: tuple[Household, ...]
    elders: tuple[Elder, ...]
    contacts: tuple[Contact, ...]
    beds: tuple[Bed, ...]
    terminals: tuple[Terminal, ...]
    caregivers: tuple[Caregiver, ...]
    duties: tuple[Duty, ...]
    accounts: tuple[Account, ...]
    menu: tuple[MenuItem, ...]
    day: Day


def make_town(seed: int) -> Town:
    """The town of one seed: always the same people, places and orders for the same seed."""
    ground = make_ground(seed)
    builder, phone = Builder(ground), phones(seed)
    work = make_workforce(seed, ground, builder, phone)
    register = make_register(seed, _homes(seed, ground, builder), ELDERS, phone)
    beds = _beds(seed, register, work)
    bedded = {bed.elder for bed in beds if bed.state == "active"}
    day = make_day(seed, register.elders, register.households, work.canteens, bedded)
    return Town(
        seed=seed, ground=ground, areas=ground.areas, providers=work.providers, stations=work.stations,
        canteens=work.canteens, households=register.households, elders=register.elders, contacts=register.contacts,
        beds=beds, terminals=_terminals(seed, register, beds), caregivers=work.caregivers, duties=work.duties,
        accounts=work.accounts, menu=MENU, day=day,
    )  # fmt: skip


def _homes(seed: int, ground: Ground, builder: Builder) -> list[Home]:
    """About as many dwellings in every community, a few more or less."""
    rng = random.Random(f"shares {seed}")
    shares = [rng.uniform(0.6, 1.4) for _ in ground.communities]
    exact = [share / sum(shares) * HOUSEHOLDS for share in shares]
    counts = [int(value) for value in exact]
    for k in sorted(range(len(exact)), key=lambda k: counts[k] - exact[k])[: HOUSEHOLDS - sum(counts)]:
        counts[k] += 1
    return [home for k, count in enumerate(counts) for home in builder.homes(k, count)]


def nearest_station(home: Home, stations: tuple[Station, ...]) -> int:
    """The nearest station of the home's own district."""
    own = [k for k, s in enumerate(stations) if s.area_code[:6] == home.area_code[:6]]
    gaps = {k: (0.793 * (home.lon - stations[k].site.lon)) ** 2 + (home.lat - stations[k].site.lat) ** 2 for k in own}
    return min(own, key=lambda k: gaps[k])


def _beds(seed: int, register: Register, work: Workforce) -> tuple[Bed, ...]:
    """Beds for those who need most, one to a household."""
    rng = random.Random(f"beds {seed}")
    need = {k: CARE_LEVELS.index(e.care_level) + rng.random() * 2.2 for k, e in enumerate(register.elders)}
    best = {max(h.elders, key=lambda k: need[k]) for h in register.households}
    chosen = sorted(sorted(best, key=lambda k: -need[k])[:BEDS])
    states = [state for state, count in BED_STAGES for _ in range(count)]
    states += ["active"] * (BEDS - len(states))
    rng.shuffle(states)
    beds = []
    for number, (elder, state) in enumerate(zip(chosen, states, strict=True)):
        household = register.elders[elder].household
        station = nearest_station(register.households[household].home, work.stations)
        since = rng.randint(30, 900) if state in ("active", "suspended") else rng.randint(1, 40)
        since = since % LONGEST_REST + 1 if state == "suspended" else since
        provider = work.stations[station].provider
        beds.append(Bed(f"JC-{number + 1:04d}", elder, household, provider, station, state, since))
    return tuple(beds)


def _terminals(seed: int, register: Register, beds: tuple[Bed, ...]) -> tuple[Terminal, ...]:
    """Call devices: every bed past installation has a bedside caller, the others go where need is highest."""
    rng = random.Random(f"terminals {seed}")
    early = {"applied", "assessed", "surveyed", "adapting"}
    first = [bed.household for bed in beds if bed.state not in early]
    rest = [k for k in range(len(register.households)) if k not in set(first) and k not in {b.household for b in beds}]
    rng.shuffle(rest)
    live = {bed.household for bed in beds if bed.state in ("tested", "contracted", "active", "suspended")}
    found: list[Terminal] = []
    for model, kind, count in MODELS:
        pool = [*first, *rest] if kind == "sos" else rng.sample([*first, *rest], len(first) + len(rest))
        for household in pool[:count]:
            found.append(
                _terminal(rng, len(found), household, model, kind, register, kind == "sos" and household in live)
            )
    return tuple(found)


def _terminal(
    rng: random.Random, place: int, household: int, model: str, kind: str, register: Register, must: bool
) -> Terminal:
    """One device; of most somebody has tried the button lately, of those that a bed's gate asks for (`must`) all."""
    wearer = rng.choice(register.households[household].elders) if kind == "wristband" else None
    battery = None if kind == "gas" else (rng.randint(4, 19) if rng.random() < 0.03 else rng.randint(35, 100))
    tested = rng.randint(0, 31) if rng.random() < 0.97 or must else None
    number, firmware, age = f"YT-{place + 1:05d}", rng.choice(FIRMWARE), rng.randint(32, 900)
    return Terminal(number, household, wearer, model, kind, battery, firmware, age, tested)
