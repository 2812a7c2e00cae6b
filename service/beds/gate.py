"""Gathers what the gate of beds asks, for one bed or a page of them in a few queries; refuses to judge (rules do)."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Bed, BedDevice, Elder, Provider, Terminal
from models.types import WorksState
from service.among import among
from service.beds.rules import Fitted, Gate
from service.contracts.queries import held_by, templates_on
from service.facts import levels_of
from service.policies.queries import book_of
from service.works.queries import states_of


async def gate_of(session: AsyncSession, bed: Bed, on: date) -> Gate:
    """What the steps of one bed depend on, on one day."""
    return (await gates_of(session, [bed], on))[bed.id]


async def gates_of(session: AsyncSession, beds: Sequence[Bed], on: date) -> dict[int, Gate]:
    """The same for many beds, by bed; about ten queries whatever their number."""
    ids, elders = [bed.id for bed in beds], [bed.elder_id for bed in beds]
    people = await _people(session, elders)
    homes = {elder_id: home for elder_id, (home, _) in people.items()}
    works = await states_of(session, homes.values())
    levels = await levels_of(session, elders, on)
    fitted = await devices_of(session, ids)
    contracts, templates = await held_by(session, ids, on), await templates_on(session, on)
    wanted = await book_of(session, "bed.devices", on)
    providers = {row.id: row for row in await session.scalars(select(Provider))}
    current = {code: templates.at(code) for code in {bed.area_code for bed in beds}}
    asked = {code: _mandatory(wanted.at(code).value) for code in current}
    found = {}
    for bed in beds:
        template, provider = current[bed.area_code], providers[bed.provider_id]
        states = works.get(homes[bed.elder_id], [])
        found[bed.id] = Gate(
            on=on,
            assessed_until=level.until if (level := levels.get(bed.elder_id)) is not None else None,
            works=states[-1] if states else None,
            devices=tuple(fitted.get(bed.id, ())),
            wanted=asked[bed.area_code],
            contract=contracts.get(bed.id),
            template_version=None if template is None else template.version,
            provider_id=provider.id,
            licence_until=provider.licence_until_on,
            blacklisted=provider.blacklisted,
            elder_left=people[bed.elder_id][1],
            accepted_before=WorksState.ACCEPTED in states,
        )
    return found


def _mandatory(rule: dict[str, Any]) -> tuple[str, ...]:
    return tuple(device["kind"] for device in rule["devices"] if device["mandatory"])


async def _people(session: AsyncSession, elder_ids: Collection[int]) -> dict[int, tuple[int, bool]]:
    """By elder: their household, and whether they have left the register."""
    query = select(Elder.id, Elder.household_id, Elder.left_on.is_not(None)).where(among(Elder.id, elder_ids))
    return {elder_id: (home, left) for elder_id, home, left in await session.execute(query)}


async def devices_of(session: AsyncSession, bed_ids: Collection[int]) -> dict[int, list[Fitted]]:
    """By bed: its devices, with the last test call that each terminal passed by the real way."""
    found: dict[int, list[Fitted]] = defaultdict(list)
    wanted = (BedDevice.bed_id, BedDevice.id, BedDevice.kind, BedDevice.mandatory, BedDevice.terminal_id)
    query = select(*wanted, BedDevice.fitted_at, Terminal.tested_at).where(among(BedDevice.bed_id, bed_ids))
    query = query.outerjoin(Terminal, Terminal.id == BedDevice.terminal_id)
    for bed_id, ident, kind, must, terminal_id, fitted_at, tested_at in await session.execute(
        query.order_by(BedDevice.id)
    ):
        found[bed_id].append(Fitted(ident, kind.value, must, terminal_id, fitted_at, tested_at))
    return found
