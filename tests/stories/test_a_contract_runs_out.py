"""Promise: whoever keeps beds is told of a contract that runs out, and finds it in one list, what is over first."""

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from models import Contract
from service.contracts.jobs import remind
from tests.fixtures.house import House
from tests.fixtures.keeping import Keeping
from tests.fixtures.town import DISTRICT, PASSWORD


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_reminder_reaches_the_board(house: House, keeping: Keeping, page: Page) -> None:
    """The reminder raises a line over the open board; its list holds what is to be renewed, and the bed says so too."""
    town, sun = keeping.town, keeping.sun
    await keeping.publishes_template()
    await keeping.signs(await keeping.opens("chen"), months=2)
    other = await keeping.opens("yu")
    over = await keeping.signs(other, months=2)
    async with house.listening() as url:
        signed = {"name": "sun", "password": PASSWORD}
        assert (await page.context.request.post(f"{url}/api/session", data=signed, headers={"origin": url})).ok
        async with page.expect_response("**/api/contracts/due"):
            await page.goto(f"{url}/#/beds")
        await expect(page.get_by_text("陈**")).to_be_visible()
        line = page.get_by_role("link", name="合同该续签")
        await expect(line).to_have_count(0)
        async with town.database.writing() as session:
            (await session.get_one(Contract, over)).until_on = town.today - timedelta(days=3)
        terms = {"cooling_off_days": 7, "remind_days": 90, "longest_months": 36}
        policy = {"kind": "bed.contract", "area_code": DISTRICT, "value": terms, "source": "区里的规定"}
        assert (await sun.post("/api/policies", json={**policy, "from_on": str(town.today)})).is_success
        await remind(town.database, town.clock)
        await expect(page.get_by_text("▲ 2 份合同该续签 其中 1 份已到期")).to_be_visible()
        await line.click()
        rows = page.locator("tbody tr")
        await expect(rows).to_contain_text(["▲ 已到期 3 天", "▲ 还有"])
        await expect(rows.nth(1)).to_contain_text("陈**")
        await rows.first.get_by_role("link").click()
        await expect(page.get_by_text("▲ 已到期 3 天")).to_be_visible()
        assert page.url.endswith(f"#/beds/{other}")
        await page.goto("about:blank")
