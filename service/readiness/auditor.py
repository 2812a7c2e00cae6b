"""Looks every 30 s for calls that nothing would move on, mends what can be mended, and tells what it saw.

An open call has an armed timer, a notice on its way, or a handler with recent activity. Refuses to trust that because
everything was armed once it still is.
"""

import logging
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Incident, Notice, Timer
from models.types import IncidentState, NoticeState, TimerState
from service import audit
from service.db import Database, unwalled_now
from service.emergencies import escalation
from service.emergencies.queries import card_of
from service.emergencies.rules import SENT_STEP
from service.intake.ladder import LADDERS
from service.realtime import outbox

log = logging.getLogger(__name__)

LATE = timedelta(seconds=2)
STUCK = timedelta(seconds=30)
QUIET = timedelta(minutes=30)
"""An assigned call of which nothing was heard for so long is looked at again."""
MOST = 50


@dataclass
class Report:
    """What one look found. `armed`: calls without anything that would ring, for which a timer was armed again."""

    at: datetime
    open: int = 0
    armed: list[int] = field(default_factory=list)
    quiet: list[int] = field(default_factory=list)
    late_timers: int = 0
    late_s: float = 0.0
    stuck_notices: int = 0
    quarantined: int = 0
    disk_full: bool = False

    @property
    def well(self) -> bool:
        """Whether the ladder runs: nothing overdue, nothing stuck, and room on the disk."""
        return self.late_timers == 0 and self.stuck_notices == 0 and not self.disk_full

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "at": self.at.isoformat(timespec="milliseconds"), "well": self.well}


async def look(database: Database) -> Report:
    """One look at everything that is open; calls that nothing would move are armed again, each in its transaction."""
    async with database.reading() as session:
        now = await unwalled_now(session)
        report = Report(now)
        await _count(session, report, now)
        orphans = await _orphans(session)
        report.quiet = await _quiet(session, now)
    for incident_id in orphans:
        async with database.writing(urgent=True) as session:
            if await _arm(session, incident_id, now):
                report.armed.append(incident_id)
    if not report.well or report.armed or report.quiet:
        log.error("the auditor found calls at risk", extra={"report": report.as_json()})
    return report


async def _count(session: AsyncSession, report: Report, now: datetime) -> None:
    report.open = await _number(session, select(func.count()).where(Incident.state != IncidentState.CLOSED))
    due = select(func.count(), func.min(Timer.due_at)).join(Incident, Incident.id == Timer.incident_id)
    due = due.where(Timer.state == TimerState.ARMED, Timer.due_at < now - LATE, _ringing())
    report.late_timers, earliest = (await session.execute(due)).one()
    report.late_s = 0.0 if earliest is None else (now - earliest).total_seconds()
    waiting = Notice.state.in_((NoticeState.PENDING, NoticeState.LEASED))
    stuck = select(func.count()).select_from(Notice).where(waiting, Notice.due_at < now - STUCK)
    report.stuck_notices = await _number(session, stuck)
    broken = select(func.count()).select_from(Timer).where(Timer.state == TimerState.QUARANTINED)
    report.quarantined = await _number(session, broken)


def _ringing() -> ColumnElement[bool]:
    """Armed timers of these states fire; of others they wait for nothing."""
    open_rung = (Incident.state == IncidentState.OPEN) & (Timer.step < SENT_STEP)
    return open_rung | ((Incident.state == IncidentState.ACKNOWLEDGED) & (Timer.rung == escalation.AGAIN))


async def _number(session: AsyncSession, query: "object") -> int:
    return int(await session.scalar(query) or 0)  # type: ignore[call-overload]


async def _orphans(session: AsyncSession) -> list[int]:
    """Unanswered or answered calls without an armed timer that would ring for them."""
    armed = select(Timer.id).where(Timer.incident_id == Incident.id, Timer.state == TimerState.ARMED, _ringing())
    unmoved = select(Incident.id).where(Incident.state.in_((IncidentState.OPEN, IncidentState.ACKNOWLEDGED)))
    return list(await session.scalars(unmoved.where(~exists(armed)).order_by(Incident.id).limit(MOST)))


async def _quiet(session: AsyncSession, now: datetime) -> list[int]:
    """Calls somebody was sent to half an hour ago without a word since."""
    sent = select(Incident.id).where(Incident.state == IncidentState.ASSIGNED, Incident.assigned_at < now - QUIET)
    return list(await session.scalars(sent.order_by(Incident.id).limit(MOST)))


async def _arm(session: AsyncSession, incident_id: int, now: datetime) -> bool:
    """Arm what an orphan lacks; every desk in scope hears that it rings again."""
    query = select(Incident).where(Incident.id == incident_id).with_for_update()
    incident = (await session.scalars(query.execution_options(populate_existing=True))).one()
    if incident.state is IncidentState.ACKNOWLEDGED:
        await escalation.arm_again(session, incident_id, at_once=True)
    elif incident.state is IncidentState.OPEN:
        ladder = await escalation.ladder_of(session, incident)
        last = (ladder.rungs or LADDERS[incident.playbook].rungs)[-1]
        await escalation.arm(session, incident_id, last.step, last.name, timedelta())
    else:
        return False
    audit.note(session, now, None, "incident.rearmed", f"incident:{incident_id}", "it had no timer")
    card = await card_of(session, incident_id)
    subject, area_code = f"incident:{incident_id}", card["place"]["area_code"]
    data = {"incident": card, "rung": escalation.AGAIN}
    outbox.append(
        session, "incident.reraised", data, subject=subject, area_code=area_code, provider_id=card["provider_id"]
    )
    return True
