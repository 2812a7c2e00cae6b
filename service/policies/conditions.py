"""Conditions over what is known of an elder, as plain data that a district can change; refuses to run code.

A condition is one of: {"category": c}, {"fact": "age"|"ability", "least": n}, {"is": "lives_alone"|"assessed"},
{"all": [...]}, {"any": [...]}, {"not": condition}. An unknown ability is less than every level.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from models.types import Category

Condition = dict[str, Any]
NUMBERS = ("age", "ability")
FLAGS = ("lives_alone", "assessed")
CATEGORIES = tuple(category.value for category in Category)
DEEPEST = 5
WIDEST = 30


@dataclass(frozen=True)
class Facts:
    """What conditions may ask of an elder on one day; `ability` None is not known."""

    age: int
    ability: int | None
    lives_alone: bool
    assessed: bool
    categories: frozenset[str] = field(default_factory=frozenset)


def holds(condition: Condition, facts: Facts) -> bool:
    """Whether the condition is true of these facts. Conditions come from `faults`-free data."""
    if "category" in condition:
        return condition["category"] in facts.categories
    if "fact" in condition:
        number = facts.age if condition["fact"] == "age" else facts.ability
        return number is not None and bool(number >= condition["least"])
    if "is" in condition:
        return facts.assessed if condition["is"] == "assessed" else facts.lives_alone
    if "not" in condition:
        return not holds(condition["not"], facts)
    parts = (holds(part, facts) for part in condition.get("all") or condition["any"])
    return all(parts) if "all" in condition else any(parts)


def first_holding(named: Sequence[dict[str, Any]], facts: Facts) -> int | None:
    """The place of the first of [{"name", "when"}] that holds; None when none does."""
    return next((place for place, rule in enumerate(named) if holds(rule["when"], facts)), None)


def faults(condition: Any, depth: int = 1) -> list[str]:
    """Everything wrong with a condition as written; empty when it can be used."""
    if depth > DEEPEST:
        return [f"conditions nest at most {DEEPEST} deep"]
    if not isinstance(condition, dict):
        return ["a condition is an object such as {'category': 'destitute'}"]
    verbs = set(condition) - {"least"}
    if len(verbs) != 1:
        return [f"one of category, fact, is, all, any, not; found {sorted(map(str, verbs))}"]
    verb = verbs.pop()
    what = condition[verb]
    if verb in ("all", "any"):
        if not isinstance(what, list) or not 1 <= len(what) <= WIDEST:
            return [f"{verb} takes a list of 1 to {WIDEST} conditions"]
        return [fault for part in what for fault in faults(part, depth + 1)]
    if verb == "not":
        return faults(what, depth + 1)
    return _leaf_faults(str(verb), what, condition.get("least"))


def _leaf_faults(verb: str, what: Any, least: Any) -> list[str]:
    if verb == "category":
        return [] if what in CATEGORIES else [f"category takes one of {', '.join(CATEGORIES)}"]
    if verb == "is":
        return [] if what in FLAGS else [f"is takes one of {', '.join(FLAGS)}"]
    if verb != "fact":
        return [f"one of category, fact, is, all, any, not; found {verb}"]
    if what not in NUMBERS:
        return [f"fact takes one of {', '.join(NUMBERS)}"]
    whole = isinstance(least, int) and not isinstance(least, bool)
    return [] if whole and 0 <= least <= 150 else ["least takes a whole number from 0 to 150"]
