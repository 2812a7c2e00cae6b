"""Verbs on visits: record a step, call off, send to another door, mark the late and the missed; never commits."""

from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Household, Visit
from models.types import VisitState
from service.auth import Actor
from service.clock import rfc3339
from service.errors import BadInput, Conflict, FieldProblem, NotFound
from service.realtime import outbox
from service.staff.actions import tell_caregiver
from service.town_clock import TownTime
from service.visits import queries, rules

SKEW = timedelta(minutes=2)


class IllegalStep(Conflict):
    """The visit is not where this step could follow; `allowed` names what could."""

    code = "visit.illegal_step"


async def record_step(
    session: AsyncSession,
    actor: Actor,
    visit_id: int,
    step: str,
    town: TownTime,
    at: datetime | None = None,
    note: str | None = None,
) -> Visit:
    """Record en-route, arrive, start or finish by a caregiver whom the plan sends there; a repeat changes nothing.

    `at` is the phone's moment: kept when within two minutes of ours, else ours holds and the note says both.
    Raises NotFound for somebody else's visit, IllegalStep when the step cannot follow.
    """
    state = rules.STEPS.get(step)
    if state is None:
        raise BadInput(f"no step {step!r}", fields=[FieldProblem("step", f"is {step!r}", ", ".join(rules.STEPS))])
    visit = await queries.get_visit(session, visit_id)
    caregivers = await queries.caregivers_of(session, visit_id)
    if actor.caregiver_id not in caregivers:
        raise NotFound(f"no visit {visit_id} on your route")
    if visit.state is state or _already(visit, state):
        return visit
    if state not in rules.next_states(visit.state):
        allowed = [later.value for later in rules.next_states(visit.state)]
        raise IllegalStep(f"the visit is {visit.state}; {step} cannot follow", state=visit.state.value, allowed=allowed)
    _stamp(visit, state, town.at, at)
    if note:
        visit.note = note[:300]
    await session.flush()
    await _tell(session, visit, rules.TOPICS[state], caregivers)
    for caregiver_id in caregivers:
        await tell_caregiver(session, caregiver_id, town)
    return visit


def _already(visit: Visit, state: VisitState) -> bool:
    """Whether a late repeat of an earlier step arrives after a later one: kept out, no error to the phone."""
    if visit.state not in rules.ORDER or state not in rules.ORDER:
        return False
    stamps = {
        VisitState.EN_ROUTE: visit.en_route_at,
        VisitState.ARRIVED: visit.arrived_at,
        VisitState.IN_SERVICE: visit.started_at,
        VisitState.FINISHED: visit.finished_at,
    }
    return rules.ORDER.index(visit.state) > rules.ORDER.index(state) and stamps.get(state) is not None


def _stamp(visit: Visit, state: VisitState, now: datetime, at: datetime | None) -> None:
    moment = now
    if at is not None:
        if abs(at - now) <= SKEW:
            moment = at
        else:
            visit.note = f"phone says {rfc3339(at)}, server {rfc3339(now)}"
    column = {
        VisitState.EN_ROUTE: "en_route_at",
        VisitState.ARRIVED: "arrived_at",
        VisitState.IN_SERVICE: "started_at",
        VisitState.FINISHED: "finished_at",
    }[state]
    setattr(visit, column, moment)
    visit.state = state


async def _tell(session: AsyncSession, visit: Visit, topic: str, caregivers: list[int]) -> None:
    outbox.append(
        session,
        topic,
        {"visit": await queries.visit_view(session, visit)},
        subject=f"visit:{visit.id}",
        area_code=visit.area_code,
        provider_id=visit.provider_id,
        caregiver_ids=caregivers,
    )


async def call_off(session: AsyncSession, elder_id: int, from_on: date) -> list[int]:
    """Cancel every visit of an elder from a day on that nobody has set out for, looks in too; answers their ids.

    Whoever asked for it tells the desks and the phones, because only they know what becomes of the orders.
    """
    ahead = (Visit.elder_id == elder_id) & (Visit.service_on >= from_on) & (Visit.state == VisitState.ACCEPTED)
    gone = update(Visit).where(ahead).values(state=VisitState.CANCELLED)
    return list(await session.scalars(gone.returning(Visit.id)))


async def move_ahead(session: AsyncSession, elder_id: int, from_on: date, home: Household) -> list[int]:
    """Send those who have not set out yet, from a day on, to the door where the elder lives now; answers the visits."""
    ahead = (Visit.elder_id == elder_id) & (Visit.service_on >= from_on) & (Visit.state == VisitState.ACCEPTED)
    there = update(Visit).where(ahead).values(household_id=home.id, area_code=home.area_code)
    return list(await session.scalars(there.returning(Visit.id)))


async def mark_late(session: AsyncSession, town: TownTime, at_most: int = 50) -> int:
    """Raise visits that passed 15, 30 or 60 minutes, or were missed; each mark once. Returns how many changed."""
    changed = 0
    for visit, planned in await queries.overdue(session, town.today):
        if changed == at_most:
            break
        if rules.is_missed(visit.state, visit.window_to_at, town.at):
            visit.state, topic = VisitState.MISSED, "visit.missed"
        else:
            late = rules.lateness(visit.state, planned, town.at) if planned is not None else 0
            if late <= visit.late_min:
                continue
            visit.late_min, topic = late, "visit.late"
        changed += 1
        await session.flush()
        await _tell(session, visit, topic, await queries.caregivers_of(session, visit.id))
    return changed
