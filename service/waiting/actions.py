"""Verbs on the waiting list: ask, withdraw, grant a bed or open one beside it; nobody is passed over without a word."""

from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from models import Bed, Elder, Station, WaitingEntry
from models.types import WaitingState
from service import audit
from service.auth import Actor
from service.beds.actions import HasBed, open_bed
from service.beds.queries import find_bed_of
from service.elders.standing import refuse_gone
from service.errors import BadInput, Conflict, NotFound
from service.waiting import queries, rules


class AlreadyWaiting(Conflict):
    """The elder waits already; `entry_id` names the application."""

    code = "waiting.already"


class AlreadyEnded(Conflict):
    """The application was granted or withdrawn before."""

    code = "waiting.ended"


class NotEntitled(Conflict):
    """A precondition of the district is not met; `unmet` names which."""

    code = "waiting.not_entitled"


class NotFirst(Conflict):
    """Somebody else comes first; `first` names them. Passing them over takes a reason, which is kept."""

    code = "waiting.not_first"


async def ask(
    session: AsyncSession, actor: Actor, elder: Elder, asked_on: date, note: str | None, now: datetime, on: date
) -> WaitingEntry:
    """Put an elder on the list of their district, as of the day on which they asked.

    Raises BadInput for a day to come or of long ago, HasLeft, MergedAway, AlreadyWaiting, HasBed.
    """
    fault = rules.asked_problem(asked_on, on)
    if fault is not None:
        raise BadInput("nobody asked on that day", fields=[fault])
    await refuse_gone(session, elder)
    standing, bed = await queries.find_waiting(session, elder.id), await find_bed_of(session, elder.id)
    if standing is not None:
        raise AlreadyWaiting("the elder waits already", entry_id=standing.id)
    if bed is not None:
        raise HasBed("the elder has a bed", bed_id=bed.id)
    entry = WaitingEntry(elder_id=elder.id, area_code=elder.area_code, state=WaitingState.WAITING, asked_on=asked_on)
    entry.asked_by, entry.note = actor.account_id, note
    session.add(entry)
    try:
        await session.flush()
    except IntegrityError:
        raise AlreadyWaiting("the elder waits already") from None
    audit.note(session, now, actor.account_id, "waiting.ask", f"waiting_entry:{entry.id}", f"as of {asked_on}")
    return entry


async def withdraw(session: AsyncSession, actor: Actor, entry_id: int, now: datetime) -> WaitingEntry:
    """Take an elder off the list. Raises NotFound, AlreadyEnded."""
    entry = await queries.get_entry(session, actor, entry_id)
    await _end(session, entry, WaitingState.WITHDRAWN, now)
    audit.note(session, now, actor.account_id, "waiting.withdraw", f"waiting_entry:{entry.id}")
    return entry


async def open_beside(
    session: AsyncSession, actor: Actor, elder: Elder, station: Station, why: str | None, now: datetime, on: date
) -> Bed:
    """Open a bed that no application is granted for.

    While somebody else is first on the list of the elder's district it takes a reason, which is kept in the bed's
    history with the rule that was passed over. Raises NotFirst, and what opening a bed raises.
    """
    places, policy = await queries.ranked(session, elder.area_code, on)
    first = next((place.entry_id for place in places if place.position == 1), None)
    mine = await queries.find_waiting(session, elder.id)
    if first is None or (mine is not None and mine.id == first):
        return await open_bed(session, actor, elder, station, now, on, why)
    if why is None:
        raise NotFirst("somebody waits in this district: say why the bed is opened beside the list", first=first)
    reason = f"beside the waiting list, {policy.version}: {why}"
    bed = await open_bed(session, actor, elder, station, now, on, reason[:200])
    told = f"bed:{bed.id}, {reason}"
    audit.note(session, now, actor.account_id, "waiting.passed_over", f"waiting_entry:{first}", told)
    return bed


async def grant(
    session: AsyncSession, actor: Actor, entry_id: int, station: Station, why: str | None, now: datetime, on: date
) -> WaitingEntry:
    """Open a bed for who is first; for somebody else only with a reason, kept in the audit trail and the bed's history.

    Whoever moves meanwhile is ranked where they live then. Raises NotFound, AlreadyEnded, HasLeft, NotEntitled,
    NotFirst, and what opening a bed raises.
    """
    entry = await queries.get_entry(session, actor, entry_id, lock=True)
    if entry.state is not WaitingState.WAITING:
        raise AlreadyEnded(f"it was {entry.state}", state=entry.state.value, allowed=[])
    elder = await session.get_one(Elder, entry.elder_id)
    await refuse_gone(session, elder)
    if not actor.sees(elder.area_code, None):
        raise NotFound(f"no application {entry_id}")
    places, policy = await queries.ranked(session, elder.area_code, on)
    mine = next(place for place in places if place.entry_id == entry.id)
    if mine.position is None:
        raise NotEntitled(f"not met: {', '.join(mine.unmet)}", unmet=list(mine.unmet))
    if mine.position > 1 and why is None:
        raise NotFirst("somebody else comes first: say why they are passed over", first=places[0].entry_id)
    reason = f"waiting list, position {mine.position}, {policy.version}" + (f": {why}" if why else "")
    bed = await open_bed(session, actor, elder, station, now, on, reason[:200])
    await _end(session, entry, WaitingState.GRANTED, now)
    entry.bed_id = bed.id
    await session.flush()
    audit.note(session, now, actor.account_id, "waiting.grant", f"waiting_entry:{entry.id}", reason[:200])
    return entry


async def _end(session: AsyncSession, entry: WaitingEntry, state: WaitingState, now: datetime) -> None:
    claim = update(WaitingEntry).where(WaitingEntry.id == entry.id, WaitingEntry.state == WaitingState.WAITING)
    ended = claim.values(state=state, ended_at=now).returning(WaitingEntry.id)
    if (await session.execute(ended)).first() is None:
        await session.refresh(entry)
        raise AlreadyEnded(f"it was {entry.state}", state=entry.state.value, allowed=[])
    await session.refresh(entry)
