"""Two ladders of contacts that turn out to be one person's: the kept row's first, one guardian, and back again.

Refuses to lose anybody: who was a guardian of the row that went is called still, after those of the row that stays.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Contact


async def join_ladders(session: AsyncSession, kept_id: int, moved: Collection[int]) -> list[dict[str, Any]]:
    """Rank the contacts that `moved` to an elder after the others; answers of each what it was and is, for an undo.

    One of them stays guardian only where nobody else is: one person answers in law.
    """
    ladder = (await session.scalars(_ladder(kept_id))).all()
    own = [one for one in ladder if one.id not in moved]
    last, guarded = max((one.rank for one in own), default=0), any(one.guardian for one in own)
    steps = []
    for rank, one in enumerate((one for one in ladder if one.id in moved), start=last + 1):
        was = [one.rank, one.guardian]
        one.rank, one.guardian = rank, one.guardian and not guarded
        steps.append({"id": one.id, "was": was, "is": [one.rank, one.guardian]})
    await session.flush()
    return steps


async def part_ladders(session: AsyncSession, gone_id: int, steps: Collection[dict[str, Any]]) -> None:
    """Give contacts that went back to an elder their places again; what somebody has changed since stays."""
    ladder = {one.id: one for one in await session.scalars(_ladder(gone_id))}
    for step in steps:
        one = ladder.get(step["id"])
        if one is not None and [one.rank, one.guardian] == step["is"]:
            one.rank, one.guardian = step["was"]
    await session.flush()


def _ladder(elder_id: int) -> Any:
    """Contacts in order, as the database has them now: rows may have moved under the session."""
    query = select(Contact).where(Contact.elder_id == elder_id).order_by(Contact.rank, Contact.id)
    return query.execution_options(populate_existing=True)
