"""Promise: a dispatcher does for who called what an elder may ask for, and whose voice it was can be read again."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.fixtures.house import House
from tests.fixtures.keeping import Keeping
from tests.fixtures.town import DISTRICT, PASSWORD


async def says_who_called(within: Page | Locator) -> None:
    """The three fields of whoever is on the line."""
    for asked, said in (("谁打来的", "于小静"), ("什么关系", "女儿"), ("老人怎么同意的", "本人在旁边，听到了")):
        await within.get_by_label(asked).fill(said)


async def opens_a_bed_beside_the_list(page: Page) -> None:
    """Refused while Chen is first; with a word it opens, and the word stands in its history."""
    await page.get_by_role("button", name="申请床位", exact=True).click()
    await says_who_called(page)
    send = page.locator("form").get_by_role("button", name="申请床位")
    await send.click()
    await expect(page.get_by_role("alert")).to_contain_text("前面还有人")
    await expect(send).to_be_disabled()
    await page.get_by_label("为什么不按轮候").fill("出院当天没人照护")
    await send.click()
    await expect(page.get_by_text("出院当天没人照护")).to_be_visible()


async def asks_for_works(page: Page) -> None:
    """Never of the desk's own accord: without who called there is nothing to press."""
    works = page.get_by_role("region", name="适老化改造")
    begin = works.get_by_role("button", name="开始查勘")
    await works.get_by_label("有人打来电话").uncheck()
    await expect(begin).to_be_disabled()
    await works.get_by_label("有人打来电话").check()
    await says_who_called(works)
    await begin.click()
    await expect(works.get_by_text("已查勘")).to_be_visible()


async def asks_to_be_assessed(page: Page) -> None:
    """Whoever assesses finds them among those due."""
    await page.get_by_role("button", name="请评估员去").click()
    sheet = page.get_by_role("dialog")
    await says_who_called(sheet)
    await sheet.get_by_role("button", name="请评估员去").click()
    await expect(page.get_by_text("等评估员去。")).to_be_visible()


async def asks_not_to_be_looked_in_on(page: Page) -> None:
    """Off the month's list with the reason."""
    await page.get_by_role("row", name="于**").get_by_role("button").click()
    sheet = page.get_by_role("dialog")
    await sheet.get_by_label("为什么本月不用去").fill("住女儿家")
    await says_who_called(sheet)
    await sheet.get_by_role("button", name="本月不探访").click()
    await expect(page.get_by_role("row", name="于**")).to_have_count(0)


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_yus_daughter_asks_for(house: House, keeping: Keeping, page: Page) -> None:
    """A bed though Chen waits, works, an assessment, a month without look-ins; then her name is read in full."""
    yu = keeping.town.elders["yu"]
    await keeping.assesses("chen")
    assert (await keeping.root.post("/api/waiting", json={"elder_id": keeping.town.elders["chen"]})).is_success
    assert (await keeping.sun.post("/api/patrols/refresh", json={"area_code": DISTRICT})).is_success
    async with house.listening() as url:
        signed = {"name": "wu", "password": PASSWORD}
        assert (await page.context.request.post(f"{url}/api/session", data=signed, headers={"origin": url})).ok
        await page.goto(f"{url}/#/elders/{yu}")
        await opens_a_bed_beside_the_list(page)
        await asks_for_works(page)
        await page.goto(f"{url}/#/assessments/new-{yu}")
        await asks_to_be_assessed(page)
        await page.goto(f"{url}/#/patrols")
        await asks_not_to_be_looked_in_on(page)
        await page.goto(f"{url}/#/elders/{yu}")
        calls = page.get_by_role("list").filter(has_text="申请改造")
        await expect(calls).to_contain_text("于**（女儿）")
        await page.get_by_role("button", name="看全部资料").click()
        await page.get_by_label("为什么要看").fill("家属来电询问")
        await page.locator("form.ask").get_by_role("button", name="看全部资料").click()
        await expect(calls).to_contain_text("于小静（女儿）")
        await page.goto("about:blank")
