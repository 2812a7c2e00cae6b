"""Invented providers, stations, canteens, caregivers, duty rosters and staff accounts; it knows no password."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from service.demo.ground import Ground
from service.demo.homes import Builder, Site
from service.demo.names import GIVEN_WOMEN
from service.demo.people import make_name

MINUTES_PER_DAY = 1440
LEVELS = (5, 4, 3, 2, 1)  # national skill levels: the lower the number, the higher the skill
LEVEL_COUNTS = {5: 14, 4: 22, 3: 15, 2: 6, 1: 3}
SKILLS = {  # what a level brings; single people have more or less
    5: ("meal", "clean", "patrol", "escort"),
    4: ("meal", "clean", "patrol", "escort", "bath"),
    3: ("clean", "patrol", "escort", "bath", "medical", "urgent"),
    2: ("patrol", "escort", "bath", "medical", "urgent", "dementia"),
    1: ("patrol", "escort", "bath", "medical", "urgent", "dementia"),
}
PROVIDERS = (
    ("椿萱居家养老服务有限公司", "Chunxuan Home Care", "370602000000"),
    ("听澜养老服务中心", "Tinglan Care Centre", "370613000000"),
    ("槐荫社会工作服务社", "Huaiyin Social Work", "370613000000"),
)
STATION_STREETS = (  # provider, street
    (0, "370602003000"), (0, "370602007000"), (0, "370602001000"), (0, "370602006000"), (0, "370602002000"),
    (1, "370613001000"), (1, "370613003000"), (1, "370613002000"), (2, "370613003000"),
)  # fmt: skip
CANTEEN_STREETS = ("370602003000", "370602007000", "370602002000", "370613001000", "370613002000", "370613003000")
DAY_SHIFT, EARLY_SHIFT, LATE_SHIFT = (480, 1050), (420, 960), (570, 1140)


@dataclass(frozen=True)
class Provider:
    """A legal body that runs stations and beds; licensed in `area_code`."""

    name: str
    english: str
    area_code: str
    licence_number: str


@dataclass(frozen=True)
class Station:
    """Where caregivers start and calls are answered; `provider` is a place in the town's list."""

    name: str
    provider: int
    area_code: str
    site: Site
    phone: str


@dataclass(frozen=True)
class Canteen:
    """A kitchen for elders; `ready_min` is when the first lunch box can leave, minutes after midnight."""

    name: str
    provider: int
    site: Site
    boxes_per_day: int
    ready_min: int


@dataclass(frozen=True)
class Caregiver:
    """One caregiver; `level` 5 (new) to 1 (master), minutes after midnight, `shift` None on a day off."""

    number: str
    name: str
    sex: str
    level: int
    mode: str
    skills: tuple[str, ...]
    provider: int
    station: int
    phone: str
    shift: tuple[int, int] | None
    rest: tuple[int, int] | None
    fears_dogs: bool
    certificate_days_left: int


@dataclass(frozen=True)
class Duty:
    """Who answers for one rung from one minute to another; `to_min` may lie after midnight. Night has no gap."""

    role: str
    station: int | None
    area_code: str
    display: str
    phone: str
    caregiver: int | None
    account: str | None
    from_min: int
    to_min: int


@dataclass(frozen=True)
class Account:
    """Someone who signs in; `areas` are the codes the role holds in, empty for the whole town."""

    login: str
    display: str
    role: str
    areas: tuple[str, ...]
    provider: int | None
    station: int | None
    caregiver: int | None


@dataclass(frozen=True)
class Workforce:
    """Everybody who works, and from where."""

    providers: tuple[Provider, ...]
    stations: tuple[Station, ...]
    canteens: tuple[Canteen, ...]
    caregivers: tuple[Caregiver, ...]
    duties: tuple[Duty, ...]
    accounts: tuple[Account, ...]


def make_workforce(seed: int, ground: Ground, builder: Builder, phone: Iterator[str]) -> Workforce:
    """Providers, 9 stations, 6 canteens, 60 caregivers, a roster round the clock and the staff's accounts."""
    rng = random.Random(f"workforce {seed}")
    providers = tuple(Provider(*known, f"示意备{k + 1:04d}号") for k, known in enumerate(PROVIDERS))
    stations = _stations(ground, builder, phone)
    canteens = _canteens(rng, ground, builder, stations)
    caregivers = _caregivers(rng, stations, phone)
    accounts = _accounts(rng, ground, stations, caregivers)
    duties = _duties(rng, ground, stations, caregivers, accounts, phone)
    return Workforce(providers, stations, canteens, caregivers, duties, accounts)


def _middle_community(ground: Ground, street: str, taken: set[int]) -> int:
    """The free community nearest to the middle of the street."""
    area = next(a for a in ground.areas if a.code == street)
    free = [k for k, c in enumerate(ground.communities) if c.parent == street and k not in taken]
    gaps = {k: (ground.communities[k].x_m - area.x_m) ** 2 + (ground.communities[k].y_m - area.y_m) ** 2 for k in free}
    best = min(free, key=lambda k: gaps[k])
    taken.add(best)
    return best


