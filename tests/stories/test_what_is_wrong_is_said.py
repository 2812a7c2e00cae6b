"""Promise: what is wrong is said where one looks first, with what says so: failing beds, missed dues, works seen."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import delete, update

from models import Assessment, Duty, Elder
from service.entitlements.actions import look_through
from tests.fixtures.house import House
from tests.fixtures.keeping import Keeping
from tests.fixtures.town import PASSWORD, STREET
from tests.stories.test_lists_as_sheets import sheet_of


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_bed_that_fails_today_is_named_over_the_board(house: House, keeping: Keeping, page: Page) -> None:
    """Nothing to see while all is well; then a line that leads to the bed with what it lacks, on paper too."""
    town = keeping.town
    bed = await keeping.lives("chen")
    async with town.database.writing() as session:
        (await session.get_one(Elder, town.elders["chen"])).categories = ["low_income"]
        await session.execute(delete(Duty))
        for day in (2, 4, 6, 8, 10):
            duty = Duty(post="station", area_code=STREET, station_id=town.station_id, name="-")
            duty.from_at, duty.to_at = (town.local(hour) + timedelta(days=day) for hour in (8, 9))
            session.add(duty)
    async with house.listening() as url:
        signed = {"name": "sun", "password": PASSWORD}
        assert (await page.context.request.post(f"{url}/api/session", data=signed, headers={"origin": url})).ok
        await page.goto(f"{url}/#/beds/{bed}")
        await expect(page.locator(".promise")).to_contain_text("中度 特困/低保 · 政府出")
        await expect(page.locator(".promise")).to_contain_text("还剩")
        await page.goto(f"{url}/#/beds")
        await expect(page.get_by_text("在用 1 · 暂停 0")).to_be_visible()
        gap = re.compile(r"月\d+日 周. 09:00–\d+月\d+日 周. 08:00.*等，另有 3 段")
        await expect(page.locator(".cover")).to_have_text(gap)
        line = page.get_by_role("link", name="过不了关")
        await expect(line).to_have_count(0)
        async with town.database.writing() as session:
            await session.execute(update(Assessment).values(ended_on=town.today))
        await page.reload()
        await expect(line).to_have_text("▲ 在用 1 张，1 张今天过不了关")
        await line.click()
        row = page.get_by_role("row").filter(has_text="陈**")
        await expect(row).to_contain_text("没有在有效期内、已复核的能力评估")
        sheet = await sheet_of(page, url, "beds?view=list&state=failing")
        assert sheet[0][4] == "差什么" and sheet[1][1] == str(bed) and len(sheet) == 2
        await look_through(town.database, town.today, town.clock.now())
        await page.goto(f"{url}/#/elders?view=missed")
        await expect(page.get_by_text("出处：区、市规划").first).to_be_visible()
        await page.goto(f"{url}/#/beds/{bed}")
        await page.get_by_role("button", name="改前 1 改后 1").click()
        pictures = page.get_by_role("dialog").get_by_role("img")
        await expect(pictures).to_have_count(2)
        await expect(pictures.last).to_have_js_property("naturalWidth", 240)
        await page.goto("about:blank")
