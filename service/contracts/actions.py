"""Verbs on contracts: publish a template, draw up, sign, withdraw, end, renew; refuses to touch what was signed."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Bed, Contract, ContractTemplate, Elder, Provider
from models.types import AreaLevel, BedState, ContractState
from service import audit
from service.auth import Actor
from service.clock import LOCAL
from service.contracts import queries, rules
from service.elders.standing import refuse_gone
from service.errors import BadInput, Conflict, FieldProblem, NotFound
from service.orders.queries import menu_views
from service.organisations.queries import get_area
from service.policies.queries import policy_on
from service.realtime import outbox

SPOILT = (ContractState.WITHDRAWN,)
"""What may follow for a draft that can no longer be signed."""


class IllegalStep(Conflict):
    """The contract is not where this could follow; `state` says where it is, `allowed` what may follow there."""

    code = "contract.illegal_step"


class NoTemplate(Conflict):
    """The district has no model contract in force: nothing can be drawn up."""

    code = "contract.no_template"


class OldTemplate(Conflict):
    """The model contract has a newer version: draw it up anew."""

    code = "contract.old_template"


class BedInUse(Conflict):
    """The bed is active or suspended and stands on this contract: close it before its contract ends."""

    code = "contract.bed_in_use"


async def publish_template(
    session: AsyncSession, actor: Actor, area_code: str, title: str, body: str, from_on: date, now: datetime
) -> ContractTemplate:
    """Write a district's next version of the model contract.

    Raises NotFound, BadInput for anything but a district and for a beginning over a year away.
    """
    area = await get_area(session, area_code)
    if not actor.sees(area.code, None):
        raise NotFound(f"no area {area_code}")
    if area.level is not AreaLevel.DISTRICT:
        fault = FieldProblem("area_code", f"{area.name} is a {area.level}", "the code of a district")
        raise BadInput("model contracts are written by districts", fields=[fault])
    first, last = rules.may_begin(now.astimezone(LOCAL).date())
    if not first <= from_on <= last:
        fault = FieldProblem("from_on", f"is {from_on}", f"{first} to {last}")
        raise BadInput("the model contract would begin over a year away", fields=[fault])
    version = await queries.newest_version(session, area.code) + 1
    row = ContractTemplate(area_code=area.code, version=version, title=title, body=body, from_on=from_on, made_at=now)
    row.made_by = actor.account_id
    session.add(row)
    await session.flush()
    audit.note(session, now, actor.account_id, "contract.template", f"contract_template:{row.id}", f"version {version}")
    return row


async def draw_up(
    session: AsyncSession,
    actor: Actor,
    bed_id: int,
    guardian_id: int | None,
    from_on: date,
    months: int,
    now: datetime,
    on: date,
    renews: Contract | None = None,
) -> Contract:
    """Draw up a contract of the current template with the menu's prices as they are.

    Raises NotFound, HasLeft, NoTemplate, BadInput when it would begin over a year away or last longer than the
    district allows, or when who is named is not the guardian.
    """
    bed = await queries.lock_bed(session, actor, bed_id)
    if bed.state is BedState.CLOSED:
        raise IllegalStep("the bed is closed", state=bed.state.value, allowed=[])
    await refuse_gone(session, await session.get_one(Elder, bed.elder_id))
    template = (await queries.templates_on(session, on)).at(bed.area_code)
    if template is None:
        raise NoTemplate("the district has no model contract in force")
    if guardian_id is not None:
        await queries.get_guardian(session, bed.elder_id, guardian_id)
    first, last = rules.may_begin(on)
    if renews is None and not first <= from_on <= last:
        fault = FieldProblem("from_on", f"is {from_on}", f"{first} to {last}")
        raise BadInput("the contract would begin over a year away", fields=[fault])
    terms = (await policy_on(session, "bed.contract", bed.area_code, on)).value
    if months > terms["longest_months"]:
        fault = FieldProblem("months", f"is {months}", f"at most {terms['longest_months']}")
        raise BadInput("the contract would last too long", fields=[fault])
    prices = [
        {key: item[key] for key in ("code", "name_zh", "price_fen")} for item in await menu_views(session, from_on)
    ]
    row = Contract(bed_id=bed.id, elder_id=bed.elder_id, provider_id=bed.provider_id, area_code=bed.area_code)
    row.guardian_id, row.template_id, row.template_version = guardian_id, template.id, template.version
    row.prices, row.state, row.from_on = prices, ContractState.DRAWN, from_on
    row.until_on, row.drawn_at, row.drawn_by = rules.last_day(from_on, months), now, actor.account_id
    row.renews_id = None if renews is None else renews.id
    session.add(row)
    await session.flush()
    _tell(session, actor, row, "contract.drawn", now)
    return row


async def sign(
    session: AsyncSession, actor: Actor, contract_id: int, signed_by: str, now: datetime, on: date
) -> Contract:
    """Sign a drawn-up contract, once; the one that it renews goes on until its last day, and is renewed only once.

    Raises NotFound, IllegalStep, OldTemplate, BadInput for who may not sign for the elder.
    """
    row = await queries.get_contract(session, actor, contract_id)
    bed = await queries.lock_bed(session, actor, row.bed_id)
    current = (await queries.templates_on(session, on)).at(row.area_code)
    if current is None or current.id != row.template_id:
        raise OldTemplate(
            "the model contract has a newer version: draw it up anew", template_version=row.template_version
        )
    if row.until_on < on:
        raise IllegalStep("its last day has passed: draw it up anew", **_where(row, SPOILT))
    other = None if row.renews_id is None else await queries.find_renewal(session, row.renews_id)
    if other is not None:
        raise IllegalStep(f"contract {other.id} renews the same one", contract_id=other.id, **_where(row, SPOILT))
    await _may_sign(session, bed, row, signed_by)
    terms = (await policy_on(session, "bed.contract", row.area_code, on)).value
    cooling = rules.cooling_until(on, terms["cooling_off_days"]) if terms["cooling_off_days"] else None
    values = {"state": ContractState.SIGNED, "signed_at": now, "signed_by": signed_by, "cooling_until_on": cooling}
    await _claim(session, row, ContractState.DRAWN, values)
    await _turn(session, row.renews_id, ContractState.SIGNED, ContractState.RENEWED)
    _tell(session, actor, row, "contract.signed", now)
    return row


async def step_back(
    session: AsyncSession, actor: Actor, contract_id: int, reason: str, now: datetime, on: date
) -> Contract:
    """Withdraw within the cooling-off days, else end by notice; a contract only drawn up is dropped.

    Of a renewal that has not begun, the contract before it is to be renewed again. Raises NotFound, IllegalStep,
    BedInUse while the bed stands on it and on no other.
    """
    row = await queries.get_contract(session, actor, contract_id)
    bed = await queries.lock_bed(session, actor, row.bed_id)
    if row.state not in (ContractState.DRAWN, *rules.HELD):
        raise IllegalStep(f"the contract is {row.state}", **_where(row))
    live = row.state in rules.HELD and bed.state in (BedState.ACTIVE, BedState.SUSPENDED)
    if live and not await queries.stands_without(session, bed, row, on):
        raise BedInUse("the bed stands on this contract: close it first", bed_id=bed.id, bed_state=bed.state.value)
    cooling = row.cooling_until_on is not None and on <= row.cooling_until_on
    gone = ContractState.WITHDRAWN if row.state is ContractState.DRAWN or cooling else ContractState.ENDED
    signed = row.state in rules.HELD
    await _claim(session, row, row.state, {"state": gone, "ended_at": now, "end_reason": reason})
    if signed and row.from_on > on:
        await _turn(session, row.renews_id, ContractState.RENEWED, ContractState.SIGNED)
    _tell(session, actor, row, f"contract.{gone}", now)
    return row


async def renew(
    session: AsyncSession, actor: Actor, contract_id: int, months: int, now: datetime, on: date
) -> Contract:
    """Draw up the next contract, from the day after this one's last, naming whoever is the guardian by now.

    Raises IllegalStep unless it is signed.
    """
    old = await queries.get_contract(session, actor, contract_id)
    if old.state is not ContractState.SIGNED:
        raise IllegalStep(f"the contract is {old.state}: only a signed one is renewed", **_where(old))
    begin = max(on, old.until_on + timedelta(days=1))
    guardian = await queries.find_guardian(session, old.elder_id)
    guardian_id = None if guardian is None else guardian.id
    return await draw_up(session, actor, old.bed_id, guardian_id, begin, months, now, on, renews=old)


async def remind(session: AsyncSession, now: datetime, on: date, at_most: int = 50) -> int:
    """Tell once of every contract whose renewal is due; answers how many."""
    due = await reminders_due(session, on)
    for row in due[:at_most]:
        row.reminded_at = now
        _tell(session, None, row, "contract.renewal_due", now)
    await session.flush()
    return len(due[:at_most])


async def reminders_due(session: AsyncSession, on: date) -> list[Contract]:
    """Contracts whose renewal is due and of which nobody has been told."""
    return [row for row in await queries.due_for_renewal(session, on) if row.reminded_at is None]


def _where(row: Contract, allowed: tuple[ContractState, ...] | None = None) -> dict[str, Any]:
    following = rules.NEXT[row.state] if allowed is None else allowed
    return {"state": row.state.value, "allowed": [state.value for state in following]}


async def _may_sign(session: AsyncSession, bed: Bed, row: Contract, signed_by: str) -> None:
    elder = await session.get_one(Elder, bed.elder_id)
    provider = await session.get_one(Provider, row.provider_id)
    guardian = await queries.find_guardian(session, elder.id)
    unable = rules.needs_guardian(elder.ability, elder.categories)
    fault = rules.signer_problem(signed_by, unable, row.guardian_id, None if guardian is None else guardian.id)
    faults = [] if fault is None else [fault]
    if provider.id != bed.provider_id:
        faults.append(FieldProblem("provider_id", "another provider runs the bed now", "a contract with that one"))
    if faults:
        raise BadInput("this contract cannot be signed so", fields=faults)


async def _turn(session: AsyncSession, contract_id: int | None, was: ContractState, to: ContractState) -> None:
    """What becomes of the contract before, when its renewal is signed or falls away; reminders begin anew."""
    mine = update(Contract).where(Contract.id == contract_id, Contract.state == was)
    await session.execute(mine.values(state=to, reminded_at=None))


async def _claim(session: AsyncSession, row: Contract, state: ContractState, values: dict[str, Any]) -> None:
    mine = update(Contract).where(Contract.id == row.id, Contract.state == state)
    if (await session.execute(mine.values(values).returning(Contract.id))).first() is None:
        await session.refresh(row)
        raise IllegalStep(f"the contract is {row.state}", **_where(row))
    await session.refresh(row)


def _tell(session: AsyncSession, actor: Actor | None, row: Contract, topic: str, now: datetime) -> None:
    audit.note(session, now, None if actor is None else actor.account_id, topic, f"contract:{row.id}")
    data = {"contract_id": row.id, "bed_id": row.bed_id, "state": row.state, "until_on": row.until_on.isoformat()}
    told = topic if topic == "contract.renewal_due" else "contract.moved"
    subject = f"bed:{row.bed_id}"
    outbox.append(session, told, data, subject=subject, area_code=row.area_code, provider_id=row.provider_id)
