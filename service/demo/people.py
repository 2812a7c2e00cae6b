"""Invented elders, households, contacts and key holders; it copies nobody, a likeness is chance."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from service.demo import names
from service.demo.homes import Home

REFERENCE_ON = date(2026, 1, 1)  # ages are drawn for this day
PHONE_PREFIX = "1540000"  # 154 is handed to no operator, so no telephone in the world rings
CARE_LEVELS = ("intact", "mild", "moderate", "severe", "total")  # GB/T 42195-2022: 完好 轻度 中度 重度 完全丧失
# Share of the register per age band: the register of a care service is older than the street.
AGE_BANDS = (
    (60, 69, 17.0), (70, 74, 15.0), (75, 79, 19.0), (80, 84, 23.0), (85, 89, 17.0), (90, 94, 7.0), (95, 99, 1.7),
    (100, 102, 0.3),
)  # fmt: skip
DIALECTS = (
    ("说烟台话", 46),
    ("说烟台话、耳背", 12),
    ("说普通话", 22),
    ("说牟平话、语速快", 5),
    ("说东北话", 4),
    ("耳聋，写字沟通", 2),
    ("说话含糊，要慢慢听", 5),
    ("", 4),
)
CONDITIONS = (
    ("高血压，晨起服降压药", 24),
    ("糖尿病，餐前注射胰岛素", 9),
    ("糖尿病，服二甲双胍", 10),
    ("冠心病，随身带硝酸甘油", 8),
    ("脑梗后右侧无力", 7),
    ("膝关节炎，上下楼慢", 13),
    ("骨质疏松，去年跌倒一次", 6),
    ("慢阻肺，家用制氧机", 4),
    ("白内障术后", 4),
    ("房颤，服华法林，易出血", 3),
    ("帕金森，服药按点", 3),
    ("青霉素过敏", 4),
)
ENTRY_NOTES = (
    "按门铃等久一点，走得慢",
    "单元门密码向护理站取",
    "钥匙盒在水表箱内",
    "敲窗比敲门听得见",
    "先打电话再上门",
    "门口有两级台阶，轮椅要带坡板",
)
RELATIONS_CHILD = (("F", "女儿"), ("M", "儿子"), ("F", "儿媳"), ("M", "女婿"))
RELATIONS_OTHER = (("F", "邻居"), ("M", "邻居"), ("F", "妹妹"), ("M", "侄子"), ("F", "外甥女"))


@dataclass(frozen=True)
class Contact:
    """Someone to call about an elder, in order of `rank` (1 first)."""

    elder: int
    rank: int
    name: str
    sex: str
    relation: str
    phone: str
    holds_key: bool


@dataclass(frozen=True)
class Elder:
    """One registered elder; `household` and the contacts' `elder` are places in the town's lists."""

    number: str
    household: int
    name: str
    sex: str
    born_on: date
    phone: str | None
    care_level: str
    categories: tuple[str, ...]
    dialect: str
    health_note: str
    wants_same_sex: bool

    def age_on(self, day: date) -> int:
        """Full years on that day."""
        return day.year - self.born_on.year - ((day.month, day.day) < (self.born_on.month, self.born_on.day))


@dataclass(frozen=True)
class Household:
    """One dwelling with its one or two elders and how to get in; `key_holder` names who has a key, or is empty."""

    number: str
    home: Home
    elders: tuple[int, ...]
    lives_alone: bool
    key_holder: str
    entry_note: str
    has_dog: bool


@dataclass(frozen=True)
class Register:
    """All households, elders and contacts of the town."""

    households: tuple[Household, ...]
    elders: tuple[Elder, ...]
    contacts: tuple[Contact, ...]


def phones(seed: int) -> Iterator[str]:
    """Unused telephone numbers, none of which can be called; at most 10,000."""
    tails = list(range(10_000))
    random.Random(f"phones {seed}").shuffle(tails)
    return (f"{PHONE_PREFIX}{tail:04d}" for tail in tails)


def make_name(rng: random.Random, sex: str, young: bool = False) -> str:
    """An invented name: surname and one or, mostly, two given characters."""
    if rng.random() < 0.006:
        surname = rng.choice(names.DOUBLE_SURNAMES)
    else:
        group = rng.choices([g for g, _ in names.SURNAMES], [len(g) * w for g, w in names.SURNAMES])[0]
        surname = rng.choice(group)
    pool = {
        ("F", False): names.GIVEN_WOMEN, ("M", False): names.GIVEN_MEN,
        ("F", True): names.GIVEN_YOUNG_WOMEN, ("M", True): names.GIVEN_YOUNG_MEN,
    }[(sex, young)]  # fmt: skip
    return surname + "".join(rng.sample(pool, 1 if rng.random() < (0.3 if young else 0.1) else 2))


def surname_of(name: str) -> str:
    """The surname a name starts with, also one of two characters."""
    return name[:2] if name[:2] in names.DOUBLE_SURNAMES else name[:1]


def make_register(seed: int, homes: list[Home], elder_count: int, phone: Iterator[str]) -> Register:
    """One household per home, couples until `elder_count` people live there; contacts and key holders for all.

    Raises ValueError when the homes cannot hold that many in ones and twos.
    """
    couples = elder_count - len(homes)
    if not 0 <= couples <= len(homes):
        raise ValueError(f"{len(homes)} homes cannot hold {elder_count} elders in ones and twos")
    rng = random.Random(f"people {seed}")
    pairs = set(rng.sample(range(len(homes)), couples))
    elders: list[Elder] = []
    households: list[Household] = []
    contacts: list[Contact] = []
    for number, home in enumerate(homes):
        first = len(elders)
        alone = number not in pairs and rng.random() < 0.62
        elders += _couple(rng, number, first, phone) if number in pairs else [_single(rng, number, first, alone, phone)]
        mine = _contacts(rng, range(first, len(elders)), elders, phone)
        contacts += mine
        key = next((f"{c.relation}{c.name} {c.phone}" for c in mine if c.holds_key), "")
        note = rng.choice(ENTRY_NOTES) if rng.random() < 0.4 else ""
        households.append(
            Household(
                f"H{number + 1:05d}", home, tuple(range(first, len(elders))), alone, key, note, rng.random() < 0.06
            )
        )
    rare = rng.randrange(len(elders))
    elders[rare] = _renamed(elders[rare], elders[rare].name[0] + names.RARE_GIVEN)
    return Register(tuple(households), tuple(elders), tuple(contacts))


def _renamed(elder: Elder, name: str) -> Elder:
    return Elder(**{**elder.__dict__, "name": name})


def _age(rng: random.Random) -> int:
    low, high, _ = rng.choices(AGE_BANDS, [share for _, _, share in AGE_BANDS])[0]
    return rng.randint(low, high)


def _born(rng: random.Random, age: int) -> date:
    """A birth date that makes somebody `age` on the reference day."""
    latest = REFERENCE_ON.replace(year=REFERENCE_ON.year - age)
    return latest - timedelta(days=rng.randrange(365))


def _single(rng: random.Random, household: int, place: int, alone: bool, phone: Iterator[str]) -> Elder:
    sex = "F" if rng.random() < 0.63 else "M"
    return _elder(rng, household, place, sex, _age(rng), alone, False, phone)


def _couple(rng: random.Random, household: int, place: int, phone: Iterator[str]) -> list[Elder]:
    age = min(_age(rng), 94)
    other = max(60, min(96, age + rng.randint(-4, 3)))
    empty = rng.random() < 0.75
    return [
        _elder(rng, household, place, "F", age, False, empty, phone),
        _elder(rng, household, place + 1, "M", other, False, empty, phone),
    ]


def _elder(
    rng: random.Random, household: int, place: int, sex: str, age: int, alone: bool, empty: bool, phone: Iterator[str]
) -> Elder:
    level = _care_level(rng, age)
    dementia = rng.random() < max(0.0, (age - 66) * 0.007)
    flags = {
        "living_alone": alone, "empty_nest": empty, "aged": age >= 80, "disabled": CARE_LEVELS.index(level) >= 2,
        "dementia": dementia, "severe_handicap": rng.random() < 0.025, "bereaved": rng.random() < 0.012,
        "special_family": rng.random() < 0.02, "low_income": rng.random() < 0.06,
        "destitute": alone and rng.random() < 0.03,
    }  # fmt: skip
    notes = _drawn(rng, CONDITIONS)
    if rng.random() < 0.35:
        notes = "；".join(dict.fromkeys((notes, _drawn(rng, CONDITIONS))))
    return Elder(
        number=f"YT{place + 1:06d}",
        household=household,
        name=make_name(rng, sex),
        sex=sex,
        born_on=_born(rng, age),
        phone=next(phone) if rng.random() < (0.9 if age < 85 else 0.6) else None,
        care_level=level,
        categories=tuple(name for name, on in flags.items() if on),
        dialect=_drawn(rng, DIALECTS),
        health_note="" if level == "intact" and rng.random() < 0.5 else notes,
        wants_same_sex=rng.random() < (0.55 if sex == "F" else 0.12),
    )


def _drawn(rng: random.Random, weighted: tuple[tuple[str, int], ...]) -> str:
    return rng.choices([text for text, _ in weighted], [weight for _, weight in weighted])[0]


def _care_level(rng: random.Random, age: int) -> str:
    """Older people need more: the weights lean with age."""
    lean = max(0.0, min(1.0, (age - 62) / 34))
    weights = (0.62 - 0.5 * lean, 0.22 + 0.06 * lean, 0.09 + 0.18 * lean, 0.05 + 0.16 * lean, 0.02 + 0.1 * lean)
    return rng.choices(CARE_LEVELS, weights)[0]


def _contacts(rng: random.Random, places: range, elders: list[Elder], phone: Iterator[str]) -> list[Contact]:
    """One to three contacts per household; a couple shares them, under the first of the two."""
    found: list[Contact] = []
    for rank in range(1, rng.choices((1, 2, 3), (35, 50, 15))[0] + 1):
        family = (rank == 1 and rng.random() < 0.88) or rng.random() < 0.6
        sex, relation = rng.choice(RELATIONS_CHILD if family else RELATIONS_OTHER)
        name = make_name(rng, sex, young=True)
        if relation in ("女儿", "儿子"):
            name = surname_of(elders[places[-1]].name) + name[len(surname_of(name)) :]
        found.append(Contact(places[0], rank, name, sex, relation, next(phone), rng.random() < 0.45))
    return found
