"""Verbs on family care beds: open, move, hand over, plan and fit devices; takes session and actor, never commits."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from models import Bed, BedDevice, BedStep, Elder, Provider, Station
from models.types import BedState, DeviceKind, Purpose
from service import audit
from service.auth import Actor
from service.beds import queries, rules
from service.beds.gate import devices_of, gate_of
from service.devices.placing import place
from service.devices.queries import get_terminal
from service.elders.consents import refuse_withdrawn
from service.elders.standing import refuse_gone
from service.errors import BadInput, Conflict, FieldProblem, NotFound
from service.policies.queries import policy_on
from service.realtime import outbox


class IllegalMove(Conflict):
    """This state cannot follow; `allowed` names those that a move leads to, `verbs` what leads to the others."""

    code = "bed.illegal_move"


class GateShut(Conflict):
    """The step is allowed, but something is missing; `missing` lists exactly what."""

    code = "bed.gate_shut"


class HasBed(Conflict):
    """The elder has a bed that is not closed; `bed_id` names it."""

    code = "bed.elder_has_one"


class NotEligible(Conflict):
    """The provider may not run beds: its licence has ended or it is on the black list."""

    code = "provider.not_eligible"


async def open_bed(
    session: AsyncSession, actor: Actor, elder: Elder, station: Station, now: datetime, on: date, why: str | None = None
) -> Bed:
    """Apply for a bed at an elder's home, run from a station; its devices are planned by the district's rule.

    Raises HasLeft, MergedAway, NotEligible, HasBed, ConsentWithdrawn when care was declined.
    """
    await refuse_gone(session, elder)
    await refuse_withdrawn(session, elder.id, Purpose.CARE)
    await refuse_ineligible(session, station.provider_id, on)
    standing = await queries.find_bed_of(session, elder.id)
    if standing is not None:
        raise HasBed("the elder has a bed", bed_id=standing.id)
    bed = Bed(elder_id=elder.id, provider_id=station.provider_id, station_id=station.id, area_code=elder.area_code)
    bed.state, bed.state_since_at = BedState.APPLIED, now
    session.add(bed)
    try:
        await session.flush()
    except IntegrityError:
        raise HasBed("the elder has a bed") from None
    policy = await policy_on(session, "bed.devices", elder.area_code, on)
    for device in policy.value["devices"]:
        session.add(BedDevice(bed_id=bed.id, kind=DeviceKind(device["kind"]), mandatory=device["mandatory"]))
    _remember(session, bed, None, actor, now, why)
    await session.flush()
    return bed


async def step(
    session: AsyncSession,
    actor: Actor | None,
    bed: Bed,
    to: BedState,
    now: datetime,
    on: date,
    why: str | None,
    expected: BedState | None = None,
) -> None:
    """The only way from one state to another: allowed by the table, nothing missing, and nobody faster.

    Without an actor the service itself saw that the time had come.
    """
    refuse_jump(bed, to, expected)
    missing = rules.lacks(bed.state, to, await gate_of(session, bed, on))
    if missing:
        lacks = [lack.as_json() for lack in missing]
        raise GateShut(f"{to} lacks: {'; '.join(lack.detail for lack in missing[:5])}", missing=lacks, **where(bed))
    before = bed.state
    claim = update(Bed).where(Bed.id == bed.id, Bed.state == before)
    if (await session.execute(claim.values(state=to, state_since_at=now).returning(Bed.id))).first() is None:
        raise IllegalMove("somebody was faster", **where(bed))
    await session.refresh(bed)
    _remember(session, bed, before, actor, now, why)
    await session.flush()


def refuse_jump(bed: Bed, to: BedState, expected: BedState | None = None) -> None:
    """Raises IllegalMove when the table has no such step, or the caller saw the bed in another state."""
    if expected is not None and expected is not bed.state:
        raise IllegalMove(f"the bed is {bed.state} by now", **where(bed))
    if to not in rules.NEXT[bed.state]:
        raise IllegalMove(f"the bed is {bed.state}; {to} cannot follow", **where(bed))


async def hand_over(session: AsyncSession, actor: Actor, bed_id: int, station: Station, now: datetime, on: date) -> Bed:
    """Let another station, and its provider, run the bed. Another provider needs a contract of its own first.

    Raises NotFound, NotEligible, IllegalMove for a closed bed and for a live one that would change its provider.
    """
    bed = await queries.get_bed(session, actor, bed_id, lock=True)
    await refuse_ineligible(session, station.provider_id, on)
    live = bed.state in (rules.ACTIVE, rules.SUSPENDED, rules.CONTRACTED)
    if bed.state is rules.CLOSED or (live and station.provider_id != bed.provider_id):
        raise IllegalMove(f"a bed that is {bed.state} keeps its provider", **where(bed))
    before = bed.station_id
    bed.provider_id, bed.station_id = station.provider_id, station.id
    await session.flush()
    audit.note(session, now, actor.account_id, "bed.hand_over", f"bed:{bed.id}", f"station {before} to {station.id}")
    tell(session, bed, bed.state)
    return bed


async def plan_device(
    session: AsyncSession, actor: Actor, bed_id: int, kind: DeviceKind, mandatory: bool, now: datetime
) -> Bed:
    """Add a device that the bed is to have. Raises NotFound, IllegalMove for a closed bed."""
    bed = await _open(session, actor, bed_id)
    session.add(BedDevice(bed_id=bed.id, kind=kind, mandatory=mandatory))
    await session.flush()
    audit.note(session, now, actor.account_id, "bed.device_planned", f"bed:{bed.id}", kind.value)
    return bed


async def fit_device(
    session: AsyncSession, actor: Actor, bed_id: int, device_id: int, terminal_id: str, now: datetime
) -> Bed:
    """Say which terminal was fitted, in this home: only test calls from now on count. One from stock is placed here.

    Raises NotFound, BadInput for a terminal of another home or one that stands for another device.
    """
    bed = await _open(session, actor, bed_id)
    device = await _device(session, bed, device_id)
    terminal = await get_terminal(session, actor, terminal_id)
    elder = await session.get_one(Elder, bed.elder_id)
    if terminal.household_id is None:
        await place(session, actor, terminal.id, elder, now, await session.get_one(Station, bed.station_id))
    if terminal.household_id != elder.household_id:
        fault = FieldProblem(
            "terminal_id", "is not installed in this home", f"one from stock, or of household {elder.household_id}"
        )
        raise BadInput("this terminal cannot be fitted here", fields=[fault])
    others = (await devices_of(session, [bed.id])).get(bed.id, [])
    if any(other.terminal_id == terminal_id and other.id != device_id for other in others):
        fault = FieldProblem("terminal_id", "stands for another device of this bed", "a terminal of its own")
        raise BadInput("this terminal cannot be fitted here", fields=[fault])
    device.terminal_id, device.fitted_at = terminal.id, now
    await session.flush()
    audit.note(session, now, actor.account_id, "bed.device_fitted", f"bed:{bed.id}", terminal.id)
    tell(session, bed, bed.state)
    return bed


async def remove_device(session: AsyncSession, actor: Actor, bed_id: int, device_id: int, now: datetime) -> Bed:
    """Take a device from the bed's list. A live bed keeps what must be there: IllegalMove."""
    bed = await _open(session, actor, bed_id)
    device = await _device(session, bed, device_id)
    if device.mandatory and bed.state in (rules.ACTIVE, rules.SUSPENDED):
        raise IllegalMove("this device must be there while the bed is live: fit another in its place", **where(bed))
    await session.delete(device)
    await session.flush()
    audit.note(session, now, actor.account_id, "bed.device_removed", f"bed:{bed.id}", device.kind.value)
    return bed


