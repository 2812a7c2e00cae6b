"""Pure decisions about visits: which step follows which, and when one is late; refuses to look anything up."""

from datetime import datetime

from models.types import VisitState

STEPS = {
    "en-route": VisitState.EN_ROUTE,
    "arrive": VisitState.ARRIVED,
    "start": VisitState.IN_SERVICE,
    "finish": VisitState.FINISHED,
}
"""The verbs of the phone door and the state each leads to."""

ORDER = (
    VisitState.ACCEPTED,
    VisitState.EN_ROUTE,
    VisitState.ARRIVED,
    VisitState.IN_SERVICE,
    VisitState.FINISHED,
    VisitState.CONFIRMED,
)
TOPICS = {
    VisitState.EN_ROUTE: "visit.en_route",
    VisitState.ARRIVED: "visit.arrived",
    VisitState.IN_SERVICE: "visit.arrived",
    VisitState.FINISHED: "visit.finished",
}
LATE_MIN = (15, 30, 60)
MISSED_MIN = 120


def next_states(state: VisitState) -> list[VisitState]:
    """What may follow `state`: any later step (a phone without network reports late), nothing after the end."""
    if state is VisitState.MISSED:
        return [VisitState.EN_ROUTE, VisitState.ARRIVED, VisitState.IN_SERVICE, VisitState.FINISHED]
    if state not in ORDER:
        return []
    return [later for later in ORDER[ORDER.index(state) + 1 :] if later is not VisitState.CONFIRMED]


def lateness(state: VisitState, planned: datetime, now: datetime) -> int:
    """The highest passed mark of 15, 30, 60 minutes that a visit not yet begun is behind its planned start; else 0."""
    if state not in (VisitState.ACCEPTED, VisitState.EN_ROUTE):
        return 0
    behind = (now - planned).total_seconds() / 60
    return max((mark for mark in LATE_MIN if behind >= mark), default=0)


def is_missed(state: VisitState, due: datetime, now: datetime) -> bool:
    """Whether nobody set out for it and its window closed two hours ago."""
    return state is VisitState.ACCEPTED and (now - due).total_seconds() >= MISSED_MIN * 60
