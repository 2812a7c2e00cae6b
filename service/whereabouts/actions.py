"""Changes an elder and draws what follows from it: who leaves has no visits left, who moves takes theirs along.

It stands above beds, orders and visits because it reaches down into all of them in one transaction; never commits.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from models import Bed, Elder, Household
from service import audit
from service.auth import Actor
from service.beds.actions import tell
from service.beds.pausing import end_respites
from service.beds.queries import hold_bed_of
from service.elders import actions
from service.elders.queries import get_elder
from service.elders.standing import refuse_merged
from service.errors import FieldProblem
from service.orders.ending import count_ended, end_orders, move_orders
from service.patrols.actions import drop_leaver, move_targets
from service.town_clock import TownTime
from service.vault import Vault
from service.whereabouts.papers import move_papers


async def change_elder(
    session: AsyncSession,
    actor: Actor,
    vault: Vault,
    elder_id: int,
    wanted: dict[str, Any],
    now: datetime,
    town: TownTime,
    *,
    unread: Sequence[FieldProblem] = (),
) -> dict[str, int]:
    """Change the fields of `wanted` that are there, and let bed, orders and visits follow; answers what came of them.

    `orders_cancelled` and `visits_cancelled` for who left, `orders_stay_cancelled` for who came back, `visits_moved`
    for who lives elsewhere now. Raises what `elders.actions.change_elder` raises, and MergedAway.
    """
    elder = await get_elder(session, actor, elder_id)
    await refuse_merged(session, elder)
    left_on, home_id = elder.left_on, elder.household_id
    bed = await hold_bed_of(session, elder_id)
    await actions.change_elder(session, actor, vault, elder_id, wanted, now, unread=unread)
    # A bed opened until the elder's row was ours was not there to be held before it.
    bed = bed or await hold_bed_of(session, elder_id)
    came: dict[str, int] = {}
    if elder.household_id != home_id:
        came |= await _move(session, actor, elder, bed, now, town)
    if elder.left_on is not None and elder.left_on != left_on:
        came |= await _leave(session, actor, elder, bed, now, town)
    if elder.left_on is None and left_on is not None:
        came |= {"orders_stay_cancelled": await count_ended(session, elder_id, town.today)}
    return came


async def _leave(
    session: AsyncSession, actor: Actor, elder: Elder, bed: Bed | None, now: datetime, town: TownTime
) -> dict[str, int]:
    """From the day on nobody goes there any more: orders, visits, looks in and respite that nobody has begun end.

    The bed stands until somebody closes it: devices are to be fetched and the contract is to be ended.
    """
    if elder.left_on is None:
        return {}
    orders, visits = await end_orders(session, elder.id, elder.left_on)
    if bed is not None:
        await end_respites(session, bed, town)
    await drop_leaver(session, elder.id, elder.left_on, now)
    told = f"from {elder.left_on} on: {orders} orders and {visits} visits cancelled"
    audit.note(session, now, actor.account_id, "elder.left", f"elder:{elder.id}", told)
    return {"orders_cancelled": orders, "visits_cancelled": visits}


async def _move(
    session: AsyncSession, actor: Actor, elder: Elder, bed: Bed | None, now: datetime, town: TownTime
) -> dict[str, int]:
    """The bed stands where its elder lives: who answers for the new home sees it, with all that is still to come."""
    home = await session.get_one(Household, elder.household_id)
    visits = await move_orders(session, elder.id, town.today, home)
    await move_targets(session, elder.id, town.today, home.area_code)
    if bed is not None:
        bed.area_code = home.area_code
        await move_papers(session, bed, town.at)
        tell(session, bed, bed.state)
    told = f"to household {home.id}: {visits} visits go there"
    audit.note(session, now, actor.account_id, "elder.moved", f"elder:{elder.id}", told)
    return {"visits_moved": visits}
