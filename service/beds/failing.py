"""Finds the active beds that would not get past their gate today; refuses to judge (rules do) and to stop any care.

Thousands of gates cost more than a page may take. So the database finds the beds where a condition is in doubt, each
condition by itself, and only those are judged. A doubt may name too many beds, never too few.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, exists, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from models import Assessment, Bed, BedDevice, Contract, Elder, Provider, Terminal, WorksOrder
from models.types import BedState, DeviceKind, Scale, WorksState
from service.assessments.queries import holds
from service.auth import Actor
from service.beds import rules
from service.beds.gate import gates_of
from service.beds.queries import bed_views
from service.contracts.queries import binds
from service.elders.rules import area_prefix
from service.paging import Page
from service.policies.queries import Book, book_of

CHUNK = 200
MOST_JUDGED = 2_000
"""So many doubtful beds are counted; a district with more of them has one cause, and the first ones name it."""

Doubtful = Select[Any]
Doubt = Callable[[Doubtful, date, Book], Iterator[Doubtful]]


def _person_or_operator(beds: Doubtful, on: date, _: Book) -> Iterator[Doubtful]:
    here = beds.join(Elder, Elder.id == Bed.elder_id).join(Provider, Provider.id == Bed.provider_id)
    yield here.where(or_(Elder.left_on.is_not(None), Provider.licence_until_on < on, Provider.blacklisted))


def _assessment(beds: Doubtful, on: date, _: Book) -> Iterator[Doubtful]:
    mine = and_(Assessment.elder_id == Bed.elder_id, Assessment.scale == Scale.GBT42195)
    yield beds.where(~exists().where(mine, holds(on)))


def _works(beds: Doubtful, _: date, __: Book) -> Iterator[Doubtful]:
    """None that were accepted; what is being built beside such keeps nobody from coming back."""
    here = beds.join(Elder, Elder.id == Bed.elder_id)
    at_home = WorksOrder.household_id == Elder.household_id
    yield here.where(~exists().where(at_home, WorksOrder.state == WorksState.ACCEPTED))


def _devices(beds: Doubtful, _: date, wanted: Book) -> Iterator[Doubtful]:
    """A mandatory device that has not passed since it was fitted, or a kind that a rule around the bed asks for."""
    here = beds.join(BedDevice, BedDevice.bed_id == Bed.id).outerjoin(Terminal, Terminal.id == BedDevice.terminal_id)
    untested = or_(Terminal.tested_at.is_(None), Terminal.tested_at < BedDevice.fitted_at)
    yield here.where(BedDevice.mandatory, or_(BedDevice.fitted_at.is_(None), untested))
    for kind, prefixes in _wanted(wanted).items():
        there = and_(BedDevice.bed_id == Bed.id, BedDevice.mandatory, BedDevice.kind == DeviceKind(kind))
        around = or_(*(Bed.area_code.startswith(prefix, autoescape=True) for prefix in sorted(prefixes)))
        yield beds.where(around, ~exists().where(there))


def _wanted(book: Book) -> dict[str, set[str]]:
    """By kind of device: the area prefixes of the rules that ask for it; the default's is everywhere."""
    found: dict[str, set[str]] = defaultdict(set, {rules.ALWAYS: {""}})
    asking = [("", book.at("").value), *((area_prefix(row.area_code), row.value) for row in book.rows)]
    for prefix, value in asking:
        for device in value["devices"]:
            if device["mandatory"]:
                found[device["kind"]].add(prefix)
    return found


def _contract(beds: Doubtful, on: date, _: Book) -> Iterator[Doubtful]:
    """None that binds today with the provider that runs the bed, or another one that binds as well."""
    mine = and_(Contract.bed_id == Bed.id, Contract.provider_id == Bed.provider_id)
    yield beds.where(~exists().where(mine, binds(on)))
    signed = beds.join(Contract, Contract.bed_id == Bed.id).where(binds(on))
    yield signed.where(Contract.provider_id != Bed.provider_id)


DOUBTS: tuple[Doubt, ...] = (_person_or_operator, _assessment, _works, _devices, _contract)
"""One for each condition of the way back to active (`rules.NEEDS`); what it yields is found in one statement."""


async def _doubtful(session: AsyncSession, actor: Actor, on: date, after: int, at_most: int) -> Sequence[Bed]:
    """Active beds in scope, by id, of which the database cannot say that nothing is missing."""
    wanted = await book_of(session, "bed.devices", on)
    mine = (Bed.state == BedState.ACTIVE) & (Bed.id > after) & actor.scope(Bed.area_code, Bed.provider_id)
    found = union(*(one for doubt in DOUBTS for one in doubt(select(Bed.id).where(mine), on, wanted))).subquery()
    query = select(Bed).join(found, found.c.id == Bed.id).order_by(Bed.id).limit(at_most)
    return (await session.scalars(query)).all()


async def list_failing(
    session: AsyncSession, actor: Actor, page: Page, on: date, lack: str | None = None
) -> tuple[list[dict[str, Any]], str | None]:
    """Active beds in scope by id that today's gate would not let pass, as rows of the list; of one lack when given."""
    found: list[Bed] = []
    after, more = page.cursor, True
    while more and len(found) <= page.limit:
        doubtful = await _doubtful(session, actor, on, after, CHUNK)
        lacks = await _lacks(session, doubtful, on)
        found += [bed for bed in doubtful if lacks[bed.id] and (lack is None or lack in lacks[bed.id])]
        more = len(doubtful) == CHUNK
        after = doubtful[-1].id if doubtful else after
    shown = found[: page.limit]
    return await bed_views(session, shown, on), str(shown[-1].id) if len(found) > page.limit else None


async def count_failing(session: AsyncSession, actor: Actor, on: date) -> dict[str, Any]:
    """How many active beds in scope today's gate would not let pass, and how many of them lack what, by code.

    `more` says that only the first 2,000 doubtful beds were judged.
    """
    doubtful = await _doubtful(session, actor, on, 0, MOST_JUDGED + 1)
    failing = [codes for codes in (await _lacks(session, doubtful[:MOST_JUDGED], on)).values() if codes]
    by_code = Counter(code for codes in failing for code in codes)
    return {"beds": len(failing), "lacks": dict(by_code.most_common()), "more": len(doubtful) > MOST_JUDGED}


async def _lacks(session: AsyncSession, beds: Sequence[Bed], on: date) -> dict[int, set[str]]:
    """By bed: the codes of what is missing; an empty set where the doubt was for nothing."""
    gates = await gates_of(session, beds, on) if beds else {}
    return {bed.id: {lack.code for lack in rules.blocks(bed.state, gates[bed.id])} for bed in beds}
