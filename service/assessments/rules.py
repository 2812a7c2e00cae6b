"""The life of an assessment as pure rules: who may do what next, what a form gives, how long it holds; no database."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from models.types import AssessmentState, Scale
from service.assessments import gbt42195, ltci2021
from service.assessments.gbt42195 import DEFAULT, Reading
from service.assessments.ltci2021 import CELLS, Cell
from service.clock import LOCAL
from service.errors import FieldProblem

NEXT = {
    AssessmentState.DRAFT: ("save", "submit", "drop"),
    AssessmentState.RETURNED: ("save", "submit", "drop"),
    AssessmentState.SUBMITTED: ("review",),
    AssessmentState.APPROVED: (),
    AssessmentState.DROPPED: (),
}
"""What may be done to an assessment in each state."""
REASONS = {"first": "首次评估", "routine": "常规评估", "immediate": "即时评估", "review": "复评", "other": "其他"}
OLD_LEVELS = ("能力完好", "轻度失能", "中度失能", "重度失能")
"""MZ/T 039-2013, four levels, from memory; read in as history only, never scored here."""
LEVELS = {Scale.GBT42195: gbt42195.LEVELS, Scale.LTCI2021: ltci2021.LEVELS, Scale.MZT039: OLD_LEVELS}
VALID_MONTHS = 12
"""How long a result holds unless a district says otherwise. Not in the texts at hand: unverified."""
FALLS, FALL_DAYS = 2, 30
SOON_DAYS = 30


@dataclass(frozen=True)
class Policy:
    """How a district reads the standards; `verified` once somebody answers for it."""

    reading: Reading = DEFAULT
    valid_months: int = VALID_MONTHS
    cells: Sequence[Cell] = CELLS
    verified: bool = False


def problems(scale: Scale, answers: Mapping[str, Any], *, whole: bool) -> list[FieldProblem]:
    """What is wrong with a form; unless it must be `whole`, what is merely missing is not."""
    if scale is Scale.GBT42195:
        found = gbt42195.problems(_form(answers))
    else:
        found = ltci2021.problems(answers.get("items", {}))
    refused = set(answers.get("refused", []))
    codes = gbt42195.BY_CODE.keys() if scale is Scale.GBT42195 else ltci2021.BY_CODE.keys()
    found += [FieldProblem("refused", f"{code} is no item of this scale", "codes of items") for code in refused - codes]
    return found if whole else [one for one in found if one.problem != "is missing"]


def missing(scale: Scale, answers: Mapping[str, Any]) -> list[str]:
    """Codes of the items that have no answer yet."""
    known = gbt42195.BY_CODE if scale is Scale.GBT42195 else ltci2021.BY_CODE if scale is Scale.LTCI2021 else {}
    return [code for code in known if code not in answers.get("items", {})]


def reckon(scale: Scale, answers: Mapping[str, Any], policy: Policy) -> tuple[int, dict[str, Any]]:
    """Level and result of a form without problems."""
    if scale is Scale.GBT42195:
        ability = gbt42195.reckon(_form(answers), policy.reading)
        return ability.level, ability.as_json()
    need = ltci2021.reckon(answers["items"], policy.cells)
    return need.level, need.as_json()


def _form(answers: Mapping[str, Any]) -> gbt42195.Form:
    diagnoses = [(one["code"], one["by_psychiatrist"]) for one in answers.get("diagnoses", []) if "code" in one]
    return gbt42195.Form(answers.get("items", {}), answers.get("coma", False), diagnoses, answers.get("events", {}))


def to_look_at(answers: Mapping[str, Any]) -> list[str]:
    """What a reviewer has to say a word about before approving: items that the elder refused."""
    return [f"refused {code}" for code in answers.get("refused", [])]


def note_problems(note: str | None, approve: bool | None, answers: Mapping[str, Any]) -> list[FieldProblem]:
    """A word is needed to return a form, and where the elder refused an item; `approve` may not be known yet."""
    refused = to_look_at(answers)
    if note or (approve is not False and not refused):
        return []
    return [FieldProblem("note", "is missing", f"a note on: {', '.join(refused) or 'why it goes back'}")]


def valid_until(assessed_on: date, months: int) -> date:
    """The last day on which a result holds: the day before the same day so many months later."""
    year, month = divmod(assessed_on.year * 12 + assessed_on.month - 1 + months, 12)
    day = min(assessed_on.day, monthrange(year, month + 1)[1])
    return date(year, month + 1, day) - timedelta(days=1)


def assessed_problem(assessed_on: date, born_on: date, today: date) -> FieldProblem | None:
    """Nobody is assessed before they are born, or tomorrow."""
    if not born_on <= assessed_on <= today:
        return FieldProblem("assessed_on", f"{assessed_on} cannot be", f"a date {born_on} to {today}")
    return None


def imported_problems(wanted: Mapping[str, Any], born_on: date, today: date, months: int) -> list[FieldProblem]:
    """What keeps a result from elsewhere out: a level that its scale does not have, days that cannot be.

    It may end sooner than one made here, which holds for `months`, and no later. What `wanted` lacks is not judged.
    """
    scale, level, on, until = (wanted.get(field) for field in ("scale", "level", "assessed_on", "valid_until_on"))
    faults = []
    if scale is not None and level is not None and not 0 <= level < len(LEVELS[scale]):
        levels = LEVELS[scale]
        faults.append(FieldProblem("level", f"is {level}", f"0 to {len(levels) - 1}: {', '.join(levels)}"))
    if on is None:
        return faults
    fault, last = assessed_problem(on, born_on, today), valid_until(on, months)
    faults += [] if fault is None else [fault]
    if until is not None and not on <= until <= last:
        told = f"{until} lies before {on}" if until < on else f"{until} lies after {last}"
        faults.append(FieldProblem("valid_until_on", told, f"{on} to {last}, or none"))
    return faults


def falls_again(falls: Sequence[datetime], since: date | None) -> tuple[datetime, ...]:
    """The first falls that call for a new assessment: two within 30 days, both after the day of the last one."""
    counted = sorted(one for one in falls if since is None or one.astimezone(LOCAL).date() > since)
    for first, second in zip(counted, counted[FALLS - 1 :], strict=False):
        if second - first <= timedelta(days=FALL_DAYS):
            return (first, second)
    return ()
