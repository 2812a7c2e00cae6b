"""Who is entitled to what and does not receive it, from facts and rules as data; refuses to look anything up."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from service.clock import LOCAL
from service.errors import FieldProblem
from service.policies.conditions import Facts, holds

RECEIVED, NOT_ENTITLED, LEFT, MOVED, RESTS = "received", "not_entitled", "left", "moved", "rests"
PAUSED = frozenset({"patrol"})
"""What nobody misses while their bed rests: they are not at home. Works and assessments can go on meanwhile."""
NIGHT = range(2, 5)
LONGEST_SILENCE = timedelta(hours=30)
FARTHEST_AHEAD, LONGEST_GRANT = timedelta(days=366), timedelta(days=30 * 366)
"""How far ahead a benefit may begin, how long it may run: later or longer is a slip of the pen."""


@dataclass(frozen=True)
class Missed:
    """One rule that holds for an elder whose gift is not received."""

    rule: str
    name: str
    gives: str


@dataclass(frozen=True)
class Difference:
    """What a night changed for one elder: rules newly missed, and standing ones that ended, each with why."""

    new: tuple[Missed, ...]
    ended: tuple[tuple[str, str], ...]


def missed(rules: Iterable[Mapping[str, Any]], facts: Facts, received: Set[str]) -> list[Missed]:
    """Rules that hold for these facts and whose gift is not among `received`."""
    return [
        Missed(rule["code"], rule["name"], rule["gives"])
        for rule in rules
        if rule["gives"] not in received and holds(rule["when"], facts)
    ]


def difference(
    rules: Iterable[Mapping[str, Any]],
    facts: Facts,
    received: Set[str],
    standing: Set[str],
    paused: Set[str] = frozenset(),
) -> Difference:
    """Against what stands from the nights before; the same twice changes nothing. `paused` is not missed either."""
    rules = list(rules)
    found = missed(rules, facts, received | paused)
    codes = {one.rule for one in found}
    entitled = {rule["code"]: rule["gives"] for rule in rules if holds(rule["when"], facts)}
    ended = [(code, _why(entitled.get(code), received)) for code in sorted(standing - codes)]
    return Difference(tuple(one for one in found if one.rule not in standing), tuple(ended))


def _why(gives: str | None, received: Set[str]) -> str:
    if gives is None:
        return NOT_ENTITLED
    return RECEIVED if gives in received else RESTS


def because(facts: Facts, one: Missed, policy: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of the reason: the rule as it read, where it is from, and what it was told of the elder."""
    told = {"age": facts.age, "ability": facts.ability, "lives_alone": facts.lives_alone, "assessed": facts.assessed}
    return {
        "name": one.name,
        "gives": one.gives,
        "policy": policy["version"],
        "source": policy["source"],
        "verified": policy["verified"],
        "facts": {**told, "categories": sorted(facts.categories)},
    }


def benefit_faults(from_on: date, until_on: date | None, born_on: date, today: date) -> list[FieldProblem]:
    """What is wrong with the days of a benefit; one that was granted for good has no last day."""
    faults, latest = [], today + FARTHEST_AHEAD
    if not born_on <= from_on <= latest:
        faults.append(FieldProblem("from_on", f"is {from_on}", f"{born_on}, when they were born, to {latest}"))
    if until_on is not None and not from_on <= until_on <= from_on + LONGEST_GRANT:
        accepted = f"{from_on} to {from_on + LONGEST_GRANT}, or none"
        faults.append(FieldProblem("until_on", f"is {until_on}", accepted))
    return faults


def is_time(now: datetime, last: datetime | None) -> bool:
    """Once between two and five at night, or as soon as can be when a night was missed."""
    here = now.astimezone(LOCAL)
    if last is not None and last.astimezone(LOCAL).date() >= here.date():
        return False
    return here.hour in NIGHT or (last is not None and now - last > LONGEST_SILENCE)


def patrolled_since(today: date) -> date:
    """A look in counts from the first day of the month before this one: this month's is not late yet."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)
