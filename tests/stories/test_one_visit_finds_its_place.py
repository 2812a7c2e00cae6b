"""Promise: a visit ordered after the plan is seen on the desk, takes one of its best places, and can be pinned."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.fixtures.house import House
from tests.fixtures.town import PASSWORD, TownBuilder
from tests.service.dispatch.test_day import planned


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_placed_and_pinned_by_hand(house: House, town: TownBuilder, page: Page) -> None:
    """In a real browser: pinned and freed from the tray; then its best place is taken and a new version is in force."""
    desk = await town.desk("wu")
    await town.orders(desk, "chen", "clean.home", town.local(20), town.local(20, 30))
    first = await planned(desk, town, seconds=2)
    await desk.post(f"/api/plans/{first['id']}/publish")
    await town.orders(desk, "yu", "clean.home", town.local(14), town.local(18))
    async with house.listening() as url:
        await page.goto(url)
        await page.get_by_label("账号").fill("wu")
        await page.get_by_label("密码", exact=True).fill(PASSWORD)
        await page.get_by_role("button", name="上岗").click()
        await page.get_by_role("button", name=re.compile("于.*发布后才下的单")).click()
        card = page.get_by_role("region", name="安排这一单")
        await expect(card.get_by_text("没有固定")).to_be_visible()

        await card.get_by_label("护理员").select_option(label="高** 四级")
        await card.get_by_role("button", name="固定", exact=True).click()
        await expect(card.get_by_text("固定 高**")).to_be_visible()
        await card.get_by_role("button", name="取消固定").click()
        await expect(card.get_by_text("没有固定")).to_be_visible()

        await card.get_by_role("button", name="找位置").click()
        best = card.locator(".place").first
        await expect(best).to_contain_text("不耽误别人", timeout=20_000)
        await best.get_by_role("button", name="取").click()
        await expect(card.get_by_text("放好了，新一版已生效")).to_be_visible(timeout=20_000)
        await expect(page.get_by_text("没有未派的单")).to_be_visible()
        await expect(page.get_by_text("第 2 版 · 09:00 发布")).to_be_visible()
        await page.goto("about:blank")
