"""Takes back elders that an import brought and nobody has touched since; refuses to remove anybody with a history."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import delete, exists, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from models import Base, Consent, Contact, Elder, ElderCategory, Entitlement, Household

OWN = (Contact, ElderCategory, Consent, Entitlement)
"""What comes with a registration, or follows from it by itself, and goes with it."""


async def next_of_import(session: AsyncSession, import_id: int, after: int | None, most: int) -> Sequence[int]:
    """Elders that an import brought, by id."""
    query = select(Elder.id).where(Elder.import_id == import_id, Elder.id > (after or 0)).order_by(Elder.id)
    return (await session.scalars(query.limit(most))).all()


async def remove_untouched(session: AsyncSession, ids: Sequence[int]) -> tuple[list[int], list[int]]:
    """Remove those of `ids` that stand as they were registered, with their homes when nobody else lives there.

    Answers who is gone, and who stays because somebody has worked with them, or at their home, since.
    """
    touched = set(await session.scalars(select(Elder.id).where(Elder.id.in_(ids), Elder.version > 1)))
    own = {table.__tablename__ for table in OWN}
    touched |= await _pointed_at(session, "elder.id", ids, own)
    living = await session.execute(select(Elder.id, Elder.household_id).where(Elder.id.in_(ids)))
    homes_of = {row.id: row.household_id for row in living}
    busy = await _pointed_at(session, "household.id", set(homes_of.values()), {Elder.__tablename__})
    touched |= {number for number, home in homes_of.items() if home in busy}
    going = [number for number in ids if number not in touched]
    homes = {homes_of[number] for number in going}
    for table in OWN:
        await session.execute(delete(table).where(table.elder_id.in_(going)))
    await session.execute(delete(Elder).where(Elder.id.in_(going)))
    lived_in = exists().where(Elder.household_id == Household.id)
    await session.execute(delete(Household).where(Household.id.in_(homes), ~lived_in))
    return going, sorted(touched)


async def _pointed_at(session: AsyncSession, what: str, ids: Collection[int], but: Collection[str]) -> set[int]:
    """Those of `ids` that a row of any table names, `but` for these: of elders a bed, an order, a call, of homes works.

    `what` is the column that is pointed at; a new table comes along by itself.
    """
    queries: list[Any] = []
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            points = any(key.target_fullname == what for key in column.foreign_keys)
            if points and table.name not in but:
                queries.append(select(column).where(column.in_(ids)))
    return set(await session.scalars(union(*queries)))
