"""Promise: an application on Monday is an active family care bed on Friday, each step taken in a real browser."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.async_api import Locator, Page, expect

from service.clock import LOCAL
from tests.fixtures.house import House
from tests.fixtures.keeping import PNG, Keeping
from tests.fixtures.town import PASSWORD

ITEMS = 26


@dataclass
class Console:
    """One browser in which the people of the story take their seats in turn."""

    page: Page
    url: str
    keeping: Keeping

    async def seat(self, name: str, place: str) -> None:
        """Somebody signs in and opens a page of the console."""
        signed = {"name": name, "password": PASSWORD}
        await self.page.context.clear_cookies()
        answer = await self.page.context.request.post(
            f"{self.url}/api/session", data=signed, headers={"origin": self.url}
        )
        assert answer.ok, await answer.text()
        await self.page.goto("about:blank")
        await self.page.goto(f"{self.url}/#/{place}")

    def morning(self, weekday: int) -> None:
        """The next day of this number (Monday is 0), nine o'clock: everybody's clock but the browser's."""
        today = self.keeping.town.clock.now().astimezone(LOCAL)
        self.keeping.town.clock.shift(seconds=timedelta(days=(weekday - today.weekday()) % 7).total_seconds())

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    async def press(self, *names: str) -> None:
        for name in names:
            await self.button(name).click()


async def monday(console: Console) -> str:
    """Wu applies for Granny Chen's bed and fills in the form by keyboard; answers the bed's place."""
    page, elder = console.page, console.keeping.town.elders["chen"]
    await console.seat("wu", f"elders/{elder}")
    await expect(page.get_by_role("heading", name="陈**")).to_be_visible()
    await console.press("申请床位")
    await expect(page.get_by_label("由哪个站管")).to_contain_text("清泉站")
    for asked, said in (("谁打来的", "陈小妹"), ("什么关系", "女儿"), ("老人怎么同意的", "本人在旁边，听到了")):
        await page.get_by_label(asked).fill(said)
    await page.locator("form").get_by_role("button", name="申请床位").click()
    await expect(page.get_by_text("没有在有效期内、已复核的能力评估")).to_be_visible()
    place = page.url.partition("#/")[2]
    await page.goto(f"{console.url}/#/assessments/new-{elder}")
    await console.press("开始")
    await expect(page.get_by_role("group").first).to_be_visible()
    await expect(page.locator('[data-item="0"]')).to_be_focused()
    for _ in range(ITEMS):
        for key in ("1", "2", "Enter"):  # two items know no 2 and keep their 1: 50 points, moderate
            await page.keyboard.press(key)
    await expect(page.get_by_text(f"已答 {ITEMS} / {ITEMS}")).to_be_visible()
    await expect(page.get_by_text("中度失能", exact=True)).to_be_visible()
    await expect(page.get_by_text("已存")).to_be_visible()
    await console.press("提交复核")
    await expect(page.get_by_text("自己评的要别人来复核。")).to_be_visible()
    return place


async def tuesday(console: Console) -> None:
    """Chi, who did not assess, finds it on the reviewers' pile and approves."""
    await console.seat("chi", "assessments")
    await console.page.get_by_role("link", name="陈**").click()
    await console.press("通过")
    await expect(console.page.get_by_text("有效到")).to_be_visible()


async def wednesday(console: Console, place: str) -> None:
    """Sun has the home surveyed, the handrail built and photographed; somebody else accepts it."""
    page = console.page
    await console.seat("sun", place)
    await console.press("评估完成", "查勘完成", "开始改造", "开始查勘")
    await page.get_by_label("要做的一项").fill("卫生间扶手")
    await page.get_by_label("单价（元）").fill("180")
    await console.press("加一项")
    works = page.get_by_role("region", name="适老化改造")
    await expect(works.get_by_text("改前 0")).to_be_visible()
    for role, firm in (("施工", "海畔居家养老"), ("验收", "验收中心")):
        await works.get_by_label(role, exact=True).select_option(label=firm)
        await expect(page.get_by_role("status").filter(has_text="已存")).to_be_visible()
    await console.press("设计完成")
    await expect(works.get_by_text("已设计")).to_be_visible()
    picture = {"name": "rail.png", "mimeType": "image/png", "buffer": PNG}
    await works.locator('input[type="file"]').set_input_files([picture])
    await expect(works.get_by_text("改前 1")).to_be_visible()
    await console.press("开工")
    await expect(works.get_by_text("施工中")).to_be_visible()
    await works.locator('input[type="file"]').set_input_files([picture])
    await expect(works.get_by_text("改后 1")).to_be_visible()
    await console.press("完工")
    await expect(console.button("验收通过")).to_be_visible()
    await console.seat("root", place)
    await console.press("验收通过")
    await expect(works.get_by_text("已验收")).to_be_visible()


async def thursday(console: Console, place: str) -> None:
    """The terminal is fitted; the bed does not pass before the button was really held for a test."""
    page, town = console.page, console.keeping.town
    await console.seat("sun", place)
    devices = page.get_by_role("region", name="设备", exact=True)
    await devices.get_by_label("终端编号").first.fill("T-chen")
    await devices.get_by_role("button", name="装上了").first.click()
    await expect(devices.get_by_text("装上了，没试过").first).to_be_visible()
    await console.press("设备装好", "试呼都通过")
    await expect(page.get_by_role("alert").filter(has_text="还不能走，差这些")).to_contain_text("没有真的试呼通过")
    await town.terminal("chen").presses_call("test")
    await console.press("试呼都通过")
    await expect(devices.get_by_text("真实试呼通过").first).to_be_visible()


async def friday(console: Console, place: str) -> None:
    """The contract is drawn up and signed; the bed becomes active. A call is in sight there too, and F1 answers it."""
    page, town = console.page, console.keeping.town
    await console.seat("sun", place)
    await expect(page.get_by_label("从哪天")).to_have_value(town.today.isoformat())
    await console.press("拟合同", "本人签了")
    await expect(page.get_by_role("region", name="合同")).to_contain_text("已签")
    await console.press("签约完成", "启用")
    await expect(page.locator(".chip", has_text="在用")).to_be_visible()
    await page.keyboard.press("g")
    await page.keyboard.press("b")
    await expect(page.get_by_text("在用 1 · 暂停 0")).to_be_visible()
    await console.seat("wu", "beds")
    terminal = town.terminal("chen")
    terminal.boot = 2
    await terminal.presses_call()
    await expect(page.get_by_role("alert").filter(has_text="1 个呼叫没人接")).to_be_visible()
    await page.keyboard.press("F1")
    await expect(page.get_by_text("吴** 已接")).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_from_application_to_active(house: House, keeping: Keeping, page: Page) -> None:
    """Monday to Friday: apply and assess, review, works, a live test call, contract; five days on the town's clock."""
    async with house.listening() as url:
        console = Console(page, url, keeping)
        await keeping.publishes_template()
        console.morning(0)
        place = await monday(console)
        console.morning(1)
        await tuesday(console)
        console.morning(2)
        await wednesday(console, place)
        console.morning(3)
        await thursday(console, place)
        console.morning(4)
        await friday(console, place)
        await page.goto("about:blank")
