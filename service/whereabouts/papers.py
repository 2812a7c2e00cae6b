"""Lets a bed's contracts and blocks of respite be seen where the bed stands now; refuses to touch what they say."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Bed, Contract, Respite
from models.types import ContractState, RespiteState

STANDING = (ContractState.DRAWN, ContractState.SIGNED, ContractState.RENEWED)


async def move_papers(session: AsyncSession, bed: Bed, town_at: datetime) -> None:
    """Contracts that stand and blocks that are not over go to the bed's area; those that ended stay where they were.

    One that is drawn up and not signed cannot be signed in another district: that has a model contract of its own.
    """
    contracts = update(Contract).where(Contract.bed_id == bed.id, Contract.state.in_(STANDING))
    await session.execute(contracts.values(area_code=bed.area_code))
    blocks = update(Respite).where(Respite.bed_id == bed.id, Respite.state == RespiteState.BOOKED)
    await session.execute(blocks.where(Respite.to_at > town_at).values(area_code=bed.area_code))
