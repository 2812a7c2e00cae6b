"""Verbs on plans: ask for one, keep it as a draft, publish; takes session and actor, never commits."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Job, Pin, Plan, Route, Stop, Unserved, Visit
from models.types import AreaLevel, PlanState
from service import audit
from service.auth import Actor
from service.dispatch import queries
from service.errors import BadInput, Conflict, FieldProblem, NotFound
from service.jobs.actions import enqueue
from service.organisations.queries import get_area
from service.realtime import outbox

KIND, DIVERT, PLACE = "plan.day", "plan.divert", "plan.place"
DIVERT_S = 6.0
"""The search for who takes over: a few routes, so a few seconds."""
LONGEST_S = 600


class NotADraft(Conflict):
    """Only a draft can be published, and only once."""

    code = "plan.not_a_draft"


async def ask_for_plan(
    session: AsyncSession, actor: Actor, area_code: str, on_date: date, seconds: float, seed: int, now: datetime
) -> Job:
    """Queue the planning of a district's day; one at a time for each. Raises BadInput, NotFound, Conflict."""
    area = await get_area(session, area_code)
    if not actor.sees(area.code, None):
        raise NotFound(f"no area {area_code}")
    faults = []
    if area.level is not AreaLevel.DISTRICT:
        faults.append(FieldProblem("area_code", f"{area.name} is a {area.level}", "the code of a district"))
    if not 1 <= seconds <= LONGEST_S:
        faults.append(FieldProblem("seconds", f"is {seconds}", f"1 to {LONGEST_S}"))
    if faults:
        raise BadInput("this day cannot be planned as asked", fields=faults)
    payload = {"area_code": area_code, "on_date": on_date.isoformat(), "seconds": seconds, "seed": seed}
    audit.note(session, now, actor.account_id, "plan.ask", f"area:{area_code}", on_date.isoformat())
    return await enqueue(
        session,
        KIND,
        {**payload, "made_by": actor.account_id},
        now=now,
        unique_key=f"{KIND}:{area_code}:{on_date}",
        area_code=area_code,
        made_by=actor.account_id,
    )


async def ask_for_diversion(session: AsyncSession, actor: Actor, payload: dict[str, Any], now: datetime) -> Job:
    """Queue planning anew around a caregiver who was sent to a call; payload as in `jobs.plan_diversion`."""
    key = f"{DIVERT}:{payload['incident_id']}:{payload['caregiver_id']}"
    audit.note(session, now, actor.account_id, "plan.divert", f"incident:{payload['incident_id']}")
    whole = {**payload, "seconds": DIVERT_S, "made_by": actor.account_id}
    area_code = payload["area_code"]
    return await enqueue(session, DIVERT, whole, now=now, unique_key=key, area_code=area_code, made_by=actor.account_id)


async def ask_for_place(
    session: AsyncSession, actor: Actor, visit: Visit, plan_id: int, caregiver_ids: list[int], now: datetime
) -> Job:
    """Queue giving a visit its best place with these caregivers in the plan in force."""
    audit.note(session, now, actor.account_id, "visit.place", f"visit:{visit.id}", f"caregivers {caregiver_ids}")
    payload = {"visit_id": visit.id, "plan_id": plan_id, "caregiver_ids": caregiver_ids, "made_by": actor.account_id}
    key = f"{PLACE}:{visit.id}"
    return await enqueue(
        session, PLACE, payload, now=now, unique_key=key, area_code=visit.area_code, made_by=actor.account_id
    )