async def refuse_ineligible(session: AsyncSession, provider_id: int, on: date) -> None:
    """Raises NotEligible for a provider whose licence ended before `on` or who is on the black list."""
    provider = await session.get_one(Provider, provider_id)
    if provider.blacklisted or provider.licence_until_on < on:
        why = "is on the black list" if provider.blacklisted else f"had a licence until {provider.licence_until_on}"
        raise NotEligible(f"{provider.name} {why}", provider_id=provider.id)


async def _open(session: AsyncSession, actor: Actor, bed_id: int) -> Bed:
    bed = await queries.get_bed(session, actor, bed_id, lock=True)
    if bed.state is rules.CLOSED:
        raise IllegalMove("the bed is closed", **where(bed))
    return bed


async def _device(session: AsyncSession, bed: Bed, device_id: int) -> BedDevice:
    device = await session.get(BedDevice, device_id)
    if device is None or device.bed_id != bed.id:
        raise NotFound(f"no device {device_id} of bed {bed.id}")
    return device


def where(bed: Bed) -> dict[str, Any]:
    """Where the bed stands, the states that a move leads to, and for the others the verb that does."""
    verbs = {state.value: f"/api/beds/{bed.id}/{verb}" for state, verb in rules.by_verb(bed.state).items()}
    return {"state": bed.state.value, "allowed": [state.value for state in rules.by_move(bed.state)], "verbs": verbs}


def _remember(
    session: AsyncSession, bed: Bed, before: BedState | None, actor: Actor | None, now: datetime, why: str | None
) -> None:
    by_id = None if actor is None else actor.account_id
    session.add(BedStep(bed_id=bed.id, from_state=before, to_state=bed.state, at=now, by_id=by_id, why=why))
    audit.note(session, now, by_id, f"bed.{bed.state}", f"bed:{bed.id}", f"from {before or 'nothing'}")
    tell(session, bed, before)


def tell(session: AsyncSession, bed: Bed, before: BedState | None) -> None:
    """Tell the desks that a bed has moved or changed."""
    data = {"bed_id": bed.id, "elder_id": bed.elder_id, "from": before, "state": bed.state}
    area, provider = bed.area_code, bed.provider_id
    outbox.append(session, "bed.moved", data, subject=f"bed:{bed.id}", area_code=area, provider_id=provider)
