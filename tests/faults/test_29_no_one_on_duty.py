"""Fault 29: nobody is on duty anywhere: the ladder runs up to the supervisor, and every console hears of it."""

import asyncio

import pytest
from sqlalchemy import delete, select, update

from models import Account, Contact, Duty, Event
from service.emergencies import jobs
from tests.fixtures.gateway import Gateway
from tests.fixtures.rescue import NUMBERS, desk_is_called
from tests.fixtures.town import PASSWORD, TownBuilder
from tests.service.emergencies.watching import watching

pytestmark = pytest.mark.slow


async def climbed(town: TownBuilder) -> list[str]:
    async with town.database.reading() as session:
        query = select(Event.data).where(Event.topic == "incident.escalated").order_by(Event.seq)
        return [data["rung"] for data in await session.scalars(query)]


async def test_an_empty_roster_never_ends_in_silence(rescue: TownBuilder) -> None:
    """No duty, no family: after the first minute all rungs come at once, then every desk in every district is told."""
    await watching(rescue.database)
    async with rescue.database.writing() as session:
        await session.execute(delete(Duty))
        await session.execute(delete(Contact))
    incident = (await rescue.terminal("chen").presses_call())["incident"]
    rescue.clock.shift(seconds=61)
    async with asyncio.timeout(20):
        while await climbed(rescue) != ["station", "family", "village", "supervisor"]:
            await jobs.ring_timers(rescue.database, rescue.clock)  # the house's own timers may hold the call just now
    async with rescue.database.reading() as session:
        (alarm,) = (await session.scalars(select(Event).where(Event.topic == "incident.unheard"))).all()
    assert alarm.area_code is None and alarm.provider_id is None, "every console may see it"
    assert alarm.data["call"]["id"] == incident and alarm.data["call"]["area_code"] == "370613"
    assert "elder" not in alarm.data["call"], "and learns nobody's name or address by it"
    rescue.clock.shift(minutes=3, seconds=1)
    async with asyncio.timeout(20):
        while (await climbed(rescue)).count("supervisor") < 2:  # and it goes on
            await jobs.ring_timers(rescue.database, rescue.clock)


async def test_an_empty_station_does_not_cost_a_minute(rescue: TownBuilder, gateway: Gateway) -> None:
    """Nobody is at the station: the daughter is told when the station would have been."""
    await watching(rescue.database)
    async with rescue.database.writing() as session:
        await session.execute(delete(Duty).where(Duty.station_id.is_not(None)))
    incident = (await rescue.terminal("chen").presses_call())["incident"]
    await desk_is_called(rescue, gateway, incident)
    rescue.clock.shift(seconds=57)
    await gateway.pages("sms", NUMBERS["daughter"])
    assert await climbed(rescue) == ["station", "family"]


async def test_nobody_may_sign_in_and_calls_are_taken_all_the_same(rescue: TownBuilder, gateway: Gateway) -> None:
    """Every account is locked out (control 38): doors for people stay shut, the call is kept and the family told."""
    await watching(rescue.database)
    async with rescue.database.writing() as session:
        await session.execute(update(Account).values(disabled_at=rescue.clock.now()))
    refused = await rescue.client().post("/api/session", json={"name": "wu", "password": PASSWORD})
    assert refused.status_code == 401
    assert (await rescue.client().get("/api/incidents")).status_code == 401
    assert (await rescue.terminal("chen").presses_call())["state"] == "open"
    rescue.clock.shift(seconds=61)
    await gateway.pages("sms", NUMBERS["daughter"])
    assert await climbed(rescue) == ["station", "family"]
