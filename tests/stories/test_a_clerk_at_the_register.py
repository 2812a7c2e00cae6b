"""Promise: a finger's touch is noted, a wrong merge comes apart where it was made, works move with a word each."""

import pytest
from playwright.async_api import Page, expect

from tests.fixtures.house import House
from tests.fixtures.keeping import Keeping
from tests.fixtures.town import PASSWORD, TownBuilder
from tests.service.elders.test_merging import twice


async def enter(page: Page, url: str, name: str, place: str) -> None:
    """Somebody signs in and opens a page of the console."""
    await page.context.clear_cookies()
    signed = {"name": name, "password": PASSWORD}
    answer = await page.context.request.post(f"{url}/api/session", data=signed, headers={"origin": url})
    assert answer.ok, await answer.text()
    await page.goto("about:blank")
    await page.goto(f"{url}/#/{place}")


async def a_call_takes_two_lines(page: Page, town: TownBuilder) -> None:
    """At phone width a waiting call says who, what and how long, and leaves the page below in sight."""
    await page.set_viewport_size({"width": 390, "height": 844})
    await town.terminal("yu").presses_call()
    strip = page.get_by_role("alert").filter(has_text="1 个呼叫没人接")
    await expect(strip.get_by_text("SOS 按键 · 于**")).to_be_in_viewport(ratio=1)
    await expect(strip.locator(".clock")).to_be_in_viewport(ratio=1)
    await expect(strip.get_by_role("button", name="接听")).to_be_in_viewport(ratio=1)
    box = await strip.bounding_box()
    assert box is not None and box["height"] < 90


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_each_touch_counts_and_each_merge_comes_apart(house: House, town: TownBuilder, page: Page) -> None:
    """In a real browser: four scores of a form at phone width; two rows of one person merged, and taken apart."""
    kept, gone = await twice(town)
    async with house.listening() as url:
        await page.set_viewport_size({"width": 390, "height": 844})
        await enter(page, url, "wu", f"assessments/new-{kept}")
        await page.get_by_role("button", name="开始", exact=True).click()
        for item in (0, 1, 2, 9):
            await page.locator(f'[data-item="{item}"]').get_by_role("radio").nth(1).click()
        await expect(page.get_by_text("已答 4 / 26")).to_be_visible()
        await expect(page.get_by_text("已存")).to_be_attached()

        await page.set_viewport_size({"width": 1440, "height": 900})
        await enter(page, url, "sun", f"elders/{kept}")
        await page.get_by_role("button", name="并过来", exact=True).click()
        await page.get_by_label("怎么知道是同一人（至少四个字）").fill("家属来电确认")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("家属来电确认")).to_be_visible()
        await page.get_by_role("button", name="撤回合并", exact=True).click()
        await expect(page.get_by_text("撤回了，两条又各是各的。")).to_be_visible()
        await expect(page.get_by_text("可能是同一人")).to_contain_text(f"· {gone}")
        await a_call_takes_two_lines(page, town)
        await page.goto("about:blank")


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_works_move_together_and_each_tells_what_came_of_it(house: House, keeping: Keeping, page: Page) -> None:
    """Two homes ticked and given the same firms; one is designed, the other has nothing to build yet. A bed is a click
    away."""
    bed = await keeping.opens("chen")
    for who in ("chen", "yu"):
        wish = {"household_id": await keeping.household(who), "design_provider_id": keeping.designer_id}
        works = (await keeping.sun.post("/api/works", json=wish)).json()["id"]
        if who == "chen":
            item = {"name": "扶手", "quantity": 1, "price_fen": 18000}
            assert (await keeping.sun.post(f"/api/works/{works}/items", json=item)).is_success
    async with house.listening() as url:
        await enter(page, url, "sun", "beds?view=works")
        await page.get_by_label("选 清泉社区 试验路 2 号").focus()
        await page.keyboard.press("Space")
        await page.get_by_label("选 清泉社区 试验路 3 号").check()
        await page.get_by_label("施工", exact=True).select_option(label="海畔居家养老")
        await page.get_by_label("验收", exact=True).select_option(label="验收中心")
        await page.get_by_role("button", name="都定成这两家").click()
        await expect(page.get_by_text("成了 2 户，没成 0 户")).to_be_visible()
        await page.get_by_role("button", name="全选").click()
        await page.get_by_role("button", name="设计完成").click()
        await expect(page.get_by_text("成了 1 户，没成 1 户")).to_be_visible()
        await expect(page.locator(".many li")).to_contain_text("试验路 3 号 2-502▲ 没写做什么")
        link = page.get_by_role("link", name="清泉社区 试验路 2 号")
        await expect(link).to_have_attribute("href", f"#/beds/{bed}")
        await page.goto("about:blank")
