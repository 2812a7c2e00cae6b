"""Compares two plans as the people in them see it: who comes, and when; it judges neither."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from routing.plan import Plan

KEPT, MOVED, OTHER, NEW, DROPPED, CANCELLED = "kept", "moved", "other caregiver", "new", "dropped", "cancelled"
Places = tuple[tuple[str, int], ...]
"""(caregiver, start) per person of a visit, in the order of its needs."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one visit: `kind`, who was to come when (`was`), and who comes now when (`becomes`)."""

    visit: str
    kind: str
    was: Places
    becomes: Places

    @property
    def caregivers(self) -> tuple[str, ...]:
        """Whose day it touches, then and now."""
        return tuple(dict.fromkeys(who for who, _ in (*self.was, *self.becomes)))


def compared(
    before: Plan, after: Plan, tolerance: int, *, cancelled: Collection[str] = (), visits: Iterable[str] = ()
) -> tuple[Change, ...]:
    """One entry per visit that one of the plans serves, `visits` first in their order; kept ones included.

    A start that moves by at most `tolerance` is kept. Visits that neither plan serves are no change, unless cancelled.
    """
    was, becomes = placed(before), placed(after)
    found = []
    for name in dict.fromkeys((*visits, *was, *becomes)):
        old, new = was.get(name, ()), becomes.get(name, ())
        if name in cancelled:
            found.append(Change(name, CANCELLED, old, ()))
        elif old or new:
            found.append(Change(name, _kind(old, new, tolerance), old, new))
    return tuple(found)


def _kind(old: Places, new: Places, tolerance: int) -> str:
    if not old:
        return NEW
    if not new:
        return DROPPED
    if [who for who, _ in old] != [who for who, _ in new]:
        return OTHER
    return KEPT if all(abs(a - b) <= tolerance for (_, a), (_, b) in zip(old, new, strict=True)) else MOVED


def placed(plan: Plan) -> dict[str, Places]:
    """Who comes when, per visit served."""
    halves: dict[str, dict[int, tuple[str, int]]] = {}
    for route in plan.routes:
        for stop in route.stops:
            if stop.kind == "visit":
                halves.setdefault(stop.visit, {})[stop.half] = (route.caregiver, stop.start)
    return {name: tuple(found[half] for half in sorted(found)) for name, found in halves.items()}


def counted(changes: Iterable[Change]) -> dict[str, int]:
    """How many visits of each kind."""
    return dict(Counter(change.kind for change in changes))


def to_be_told(changes: Iterable[Change]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(visits whose elder must hear of it, caregivers whose day changes): everything but what is kept."""
    changed = [change for change in changes if change.kind != KEPT]
    people = dict.fromkeys(who for change in changed for who in change.caregivers)
    return tuple(change.visit for change in changed), tuple(people)
