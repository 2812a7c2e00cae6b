"""Verbs on incidents: answer, send somebody, on scene, recovering, close; one winner each, takes session and actor."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Caregiver, Incident
from models.types import IncidentState, Outcome
from service import audit
from service.accounts.sessions import keep_alive
from service.auth import Actor
from service.emergencies import escalation, rules
from service.emergencies.confirming import confirm_own, page_caregiver, told_confirmed
from service.emergencies.queries import card_of, get_card, in_scope
from service.emergencies.searching import still_searching
from service.errors import Conflict, NotFound
from service.realtime import outbox
from service.staff.actions import tell_caregiver
from service.town_clock import town_at
from service.vault import masked_name


class AlreadyAcknowledged(Conflict):
    """Somebody else answered first; `incident` is how it stands now."""

    code = "incident.already_acknowledged"


class IllegalStep(Conflict):
    """This step cannot follow the state it is in; `allowed` names what could, `incident` is how it stands now."""

    code = "incident.illegal_step"


class NotClosable(Conflict):
    """The close lacks something: `lacks` lists acknowledged, outcome, on_scene, note; `incident` is how it stands."""

    code = "incident.not_closable"


class ResponderUnfit(Conflict):
    """The caregiver should not go: `why` says it. Asking again with `despite` sends them all the same."""

    code = "incident.responder_unfit"


Card = dict[str, Any]


async def acknowledge(session: AsyncSession, actor: Actor, incident_id: int, now: datetime) -> Card:
    """Answer an open incident: exactly one wins. The ladder stops; in three minutes it rings again unless it moves.

    Raises NotFound, AlreadyAcknowledged with `incident`.
    """
    claim = update(Incident).where(Incident.id == incident_id, Incident.state == IncidentState.OPEN, in_scope(actor))
    values = {"state": IncidentState.ACKNOWLEDGED, "acknowledged_at": now, "acknowledged_by": actor.account_id}
    if not await _hit(session, claim, values):
        card = await get_card(session, actor, incident_id)
        audit.refuse(session, now, actor.account_id, "incident.acknowledged", f"incident:{incident_id}")
        winner = (card["acknowledged_by"] or {}).get("display", "somebody else")
        raise AlreadyAcknowledged(f"{winner} answered first", incident=card)
    await confirm_own(session, actor, incident_id, now)
    await escalation.answered(session, incident_id)
    await escalation.arm_again(session, incident_id)
    return await _tell(session, actor, incident_id, "incident.acknowledged", now)


async def assign(
    session: AsyncSession,
    actor: Actor,
    incident_id: int,
    caregiver_id: int,
    now: datetime,
    *,
    travel_s: int | None,
    why_not: str | None = None,
    despite: bool = False,
) -> Card:
    """Send a caregiver, answering an open incident by it; another one may be sent until somebody is on scene.

    `travel_s` and `why_not` come from `responders.look`. Sending the same one again changes nothing.
    Raises NotFound, ResponderUnfit (unless `despite`), IllegalStep.
    """
    before = await _locked(session, actor, incident_id)
    if before.state is IncidentState.ASSIGNED and before.assigned_to == caregiver_id:
        return await card_of(session, incident_id)
    if IncidentState.ASSIGNED not in rules.NEXT[before.state]:
        audit.refuse(session, now, actor.account_id, "incident.assigned", f"incident:{incident_id}")
    _check(before.state, IncidentState.ASSIGNED, await card_of(session, incident_id))
    if why_not is not None and not despite:
        raise ResponderUnfit(f"this caregiver should not go: {why_not}", why=why_not)
    answered, earlier = before.state is IncidentState.OPEN, before.assigned_to
    move = update(Incident).where(Incident.id == incident_id, Incident.state == before.state)
    values = {
        "state": IncidentState.ASSIGNED,
        "assigned_at": now,
        "assigned_to": caregiver_id,
        "assigned_travel_s": travel_s,
        "acknowledged_at": func.coalesce(Incident.acknowledged_at, now),
        "acknowledged_by": func.coalesce(Incident.acknowledged_by, actor.account_id),
    }
    await _must_hit(session, actor, incident_id, move, values)
    await escalation.answered(session, incident_id)
    await page_caregiver(session, incident_id, caregiver_id)
    if answered:
        await _tell(session, actor, incident_id, "incident.acknowledged", now)
    return await _tell(session, actor, incident_id, "incident.assigned", now, also=earlier)


async def decline(session: AsyncSession, actor: Actor, incident_id: int, why: str, now: datetime) -> None:
    """The caregiver sent cannot go: the incident goes back to the desk and rings again at once. Raises IllegalStep."""
    before = await _locked(session, actor, incident_id)
    await _only_assigned(session, before)
    who = (await session.get_one(Caregiver, before.assigned_to)).name
    move = update(Incident).where(Incident.id == incident_id, Incident.state == IncidentState.ASSIGNED)
    values = {"state": IncidentState.ACKNOWLEDGED, "assigned_to": None, "assigned_at": None, "assigned_travel_s": None}
    await _must_hit(session, actor, incident_id, move, values)
    await escalation.stop_ladder(session, incident_id)
    more = {"who": who, "why": why}
    await _tell(session, actor, incident_id, "incident.declined", now, also=actor.caregiver_id, more=more)
    await escalation.arm_again(session, incident_id, at_once=True)


async def confirm(session: AsyncSession, actor: Actor, incident_id: int, now: datetime) -> Card:
    """Who was told says that they know. While nobody has answered, this answers. Raises NotFound; repeats are fine."""
    before = await _locked(session, actor, incident_id)
    if before.state is IncidentState.OPEN:
        return await acknowledge(session, actor, incident_id, now)
    if await confirm_own(session, actor, incident_id, now):
        return await told_confirmed(session, incident_id, masked_name(actor.display))
    return await card_of(session, incident_id)


async def accept(session: AsyncSession, actor: Actor, incident_id: int, now: datetime) -> Card:
    """The caregiver sent says that they are going. Raises NotFound for somebody else's, IllegalStep."""
    await _only_assigned(session, await _locked(session, actor, incident_id))
    await confirm_own(session, actor, incident_id, now)
    await escalation.stop_rungs(session, incident_id)
    return await _tell(session, actor, incident_id, "incident.accepted", now)


