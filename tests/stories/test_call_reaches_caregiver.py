"""Promise: Granny Chen presses her button; the desk sees it, Wu answers, Lin's phone has it, and it ends well."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.fixtures.served import Served
from tests.fixtures.town import PASSWORD, TownBuilder


async def sign_in(page: Page, url: str, name: str) -> None:
    await page.goto(url)
    await page.get_by_label("账号").fill(name)
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()


@pytest.mark.slow
async def test_from_the_button_to_the_phone(served: Served, served_town: TownBuilder, page: Page) -> None:
    """Pressed at the bedside, seen and answered in a real browser, then in the caregiver's hand."""
    await served.start()
    await sign_in(page, served.url, "wu")
    await expect(page.get_by_text("实时").first).to_be_visible()

    async with served.client() as bedside, served.client() as line:
        answer = await served_town.terminal("chen", bedside).presses_call()
        assert answer["state"] == "open"
        assert not answer["duplicate"]
        call = page.get_by_role("alert").filter(has_text="陈**")
        await expect(call).to_be_visible()
        await expect(page).to_have_title(re.compile(r"^\(1\).*SOS"))

        again = await served_town.terminal("chen", bedside).presses_call()
        assert again["incident"] == answer["incident"]
        await expect(call.get_by_text("第 2 次按下")).to_be_visible()

        await page.keyboard.press("F1")
        await expect(page.get_by_text("已接").first).to_be_visible()

        await page.keyboard.press("F2")
        phone = await served_town.phone("lin", line)
        incidents = (await phone.get("/phone/v1/incidents")).json()
        mine = incidents["items"] if isinstance(incidents, dict) else incidents
        assert [case["id"] for case in mine] == [answer["incident"]]
