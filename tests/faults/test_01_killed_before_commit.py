"""Faults 1 to 3: the intake is killed with -9 before the commit, after it, after the answer: one call, one ladder."""

import httpx
import pytest
from sqlalchemy import text

from service.clock import Clock
from service.db import Database
from tests.fixtures.desk_socket import DeskSocket
from tests.fixtures.served import Served
from tests.fixtures.town import TownBuilder

SHOWN_WITHIN_S = 3.0


async def counts(url: str) -> dict[str, int]:
    """How many rows the call has left behind."""
    database = Database(url, Clock())
    async with database.reading() as session:
        found = {}
        for table in ("alert", "incident"):
            found[table] = (await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
        for topic in ("incident.raised", "incident.repeated"):
            query = text("SELECT count(*) FROM event WHERE topic = :topic").bindparams(topic=topic)
            found[topic] = (await session.execute(query)).scalar_one()
        desk = text("SELECT count(*) FROM timer WHERE rung = 'desk'")
        found["ladders"] = (await session.execute(desk)).scalar_one()
    await database.close()
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("failpoint", "kept"), [("before_commit", False), ("after_commit", True)])
async def test_the_same_message_again_makes_it_right(
    served: Served, served_town: TownBuilder, failpoint: str, kept: bool
) -> None:
    """No answer came; the retry finds its call kept, or not, and leaves one alert, one ladder, one page."""
    await served.start(UNWALLED_TESTING="1", UNWALLED_FAIL=failpoint)
    async with served.client() as line:
        chen = served_town.terminal("chen", line)
        with pytest.raises(httpx.TransportError):
            await chen.post({"msg_id": "m1", "kind": "sos"})
        await served.gone()
    await served.start()
    async with served.client() as line:
        chen.client = line
        again = (await chen.post({"msg_id": "m1", "kind": "sos"})).json()
        assert (again["duplicate"], again["state"]) == (kept, "open")
    await served.kill()
    once = {"alert": 1, "incident": 1, "incident.raised": 1, "incident.repeated": 0, "ladders": 1}
    assert await counts(served.database_url) == once


@pytest.mark.slow
async def test_killed_after_the_answer_the_desk_still_gets_it(served: Served, served_town: TownBuilder) -> None:
    """The terminal was told, the desk was not yet: it comes back by its cursor and sees the call, once."""
    await served.start(UNWALLED_TESTING="1", UNWALLED_FAIL="after_answer:2")
    async with served.client() as browser, served.client() as line:
        desk = await served_town.desk("wu", browser)
        chen, yu = served_town.terminal("chen", line), served_town.terminal("yu", line)
        async with DeskSocket(desk, served.url) as socket:
            await chen.presses_call()
            await socket.sees("incident.raised")
            told = await yu.presses_call()
        await served.gone()
        epoch, cursor = socket.epoch, socket.cursor
    await served.start()
    async with served.client() as browser:
        desk = await served_town.desk("wu", browser)
        async with DeskSocket(desk, served.url, epoch, cursor) as socket:
            seen = await socket.sees("incident.raised", SHOWN_WITHIN_S)
            assert (seen["data"]["incident"]["id"], seen["seq"]) == (told["incident"], told["seq"])
    await served.kill()
    assert (await counts(served.database_url))["incident.raised"] == 2
