"""Fault 23: two processes do not hear each other's bells any more: what one writes, the other shows within a poll."""

import asyncio

import pytest

from service.clock import Clock
from service.db import Database
from tests.fixtures.town import DISTRICT
from tests.service.realtime.telling import tell_without_a_bell
from tests.service.realtime.tower import Tower

POLL_AND_SLACK_S = 1.1 + 0.9


async def test_an_answer_given_elsewhere_is_shown_without_any_bell(tower: Tower) -> None:
    """On every console of this process, by the look that it takes once a second."""
    desks = [await tower.opens() for _ in range(3)]
    elsewhere = Database(tower.database.url, Clock())
    try:
        for _ in range(3):
            await tell_without_a_bell(elsewhere, "incident.acknowledged", DISTRICT)
            for desk in desks:
                await desk.until(lambda c: c.events("incident.acknowledged"), seconds=POLL_AND_SLACK_S)
                desk.frames.clear()
    finally:
        await elsewhere.close()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_listener_that_was_cut_listens_again(tower: Tower) -> None:
    """The listening connection is ended by the server: a new one takes its place and looks for what it missed."""
    ear = tower.live.pump.ear
    assert ear is not None
    async with asyncio.timeout(5):
        while not ear.hearing:
            await asyncio.sleep(0.02)
    desk, opened = await tower.opens(), ear.opened
    listening = (
        "SELECT pid FROM pg_stat_activity WHERE query LIKE 'NOTIFY unwalled_ear%' AND datname = current_database()"
    )
    rows = await tower.bedside.rows(f"SELECT pg_terminate_backend(pid) AS ended FROM ({listening}) AS ears")
    assert [row["ended"] for row in rows] == [True]
    async with asyncio.timeout(8):
        while ear.opened == opened or not ear.hearing:
            await asyncio.sleep(0.02)
    await tower.say("visit.late")
    await desk.sees("visit.late")
