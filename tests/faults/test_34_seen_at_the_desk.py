"""Fault 34 at the desk: four hundred homes call at once, and the dispatcher sees forty buildings, nobody left out.

Two thousand at once are kept by test_34_flood.py, and put in order by console/tests/houses.test.ts.
"""

import asyncio

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import insert, select

from models import Household, Terminal
from models.types import Datum
from service.intake.keys import seal_key
from service.intake.letters import AlertLetter
from service.intake.message import read_message
from tests.fixtures.town import COMMUNITY, TownBuilder
from tests.stories.test_call_reaches_caregiver import sign_in

MANY, BUILDINGS, DRAWN = 400, 40, 30


async def add_homes(town: TownBuilder) -> None:
    """A terminal in each of four hundred homes, ten to a building."""
    homes = [
        {"address": f"清泉社区 山海路 12 号 {n % BUILDINGS + 1} 号楼 1-{n}", "floor": 2, "lift": False, "access_min": 0}
        | {"area_code": COMMUNITY, "lon": 121.44, "lat": 37.51 + n % BUILDINGS / 1000, "datum": Datum.WGS84}
        for n in range(MANY)
    ]
    async with town.database.writing() as session:
        await session.execute(insert(Household), homes)
        found = await session.scalars(select(Household.id).where(Household.address.contains("山海路")))
        sealed = seal_key(town.vault, "any", bytes(32))
        common = {"model": "BX-2", "key_sealed": sealed, "area_code": COMMUNITY}
        rows = [common | {"id": f"F-{n}", "household_id": home} for n, home in enumerate(sorted(found))]
        await session.execute(insert(Terminal), rows)


async def everybody_calls(town: TownBuilder) -> None:
    """All at once, as the door hands them to the intake once their signatures are checked."""
    message = read_message(b'{"msg_id":"quake","kind":"sos"}', 1, 1, town.clock.now())
    put = town.house.app.state.intake.committer.put
    await asyncio.gather(*(put(AlertLetter(f"F-{n}", 1, 1, message, b"{}")) for n in range(MANY)))


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_desk_sees_buildings(town: TownBuilder, page: Page) -> None:
    """All are counted, each building stands once with its next call, and one that somebody sees to steps back."""
    await add_homes(town)
    async with town.house.listening() as url:
        await sign_in(page, url, "wu")
        await everybody_calls(town)
        crowd = page.locator(".crowd")
        await expect(crowd).to_contain_text("400 个呼叫待接，来自 40 处", timeout=20_000)
        places = page.locator("section.house")
        await expect(places).to_have_count(DRAWN)
        await expect(page.get_by_role("region", name="呼叫队列").get_by_role("article")).to_have_count(DRAWN)
        for place in await places.all_inner_texts():
            assert "10 个待接" in place and "同一栋楼还有 9 个" in place

        first = places.first
        building = await first.locator(".where b").inner_text()
        await first.get_by_role("button", name="接听").click()
        await expect(crowd).to_contain_text("399 个呼叫待接，来自 40 处")
        await expect(first).not_to_contain_text(building)
        await page.get_by_role("button", name="还有 10 处").click()
        await expect(places.last).to_contain_text(building)
        await places.last.get_by_role("button", name="同一栋楼还有 8 个").click()
        await expect(places.last.locator(".one")).to_have_count(8)
        await page.goto("about:blank")