def _stations(ground: Ground, builder: Builder, phone: Iterator[str]) -> tuple[Station, ...]:
    taken: set[int] = set()
    found = []
    for provider, street in STATION_STREETS:
        site = builder.site(_middle_community(ground, street, taken))
        found.append(Station(site.community.removesuffix("社区") + "站", provider, street, site, next(phone)))
    return tuple(found)


def _canteens(
    rng: random.Random, ground: Ground, builder: Builder, stations: tuple[Station, ...]
) -> tuple[Canteen, ...]:
    taken = {k for k, c in enumerate(ground.communities) if any(s.site.area_code == c.code for s in stations)}
    found = []
    for street in CANTEEN_STREETS:
        site = builder.site(_middle_community(ground, street, taken))
        provider = next(s.provider for s in stations if s.area_code[:6] == street[:6])
        name = site.community.removesuffix("社区") + "食堂"
        found.append(Canteen(name, provider, site, rng.choice((60, 70, 80)), rng.choice((620, 630, 635))))
    return tuple(found)


def _caregivers(rng: random.Random, stations: tuple[Station, ...], phone: Iterator[str]) -> tuple[Caregiver, ...]:
    levels = [level for level in LEVELS for _ in range(LEVEL_COUNTS[level])]
    rng.shuffle(levels)
    absent = set(rng.sample(range(len(levels)), 7))
    found = []
    for k, level in enumerate(levels):
        sex = "F" if rng.random() < 0.74 else "M"
        station = k % len(stations)
        shift = None if k in absent else rng.choices((DAY_SHIFT, EARLY_SHIFT, LATE_SHIFT), (6, 3, 2))[0]
        noon = rng.choice((690, 720, 750, 780))
        skills = tuple(s for s in SKILLS[level] if rng.random() < 0.9)
        mode = rng.choices(("ebike", "walk", "car"), (74, 10, 16))[0]
        found.append(Caregiver(
            number=f"CG{k + 1:03d}", name=make_name(rng, sex, rng.random() < 0.6), sex=sex, level=level, mode=mode,
            skills=skills or SKILLS[level][:1], provider=stations[station].provider, station=station, phone=next(phone),
            shift=shift, rest=(noon, noon + 60) if shift else None, fears_dogs=rng.random() < 0.12,
            certificate_days_left=rng.choice((5, 40, 120, 300, 500, 700)),
        ))  # fmt: skip
    return tuple(found)


def _accounts(
    rng: random.Random, ground: Ground, stations: tuple[Station, ...], caregivers: tuple[Caregiver, ...]
) -> tuple[Account, ...]:
    zhifu, laishan = (a.code for a in ground.areas if a.kind == "district")
    desk = (("admin", "admin", ()), ("wu", "dispatcher", (laishan,)), ("chi", "dispatcher", (laishan,)),
            ("qu", "dispatcher", (zhifu,)), ("luan", "dispatcher", (zhifu, laishan)), ("sui", "supervisor", (laishan,)),
            ("gong", "supervisor", (zhifu,)))  # fmt: skip
    surnames = {"admin": "管理员", "wu": "吴", "chi": "迟", "qu": "曲", "luan": "栾", "sui": "隋", "gong": "宫"}
    found = []
    for login, role, areas in desk:
        display = (
            surnames[login] if role == "admin" else surnames[login] + rng.choice(GIVEN_WOMEN) + rng.choice(GIVEN_WOMEN)
        )
        found.append(Account(login, display, role, areas, None, None, None))
    for k, station in enumerate(stations):
        name = make_name(rng, rng.choice("FM"))
        found.append(
            Account(f"station{k + 1}", name, "station_manager", (station.area_code,), station.provider, k, None)
        )
    for k, c in enumerate(caregivers):
        area = stations[c.station].area_code
        found.append(Account(c.number.lower(), c.name, "caregiver", (area,), c.provider, c.station, k))
    return tuple(found)


def _duties(
    rng: random.Random,
    ground: Ground,
    stations: tuple[Station, ...],
    caregivers: tuple[Caregiver, ...],
    accounts: tuple[Account, ...],
    phone: Iterator[str],
) -> tuple[Duty, ...]:
    """Desk, stations, committees and supervisors, each around the clock: day 08-18 and night 18-08."""
    spans = ((480, 1080), (1080, 480 + MINUTES_PER_DAY))
    found: list[Duty] = []
    for district in (a for a in ground.areas if a.kind == "district"):
        for role, account_role in (("desk", "dispatcher"), ("supervisor", "supervisor")):
            able = [a for a in accounts if a.role == account_role and district.code in a.areas]
            for k, span in enumerate(spans):
                one = able[k % len(able)]
                found.append(Duty(role, None, district.code, one.display, next(phone), None, one.login, *span))
    for k, station in enumerate(stations):
        crew = [n for n, c in enumerate(caregivers) if c.station == k]
        for n, span in zip(rng.sample(crew * 2, 2), spans, strict=True):
            c = caregivers[n]
            found.append(Duty("station", k, station.area_code, c.name, c.phone, n, c.number.lower(), *span))
    for community in ground.communities:
        name = make_name(rng, "F", young=True)
        found.append(Duty("committee", None, community.code, name, next(phone), None, None, 480, 480 + MINUTES_PER_DAY))
    return tuple(found)
