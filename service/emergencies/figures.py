"""What the promises come to: shares kept, every breach by name; pure, drills left out by whoever reads the calls."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models.types import Outcome
from service.clock import rfc3339
from service.emergencies.rules import NOTHING_HAPPENED


@dataclass(frozen=True)
class Goal:
    """One promise: within so many seconds, for at least this share of the calls."""

    name: str
    within_s: int
    share: float


@dataclass(frozen=True)
class Goals:
    """A district's promises; the defaults where it has made none."""

    answer_s: int = 60
    answer_share: float = 0.975
    answer_late_s: int = 180
    answer_late_share: float = 0.99
    on_site_min: int = 45
    on_site_late_min: int = 60

    def all(self) -> tuple[Goal, ...]:
        """In the order in which they fall due. Nobody may come later than the last one: its share is everybody."""
        return (
            Goal("answered", self.answer_s, self.answer_share),
            Goal("answered_late", self.answer_late_s, self.answer_late_share),
            Goal("on_site", self.on_site_min * 60, 0.9),
            Goal("on_site_late", self.on_site_late_min * 60, 1.0),
        )


@dataclass(frozen=True)
class Handled:
    """One call as its promises see it."""

    incident_id: int
    kind: str
    area_code: str | None
    opened_at: datetime
    acknowledged_at: datetime | None
    on_scene_at: datetime | None
    closed_at: datetime | None
    outcome: Outcome | None


def report(calls: Sequence[Handled], goals: Goals, now: datetime) -> dict[str, Any]:
    """Each promise with [kept, due], its share and whether the goal is met; and every breach, the newest last.

    A call counts once its promise is kept or its time has passed. On site counts only when something had happened.
    """
    promises, breaches = [], []
    for goal in goals.all():
        taken = [(call, _took(call, goal, now)) for call in calls if _counts(call, goal)]
        due = [(call, took_s, kept) for call, (took_s, kept) in taken if kept is not None]
        kept_count = sum(kept for _, _, kept in due)
        share = kept_count / len(due) if due else None
        promises.append(
            {
                "promise": goal.name,
                "within_s": goal.within_s,
                "goal_share": goal.share,
                "kept": kept_count,
                "due": len(due),
                "share": share,
                "met": share is None or share >= goal.share,
            }
        )
        breaches += [_breach(call, goal, took_s) for call, took_s, kept in due if not kept]
    return {"promises": promises, "breaches": sorted(breaches, key=lambda one: (one["opened_at"], one["within_s"]))}


def _counts(call: Handled, goal: Goal) -> bool:
    return goal.name.startswith("answered") or call.outcome not in NOTHING_HAPPENED


def _took(call: Handled, goal: Goal, now: datetime) -> tuple[float, bool | None]:
    done = call.acknowledged_at if goal.name.startswith("answered") else call.on_scene_at
    took = (done or call.closed_at or now) - call.opened_at
    in_time = took <= timedelta(seconds=goal.within_s)
    if done is not None:
        return took.total_seconds(), in_time
    return took.total_seconds(), None if in_time and call.closed_at is None else False


def _breach(call: Handled, goal: Goal, took_s: float) -> dict[str, Any]:
    answered = call.acknowledged_at if goal.name.startswith("answered") else call.on_scene_at
    return {
        "incident_id": call.incident_id,
        "kind": call.kind,
        "area_code": call.area_code,
        "promise": goal.name,
        "within_s": goal.within_s,
        "took_s": round(took_s),
        "still_waiting": answered is None and call.closed_at is None,
        "opened_at": rfc3339(call.opened_at),
    }


def by_district(calls: Iterable[Handled]) -> dict[str, list[Handled]]:
    """Calls by the district of their place."""
    found: dict[str, list[Handled]] = {}
    for call in calls:
        found.setdefault(f"{call.area_code[:6]}000000" if call.area_code else "", []).append(call)
    return found
