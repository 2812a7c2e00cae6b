"""Pure decisions about incidents: what may follow, what a close lacks, which promises held; refuses to look up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models.types import IncidentState, Outcome
from service.clock import rfc3339

NEXT: Mapping[IncidentState, frozenset[IncidentState]] = {
    IncidentState.OPEN: frozenset({IncidentState.ACKNOWLEDGED, IncidentState.ASSIGNED}),
    IncidentState.ACKNOWLEDGED: frozenset({IncidentState.ASSIGNED, IncidentState.CLOSED}),
    IncidentState.ASSIGNED: frozenset(
        {IncidentState.ACKNOWLEDGED, IncidentState.ASSIGNED, IncidentState.ON_SCENE, IncidentState.CLOSED}
    ),
    IncidentState.ON_SCENE: frozenset({IncidentState.RECOVERING, IncidentState.CLOSED}),
    IncidentState.RECOVERING: frozenset({IncidentState.CLOSED}),
    IncidentState.CLOSED: frozenset(),
}
"""What may follow each state. Assigning an open incident answers it; an assigned one may go to
somebody else, or back when the caregiver declines."""

NOTHING_HAPPENED = frozenset({Outcome.FALSE_ALARM, Outcome.DEVICE_FAULT})
AGAIN_AFTER = timedelta(minutes=3)
SENT_STEP = 50
"""Notices to the caregiver who is sent, a cycle for each sending; smaller steps are rungs of the ladder."""
AGAIN_STEP, LOST_STEP, FOUND_STEP = 100, 200, 201
"""Timers that ring an answered call again; the growing search for somebody lost, and the word that ends it."""
OPENS_UNTIL = timedelta(minutes=30)
ANSWER_GOAL = timedelta(seconds=60)
ON_SITE_GOAL = timedelta(minutes=45)


def sources_of(target: IncidentState) -> list[IncidentState]:
    """The states from which an incident may become `target`."""
    return [state for state, following in NEXT.items() if target in following]


def is_over(closed_at: datetime | None, now: datetime) -> bool:
    """Whether an incident no longer opens any sealed field: half an hour after it was closed."""
    return closed_at is not None and now - closed_at > OPENS_UNTIL


def close_lacks(
    state: IncidentState,
    outcome: Outcome | None,
    note: str | None,
    on_scene_at: datetime | None,
    *,
    searching: bool = False,
) -> list[str]:
    """What is missing before an incident may be closed: acknowledged, outcome, found, on_scene, note; else empty.

    A false alarm or a faulty device needs neither somebody on scene nor a note; a search ends with somebody found, or
    with the outcome that says that nobody was.
    """
    lacks = [] if IncidentState.CLOSED in NEXT[state] else ["acknowledged"]
    if outcome is None:
        return [*lacks, "outcome"]
    if searching and outcome not in (Outcome.NOT_FOUND, Outcome.FALSE_ALARM):
        lacks += ["found"]
    if outcome not in NOTHING_HAPPENED:
        lacks += [] if on_scene_at is not None or (searching and outcome is Outcome.NOT_FOUND) else ["on_scene"]
        lacks += [] if (note or "").strip() else ["note"]
    return lacks


@dataclass(frozen=True)
class Call:
    """One incident as its promises see it."""

    opened_at: datetime
    acknowledged_at: datetime | None
    on_scene_at: datetime | None
    outcome: Outcome | None


def promises(calls: Sequence[Call], now: datetime) -> dict[str, list[int]]:
    """How many calls were answered within 60 s and had somebody on site within 45 min, as [met, total].

    A call counts when its promise was kept, or its time has passed; on site, not when nothing had happened.
    """
    answers = [_kept(call.opened_at, call.acknowledged_at, ANSWER_GOAL, now) for call in calls]
    real = [call for call in calls if call.outcome not in NOTHING_HAPPENED]
    arrivals = [_kept(call.opened_at, call.on_scene_at, ON_SITE_GOAL, now) for call in real]
    return {"answered_60": _share(answers), "on_site_45": _share(arrivals)}


def _kept(since: datetime, done: datetime | None, goal: timedelta, now: datetime) -> bool | None:
    if done is not None:
        return done - since <= goal
    return False if now - since > goal else None


def _share(kept: Sequence[bool | None]) -> list[int]:
    return [sum(one is True for one in kept), sum(one is not None for one in kept)]


OUTCOMES: Mapping[str, str] = {
    "helped": "已处置",
    "hospital": "已送医",
    "false_alarm": "误报",
    "device_fault": "设备故障",
    "not_found": "没找到人",
    "other": "其他",
}
RUNGS: Mapping[str, str] = {
    "desk": "值守台",
    "station": "护理站",
    "family": "家属",
    "village": "村居",
    "lost": "附近的人",
    "supervisor": "主管，提示拨打 120",
}
SENTENCES: Mapping[str, str] = {
    "raised": "呼叫进来",
    "repeated": "又按了，共 {presses} 次",
    "acknowledged": "{answered} 接听",
    "escalated": "无人接听，升级到{rung}",
    "reraised": "3 分没进展，再响",
    "assigned": "派 {sent}",
    "accepted": "{sent} 已接单",
    "declined": "{who} 去不了：{why}",
    "on_scene": "{sent} 到场",
    "recovering": "转恢复",
    "closed": "结案：{outcome}",
    "confirmed": "{who} 回话：知道了",
    "found": "{who} 报告：人已找到",
    "lost": "按走失处置，开始找人",
    "search_widened": "找人范围扩大，又通知 {told_count} 人",
    "diverted": "{sent} 改道，后面的单重新安排",
}


def log_line(at: datetime, topic: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """One line of an incident's log from its event: moment, topic, and a sentence."""
    card = data.get("incident") or {}
    words = {
        "presses": card.get("presses"),
        "answered": (card.get("acknowledged_by") or {}).get("display", ""),
        "sent": (card.get("assigned_to") or {}).get("name", ""),
        "rung": RUNGS.get(str(data.get("rung")), "下一级"),
        "outcome": OUTCOMES.get(str(card.get("outcome")), ""),
        "who": data.get("who", ""),
        "told_count": data.get("told", 0),
        "why": data.get("why", ""),
    }
    sentence = SENTENCES.get(topic.removeprefix("incident."))
    return {"at": rfc3339(at), "topic": topic, "text": topic if sentence is None else sentence.format_map(words)}


def earlier_view(incident_id: int, kind: str, opened_at: datetime, outcome: Outcome | None) -> dict[str, Any]:
    """An earlier incident of the same person, in short."""
    return {"id": incident_id, "kind": kind, "opened_at": rfc3339(opened_at), "outcome": outcome}
