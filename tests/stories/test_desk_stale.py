"""Promise: a desk whose server died says so within 20 s and greys, then comes back by itself with what it missed."""

import re
import time

import pytest
from playwright.async_api import Page, expect

from tests.fixtures.served import Served
from tests.fixtures.town import PASSWORD, TownBuilder

TELLS_WITHIN_MS = 20_000
RETURNS_WITHIN_MS = 20_000


@pytest.mark.slow
async def test_a_dead_server_is_told_and_its_return_shows_what_was_missed(
    served: Served, served_town: TownBuilder, page: Page
) -> None:
    """Killed with -9 under an open console; a call is made before the console is back, and it rings there."""
    await served.start()
    await page.goto(served.url)
    await page.get_by_label("账号").fill("wu")
    await page.get_by_label("密码", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="上岗").click()
    await expect(page.get_by_text("没有待接呼叫")).to_be_visible()

    await served.kill()
    killed = time.monotonic()
    banner = page.get_by_role("alert").filter(has_text="数据停在")
    await expect(banner).to_be_visible(timeout=TELLS_WITHIN_MS)
    assert time.monotonic() - killed < TELLS_WITHIN_MS / 1000
    await expect(banner).to_contain_text("呼叫仍会在电话响起")
    await expect(page.locator("html")).to_have_attribute("data-feed", "stale")
    await expect(page.get_by_text("位置停在")).to_be_visible()
    grey = await page.locator(".chart .leaflet-map-pane").evaluate("pane => getComputedStyle(pane).filter")
    assert "grayscale" in grey

    await served.start()
    async with served.client() as bedside:
        await served_town.terminal("chen", bedside).presses_call()
    call = page.get_by_role("article").filter(has_text="陈**")
    await expect(call.get_by_role("button", name=re.compile("接听"))).to_be_visible(timeout=RETURNS_WITHIN_MS)
    await expect(banner).to_have_count(0)
    await expect(page.locator("html")).to_have_attribute("data-feed", "live")
