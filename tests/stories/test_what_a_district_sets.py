"""Promise: a hole in the roster is filled, a policy changed and a contract template renewed where each is looked at."""

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from tests.fixtures.house import House
from tests.fixtures.keeping import Keeping
from tests.fixtures.town import PASSWORD


async def enter(page: Page, url: str, name: str) -> None:
    """Somebody signs in."""
    signed = {"name": name, "password": PASSWORD}
    answer = await page.context.request.post(f"{url}/api/session", data=signed, headers={"origin": url})
    assert answer.ok, await answer.text()


async def fills_the_roster(page: Page, keeping: Keeping) -> None:
    """Two nights by somebody without an account; the second changed by keyboard, then taken off."""
    tomorrow = keeping.town.today + timedelta(days=1)
    await expect(page.get_by_text("没人值班。")).to_be_visible()
    await page.get_by_role("button", name="加一班", exact=True).first.click()
    sheet = page.get_by_role("dialog")
    await sheet.get_by_label("谁").select_option(label="没有账号的人：写姓名和电话")
    await sheet.get_by_label("姓名").fill("衣秀兰")
    await sheet.get_by_label("从", exact=False).first.fill(f"{tomorrow}T18:00")
    await sheet.get_by_label("到", exact=False).first.fill(f"{tomorrow + timedelta(days=1)}T08:00")
    await sheet.get_by_label("一样的排几天").fill("2")
    await sheet.get_by_label("电话", exact=False).fill("13800002207")
    await sheet.get_by_role("button", name="加一班", exact=True).click()
    await expect(page.get_by_text("加了 2 班")).to_be_visible()
    nights = page.get_by_role("button", name="衣秀兰 18:00–24:00")
    await expect(nights).to_have_count(2)
    await nights.first.focus()
    await page.keyboard.press("ArrowDown")
    await expect(nights.nth(1)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(sheet).to_contain_text("衣秀兰的班")
    await sheet.get_by_role("button", name="取消这一班").click()
    await sheet.get_by_role("button", name="真的取消").click()
    await expect(page.get_by_text("取消了")).to_be_visible()
    await expect(nights).to_have_count(1)


async def changes_a_policy(page: Page) -> None:
    """What differs is told before it is set, and by whom and when afterwards."""
    patrols = page.get_by_role("region", name="探访对象")
    await patrols.get_by_role("button", name="改", exact=True).click()
    sheet = page.get_by_role("dialog")
    await expect(sheet.get_by_text("还没有改动。")).to_be_visible()
    await sheet.get_by_label("目标").fill("95")
    await sheet.get_by_label("出处").fill("区民政通知")
    await expect(sheet.locator(".differs")).to_contain_text("95%")
    await sheet.get_by_role("button", name="就这样定").click()
    await expect(patrols).to_contain_text("定好了。")
    await expect(patrols).to_contain_text("95%")
    await patrols.get_by_role("button", name="历史").click()
    await expect(patrols.get_by_text("刚刚定的")).to_be_visible()


async def leaves_to_the_district_what_is_the_districts(page: Page) -> None:
    """Seen from a street the list's rule is read, not changed; what a street may set is."""
    where = page.get_by_label("在哪里")
    await where.select_option(label="　黄海路街道")
    waiting = page.get_by_role("region", name="床位轮候")
    await expect(waiting).to_contain_text("全区统一，在区里改")
    await expect(waiting.get_by_role("button", name="改", exact=True)).to_have_count(0)
    works = page.get_by_role("region", name="改造补助")
    await expect(works.get_by_role("button", name="改", exact=True)).to_be_visible()
    await where.select_option(index=0)
    await expect(waiting.get_by_role("button", name="改", exact=True)).to_be_visible()


async def says_what_a_policy_needs(page: Page) -> None:
    """The pair that is apart in every district cannot be sent unticked, and the form says so at its boxes."""
    await page.get_by_role("region", name="改造补助").get_by_role("button", name="改", exact=True).click()
    sheet = page.get_by_role("dialog")
    await sheet.get_by_label("出处").fill("区民政通知")
    await sheet.get_by_label("设计、验收").uncheck()
    await expect(sheet.get_by_text("▲设计和验收必须勾上")).to_be_visible()
    await expect(sheet.get_by_role("button", name="就这样定")).to_be_disabled()
    await sheet.get_by_label("设计、验收").check()
    await sheet.get_by_label("设计、施工").check()
    await expect(sheet.get_by_role("button", name="就这样定")).to_be_enabled()
    await page.keyboard.press("Escape")


async def renews_the_template(page: Page) -> None:
    """The draft that hangs on the old version is counted before the next one is published."""
    await page.get_by_role("button", name="合同范本").click()
    await expect(page.get_by_text("待签 1")).to_be_visible()
    await page.get_by_role("button", name="写下一版").click()
    sheet = page.get_by_role("dialog")
    await expect(sheet.get_by_text("全文和现行版一模一样。")).to_be_visible()
    await expect(sheet.get_by_text("1 份还没签的合同要按新版重拟")).to_be_visible()
    await sheet.get_by_label("全文").fill("第一条　改过的条款。")
    await sheet.get_by_role("button", name="发布这一版").click()
    await expect(page.get_by_text("第 2 版发布了。")).to_be_visible()
    await expect(page.locator("li", has_text="第 2 版")).to_contain_text("✓ 现行")
    await expect(page.locator("li", has_text="第 1 版")).to_contain_text("旧版")


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_roster_policy_and_template(house: House, keeping: Keeping, page: Page) -> None:
    """In a real browser, by the supervisor of a district."""
    await keeping.publishes_template()
    bed = await keeping.opens("chen")
    wish = {"bed_id": bed, "from_on": str(keeping.town.today), "months": 12}
    assert (await keeping.sun.post("/api/contracts", json=wish)).status_code == 201
    async with house.listening() as url:
        await enter(page, url, "sun")
        await page.goto(f"{url}/#/duty")
        await fills_the_roster(page, keeping)
        await page.keyboard.press("g")
        await page.keyboard.press("r")
        await changes_a_policy(page)
        await leaves_to_the_district_what_is_the_districts(page)
        await says_what_a_policy_needs(page)
        await renews_the_template(page)
        await page.goto("about:blank")
