"""Looks up family care beds: lists, the board by stage with what blocks each, one bed's page; refuses to move one."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, Bed, BedPause, BedStep, Elder, Household, Provider, Station, Terminal
from models.types import BedState
from service.among import among
from service.auth import Actor
from service.beds import rules
from service.beds.gate import gates_of
from service.beds.rules import Fitted, Gate
from service.clock import LOCAL, rfc3339
from service.errors import NotFound
from service.paging import Page, page_of
from service.vault import masked_name

CHUNK = 400
BUILDING = tuple(state for state in rules.ORDER if state not in (rules.ACTIVE, rules.SUSPENDED, rules.CLOSED))
"""The stages that the board shows bed by bed; of the many active ones it shows those in trouble."""
MOST_CARDS = 200


def seen(
    actor: Actor, state: BedState | None = None, station_id: int | None = None, elder_id: int | None = None
) -> Select[Bed]:
    """Beds in scope, of one state, station or elder when given."""
    query = select(Bed).where(actor.scope(Bed.area_code, Bed.provider_id))
    query = query if state is None else query.where(Bed.state == state)
    query = query if elder_id is None else query.where(Bed.elder_id == elder_id)
    return query if station_id is None else query.where(Bed.station_id == station_id)


async def get_bed(session: AsyncSession, actor: Actor, bed_id: int, *, lock: bool = False) -> Bed:
    """One bed in scope, held until the transaction ends when asked. Raises NotFound."""
    query = seen(actor).where(Bed.id == bed_id)
    bed = (await session.scalars(query.with_for_update() if lock else query)).one_or_none()
    if bed is None:
        raise NotFound(f"no bed {bed_id}")
    return bed


async def lock_bed(session: AsyncSession, bed_id: int) -> Bed:
    """One bed, whoever asks, held until the transaction ends."""
    return (await session.scalars(select(Bed).where(Bed.id == bed_id).with_for_update())).one()


async def all_tested(session: AsyncSession, on: date, before: datetime) -> list[int]:
    """Beds whose devices are installed and had all passed `before` a moment: ready for the next step."""
    query = select(Bed).where(Bed.state == BedState.DEVICES_INSTALLED).order_by(Bed.id).limit(CHUNK)
    waiting = (await session.scalars(query)).all()
    gates = await gates_of(session, waiting, on) if waiting else {}
    return [
        bed.id
        for bed in waiting
        if not rules.lacks(bed.state, rules.TESTED, gates[bed.id])
        and all(device.tested_at < before for device in gates[bed.id].devices if device.tested_at is not None)
    ]


async def find_bed_of(session: AsyncSession, elder_id: int) -> Bed | None:
    """The bed of an elder that is not closed, if they have one."""
    query = select(Bed).where(Bed.elder_id == elder_id, Bed.state != BedState.CLOSED)
    return (await session.scalars(query)).one_or_none()


async def hold_bed_of(session: AsyncSession, elder_id: int) -> Bed | None:
    """The same, held until the transaction ends."""
    query = select(Bed).where(Bed.elder_id == elder_id, Bed.state != BedState.CLOSED).with_for_update()
    return (await session.scalars(query)).one_or_none()


async def due_rests(session: AsyncSession, on: date) -> list[int]:
    """Active beds whose planned rest has begun by this day."""
    query = select(Bed.id).join(BedPause, BedPause.bed_id == Bed.id).where(Bed.state == BedState.ACTIVE)
    begun = query.where(BedPause.until_on.is_(None), BedPause.from_on <= on)
    return list(await session.scalars(begun.order_by(Bed.id).limit(CHUNK)))


async def list_beds(
    session: AsyncSession,
    actor: Actor,
    page: Page,
    on: date,
    state: BedState | None = None,
    station: int | None = None,
    elder: int | None = None,
) -> tuple[list[dict[str, Any]], str | None]:
    """Beds in scope by id: whose they are (masked), since when they stand there and what blocks their next step."""
    rows, following = await page_of(session, seen(actor, state, station, elder), Bed.id, page)
    return await bed_views(session, rows, on), following


async def export_rows(
    session: AsyncSession, actor: Actor, on: date, state: BedState | None, at_most: int
) -> list[dict[str, Any]]:
    """The list for a spreadsheet, by id, with what blocks each bed in words."""
    rows: list[dict[str, Any]] = []
    after = 0
    while len(rows) < at_most:
        query = seen(actor, state).where(Bed.id > after).order_by(Bed.id).limit(CHUNK)
        beds = (await session.scalars(query)).all()
        if not beds:
            break
        views = await bed_views(session, beds, on)
        rows += [view | {"blocked_by": [lack["detail"] for lack in view["blocks"]]} for view in views]
        after = beds[-1].id
    return rows[:at_most]


async def board_views(session: AsyncSession, actor: Actor, on: date) -> dict[str, Any]:
    """The board: how many beds stand at each stage, and the cards of those being built or suspended.

    Oldest first, at most 200 a stage; `truncated` names the stages that have more.
    """
    counts = await count_by_state(session, actor)
    cards: dict[str, list[dict[str, Any]]] = {state.value: [] for state in (*BUILDING, BedState.SUSPENDED)}
    oldest = func.row_number().over(partition_by=Bed.state, order_by=(Bed.state_since_at, Bed.id))
    ranked = select(Bed.id, oldest.label("place")).where(actor.scope(Bed.area_code, Bed.provider_id))
    first = ranked.where(Bed.state.in_((*BUILDING, BedState.SUSPENDED))).subquery()
    query = select(Bed).join(first, first.c.id == Bed.id).where(first.c.place <= MOST_CARDS)
    shown = (await session.scalars(query.order_by(Bed.state_since_at, Bed.id))).all()
    for view in await bed_views(session, shown, on):
        cards[view["state"].value].append(view)
    truncated = [name for name, group in cards.items() if len(group) < counts[name]]
    return {"counts": counts, "stages": cards, "truncated": truncated}


async def bed_views(session: AsyncSession, beds: Sequence[Bed], on: date) -> list[dict[str, Any]]:
    """Beds for a list or the board."""
    gates, names = await gates_of(session, beds, on), await _elders(session, [bed.elder_id for bed in beds])
    rests = await _open_rests(session, [bed.id for bed in beds])
    return [_view(bed, gates[bed.id], *names[bed.elder_id], rests.get(bed.id), on) for bed in beds]


def _view(bed: Bed, gate: Gate, name: str, address: str, rest: BedPause | None, on: date) -> dict[str, Any]:
    step = rules.forward(bed.state)
    return {
        "id": bed.id,
        "elder_id": bed.elder_id,
        "elder": masked_name(name),
        "address": address,
        "provider_id": bed.provider_id,
        "station_id": bed.station_id,
        "area_code": bed.area_code,
        "state": bed.state,
        "state_since_at": rfc3339(bed.state_since_at),
        "days_here": rules.days_in(bed.state_since_at, on),
        "next": None if step is None else step.value,
        "allowed": [state.value for state in rules.NEXT[bed.state]],
        "blocks": [lack.as_json() for lack in rules.blocks(bed.state, gate)],
        "rest": None if rest is None else _rest(rest, on),
    }


def _rest(rest: BedPause, on: date) -> dict[str, Any]:
    begun = rules.has_begun(rest.from_on, on)
    return {"kind": rest.kind, "from_on": rest.from_on.isoformat(), "begun": begun, "why": rest.why}


async def _open_rests(session: AsyncSession, bed_ids: Sequence[int]) -> dict[int, BedPause]:
    """By bed: the rest that goes on or is still to come; beds without one are absent."""
    query = select(BedPause).where(among(BedPause.bed_id, bed_ids), BedPause.until_on.is_(None))
    return {row.bed_id: row for row in await session.scalars(query)}


async def bed_page(session: AsyncSession, bed: Bed, on: date) -> dict[str, Any]:
    """Everything of one bed that lies in this room: head, gate, devices live, history, rests."""
    gate = (await gates_of(session, [bed], on))[bed.id]
    rest = (await _open_rests(session, [bed.id])).get(bed.id)
    head = _view(bed, gate, *(await _elders(session, [bed.elder_id]))[bed.elder_id], rest, on)
    provider, station = await session.get_one(Provider, bed.provider_id), await session.get_one(Station, bed.station_id)
    elder = await session.get_one(Elder, bed.elder_id)
    return {
        **head,
        "household_id": elder.household_id,
        "provider": provider.name,
        "station": station.name,
        "gate": gate_view(bed, gate),
        "devices": await _device_views(session, gate.devices),
        "history": await _steps(session, bed.id),
        "pauses": await pause_views(session, bed.id),
        "billing": await billing_view(session, bed, *month_of(on)),
    }


def gate_view(bed: Bed, gate: Gate) -> dict[str, Any]:
    """What the gate to active sees, condition by condition, whatever stage the bed stands at."""
    begin = rules.SUSPENDED if bed.state in (rules.ACTIVE, rules.SUSPENDED) else rules.CONTRACTED
    missing = rules.lacks(begin, rules.ACTIVE, gate)
    contract = gate.contract
    return {
        "open": not missing,
        "missing": [lack.as_json() for lack in missing],
        "assessment_until": gate.assessed_until.isoformat() if gate.assessed_until else None,
        "works": gate.works,
        "contract_id": None if contract is None else contract.id,
        "contract_until": None if contract is None else contract.until_on.isoformat(),
        "template_version": gate.template_version,
        "licence_until": gate.licence_until.isoformat(),
    }


async def _device_views(session: AsyncSession, devices: Sequence[Fitted]) -> list[dict[str, Any]]:
    named = [device.terminal_id for device in devices if device.terminal_id is not None]
    terminals = {row.id: row for row in await session.scalars(select(Terminal).where(Terminal.id.in_(named)))}
    views = []
    for device in devices:
        terminal = terminals.get(device.terminal_id or "")
        live = {name: getattr(terminal, name, None) for name in ("model", "online", "battery", "signal", "worn")}
        views.append(
            {
                "id": device.id,
                "kind": device.kind,
                "mandatory": device.mandatory,
                "terminal_id": device.terminal_id,
                "fitted_at": rfc3339(device.fitted_at),
                "tested_at": rfc3339(device.tested_at),
                "passed": device.passed,
                **live,
                "seen_at": rfc3339(None if terminal is None else terminal.seen_at),
            }
        )
    return views


async def _steps(session: AsyncSession, bed_id: int) -> list[dict[str, Any]]:
    query = select(BedStep, Account.display).outerjoin(Account, Account.id == BedStep.by_id)
    rows = await session.execute(query.where(BedStep.bed_id == bed_id).order_by(BedStep.id))
    return [
        {"from": step.from_state, "to": step.to_state, "at": rfc3339(step.at), "by": display, "why": step.why}
        for step, display in rows
    ]


async def pauses_of(session: AsyncSession, bed_id: int) -> Sequence[BedPause]:
    """Every rest of a bed, in order."""
    return (await session.scalars(select(BedPause).where(BedPause.bed_id == bed_id).order_by(BedPause.id))).all()


async def pause_views(session: AsyncSession, bed_id: int) -> list[dict[str, Any]]:
    """Every rest of a bed on the wire; the one without `until_on` goes on."""
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "from_on": row.from_on.isoformat(),
            "until_on": row.until_on.isoformat() if row.until_on else None,
            "why": row.why,
        }
        for row in await pauses_of(session, bed_id)
    ]


async def billed_days(session: AsyncSession, beds: Sequence[Bed], first: date, last: date) -> dict[int, set[date]]:
    """By bed: the days from `first` to `last`, both included, that are billed: none of rest, none from leaving on."""
    ids = [bed.id for bed in beds]
    begun, ended, rests = dict[int, date](), dict[int, date](), await _rests(session, ids)
    steps = select(BedStep.bed_id, BedStep.to_state, BedStep.at).where(among(BedStep.bed_id, ids))
    wanted = steps.where(BedStep.to_state.in_([BedState.ACTIVE, BedState.CLOSED])).order_by(BedStep.id)
    for bed_id, state, at in await session.execute(wanted):
        (begun if state is BedState.ACTIVE else ended).setdefault(bed_id, local_day(at))
    left = select(Bed.id, Elder.left_on).join(Elder, Elder.id == Bed.elder_id).where(among(Bed.id, ids))
    for bed_id, left_on in await session.execute(left):
        if left_on is not None:
            ended[bed_id] = min(left_on, ended.get(bed_id, left_on))
    for bed in beds:  # brought in live from elsewhere: it has no history of steps here
        if bed.state in (BedState.ACTIVE, BedState.SUSPENDED):
            begun.setdefault(bed.id, local_day(bed.state_since_at))
    return {bed.id: rules.billed_days(begun.get(bed.id), ended.get(bed.id), rests[bed.id], first, last) for bed in beds}


async def _rests(session: AsyncSession, bed_ids: Collection[int]) -> dict[int, list[tuple[date, date | None]]]:
    found: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    query = select(BedPause.bed_id, BedPause.from_on, BedPause.until_on).where(among(BedPause.bed_id, bed_ids))
    for bed_id, start, stop in await session.execute(query):
        found[bed_id].append((start, stop))
    return found


async def billing_view(session: AsyncSession, bed: Bed, first: date, last: date) -> dict[str, Any]:
    """The days of a month that are billed for one bed: how many, how many rest, and as stretches (both ends in)."""
    days = (await billed_days(session, [bed], first, last))[bed.id]
    rests = rules.rest_days((await _rests(session, [bed.id]))[bed.id], first, last)
    return {
        "month": first.isoformat(),
        "days": (last - first).days + 1,
        "billed_days": len(days),
        "rest_days": len(rests),
        "stretches": [{"from_on": begin.isoformat(), "to_on": end.isoformat()} for begin, end in rules.stretches(days)],
    }


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of the month around a day."""
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def local_day(at: datetime) -> date:
    """The local date of a moment."""
    return at.astimezone(LOCAL).date()


async def _elders(session: AsyncSession, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    query = select(Elder.id, Elder.name, Household.address).join(Household, Household.id == Elder.household_id)
    rows = await session.execute(query.where(among(Elder.id, ids)))
    return {row.id: (row.name, row.address) for row in rows}


async def count_by_state(session: AsyncSession, actor: Actor) -> dict[str, int]:
    """How many beds in scope stand in each state; states without any count 0."""
    query = select(Bed.state, func.count()).where(actor.scope(Bed.area_code, Bed.provider_id)).group_by(Bed.state)
    counts = {state.value: 0 for state in BedState}
    for state, count in (await session.execute(query)).all():
        counts[state.value] = count
    return counts
