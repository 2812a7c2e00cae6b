"""The kinds of policy there are: their shape, and what holds where a district has set nothing; refuses other shapes.

Each default names its source; `verified` is False where nobody has held it against an official text.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from models.areas import PREFIX
from models.types import AreaLevel, DeviceKind
from service.inputs import Input, Line
from service.policies.conditions import Condition, faults

Fen = Annotated[int, Field(ge=0, le=100_000_000)]


def _sound(condition: Condition) -> Condition:
    found = faults(condition)
    if found:
        raise ValueError("; ".join(found[:3]))
    return condition


Sound = Annotated[Condition, AfterValidator(_sound)]


class Named(Input):
    """One condition with the name that people read."""

    name: Annotated[Line, Field(max_length=40)]
    when: Sound


class WantedDevice(Input):
    """A device that a new bed is to have."""

    kind: DeviceKind
    mandatory: bool = True


def _with_caller(devices: list[WantedDevice]) -> list[WantedDevice]:
    if not any(device.mandatory and device.kind is DeviceKind.CALL for device in devices):
        raise ValueError("a call device must be mandatory")
    return devices


class Devices(Input):
    """What is fitted in a bed's home; the mandatory ones, a caller among them, must pass a live test call."""

    devices: Annotated[list[WantedDevice], Field(min_length=1, max_length=20), AfterValidator(_with_caller)]


Role = Literal["design", "serve", "accept"]


def _design_apart(separate: list[tuple[Role, Role]]) -> list[tuple[Role, Role]]:
    if not any({"design", "accept"} == set(pair) for pair in separate):
        raise ValueError("design and accept must be apart")
    return separate


class Works(Input):
    """How much of a household's works the grant pays, and which two roles one organisation may not hold.

    Design and acceptance are apart in every district.
    """

    grant_cap_fen: Fen
    separate: Annotated[list[tuple[Role, Role]], Field(max_length=3), AfterValidator(_design_apart)]


MOST_REMIND_DAYS = 180
"""No district speaks of the next contract earlier, so later ends need not be read."""


class Terms(Input):
    """Days in which a contract can be withdrawn, days before its end at which renewal is due, its longest life."""

    cooling_off_days: Annotated[int, Field(ge=0, le=60)]
    remind_days: Annotated[int, Field(ge=1, le=MOST_REMIND_DAYS)]
    longest_months: Annotated[int, Field(ge=1, le=60)] = 36


class PromisedHours(Named):
    """Minutes of care a month that a payer promises to whom the condition holds for."""

    payer: Literal["government", "insurance", "own"]
    minutes: Annotated[int, Field(ge=30, le=20_000)]


class Promises(Input):
    """The first that holds counts; nobody is promised anything when none does."""

    promises: Annotated[list[PromisedHours], Field(max_length=30)]


class Ordering(Input):
    """One key of the waiting list's order: a number, most or least first."""

    by: Literal["ability", "age", "asked_on"]
    first: Literal["most", "least"]


STRETCH_HOURS = 4
"""So long one caregiver stays at a time: longer, and no break fits into the day."""


class Waiting(Input):
    """Who may wait, the priority groups from first to last, who goes before others of the same group, then keys."""

    preconditions: Annotated[list[Named], Field(max_length=10)]
    tiers: Annotated[list[Named], Field(max_length=20)]
    first_among_equals: Annotated[list[Named], Field(max_length=10, default_factory=list)]
    order: Annotated[list[Ordering], Field(max_length=5)]


class Respite(Input):
    """The low price of an hour of respite, how long one block and one caregiver's stretch may last, days a year."""

    hour_fen: Fen
    longest_hours: Annotated[int, Field(ge=1, le=24 * 31)]
    days_a_year: Annotated[int, Field(ge=1, le=366)]
    stretch_hours: Annotated[int, Field(ge=1, le=24)] = STRETCH_HOURS


class Patrol(Input):
    """Who is looked in on every month, the goal in per cent, and whether visits are made by themselves at night."""

    groups: Annotated[list[Named], Field(max_length=20)]
    goal_percent: Annotated[int, Field(ge=1, le=100)] = 100
    auto: bool = True


