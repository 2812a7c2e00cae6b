"""A call is taken whatever the register is doing with the elder's row: its reference to them waits for nobody."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from models.types import Scale
from service.assessments import actions as assessments
from service.elders import merging
from service.elders.queries import get_elder
from service.elders.standing import get_standing, refuse_gone
from service.emergencies import hotline
from tests.service.accounts.desk import Desk

Deed = Callable[[Desk, AsyncSession], Awaitable[object]]


async def merges(_desk: Desk, session: AsyncSession) -> None:
    await merging._hold(session, [1])


async def assesses(desk: Desk, session: AsyncSession) -> None:
    await assessments.begin(session, await desk.actor("wu"), 1, Scale.GBT42195, "first", desk.clock.now())


async def begins(desk: Desk, session: AsyncSession) -> None:
    await refuse_gone(session, await get_elder(session, await desk.actor("wu"), 1))


async def notes(desk: Desk, session: AsyncSession) -> None:
    await get_standing(session, await desk.actor("wu"), 1)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("deed", [merges, assesses, begins, notes])
async def test_a_call_waits_for_no_deed_on_the_elder(desk: Desk, deed: Deed) -> None:
    """The deed's transaction is still open while the call is written and committed."""
    wu = await desk.actor("wu")
    async with desk.database.writing() as held:
        await deed(desk, held)
        async with asyncio.timeout(10), desk.database.writing() as session:
            card = await hotline.open_incident(session, wu, 1, "sos", None, desk.clock.now())
    assert card["state"] == "open"
