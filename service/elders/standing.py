"""Asks whether somebody is still here: refuses to begin anything for who has left, or under a row that was merged away.

One question for every verb that begins something. Calls for help do not come here: whoever presses is answered.
"""

from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Elder
from service.auth import Actor
from service.elders import queries
from service.errors import Conflict


class HasLeft(Conflict):
    """The elder died or moved away: `left_on` and `left_why` say when and why."""

    code = "elder.has_left"


class MergedAway(Conflict):
    """The row was merged into another; `elder_id` is the one that stands for this person now."""

    code = "elder.merged_away"


async def refuse_gone(session: AsyncSession, elder: Elder, on: date | None = None) -> None:
    """Raises HasLeft for somebody who left (before `on` where a day is given), MergedAway for a row that was merged.

    Reads the row anew and holds it until the transaction ends: nobody leaves or moves meanwhile. Who holds the bed as
    well takes the bed first.
    """
    await session.refresh(elder, with_for_update={"read": True})
    await refuse_merged(session, elder)
    if elder.left_on is not None and (on is None or elder.left_on < on):
        why = f"the elder left the register on {elder.left_on}" + (f": {elder.left_why}" if elder.left_why else "")
        raise HasLeft(why, elder_id=elder.id, left_on=elder.left_on.isoformat(), left_why=elder.left_why)


async def refuse_merged(session: AsyncSession, elder: Elder) -> None:
    """Raises MergedAway for a row that was merged: the one that stands is named."""
    if elder.merged_into_id is not None:
        stands = await queries.stands_for(session, elder.id)
        raise MergedAway(f"this row was merged: elder {stands} stands for this person", elder_id=stands)


async def get_standing(session: AsyncSession, actor: Actor, elder_id: int) -> Elder:
    """One elder in the actor's scope, read anew and held until the transaction ends, for who writes about them.

    Raises NotFound, MergedAway; not HasLeft: what was so before they left may be noted afterwards.
    """
    elder = await queries.get_elder(session, actor, elder_id)
    await queries.hold_elders(session, [elder.id])
    await session.refresh(elder)
    await refuse_merged(session, elder)
    return elder


async def here_among(session: AsyncSession, elder_ids: Collection[int]) -> set[int]:
    """Those of these elders who are still here, held until the transaction ends as in `refuse_gone`."""
    asked = select(Elder.id).where(Elder.id.in_(elder_ids), Elder.left_on.is_(None), Elder.merged_into_id.is_(None))
    return set(await session.scalars(asked.order_by(Elder.id).with_for_update(read=True)))
