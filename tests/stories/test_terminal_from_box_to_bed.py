"""Promise: a terminal comes out of its box, gets its key, is fitted to a bed and tried, all without anybody's help."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.fixtures.house import House
from tests.fixtures.keeping import Keeping
from tests.fixtures.town import PASSWORD, Signed, TownBuilder


async def takes_out_of_the_box(page: Page) -> str:
    """Two terminals registered one after the other; answers the code of the first."""
    await page.get_by_role("button", name="登记终端", exact=True).click()
    sheet = page.get_by_role("dialog")
    await expect(sheet.get_by_label("放在哪个站")).to_contain_text("清泉站")
    await sheet.get_by_label("终端编号（机身上）").fill("T-0001")
    await sheet.get_by_label("型号").fill("床头一键")
    await page.keyboard.press("Enter")
    await expect(sheet.get_by_role("heading", name="T-0001 登记好了")).to_be_visible()
    shown = sheet.get_by_label("T-0001 的领取码")
    await expect(shown).to_have_text(re.compile("[0-9a-f]{4}"))
    code = "".join((await shown.inner_text()).split())
    await sheet.get_by_role("button", name="再登记一台").click()
    await expect(sheet.get_by_label("终端编号（机身上）")).to_have_value("T-0002")
    await page.keyboard.press("Enter")
    await expect(sheet.get_by_role("heading", name="T-0002 登记好了")).to_be_visible()
    await page.keyboard.press("Escape")
    return code


async def prints_codes(page: Page) -> None:
    """The whole stock on one sheet: on paper the blocks and nothing of the console around them."""
    await page.get_by_role("group", name="状态").get_by_role("button", name="在库 2").click()
    await expect(page.locator("tr", has_text="T-0001")).to_contain_text("清泉站库里")
    await page.get_by_role("button", name="全选").click()
    await page.get_by_role("button", name="发领取码，印成一张").click()
    await expect(page.get_by_role("heading", name="领取码 2 台")).to_be_visible()
    await page.emulate_media(media="print")
    await expect(page.get_by_role("heading", name="T-0002")).to_be_visible()
    await expect(page.get_by_role("navigation")).to_be_hidden()
    await page.emulate_media(media="screen")
    await page.get_by_role("button", name="回到设备").click()
    await page.get_by_role("button", name="这些码不再显示，真的离开？").click()


async def fits_and_tries(page: Page, url: str, bed: int, town: TownBuilder, code: str) -> None:
    """The bed offers what its station has; the terminal fetches its key and is pressed; the page shows it by itself."""
    await page.goto(f"{url}/#/beds/{bed}")
    devices = page.get_by_role("region", name="设备", exact=True)
    await expect(devices.locator('option[value="T-0001"]')).to_contain_text("清泉站库里")
    await devices.get_by_label("终端编号").first.fill("T-0001")
    await devices.get_by_role("button", name="装上了").first.click()
    await expect(devices.get_by_text("装上了，没试过")).to_be_visible()
    line = town.client()
    given = (await line.post("/terminals/v1/claim", json={"code": code})).json()
    await Signed(line, given["terminal"], bytes.fromhex(given["key"])).presses_call("test")
    await expect(devices.get_by_text("真实试呼通过")).to_be_visible(timeout=10_000)


async def moves_the_others(page: Page, url: str, bed: int) -> None:
    """What a bed counts on stays there, with the way to it; the other one goes to a home and comes back."""
    await page.goto(f"{url}/#/fleet")
    row = page.locator("tr", has_text="T-0001")
    await row.get_by_role("button", name="收回").click()
    await row.get_by_role("button", name="真的收回？").click()
    refused = page.get_by_role("alert").filter(has_text="先在那张床上换一台")
    await expect(refused.get_by_role("link")).to_have_attribute("href", f"#/beds/{bed}")
    other = page.locator("tr", has_text="T-0002")
    await other.get_by_role("button", name="装到老人家").click()
    await page.get_by_label("姓名开头").fill("于")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="装到于**家").click()
    await expect(page.get_by_text("T-0002 装到了于**家")).to_be_visible()
    await expect(other).to_contain_text("试验路 3 号")
    await other.get_by_role("button", name="收回").click()
    await other.get_by_role("button", name="真的收回？").click()
    await expect(other).to_contain_text("清泉站库里")


async def brings_a_sheet(page: Page) -> None:
    """A box that comes as a sheet: the row of a station nobody knows is named, the other one is in stock."""
    await page.get_by_role("button", name="导入", exact=True).click()
    rows = "终端编号,型号,站点\n860000000000001,手环,清泉站\n860000000000002,手环,没有的站\n"
    sheet = {"name": "box.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    box = page.get_by_role("dialog")
    await box.locator('input[type="file"]').set_input_files([sheet])
    await expect(box.locator("tbody tr")).to_contain_text("你名下没有叫“没有的站”的站")
    await box.get_by_role("button", name="导入这 1 行").click()
    await expect(box.get_by_text("1 台进了库。")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("tr", has_text="860000000000001")).to_contain_text("清泉站库里")


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_from_the_box_to_a_bed(house: House, keeping: Keeping, page: Page) -> None:
    """In a real browser, by a station's manager."""
    bed = await keeping.opens("chen")
    async with house.listening() as url:
        signed = {"name": "ma", "password": PASSWORD}
        answer = await page.context.request.post(f"{url}/api/session", data=signed, headers={"origin": url})
        assert answer.ok, await answer.text()
        await page.goto(f"{url}/#/fleet")
        code = await takes_out_of_the_box(page)
        await prints_codes(page)
        await fits_and_tries(page, url, bed, keeping.town, code)
        await moves_the_others(page, url, bed)
        await brings_a_sheet(page)
        await page.goto("about:blank")
