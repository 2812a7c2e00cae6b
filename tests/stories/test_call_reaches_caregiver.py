"""Promise: Granny Chen presses her button; the desk sees it, Wu answers, Lin's phone has it, and it ends well."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.fixtures.served import Served
from tests.fixtures.town import PASSWORD, TownBuilder


async def sign_in(page: Page, url: str, name: str) -> None:
    """Take a seat at the desk."""
    await page.goto(url)
    await page.get_by_label("账号").fill(name)
    await page.get_by_label("密码", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="上岗").click()
    await expect(page.get_by_role("region", name="呼叫队列")).to_be_visible()


@pytest.mark.slow
async def test_from_the_button_to_the_phone(served: Served, served_town: TownBuilder, page: Page) -> None:
    """Pressed at the bedside, seen and answered in a real browser, then in the caregiver's hand, then closed."""
    await served.start()
    await sign_in(page, served.url, "wu")
    queue = page.get_by_role("region", name="呼叫队列")

    async with served.client() as bedside, served.client() as line:
        terminal = served_town.terminal("chen", bedside)
        answer = await terminal.presses_call()
        assert (answer["state"], answer["duplicate"]) == ("open", False)
        call = queue.get_by_role("article").filter(has_text="陈**")
        await expect(call.get_by_role("button", name="接听")).to_be_visible(timeout=3_000)
        await expect(page).to_have_title(re.compile(r"^\(1\) .*SOS"))

        again = await terminal.presses_call()
        assert again["incident"] == answer["incident"]
        await expect(call.get_by_text("第 2 次按下")).to_be_visible()

        await page.keyboard.press("F1")
        await expect(call.get_by_text("吴** 已接")).to_be_visible()

        await page.keyboard.press("F2")
        await expect(call.get_by_text("派 林**：")).to_be_visible()
        await page.keyboard.press("F2")
        await expect(call.get_by_role("button", name="改派")).to_be_visible()
        phone = await served_town.phone("lin", line)
        case = await phone.get(f"/phone/v1/incidents/{answer['incident']}")
        assert case.status_code == 200, case.text
        assert (await phone.post(f"/phone/v1/incidents/{answer['incident']}/on-scene")).status_code == 200
        await expect(call.get_by_text(re.compile("已到场"))).to_be_visible()

    async with served.client() as other:
        desk = await served_town.desk("chi", other)
        late = await desk.post(f"/api/incidents/{answer['incident']}/acknowledge")
        assert late.status_code == 409
        closing = {"outcome": "helped", "note": "扶起，喝了水，没有伤"}
        closed = await desk.post(f"/api/incidents/{answer['incident']}/close", json=closing)
        assert closed.status_code == 200, closed.text
    await expect(queue.get_by_role("button", name="接听")).to_have_count(0)
    await expect(page).not_to_have_title(re.compile(r"^\("))
