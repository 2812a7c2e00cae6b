"""Promise: what a list shows leaves as an XLSX sheet that a spreadsheet opens, without whoever does not want it."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from service.exchange.tables import read_table
from tests.fixtures.house import House
from tests.fixtures.keeping import Keeping
from tests.fixtures.town import DISTRICT, PASSWORD

LISTS = ("patrols", "beds", "beds?view=list", "beds?view=works", "assessments?pile=missing", "elders?view=missed")
LISTS += ("elders", "waiting", "fleet", "duty", "beds?view=contracts", "beds?view=contracts&state=all")


async def sheet_of(page: Page, url: str, place: str) -> list[list[str]]:
    """The sheet that the button of a list makes."""
    await page.goto("about:blank")
    await page.goto(f"{url}/#/{place}")
    button = page.get_by_role("button", name="导出", exact=True)
    await expect(button).to_be_enabled()
    async with page.expect_download() as waiting:
        await button.click()
    made = await waiting.value
    assert made.suggested_filename.endswith(".xlsx")
    return read_table(Path(await made.path()).read_bytes())


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_list_leaves_as_a_sheet(house: House, keeping: Keeping, page: Page) -> None:
    """Headings and rows as on the screen; who took consent back is left out, and the console says so."""
    town, sun = keeping.town, keeping.sun
    chen = town.elders["chen"]
    await keeping.lives("chen")
    await sun.post("/api/patrols/refresh", json={"area_code": DISTRICT})
    async with house.listening() as url:
        signed = {"name": "sun", "password": PASSWORD}
        answer = await page.context.request.post(f"{url}/api/session", data=signed, headers={"origin": url})
        assert answer.ok
        sheets = {place: await sheet_of(page, url, place) for place in LISTS}
        assert all(sheet and all(sheet[0]) for sheet in sheets.values()), "each has headings"
        patrols = sheets["patrols"]
        assert sorted(row[0] for row in patrols[1:]) == ["于**", "陈**"] and patrols[0][0] == "姓名"
        assert sheets["duty"][0][4] == "没人值班（分钟）" and int(sheets["duty"][-1][4]) > 0
        assert "改前 1 改后 1" in sheets["beds?view=works"][1]
        assert sheets["beds?view=contracts"][1:] == [], "none is due yet"
        (paper,) = sheets["beds?view=contracts&state=all"][1:]
        assert (paper[0], paper[3], paper[7]) == ("陈**", "已签", "本人") and int(paper[6]) > 300
        assert sheets["beds"] == sheets["beds?view=list"] and sheets["beds"][1][:3] == ["陈**", "1", "在用"]
        said = {"purpose": "authorities", "given": False, "said_by": "陈桂兰", "said_how": "当面"}
        assert (await sun.post(f"/api/elders/{chen}/consents", json=said)).status_code == 201
        assert [row[0] for row in (await sheet_of(page, url, "patrols"))[1:]] == ["于**"]
        await expect(page.get_by_text("有 1 人不同意资料外送，没有放进去")).to_be_visible()
        await page.goto(f"{url}/#/beds")
        await page.get_by_role("button", name="导出", exact=True).click()
        await expect(page.get_by_role("status").filter(has_text="同意")).to_be_visible()
        await page.goto("about:blank")
