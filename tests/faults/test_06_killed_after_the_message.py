"""Fault 6: -9 after the gateway got a letter, before that is written down: nobody gets the same page twice."""

import pytest

from tests.faults.ladder import beside, later, notices, press, until
from tests.fixtures.gateway import Gateway
from tests.fixtures.rescue import NUMBERS, everybody_reachable
from tests.fixtures.served import Served
from tests.fixtures.town import TownBuilder

pytestmark = pytest.mark.slow
KILLED = {"UNWALLED_FAIL": "after_send:1", "UNWALLED_TESTING": "1"}


async def killed_after_sending(served: Served, town: TownBuilder, gateway: Gateway, **settings: str) -> None:
    """Wu's telephone is being called when the process dies; its lease has run out when the next one starts."""
    database = beside(served)
    try:
        await everybody_reachable(town, database)
        await served.start(**KILLED, **gateway.environment(), **settings)
        await press(served, town)
        await served.gone()
        assert [one["channel"] for one in gateway.requests] == ["voice"]
        assert ("desk", "voice", "leased") in await notices(database)
        await later(database, 11)
        await served.start(**gateway.environment(), **settings)
    finally:
        await database.close()


async def test_the_same_key_goes_out_again(served: Served, served_town: TownBuilder, gateway: Gateway) -> None:
    """The gateway keeps keys: it hears the letter a second time and delivers it once."""
    await killed_after_sending(served, served_town, gateway)
    database = beside(served)
    try:

        async def settled() -> bool:
            return ("desk", "voice", "sent") in await notices(database)

        await until(settled)
        desk = [one for one in gateway.requests if one["rung"] == "desk"]
        assert len(desk) == 2 and desk[0]["id"] == desk[1]["id"]
        await gateway.pages("voice", NUMBERS["wu"], rung="desk")
        assert not any(rung == "desk" for _, _, rung in gateway.unexpected)
    finally:
        await served.kill()
        gateway.expected |= set(gateway.delivered)  # the station's messages are another test's business
        await database.close()


async def test_without_keys_the_next_way_is_taken(served: Served, served_town: TownBuilder, gateway: Gateway) -> None:
    """The gateway would deliver twice: the letter is unknown, it is not sent again, and the next channel is tried."""
    await killed_after_sending(served, served_town, gateway, UNWALLED_GATEWAYS_KEEP_KEYS="0")
    database = beside(served)
    try:
        await gateway.pages("sms", NUMBERS["wu"], rung="desk")
        assert ("desk", "voice", "unknown") in await notices(database)
        assert [one["channel"] for one in gateway.requests if one["rung"] == "desk"] == ["voice", "sms"]
    finally:
        await served.kill()
        gateway.expected |= set(gateway.delivered)
        await database.close()
