"""Pure decisions about the waiting list: who may wait, who comes first and why; the same list gives the same order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from service.errors import FieldProblem
from service.policies.conditions import Facts, first_holding, holds

LEFT, MERGED, HAS_BED = "已离开名册", "已合并到另一条", "已有床位"
"""What keeps somebody from any place, whatever a district's rule says: died or moved away; the same person waits
under another row; a bed opened otherwise."""
OLDEST = timedelta(days=3 * 366)
"""So far back an application on paper may lie: an older day, mostly a slip, would come before everybody."""


@dataclass(frozen=True)
class Applicant:
    """One application as the rules see it; `barred` names what keeps them from any place."""

    entry_id: int
    asked_on: date
    facts: Facts
    barred: str | None = None


@dataclass(frozen=True)
class Place:
    """Where an application stands: `position` from 1, None while a precondition is unmet, and every reason for it.

    `decided_by` names the first reason in which it differs from who stands right before.
    """

    entry_id: int
    position: int | None
    reasons: tuple[dict[str, Any], ...]
    unmet: tuple[str, ...]
    decided_by: str | None = None


def rank(applicants: Sequence[Applicant], policy: dict[str, Any]) -> list[Place]:
    """Everybody in order, those who may not wait yet at the end by day of asking; ties end by day and number."""
    keyed, unfit = [], []
    for one in applicants:
        unmet = _unmet(one, policy)
        if unmet:
            unfit.append((one.asked_on, one.entry_id, unmet))
        else:
            keyed.append(_keyed(one, policy))
    keyed.sort(key=lambda pair: pair[0])
    places = []
    for number, (key, reasons) in enumerate(keyed):
        decided = None if number == 0 else _decider(keyed[number - 1][0], key, reasons)
        places.append(Place(key[-1], number + 1, reasons, (), decided))
    return places + [Place(entry_id, None, (), unmet) for _, entry_id, unmet in sorted(unfit)]


def asked_problem(asked_on: date, today: date) -> FieldProblem | None:
    """Nobody asks tomorrow, or years before the list began."""
    if today - OLDEST <= asked_on <= today:
        return None
    return FieldProblem("asked_on", f"{asked_on} cannot be", f"a date {today - OLDEST} to {today}")


def _unmet(one: Applicant, policy: dict[str, Any]) -> tuple[str, ...]:
    if one.barred is not None:
        return (one.barred,)
    return tuple(rule["name"] for rule in policy["preconditions"] if not holds(rule["when"], one.facts))


def _keyed(one: Applicant, policy: dict[str, Any]) -> tuple[tuple[Any, ...], tuple[dict[str, Any], ...]]:
    """The sort key of an application, its last part the number, and the reason that stands beside each part."""
    tiers, equals = policy["tiers"], policy["first_among_equals"]
    tier, ahead = first_holding(tiers, one.facts), first_holding(equals, one.facts)
    key: list[Any] = [len(tiers) if tier is None else tier, ahead is None]
    reasons = [
        {"by": "tier", "value": key[0] + 1, "name": None if tier is None else tiers[tier]["name"]},
        {
            "by": "first_among_equals",
            "value": ahead is not None,
            "name": None if ahead is None else equals[ahead]["name"],
        },
    ]
    for rule in policy["order"]:
        value = _value(one, rule["by"])
        key.append(-value if rule["first"] == "most" else value)
        shown = one.asked_on.isoformat() if rule["by"] == "asked_on" else value
        reasons.append({"by": rule["by"], "value": shown, "name": f"{rule['first']} first"})
    key += [one.asked_on.toordinal(), one.entry_id]
    reasons += [
        {"by": "asked_on", "value": one.asked_on.isoformat(), "name": "tie"},
        {"by": "entry", "value": one.entry_id, "name": "tie"},
    ]
    return tuple(key), tuple(reasons)


def _value(one: Applicant, by: str) -> int:
    if by == "asked_on":
        return one.asked_on.toordinal()
    if by == "age":
        return one.facts.age
    return -1 if one.facts.ability is None else one.facts.ability


def _decider(before: tuple[Any, ...], mine: tuple[Any, ...], reasons: tuple[dict[str, Any], ...]) -> str:
    place = next(place for place, (one, other) in enumerate(zip(before, mine, strict=True)) if one != other)
    return str(reasons[place]["by"])
