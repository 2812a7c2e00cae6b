"""The route that changes an elder: it stands here, because leaving and moving reach into beds, orders and visits."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession

from service.auth import DESK, Actor, Allow
from service.bodies import Heard
from service.clock import Clock, clock_of
from service.db import writing
from service.elders import card, schemas
from service.elders.behalf import note_caller
from service.inputs import PathId
from service.town_clock import town_time
from service.vault import Vault, vault_of
from service.whereabouts import actions

router = APIRouter(prefix="/api", tags=["elders"])


@router.patch("/elders/{elder_id}")
async def change_elder(
    actor: Annotated[Actor, Depends(Allow(*DESK))],
    session: Annotated[AsyncSession, Depends(writing, scope="function")],
    clock: Annotated[Clock, Depends(clock_of)],
    vault: Annotated[Vault, Depends(vault_of)],
    elder_id: PathId,
    told: Heard[schemas.ElderChange],
) -> dict[str, Any]:
    """Change what is sent; 409 when the elder stands at another version by now.

    With `left_on` what nobody has begun is cancelled, in another home it goes along: the answer says how much.
    """
    values = {field: value for field, value in told.given.items() if field != "on_behalf"}
    town = await town_time(session, clock)
    came = await actions.change_elder(session, actor, vault, elder_id, values, clock.now(), town, unread=told.faults)
    note_caller(session, actor, elder_id, "elder.change", f"elder:{elder_id}", told.whole.on_behalf, clock.now())
    return {**await card.elder_card(session, actor, vault, elder_id, clock.now()), **came}
