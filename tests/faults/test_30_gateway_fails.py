"""Fault 30: a gateway answers 500, refuses or takes half a minute: other ways are not delayed, nobody told twice."""

import asyncio

import pytest
from sqlalchemy import select

from models import Notice
from models.types import ChannelKind, NoticeState
from tests.fixtures.gateway import Gateway
from tests.fixtures.rescue import NUMBERS, desk_is_called
from tests.fixtures.town import TownBuilder
from tests.service.emergencies.watching import watching

pytestmark = pytest.mark.slow


async def family_is_due(town: TownBuilder) -> None:
    """A call whose family rung is due; the station is told with it, the desk not by telephone for sure."""
    await watching(town.database)
    await town.terminal("chen").presses_call()
    town.clock.shift(seconds=121)


async def notice(town: TownBuilder, rung: str, channel: ChannelKind) -> Notice:
    async with town.database.reading() as session:
        query = select(Notice).where(Notice.rung == rung, Notice.channel == channel)
        return (await session.scalars(query)).one()


@pytest.mark.parametrize("mode", ["error", "refuse"])
async def test_the_next_way_is_taken_at_once(rescue: TownBuilder, gateway: Gateway, mode: str) -> None:
    """Messages fail: the daughter's telephone rings instead; a 500 is tried again with its key, three times in all."""
    gateway.modes["sms"] = mode
    await family_is_due(rescue)
    await gateway.pages("voice", NUMBERS["daughter"], rung="family")
    for _ in range(6):
        rescue.clock.shift(seconds=5)
        await asyncio.sleep(0.6)
    failed = await notice(rescue, "family", ChannelKind.SMS)
    tried = [one for one in gateway.requests if one["rung"] == "family" and one["channel"] == "sms"]
    assert failed.state is NoticeState.FAILED and failed.problem is not None
    assert len(tried) == failed.attempts == (3 if mode == "error" else 1)
    assert len({one["id"] for one in tried}) == 1
    await the_others(gateway)


async def test_a_slow_gateway_holds_up_nobody_else(rescue: TownBuilder, gateway: Gateway) -> None:
    """Messages hang: the desk's telephone, another channel, rings all the same, before a single message has an end."""
    gateway.modes["sms"] = "slow"
    await family_is_due(rescue)
    yu = (await rescue.terminal("yu").presses_call())["incident"]
    await desk_is_called(rescue, gateway, yu)
    async with asyncio.timeout(20):
        while not any((one["channel"], one["rung"]) == ("sms", "family") for one in gateway.requests):
            await asyncio.sleep(0.02)
    assert (await notice(rescue, "family", ChannelKind.SMS)).state is NoticeState.LEASED
    gateway.released.set()
    gateway.modes["sms"] = "ok"
    await gateway.pages("sms", NUMBERS["daughter"], rung="family")
    rescue.clock.shift(seconds=4)
    await the_others(gateway)


async def the_others(gateway: Gateway) -> None:
    """What goes out besides is the station's and the desk's; each person got each way once."""
    await asyncio.sleep(1.5)
    known = {(one["incident"], one["rung"], one["channel"], one["to"]) for one in gateway.delivered.values()}
    assert len(known) == len(gateway.delivered), "nobody twice by one way"
    gateway.expected |= {key for key, one in gateway.delivered.items() if one["rung"] in ("desk", "station", "village")}