async def on_scene(session: AsyncSession, actor: Actor, incident_id: int, now: datetime) -> Card:
    """Somebody is with the person; a repeat changes nothing. Raises NotFound, IllegalStep."""
    return await _step(session, actor, incident_id, IncidentState.ON_SCENE, "on_scene_at", now)


async def recovering(session: AsyncSession, actor: Actor, incident_id: int, now: datetime) -> Card:
    """The emergency is over, the person recovers; a repeat changes nothing. Raises NotFound, IllegalStep."""
    return await _step(session, actor, incident_id, IncidentState.RECOVERING, "recovering_at", now)


async def close(
    session: AsyncSession, actor: Actor, incident_id: int, outcome: Outcome | None, note: str | None, now: datetime
) -> Card:
    """Close with an outcome; a false alarm is kept and counted. Raises NotFound, NotClosable naming what is missing."""
    before = await _locked(session, actor, incident_id)
    card = await card_of(session, incident_id)
    if before.state is IncidentState.CLOSED:
        audit.refuse(session, now, actor.account_id, "incident.closed", f"incident:{incident_id}")
        raise IllegalStep("the incident is closed already", incident=card, allowed=[])
    searching = await still_searching(session, incident_id)
    lacks = rules.close_lacks(before.state, outcome, note, before.on_scene_at, searching=searching)
    if lacks:
        raise NotClosable(f"cannot be closed yet, missing: {', '.join(lacks)}", lacks=lacks, incident=card)
    move = update(Incident).where(Incident.id == incident_id, Incident.state == before.state)
    values = {"state": IncidentState.CLOSED, "closed_at": now, "closed_by": actor.account_id, "outcome": outcome}
    kept = (note or "").strip() or before.note
    await _must_hit(session, actor, incident_id, move, {**values, "note": kept})
    await escalation.stop_ladder(session, incident_id)
    await escalation.stop_search(session, incident_id)
    return await _tell(session, actor, incident_id, "incident.closed", now)


