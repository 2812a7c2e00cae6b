"""What the town knows of its elders: categories with their source, consents, ability as assessed; it writes nothing.

Invented like everything here: ID numbers begin with 9900, which is the code of no place.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Update, case, select, update

from models import Assessment
from models import Elder as ElderRow
from models.types import AssessmentState, Category, Purpose, Scale
from service.assessments.gbt42195 import ITEMS, LEAST, Form, reckon
from service.demo.people import CARE_LEVELS, Elder
from service.demo.town import Town
from service.elders.rules import check_character
from service.vault import Vault

Row = dict[str, Any]
SOURCES = {
    Category.AGED: "按出生日期",
    Category.DISABLED: "能力评估",
    Category.DEMENTIA: "医院诊断",
    Category.BEREAVED: "卫生健康部门",
    Category.SPECIAL_FAMILY: "卫生健康部门",
    Category.SEVERE_HANDICAP: "残联",
    Category.DESTITUTE: "民政救助系统",
    Category.LOW_INCOME: "民政救助系统",
}
ASSESSED_OLD, ASSESSED_YOUNG = 0.7, 0.35
"""Shares of those of 80 and older, and of the others, who have been assessed: coverage has its list of the missing."""
VALID_DAYS = 365
FALLEN_SHARE = 0.06


def id_number(elder: Elder, place: int) -> str:
    """An invented ID number that checks: nobody's, of no place, odd for men."""
    sequence = (place % 500) * 2 + (elder.sex == "M")
    first = f"9900{place // 500:02d}{elder.born_on:%Y%m%d}{sequence:03d}"
    return first + check_character(first)


def id_values(elder: Elder, place: int, vault: Vault) -> Row:
    """The columns of an ID number, for nearly everybody: some papers are always missing."""
    if random.Random(f"papers {elder.number}").random() < 0.04:
        return {"id_number_sealed": None, "id_number_hash": None}
    number = id_number(elder, place)
    return {
        "id_number_sealed": vault.seal(number, "elder.id_number_sealed"),
        "id_number_hash": vault.keyed_hash(number),
    }


def category_rows(town: Town, elders: Sequence[int], now: datetime, on: date) -> list[Row]:
    """Every category with who says so and since when."""
    rows = []
    for elder, elder_id in zip(town.elders, elders, strict=True):
        rng = random.Random(f"categories {elder.number}")
        for code in elder.categories:
            category = Category(code)
            since = on - timedelta(days=rng.randint(40, 1500))
            if category is Category.AGED:
                since = min(on, date(elder.born_on.year + 80, elder.born_on.month, min(elder.born_on.day, 28)))
            row = {"elder_id": elder_id, "category": category, "source": SOURCES.get(category, "村居走访")}
            rows.append({**row, "from_on": since, "until_on": None, "noted_at": now - timedelta(days=30)})
    return rows


def consent_rows(town: Town, elders: Sequence[int], now: datetime) -> list[Row]:
    """Who allowed what: care everybody who is cared for, to be located most, to be filmed few."""
    shares = ((Purpose.CARE, 1.0), (Purpose.HEALTH, 0.9), (Purpose.LOCATION, 0.7), (Purpose.VIDEO, 0.08))
    rows = []
    for elder, elder_id in zip(town.elders, elders, strict=True):
        rng = random.Random(f"consents {elder.number}")
        said = "女儿或儿子" if "dementia" in elder.categories else "本人"
        for purpose, share in shares:
            row = {"elder_id": elder_id, "purpose": purpose, "given": rng.random() < share, "said_by": said}
            rows.append({**row, "said_how": "签署知情同意书", "noted_at": now - timedelta(days=rng.randint(20, 700))})
    return rows


def assessment_rows(town: Town, elders: Sequence[int], done: Iterable[int], now: datetime, on: date) -> list[Row]:
    """Whole forms, reckoned by the rules, for part of the elders beside those in `done` (ids); some wait for review."""
    known, rows = set(done), []
    for elder, elder_id in zip(town.elders, elders, strict=True):
        rng = random.Random(f"assessed {elder.number}")
        share = ASSESSED_OLD if elder.age_on(on) >= 80 else ASSESSED_YOUNG
        if elder_id in known or rng.random() > share:
            continue
        age = rng.randint(5, 400)
        waiting = age < 25 and rng.random() < 0.5
        begun = on - timedelta(days=age)
        moment = now - timedelta(days=age)
        answers, result = _form(elder, rng)
        rows.append(
            {
                "elder_id": elder_id,
                "scale": Scale.GBT42195,
                "reason": "routine" if rng.random() < 0.3 else "first",
                "state": AssessmentState.SUBMITTED if waiting else AssessmentState.APPROVED,
                "answers": answers,
                "result": result,
                "level": result["level"],
                "assessed_on": begun,
                "valid_until_on": begun + timedelta(days=VALID_DAYS - 1),
                "source": None,
                "made_at": moment,
                "saved_at": moment,
                "submitted_at": moment,
                "reviewed_at": None if waiting else moment + timedelta(days=2),
            }
        )
    return rows


def _form(elder: Elder, rng: random.Random) -> tuple[Row, Row]:
    """A form that comes to the elder's level: points taken away here and there, a diagnosis or falls that worsen it."""
    level = CARE_LEVELS.index(elder.care_level)
    diagnoses = [("F00.1", False)] if "dementia" in elder.categories and level > 0 else []
    events = {"fall": 2} if level > 0 and not diagnoses and rng.random() < FALLEN_SHARE else {}
    base = level - 1 if diagnoses or events else level
    most = 90 if base == 0 else LEAST[base - 1] - 1
    scores = {item.code: item.most for item in ITEMS}
    for _ in range(90 - rng.randint(LEAST[base], most)):
        code = rng.choice([code for code, score in scores.items() if score])
        scores[code] -= 1
    told = [{"code": code, "by_psychiatrist": by} for code, by in diagnoses]
    answers = {"items": scores, "coma": False, "diagnoses": told, "events": events, "refused": [], "note": None}
    return answers, reckon(Form(scores, diagnoses=diagnoses, events=events)).as_json()


def signatures(town: Town, accounts: Mapping[str, int]) -> list[Update]:
    """Two people for every assessment, once their accounts are made: a manager assessed, a supervisor reviewed."""
    found = []
    for reviewer in (one for one in town.accounts if one.role == "supervisor"):
        prefix = reviewer.areas[0][:6]
        assessors = [
            accounts[one.login]
            for one in town.accounts
            if one.role == "station_manager" and one.areas[0].startswith(prefix)
        ]
        here = Assessment.elder_id.in_(select(ElderRow.id).where(ElderRow.area_code.startswith(prefix)))
        for place, assessor in enumerate(assessors):
            mine = update(Assessment).where(here, Assessment.id % len(assessors) == place)
            reviewed = case((Assessment.reviewed_at.is_not(None), accounts[reviewer.login]), else_=None)
            found.append(mine.values(made_by=assessor, reviewed_by=reviewed))
    return found
