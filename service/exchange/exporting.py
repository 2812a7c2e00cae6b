"""Writes the register of elders as a sheet that can be read in again; masked unless somebody says why not."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Contact, Elder, ElderCategory, Household
from models.types import Purpose
from service import audit
from service.auth import Actor
from service.clock import LOCAL
from service.db import Database
from service.elders.consents import refuse_empty
from service.elders.queries import Filters, categories_on, filtered, withdrawn_of, within_scope
from service.errors import BadInput, Conflict, FieldProblem
from service.exchange.category_cells import WORD_OF, sources_as_text
from service.exchange.elder_sheet import SHEET
from service.vault import Vault, masked_name, masked_phone

MOST_ROWS, CHUNK = 50_000, 500
MARK = "导出"
SEX = {"F": "女", "M": "男"}


class NobodyLeft(Conflict):
    """A file that would hold nobody: `outside` of the `withheld` are not the asker's, the others took consent back."""

    code = "export.nobody_left"


async def export_elders(
    database: Database, actor: Actor, vault: Vault, filters: Filters, *, full: bool, reason: str | None, now: datetime
) -> tuple[list[list[str]], int]:
    """Headings and a row for every elder that passes the filters; each row carries who took it out and when.

    Whoever took back that their data leaves the house is left out; answers how many those are, too.
    With `full` the ID number, names and phones are plain; that stands in the audit trail with its reason.
    Raises BadInput beyond 50,000 rows, so that nobody takes half of a register for the whole; ConsentWithdrawn.
    """
    at = now.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")
    mark = f"{actor.name} {at}" + ("" if full else " 脱敏")
    rows = [[*(column.heads[0] for column in SHEET.columns), MARK]]
    after = withheld = 0
    while True:
        async with database.reading() as session:
            query = filtered(actor, filters).where(Elder.id > after).order_by(Elder.id).limit(CHUNK)
            elders = (await session.scalars(query)).all()
            gone = await withdrawn_of(session, [one.id for one in elders], Purpose.AUTHORITIES)
            passed = [one for one in elders if one.id not in gone]
            withheld += len(gone)
            rows += [[*row, mark] for row in await _rows(session, passed, vault, full, filters.on)]
        if len(rows) - 1 > MOST_ROWS:
            fault = FieldProblem("filters", f"more than {MOST_ROWS} elders", "an area or a category that holds fewer")
            raise BadInput("too many for one sheet", fields=[fault])
        if len(elders) < CHUNK:
            break
        after = elders[-1].id
    refuse_empty(len(rows) - 1, withheld, Purpose.AUTHORITIES)
    async with database.writing() as session:
        left_out = f", {withheld} withheld" if withheld else ""
        told = f"{len(rows) - 1} rows, {'full' if full else 'masked'}{left_out}: {reason or ''}"
        audit.note(session, now, actor.account_id, "elders.exported", None, told)
    return rows, withheld


async def take_out(
    session: AsyncSession, actor: Actor, title: str, rows: int, elder_ids: Sequence[int], now: datetime
) -> tuple[set[int], set[int]]:
    """Note that a list is taken out as a file; whom of those it names it may not hold, in two sets.

    Those who took back that their data leaves the house, and whoever is not the actor's (any more: an elder may have
    moved while the list was read). Raises ConsentWithdrawn or NobodyLeft when that is everybody.
    """
    asked = set(elder_ids)
    mine = await within_scope(session, actor, asked)
    withdrawn, outside = await withdrawn_of(session, sorted(mine), Purpose.AUTHORITIES), asked - mine
    if outside and asked == withdrawn | outside:
        told = "none of them is within your scope and agrees that their data leaves the house"
        raise NobodyLeft(told, withheld=len(asked), outside=len(outside))
    refuse_empty(len(asked) - len(withdrawn), len(withdrawn), Purpose.AUTHORITIES)
    told = f"{title}: {rows} rows, {len(asked)} people"
    told += f", {len(withdrawn)} withheld" if withdrawn else ""
    told += f", {len(outside)} outside" if outside else ""
    audit.note(session, now, actor.account_id, "list.exported", None, told)
    return withdrawn, outside


async def _rows(
    session: AsyncSession, elders: Sequence[Elder], vault: Vault, full: bool, on: date
) -> Iterator[list[str]]:
    homes = await _homes(session, elders)
    first = await _first_contacts(session, elders)
    noted = await categories_on(session, [one.id for one in elders], on)
    return iter(
        [_row(one, homes[one.household_id], first.get(one.id), noted.get(one.id, []), vault, full) for one in elders]
    )


async def _homes(session: AsyncSession, elders: Sequence[Elder]) -> dict[int, Household]:
    query = select(Household).where(Household.id.in_({one.household_id for one in elders}))
    return {home.id: home for home in await session.scalars(query)}


async def _first_contacts(session: AsyncSession, elders: Sequence[Elder]) -> dict[int, Contact]:
    query = select(Contact).where(Contact.elder_id.in_([one.id for one in elders]))
    found: dict[int, Contact] = {}
    for contact in await session.scalars(query.order_by(Contact.rank, Contact.id)):
        found.setdefault(contact.elder_id, contact)
    return found


def _row(
    elder: Elder, home: Household, contact: Contact | None, noted: Sequence[ElderCategory], vault: Vault, full: bool
) -> list[str]:
    number = vault.open_text(elder.id_number_sealed, "elder.id_number_sealed") if full else None
    phone = vault.open_text(elder.phone_sealed, "elder.phone_sealed")
    theirs = None if contact is None else vault.open_text(contact.phone_sealed, "contact.phone_sealed")
    told: dict[str, Any] = {
        "name": elder.name if full else masked_name(elder.name),
        "id_number": number,
        "sex": SEX[elder.sex],
        "born_on": elder.born_on if full else elder.born_on.year,
        "phone": phone if full else masked_phone(phone),
        "area_code": home.area_code,
        "address": home.address,
        "lon": home.lon,
        "lat": home.lat,
        "datum": home.datum.value,
        "floor": home.floor,
        "lift": "是" if home.lift else "否",
        "access_note": home.access_note if full else None,
        "lives_alone": "是" if elder.lives_alone else "否",
        "categories": "、".join(WORD_OF[code] for code in elder.categories),
        "source": sources_as_text((row for row in noted if row.category.value in elder.categories), full=full),
        "contact_name": None if contact is None else contact.name if full else masked_name(contact.name),
        "contact_relation": None if contact is None else contact.relation,
        "contact_phone": theirs if full else masked_phone(theirs),
        "dialect": elder.dialect,
        "notes": elder.notes if full else None,
    }
    return ["" if told.get(column.field) is None else str(told[column.field]) for column in SHEET.columns]