class Entitled(Named):
    """Who is entitled to what: `gives` is a service that is found here, or the code of a benefit from outside."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{0,39}$")]
    gives: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{0,39}$")]


class Entitlements(Input):
    """Every rule that holds and whose gift is not received is told, each night."""

    rules: Annotated[list[Entitled], Field(max_length=40)]


@dataclass(frozen=True)
class Kind:
    """One kind of policy: the shape of its value, what holds by default, by which source, checked or not.

    `down_to` is the smallest area whose own policy is read: where one list or one register is kept for a whole
    district, a street has no say.
    """

    shape: type[Input]
    default: dict[str, Any]
    source: str
    verified: bool
    down_to: AreaLevel = AreaLevel.COMMUNITY

    def area_of(self, area_code: str) -> str:
        """The code of the smallest area around a 12-digit code whose policy of this kind is read."""
        return area_code[: PREFIX[self.down_to]].ljust(12, "0")


def _category(code: str) -> Condition:
    return {"category": code}


_POOR: Condition = {"any": [_category("destitute"), _category("low_income")]}
_FRAIL: Condition = {
    "any": [{"fact": "ability", "least": 2}, _category("severe_handicap"), {"fact": "age", "least": 80}]
}
_SEVERE: Condition = {"fact": "ability", "least": 3}
_HONOURED: Condition = {
    "any": [
        _category("model_worker"),
        _category("special_care"),
        _category("special_family"),
        _category("old_party_member"),
    ]
}

KINDS: dict[str, Kind] = {
    "bed.devices": Kind(
        Devices,
        {"devices": [{"kind": "call", "mandatory": True}, {"kind": "smoke", "mandatory": False}]},
        "Weihai 14th five-year plan (emergency aid); Qingdao adds an activity monitor",
        False,
    ),
    "bed.works": Kind(
        Works,
        {"grant_cap_fen": 300_000, "separate": [["design", "accept"], ["serve", "accept"]]},
        "reference of 3,000 CNY a household, once (secondary source); three roles of the national programme",
        False,
    ),
    "bed.contract": Kind(
        Terms,
        {"cooling_off_days": 7, "remind_days": 30, "longest_months": 36},
        "practice of service contracts; no published figure",
        False,
    ),
    "bed.promise": Kind(
        Promises,
        {
            "promises": [
                {"name": "重度 特困/低保", "when": {"all": [_SEVERE, _POOR]}, "payer": "government", "minutes": 3600},
                {
                    "name": "中度 特困/低保",
                    "when": {"all": [{"fact": "ability", "least": 2}, _POOR]},
                    "payer": "government",
                    "minutes": 2700,
                },
                {
                    "name": "重度 优待对象",
                    "when": {"all": [_SEVERE, _HONOURED]},
                    "payer": "government",
                    "minutes": 1800,
                },
            ]
        },
        "威民发〔2018〕161号: 60, 45 and 30 hours a month",
        True,
    ),
    "bed.waiting": Kind(
        Waiting,
        {
            "preconditions": [
                {"name": "60 周岁以上", "when": {"fact": "age", "least": 60}},
                {"name": "评估有效", "when": {"is": "assessed"}},
                {"name": "轻度失能以上", "when": {"fact": "ability", "least": 1}},
            ],
            "tiers": [
                {"name": "特困", "when": _category("destitute")},
                {
                    "name": "低保且失能、高龄或计生特殊",
                    "when": {
                        "all": [
                            _category("low_income"),
                            {
                                "any": [
                                    {"fact": "ability", "least": 2},
                                    {"fact": "age", "least": 80},
                                    _category("special_family"),
                                ]
                            },
                        ]
                    },
                },
            ],
            "first_among_equals": [
                {"name": "军人家属、烈属", "when": {"any": [_category("military_family"), _category("martyr_family")]}}
            ],
            "order": [
                {"by": "ability", "first": "most"},
                {"by": "asked_on", "first": "least"},
                {"by": "age", "first": "most"},
            ],
        },
        "a district's draft of the 14th five-year plan asks for preconditions and order; the order within is ours",
        False,
        AreaLevel.DISTRICT,
    ),
    "bed.respite": Kind(
        Respite,
        {"hour_fen": 1500, "longest_hours": 24 * 14, "days_a_year": 30, "stretch_hours": STRETCH_HOURS},
        "low-fee respite is asked for without a figure; these are ours",
        False,
    ),
    "patrol.groups": Kind(
        Patrol,
        {
            "groups": [
                {"name": "独居", "when": {"any": [{"is": "lives_alone"}, _category("living_alone")]}},
                {"name": "空巢", "when": _category("empty_nest")},
                {"name": "留守", "when": _category("left_behind")},
                {"name": "重残", "when": _category("severe_handicap")},
                {"name": "计生特殊", "when": _category("special_family")},
            ],
            "goal_percent": 100,
            "auto": True,
        },
        "a district's draft of the 14th five-year plan: five groups; other districts name four, without 重残",
        True,
        AreaLevel.DISTRICT,
    ),
    "entitlements": Kind(
        Entitlements,
        {
            "rules": [
                {
                    "code": "assessment_80",
                    "name": "80 周岁以上能力评估",
                    "when": {"fact": "age", "least": 80},
                    "gives": "assessment",
                },
                {
                    "code": "patrol_special",
                    "name": "特殊困难老年人探访",
                    "when": {
                        "any": [
                            {"is": "lives_alone"},
                            *map(_category, ("living_alone", "empty_nest", "left_behind")),
                            *map(_category, ("severe_handicap", "special_family")),
                        ]
                    },
                    "gives": "patrol",
                },
                {
                    "code": "home_adaptation",
                    "name": "经济困难家庭适老化改造",
                    "when": {"all": [_POOR, _FRAIL]},
                    "gives": "home_adaptation",
                },
                {
                    "code": "home_care_60h",
                    "name": "政府购买居家服务（重度 特困/低保）",
                    "when": {"all": [_SEVERE, _POOR]},
                    "gives": "home_care",
                },
                {
                    "code": "home_care_45h",
                    "name": "政府购买居家服务（中度 特困/低保）",
                    "when": {"all": [{"fact": "ability", "least": 2}, {"not": _SEVERE}, _POOR]},
                    "gives": "home_care",
                },
            ]
        },
        "district and city plans (80+ assessed, five patrol groups, adaptation); 威民发〔2018〕161号 for home care",
        False,
    ),
}
