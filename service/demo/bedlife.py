"""What stands behind the town's beds at every stage: assessments, works, devices, contracts, rests, who waits.

Values for rows only, the same for the same town; it writes nothing.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from models.types import (
    AssessmentState,
    BedState,
    ContractState,
    DeviceKind,
    PauseKind,
    Scale,
    WaitingState,
    WorksState,
)
from service.contracts.rules import needs_guardian
from service.demo.people import CARE_LEVELS
from service.demo.town import Bed, Terminal, Town

Row = dict[str, Any]
WALK = tuple(state for state in BedState if state not in (BedState.SUSPENDED, BedState.CLOSED))
WORKS_UNDER_WAY = {
    "surveyed": (WorksState.SURVEYED, WorksState.DESIGNED),
    "adapting": (WorksState.BUILDING, WorksState.BUILT, WorksState.SENT_BACK, WorksState.ACCEPTED),
}
FITTINGS = (
    ("卫生间扶手", "卫生间", 18_000), ("防滑地面", "卫生间", 42_000), ("床边护栏", "卧室", 26_000),
    ("坐便椅", "卫生间", 31_000), ("过门石坡化", "门厅", 9_000), ("感应夜灯", "过道", 4_500),
    ("浴室坐凳", "卫生间", 16_000),
)  # fmt: skip
TEMPLATE = "家庭养老床位服务合同（示例文本）\n一、服务内容与价格见附表。\n二、签约之日起 7 日内任何一方可以解除。"
VALID_DAYS = 365
"""As a district has it that sets nothing else."""
OLDEST = 340
WAITING = 14
FITTED_FROM = WALK.index(BedState.DEVICES_INSTALLED)


@dataclass(frozen=True)
class Ids:
    """The ids of the town's rows, each in the order of the town's list."""

    households: Sequence[int]
    elders: Sequence[int]
    providers: Sequence[int]
    beds: Sequence[int]
    guardians: Mapping[int, int]
    """The guardian of an elder, both by id: who signs where the elder cannot, else the village committee."""


def reached(bed: Bed) -> int:
    """How far along its walk a bed has come; a suspended one has come all the way."""
    return WALK.index(BedState.ACTIVE if bed.state == "suspended" else BedState(bed.state))


def draw(town: Town, bed: Bed, what: str) -> random.Random:
    """Chance for one thing about one bed, the same each time."""
    return random.Random(f"{what} {town.seed} {bed.number}")


def step_rows(town: Town, ids: Ids, now: datetime) -> list[Row]:
    """The history of every bed: some days a step, the last one when it came to where it stands."""
    rows = []
    for bed, bed_id in zip(town.beds, ids.beds, strict=True):
        walk: list[BedState] = list(WALK[: reached(bed) + 1])
        walk += [BedState.SUSPENDED] if bed.state == "suspended" else []
        rng, at = draw(town, bed, "steps"), now - timedelta(days=bed.since_days)
        moments = [at]
        for _ in walk[1:]:
            moments.append(moments[-1] - timedelta(days=rng.randint(1, 9), hours=rng.randint(0, 7)))
        for before, state, moment in zip([None, *walk], walk, reversed(moments), strict=False):
            rows.append({"bed_id": bed_id, "from_state": before, "to_state": state, "at": moment, "why": None})
    return rows


def assessment_rows(town: Town, ids: Ids, now: datetime, on: date) -> list[Row]:
    """An approved assessment for whoever came that far; of every twenty one has run out, so that boards have work."""
    assessed = [(bed.elder, bed.since_days, draw(town, bed, "assessed")) for bed in town.beds if reached(bed) >= 1]
    for elder in waiting_elders(town)[:-2]:
        assessed.append((elder, 20, random.Random(f"waiting {town.seed} {elder}")))
    rows = []
    for elder, since, rng in assessed:
        age = rng.randint(VALID_DAYS + 1, VALID_DAYS + 20) if rng.random() < 0.05 else rng.randint(10, OLDEST)
        begun = on - timedelta(days=max(age, min(since, OLDEST)) if age <= VALID_DAYS else age)
        moment = now - (on - begun)
        level = CARE_LEVELS.index(town.elders[elder].care_level)
        rows.append(
            {
                "elder_id": ids.elders[elder],
                "scale": Scale.GBT42195,
                "reason": "first",
                "state": AssessmentState.APPROVED,
                "answers": {},
                "result": {"source": "demo"},
                "level": level,
                "assessed_on": begun,
                "valid_until_on": begun + timedelta(days=VALID_DAYS),
                "source": "示例数据",
                "made_at": moment,
                "saved_at": moment,
                "submitted_at": moment,
                "reviewed_at": moment,
            }
        )
    return rows


def works_rows(town: Town, ids: Ids, now: datetime) -> tuple[list[Row], list[list[Row]]]:
    """A works order for every home that was surveyed, and the items of each; three organisations, three roles."""
    orders, items = [], []
    for bed in town.beds:
        if reached(bed) < WALK.index(BedState.SURVEYED):
            continue
        rng = draw(town, bed, "works")
        state = rng.choice(WORKS_UNDER_WAY[bed.state]) if bed.state in WORKS_UNDER_WAY else WorksState.ACCEPTED
        chosen = rng.sample(FITTINGS, rng.randint(1, 4))
        total, count = sum(price for _, _, price in chosen), len(ids.providers)
        serve, design, accept = (ids.providers[(bed.provider + step) % count] for step in range(3))
        begun = now - timedelta(days=bed.since_days + rng.randint(3, 20))
        orders.append(
            {
                "household_id": ids.households[bed.household],
                "area_code": town.households[bed.household].home.area_code,
                "state": state,
                "state_since_at": min(now, begun + timedelta(days=2)),
                "design_provider_id": design,
                "serve_provider_id": serve,
                "accept_provider_id": accept,
                "grant_cap_fen": 300_000,
                "grant_fen": min(total, 300_000),
                "own_fen": max(0, total - 300_000),
                "made_at": begun,
            }
        )
        items.append([{"name": name, "place": place, "quantity": 1, "price_fen": fen} for name, place, fen in chosen])
    return orders, items


def device_rows(town: Town, ids: Ids, now: datetime) -> list[Row]:
    """A bedside caller for every bed, fitted in those that came so far, and the smoke alarms that hang there."""
    at_home: dict[tuple[int, str], Terminal] = {}
    for terminal in town.terminals:
        at_home.setdefault((terminal.household, terminal.kind), terminal)
    rows = []
    for bed, bed_id in zip(town.beds, ids.beds, strict=True):
        for kind, found in ((DeviceKind.CALL, "sos"), (DeviceKind.SMOKE, "smoke")):
            there = at_home.get((bed.household, found)) if reached(bed) >= FITTED_FROM else None
            rows.append(
                {
                    "bed_id": bed_id,
                    "kind": kind,
                    "mandatory": kind is DeviceKind.CALL,
                    "terminal_id": None if there is None else there.number,
                    "fitted_at": None if there is None else _fitted(town, bed, there, now),
                }
            )
    return rows


def _fitted(town: Town, bed: Bed, terminal: Terminal, now: datetime) -> datetime:
    """When it was fitted; where devices have just come in or one was replaced, lately: nobody has tried it since."""
    if bed.state == "devices_installed" or (bed.state == "active" and draw(town, bed, "replaced").random() < 0.01):
        return now - timedelta(hours=3)
    return now - timedelta(days=terminal.installed_days_ago)


def template_rows(town: Town, now: datetime, on: date) -> list[Row]:
    """Two versions in every district: the newer one began a while ago, so that some contracts are of the older."""
    return [
        {
            "area_code": area.code,
            "version": version,
            "title": f"家庭养老床位服务合同（第 {version} 版）",
            "body": TEMPLATE,
            "from_on": on - timedelta(days=days),
            "made_at": now - timedelta(days=days),
        }
        for area in town.areas
        if area.kind == "district"
        for version, days in ((1, 1200), (2, 90))
    ]


def contract_rows(
    town: Town, ids: Ids, templates: dict[tuple[str, int], int], prices: list[Row], now: datetime, on: date
) -> list[Row]:
    """A contract for every bed that signed one, of the version of that day; some end soon, a few ended last week."""
    rows = []
    for bed, bed_id in zip(town.beds, ids.beds, strict=True):
        if reached(bed) < WALK.index(BedState.CONTRACTED):
            continue
        rng, area = draw(town, bed, "contract"), town.households[bed.household].home.area_code
        began = on - timedelta(days=bed.since_days if bed.state != "suspended" else bed.since_days + 60)
        years = (on - began).days // 365 + 1
        until = began + timedelta(days=365 * years - 1)
        chance = rng.random()
        if chance < 0.06:
            until = on + timedelta(days=rng.randint(1, 30))
        elif chance < 0.11 and bed.state == "active" and bed.since_days > 30:
            until = on - timedelta(days=rng.randint(2, 9))
        version = 2 if (on - began).days < 90 else 1
        signed, elder = now - (on - began), town.elders[bed.elder]
        unable = needs_guardian(CARE_LEVELS.index(elder.care_level), elder.categories)
        guardian = ids.guardians.get(ids.elders[bed.elder]) if unable else None
        rows.append(
            {
                "bed_id": bed_id,
                "elder_id": ids.elders[bed.elder],
                "provider_id": ids.providers[bed.provider],
                "area_code": area,
                "template_id": templates[area[:6], version],
                "template_version": version,
                "prices": prices,
                "state": ContractState.SIGNED,
                "from_on": began,
                "until_on": until,
                "cooling_until_on": began + timedelta(days=6),
                "drawn_at": signed,
                "signed_at": signed,
                "signed_by": "guardian" if guardian is not None else "village" if unable else "elder",
                "guardian_id": guardian,
            }
        )
    return rows


def pause_rows(town: Town, ids: Ids, on: date) -> list[Row]:
    """Why the suspended beds rest, since when."""
    rows = []
    for bed, bed_id in zip(town.beds, ids.beds, strict=True):
        if bed.state == "suspended":
            kind = draw(town, bed, "rest").choice((PauseKind.HOSPITAL, PauseKind.HOSPITAL, PauseKind.AWAY))
            begun = on - timedelta(days=bed.since_days)
            rows.append({"bed_id": bed_id, "elder_id": ids.elders[bed.elder], "kind": kind, "from_on": begun})
    return rows


def waiting_elders(town: Town) -> list[int]:
    """Those in need without a bed who have asked for one, by their place in the town's list."""
    bedded = {bed.elder for bed in town.beds}
    homes = {bed.household for bed in town.beds}
    able = [
        place
        for place, elder in enumerate(town.elders)
        if place not in bedded and elder.household not in homes and CARE_LEVELS.index(elder.care_level) >= 1
    ]
    return random.Random(f"who waits {town.seed}").sample(able, WAITING)


def waiting_rows(town: Town, ids: Ids, on: date) -> list[Row]:
    """Applications of the last two months."""
    rng = random.Random(f"asked {town.seed}")
    return [
        {
            "elder_id": ids.elders[place],
            "area_code": town.households[town.elders[place].household].home.area_code,
            "state": WaitingState.WAITING,
            "asked_on": on - timedelta(days=rng.randint(1, 60)),
        }
        for place in waiting_elders(town)
    ]