async def _step(
    session: AsyncSession, actor: Actor, incident_id: int, target: IncidentState, column: str, now: datetime
) -> Card:
    before = await _locked(session, actor, incident_id)
    card = await card_of(session, incident_id)
    if before.state is target:
        return card
    _check(before.state, target, card)
    move = update(Incident).where(Incident.id == incident_id, Incident.state.in_(rules.sources_of(target)))
    await _must_hit(session, actor, incident_id, move, {"state": target, column: now})
    await escalation.stop_ladder(session, incident_id)
    return await _tell(session, actor, incident_id, f"incident.{target.value}", now)


async def _locked(session: AsyncSession, actor: Actor, incident_id: int) -> Incident:
    """The incident as it stands, held until the transaction ends. Raises NotFound."""
    query = select(Incident).where(Incident.id == incident_id, in_scope(actor)).with_for_update()
    found = (await session.scalars(query.execution_options(populate_existing=True))).first()
    if found is None:
        raise NotFound(f"no incident {incident_id}")
    return found


async def _only_assigned(session: AsyncSession, incident: Incident) -> None:
    """Accepting and declining are for an incident that somebody was sent to and has not reached."""
    if incident.state is not IncidentState.ASSIGNED:
        card = await card_of(session, incident.id)
        raise IllegalStep(f"the incident is {incident.state}", incident=card, allowed=_allowed(incident.state))


def _allowed(state: IncidentState) -> list[str]:
    return sorted(following.value for following in rules.NEXT[state])


def _check(state: IncidentState, target: IncidentState, card: Card) -> None:
    if target not in rules.NEXT[state]:
        raise IllegalStep(f"the incident is {state}: {target} cannot follow", incident=card, allowed=_allowed(state))


async def _hit(session: AsyncSession, claim: Any, values: dict[str, Any]) -> bool:
    """Whether a claim hit its one row. What the session remembers of it is forgotten."""
    done = claim.values(values).returning(Incident.id).execution_options(synchronize_session=False)
    return (await session.execute(done)).first() is not None


async def _must_hit(session: AsyncSession, actor: Actor, incident_id: int, move: Any, values: dict[str, Any]) -> None:
    if not await _hit(session, move, values):
        raise IllegalStep("somebody else was faster", incident=await get_card(session, actor, incident_id), allowed=[])


async def _tell(
    session: AsyncSession,
    actor: Actor,
    incident_id: int,
    topic: str,
    now: datetime,
    also: int | None = None,
    more: dict[str, Any] | None = None,
) -> Card:
    """Append the event with the whole card, for the desk, the caregiver sent, and the one who no longer is.

    Who handles a call is not idle: the session lives on.
    """
    card = await card_of(session, incident_id)
    sent = (card["assigned_to"] or {}).get("id")
    outbox.append(
        session,
        topic,
        {"incident": card, **(more or {})},
        subject=f"incident:{incident_id}",
        area_code=card["place"]["area_code"],
        provider_id=card["provider_id"],
        caregiver_ids=[one for one in dict.fromkeys((sent, also)) if one is not None],
    )
    audit.note(session, now, actor.account_id, topic, f"incident:{incident_id}")
    await keep_alive(session, actor.session_id, now, handling=True)
    town = await town_at(session, now)
    for caregiver_id in dict.fromkeys((sent, also)):
        if caregiver_id is not None:
            await tell_caregiver(session, caregiver_id, town)
    return card
