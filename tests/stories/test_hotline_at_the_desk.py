"""Promise: who rings the hotline is known by their number, and the case made by hand climbs and ends like any other."""

import asyncio

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select, update

from models import Contact, Event, Incident, Receipt
from models.types import IncidentState, Outcome
from tests.fixtures.gateway import Gateway
from tests.fixtures.rescue import NUMBERS
from tests.fixtures.town import TownBuilder
from tests.service.emergencies.watching import watching
from tests.stories.test_call_reaches_caregiver import sign_in


async def shown(town: TownBuilder) -> int:
    """The incident, once its event was shown at the desk and that is on record."""
    query = select(Event.subject).join(Receipt, Receipt.event_seq == Event.seq).where(Event.topic == "incident.raised")
    async with asyncio.timeout(20):
        while True:
            async with town.database.reading() as session:
                subject = await session.scalar(query)
            if subject is not None:
                return int(subject.removeprefix("incident:"))
            await asyncio.sleep(0.05)


async def daughter_has_a_number(town: TownBuilder) -> None:
    async with town.database.writing() as session:
        hers = update(Contact).where(Contact.elder_id == town.elders["chen"])
        await session.execute(hers.values(phone_hash=town.vault.keyed_hash(NUMBERS["daughter"])))


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_daughter_rings(rescue: TownBuilder, gateway: Gateway, page: Page) -> None:
    """Found by number, made by hand, the station told at its time, answered and closed; and the desk reads its lint."""
    await watching(rescue.database)
    await daughter_has_a_number(rescue)
    async with rescue.house.listening() as url:
        await sign_in(page, url, "wu")

        await page.get_by_role("button", name="看清单").click()
        lint = page.get_by_role("dialog", name="呼叫链检查")
        await expect(lint.get_by_text("没人值班").first).to_be_visible()
        await page.keyboard.press("Escape")

        await page.get_by_role("button", name="热线", exact=True).click()
        sheet = page.get_by_role("dialog", name="热线来电")
        await sheet.get_by_label("来电号码，或姓名开头").fill(NUMBERS["daughter"])
        await page.keyboard.press("Enter")
        await expect(sheet.get_by_role("button", name="陈**")).to_contain_text("于**（女儿）")
        await sheet.get_by_label("对方说了什么").fill("电话里说胸口闷")
        await sheet.get_by_role("button", name="登记呼叫").click()
        queue = page.get_by_role("region", name="呼叫队列")
        call = queue.get_by_role("article").filter(has_text="陈**")
        await expect(call.get_by_role("button", name="接听")).to_be_visible()
        incident = await shown(rescue)

        rescue.clock.shift(seconds=61)
        await expect(call.get_by_text("已通知护理站")).to_be_visible()
        rescue.clock.shift(seconds=4)
        for name in ("lin", "gao"):
            await gateway.pages("sms", NUMBERS[name], rung="station", incident=incident)

        await page.keyboard.press("F1")
        await expect(call.get_by_text("吴** 已接")).to_be_visible()
        await page.keyboard.press("c")
        await call.get_by_role("button", name="误触").click()
        await call.get_by_label("恢复说明（家属看得到）").fill("回电，睡着了")
        await call.get_by_role("button", name="结案 Ctrl").click()
        await expect(queue.get_by_text("误触")).to_be_visible()
        await page.goto("about:blank")
    async with rescue.database.reading() as session:
        row = await session.get_one(Incident, incident)
        assert (row.state, row.outcome, row.terminal_id) == (IncidentState.CLOSED, Outcome.FALSE_ALARM, None)
        assert row.elder_id == rescue.elders["chen"]
