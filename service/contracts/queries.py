"""Looks up contract templates and contracts; refuses to change them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, Bed, Contact, Contract, ContractTemplate, Elder, Provider
from models.types import BedState, ContractState
from service.among import among
from service.auth import Actor
from service.clock import rfc3339
from service.contracts import rules
from service.errors import BadInput, FieldProblem, NotFound
from service.paging import Page, page_of
from service.policies.kinds import MOST_REMIND_DAYS
from service.policies.queries import Book, book_of
from service.vault import masked_name

CHUNK = 400
LIVE = (BedState.ACTIVE, BedState.SUSPENDED)
GONE = (ContractState.WITHDRAWN, ContractState.ENDED)


@dataclass(frozen=True)
class Templates:
    """The current template of every district on one day."""

    rows: Sequence[ContractTemplate]

    def at(self, area_code: str) -> ContractTemplate | None:
        """The newest version that has begun in the district of this code."""
        mine = [row for row in self.rows if row.area_code[:6] == area_code[:6]]
        return max(mine, key=lambda row: row.version, default=None)


async def templates_on(session: AsyncSession, on: date) -> Templates:
    """All templates that have begun on a day."""
    rows = await session.scalars(select(ContractTemplate).where(ContractTemplate.from_on <= on))
    return Templates(rows.all())


async def template_views(session: AsyncSession, actor: Actor) -> list[dict[str, Any]]:
    """Every version in scope, the newest first, with who wrote it and how many contracts of it hang on which bed.

    `drawn` wait for a signature, `waiting` are signed for beds that are not active yet, `live` for beds that are.
    """
    query = select(ContractTemplate, Account.display).outerjoin(Account, Account.id == ContractTemplate.made_by)
    query = query.where(actor.scope(ContractTemplate.area_code))
    rows = await session.execute(query.order_by(ContractTemplate.area_code, ContractTemplate.version.desc()))
    hanging = await _hanging(session, actor)
    return [template_view(row) | {"made_by": display, **hanging[row.id]} for row, display in rows.all()]


async def _hanging(session: AsyncSession, actor: Actor) -> dict[int, dict[str, int]]:
    """By template: contracts that still count for something."""
    query = select(Contract.template_id, Contract.state, Bed.state, func.count())
    query = query.join(Bed, Bed.id == Contract.bed_id).where(actor.scope(Contract.area_code, Contract.provider_id))
    query = query.where(Contract.state.in_((ContractState.DRAWN, ContractState.SIGNED)))
    found: dict[int, dict[str, int]] = defaultdict(lambda: {"drawn": 0, "waiting": 0, "live": 0})
    for template_id, state, bed, number in await session.execute(
        query.group_by(Contract.template_id, Contract.state, Bed.state)
    ):
        if bed is not BedState.CLOSED:
            place = "drawn" if state is ContractState.DRAWN else "live" if bed in LIVE else "waiting"
            found[template_id][place] += number
    return found


def template_view(row: ContractTemplate) -> dict[str, Any]:
    """One version on the wire."""
    plain = ("id", "area_code", "version", "title", "body")
    moments = {"from_on": row.from_on.isoformat(), "made_at": rfc3339(row.made_at)}
    return {name: getattr(row, name) for name in plain} | moments


async def newest_version(session: AsyncSession, area_code: str) -> int:
    """The highest version that a district has written, begun or not; 0 for none."""
    query = select(ContractTemplate.version).where(ContractTemplate.area_code == area_code)
    return (await session.scalars(query.order_by(ContractTemplate.version.desc()).limit(1))).first() or 0


async def get_contract(session: AsyncSession, actor: Actor, contract_id: int) -> Contract:
    """One contract in scope. Raises NotFound."""
    query = select(Contract).where(Contract.id == contract_id, actor.scope(Contract.area_code, Contract.provider_id))
    contract = (await session.scalars(query)).one_or_none()
    if contract is None:
        raise NotFound(f"no contract {contract_id}")
    return contract


async def find_renewal(session: AsyncSession, contract_id: int) -> Contract | None:
    """The signed contract that renews this one, if there is one."""
    query = select(Contract).where(Contract.renews_id == contract_id, Contract.state.in_(rules.HELD))
    return (await session.scalars(query.limit(1))).first()


async def stands_without(session: AsyncSession, bed: Bed, row: Contract, on: date) -> bool:
    """Whether another contract of this bed with its provider is in force on a day."""
    mine = (Contract.bed_id == bed.id) & (Contract.provider_id == bed.provider_id) & (Contract.id != row.id)
    return (await session.scalars(select(Contract.id).where(mine, binds(on)).limit(1))).first() is not None


async def lock_bed(session: AsyncSession, actor: Actor, bed_id: int) -> Bed:
    """The bed of a contract, in scope, held until the transaction ends: its gate must not open meanwhile."""
    query = select(Bed).where(Bed.id == bed_id, actor.scope(Bed.area_code, Bed.provider_id))
    bed = (await session.scalars(query.with_for_update())).one_or_none()
    if bed is None:
        raise NotFound(f"no bed {bed_id}")
    return bed


async def get_guardian(session: AsyncSession, elder_id: int, contact_id: int) -> Contact:
    """The contact of this elder who answers for them in law. Raises NotFound, BadInput for any other contact."""
    contact = await session.get(Contact, contact_id)
    if contact is None or contact.elder_id != elder_id:
        raise NotFound(f"no contact {contact_id} of this elder")
    if not contact.guardian:
        other = await find_guardian(session, elder_id)
        accepted = "none: nobody is" if other is None else f"contact {other.id}, {masked_name(other.name)}"
        fault = FieldProblem("guardian_id", f"{masked_name(contact.name)} is not the guardian", accepted)
        raise BadInput("somebody on the list of contacts is no guardian yet", fields=[fault])
    return contact


async def find_guardian(session: AsyncSession, elder_id: int) -> Contact | None:
    """Who answers for an elder in law, if anybody of their contacts does."""
    query = select(Contact).where(Contact.elder_id == elder_id, Contact.guardian)
    return (await session.scalars(query.limit(1))).first()


def binds(on: date) -> ColumnElement[bool]:
    """The condition that a contract is in force on a day (`rules.Held.in_force`)."""
    return and_(Contract.state.in_(rules.HELD), Contract.from_on <= on, Contract.until_on >= on)


async def held_by(session: AsyncSession, bed_ids: Collection[int], on: date) -> dict[int, rules.Held]:
    """By bed: the contract that speaks for it on a day; not withdrawn or ended ones, beds without any are absent."""
    found: dict[int, list[rules.Held]] = defaultdict(list)
    query = select(
        Contract.bed_id,
        Contract.id,
        Contract.state,
        Contract.template_version,
        Contract.from_on,
        Contract.until_on,
        Contract.provider_id,
    ).where(among(Contract.bed_id, bed_ids), Contract.state.not_in(GONE))
    for row in await session.execute(query):
        held = rules.Held(row.id, row.state, row.template_version, row.from_on, row.until_on, row.provider_id)
        found[row.bed_id].append(held)
    chosen = {bed_id: rules.choose(group, on) for bed_id, group in found.items()}
    return {bed_id: held for bed_id, held in chosen.items() if held is not None}


async def list_contracts(
    session: AsyncSession, actor: Actor, page: Page, state: ContractState | None, bed_id: int | None
) -> tuple[list[Contract], str | None]:
    """Contracts in scope by id, of one state or bed when given."""
    query = select(Contract).where(actor.scope(Contract.area_code, Contract.provider_id))
    query = query.where(true() if state is None else Contract.state == state)
    query = query.where(true() if bed_id is None else Contract.bed_id == bed_id)
    rows, following = await page_of(session, query, Contract.id, page)
    return list(rows), following


async def all_contracts(
    session: AsyncSession, actor: Actor, state: ContractState | None, on: date, at_most: int
) -> list[dict[str, Any]]:
    """The same for all of them on the wire, for a spreadsheet."""
    rows: list[dict[str, Any]] = []
    after: str | None = "0"
    while after is not None and len(rows) < at_most:
        some, after = await list_contracts(session, actor, Page(int(after), CHUNK), state, None)
        rows += await contract_views(session, some, on)
    return rows[:at_most]


async def due_for_renewal(session: AsyncSession, on: date, actor: Actor | None = None) -> list[Contract]:
    """Signed contracts whose end is so near that the district wants the next one spoken of, by their end.

    A closed bed needs no next one.
    """
    book: Book = await book_of(session, "bed.contract", on)
    query = select(Contract).join(Bed, Bed.id == Contract.bed_id)
    query = query.where(Contract.state == ContractState.SIGNED, Bed.state != BedState.CLOSED)
    query = query.where(Contract.until_on <= on + timedelta(days=MOST_REMIND_DAYS))
    if actor is not None:
        query = query.where(actor.scope(Contract.area_code, Contract.provider_id))
    rows = await session.scalars(query.order_by(Contract.until_on, Contract.id))
    return [
        row
        for row in rows
        if rules.renewal_due(row.state, row.until_on, on, book.at(row.area_code).value["remind_days"])
    ]


async def contract_views(session: AsyncSession, rows: Sequence[Contract], on: date) -> list[dict[str, Any]]:
    """Contracts with their parties (masked), prices, whether they bind on a day and whether renewal is due."""
    book: Book = await book_of(session, "bed.contract", on)
    elders = await _names(session, Elder, {row.elder_id for row in rows})
    providers = await _names(session, Provider, {row.provider_id for row in rows})
    guardians = await _names(session, Contact, {row.guardian_id for row in rows if row.guardian_id is not None})
    views = []
    for row in rows:
        plain = ("id", "bed_id", "elder_id", "provider_id", "guardian_id", "template_id", "template_version", "state")
        held = rules.Held(row.id, row.state, row.template_version, row.from_on, row.until_on)
        views.append(
            {
                **{name: getattr(row, name) for name in (*plain, "prices", "signed_by", "end_reason", "renews_id")},
                "elder": masked_name(elders[row.elder_id]),
                "provider": providers[row.provider_id],
                "guardian": masked_name(guardians[row.guardian_id]) if row.guardian_id is not None else None,
                "in_force": held.in_force(on),
                "renewal_due": rules.renewal_due(
                    row.state, row.until_on, on, book.at(row.area_code).value["remind_days"]
                ),
                "days_left": (row.until_on - on).days,
                **{
                    name: value.isoformat() if (value := getattr(row, name)) is not None else None
                    for name in ("from_on", "until_on", "cooling_until_on")
                },
                **{name: rfc3339(getattr(row, name)) for name in ("drawn_at", "signed_at", "ended_at")},
            }
        )
    return views


async def _names(session: AsyncSession, table: Any, ids: set[int]) -> dict[int, str]:
    return dict((await session.execute(select(table.id, table.name).where(table.id.in_(ids)))).all())
