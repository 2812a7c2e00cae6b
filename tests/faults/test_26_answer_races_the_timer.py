"""Fault 26: an answer and a rung's timer race, in two processes: nothing is told, or one rung and then the answer."""

import asyncio

import pytest
from sqlalchemy import select

from models import Event
from models.types import Outcome
from service.db import Database
from service.emergencies import actions, jobs
from tests.faults.ladder import notices, rungs
from tests.service.accounts.desk import Desk, open_desk
from tests.service.emergencies.test_escalation import acknowledge, raise_call

ROUNDS = 10


@pytest.fixture
async def desk(database: Database) -> Desk:
    return await open_desk(database, database.clock)


async def test_there_is_one_order(desk: Desk) -> None:
    """The family's rung and its message come before the answer or not at all; after the answer nothing goes out."""
    elsewhere = Database(desk.database.url, desk.clock)
    try:
        for _ in range(ROUNDS):
            incident, before = await raise_call(desk), len(await rungs(desk.database))
            desk.clock.shift(seconds=61)
            await asyncio.gather(acknowledge(desk, incident), jobs.ring_timers(elsewhere, desk.clock))
            async with desk.database.reading() as session:
                query = select(Event.topic).where(Event.subject == f"incident:{incident}").order_by(Event.seq)
                topics = list(await session.scalars(query))
            assert len(await rungs(desk.database)) - before <= 1
            assert topics.index("incident.acknowledged") == len(topics) - 1
            assert not [one for one in await notices(desk.database) if one[2] in ("pending", "leased")]
            actor = await desk.actor("wu")
            async with desk.database.writing() as session:
                await actions.close(session, actor, incident, Outcome.FALSE_ALARM, None, desk.clock.now())
    finally:
        await elsewhere.close()
