"""Promise: two dispatchers press Answer for one call; one has it, the other reads on the card who was first."""

import asyncio
import re

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.fixtures.served import Served
from tests.fixtures.town import PASSWORD, TownBuilder

FIRST = re.compile(r"^迟\*\* \d\d:\d\d 先接了，你在旁听$")


async def take_seat(page: Page, url: str, name: str) -> None:
    """Sign in and wait for the queue."""
    await page.goto(url)
    await page.get_by_label("账号").fill(name)
    await page.get_by_label("密码", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="上岗").click()
    await expect(page.get_by_text("没有待接呼叫")).to_be_visible()


@pytest.mark.slow
async def test_the_second_to_answer_is_told_who_was_first(
    served: Served, served_town: TownBuilder, page: Page, chromium: Browser
) -> None:
    """Wu's press is on its way when Chi's arrives: Chi has the call, Wu's card says so and offers no second answer."""
    await served.start()
    context = await chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    other = await context.new_page()
    await take_seat(page, served.url, "wu")
    await take_seat(other, served.url, "chi")
    won = asyncio.Event()

    async def slow_road(route: Route) -> None:
        await won.wait()
        await route.continue_()

    await page.route("**/acknowledge", slow_road)
    async with served.client() as bedside:
        await served_town.terminal("chen", bedside).presses_call()
        for desk in (page, other):
            await expect(desk.get_by_role("button", name="接听")).to_be_visible()
        async with page.expect_request("**/acknowledge"):
            await page.keyboard.press("F1")
        await other.keyboard.press("F1")
        await expect(other.get_by_text("迟** 已接")).to_be_visible()
        won.set()
        note = page.get_by_role("article").filter(has_text="陈**").get_by_role("status")
        await expect(note).to_have_text(FIRST)
        await expect(page.get_by_role("button", name="接听")).to_have_count(0)
        await expect(other.get_by_text("先接了")).to_have_count(0)
    await context.close()