async def pin_visit(
    session: AsyncSession,
    actor: Actor,
    visit: Visit,
    caregiver_ids: list[int],
    start_at: datetime | None,
    now: datetime,
) -> None:
    """Fix by hand who comes to a visit, and when if told; every plan from now on keeps to it. No ids: nothing is fixed.

    Whoever lacks the skill is not refused here: the next plan leaves the visit out and says so. Raises BadInput for
    another number of people than the visit needs, for somebody without a shift that day, and for a start outside the
    visit's window.
    """
    faults = []
    if len(set(caregiver_ids)) != len(caregiver_ids) or len(caregiver_ids) not in (0, visit.people):
        faults.append(FieldProblem("caregiver_ids", f"are {caregiver_ids}", f"{visit.people} different caregivers"))
    for who in caregiver_ids:
        if await queries.shift_on(session, who, visit.service_on) is None:
            faults.append(FieldProblem("caregiver_ids", f"{who} is off duty on {visit.service_on}", "people on duty"))
    if start_at is not None and not visit.window_from_at <= start_at <= visit.window_to_at:
        faults.append(FieldProblem("start_at", "is outside the visit's window", "a moment of the window"))
    if start_at is not None and not caregiver_ids:
        faults.append(FieldProblem("start_at", "is fixed without caregivers", "caregiver_ids with it"))
    if faults:
        raise BadInput("the visit cannot be fixed as asked", fields=faults)
    await session.execute(delete(Pin).where(Pin.visit_id == visit.id))
    for half, who in enumerate(caregiver_ids):
        pin = Pin(visit_id=visit.id, half=half, caregiver_id=who, start_at=start_at)
        pin.pinned_by, pin.pinned_at = actor.account_id, now
        session.add(pin)
    audit.note(session, now, actor.account_id, "visit.pin", f"visit:{visit.id}", f"caregivers {caregiver_ids}")


async def start_draft(session: AsyncSession, head: dict[str, Any]) -> int:
    """Keep the head of a new draft version; routes follow in chunks. Returns the plan's id."""
    version = await queries.next_version(session, head["area_code"], head["on_date"])
    plan = Plan(**head, version=version, state=PlanState.DRAFT)
    session.add(plan)
    await session.flush()
    return plan.id


async def add_routes(session: AsyncSession, plan_id: int, routes: list[dict[str, Any]]) -> None:
    """Add some routes with their stops to a draft."""
    for values in routes:
        stops = values["stops"]
        route = Route(plan_id=plan_id, **{key: value for key, value in values.items() if key != "stops"})
        session.add(route)
        await session.flush()
        await session.execute(insert(Stop), [{**stop, "route_id": route.id} for stop in stops])


async def add_unserved(session: AsyncSession, plan_id: int, rows: list[dict[str, Any]]) -> None:
    """Add some of the visits that a draft leaves out."""
    if rows:
        await session.execute(insert(Unserved), [{**row, "plan_id": plan_id} for row in rows])


async def drop_draft(session: AsyncSession, plan_id: int) -> None:
    """Remove a draft that was not written to its end."""
    routes = select(Route.id).where(Route.plan_id == plan_id)
    await session.execute(delete(Stop).where(Stop.route_id.in_(routes)))
    await session.execute(delete(Route).where(Route.plan_id == plan_id))
    await session.execute(delete(Unserved).where(Unserved.plan_id == plan_id))
    await session.execute(delete(Plan).where(Plan.id == plan_id, Plan.state == PlanState.DRAFT))


async def publish_plan(session: AsyncSession, actor: Actor | None, plan_id: int, now: datetime) -> Plan:
    """Put a draft in force in place of the version before it, at once and whole.

    Raises NotFound outside the scope, NotADraft with the state it is in.
    """
    plan = await queries.get_plan(session, actor, plan_id) if actor else await session.get_one(Plan, plan_id)
    await session.execute(
        update(Plan)
        .where(Plan.area_code == plan.area_code, Plan.on_date == plan.on_date, Plan.state == PlanState.PUBLISHED)
        .values(state=PlanState.SUPERSEDED)
    )
    who = actor.account_id if actor else None
    claim = update(Plan).where(Plan.id == plan_id, Plan.state == PlanState.DRAFT).returning(Plan.id)
    done = await session.execute(claim.values(state=PlanState.PUBLISHED, published_at=now, published_by=who))
    if done.first() is None:
        raise NotADraft(f"plan {plan_id} is {plan.state}", state=plan.state.value)
    await session.refresh(plan)
    caregivers = await queries.caregivers_of_plan(session, plan_id)
    outbox.append(
        session,
        "plan.published",
        {"plan": await queries.plan_view(session, plan)},
        subject=f"plan:{plan_id}",
        area_code=plan.area_code,
        caregiver_ids=caregivers,
    )
    audit.note(session, now, who, "plan.publish", f"plan:{plan_id}")
    return plan
