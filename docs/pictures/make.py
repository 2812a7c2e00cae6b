"""Takes the README's pictures from a running demo whose calls it presses itself; refuses to draw anything.

    .venv/bin/python docs/pictures/make.py HOME URL

HOME is the demo's UNWALLED_HOME, URL where it is served.
The town's clock runs on to noon; the calls it makes end as false alarms.
"""

import asyncio
import base64
import json
import shutil
import struct
import sys
import time
import zlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from numpy.typing import NDArray
from playwright.async_api import Browser, Page, async_playwright

from service.clock import LOCAL
from service.demo.terminal import ALERTS, signature

HERE = Path(__file__).parent
PLAN_AT, BUSY_AT, HURRY = (10, 30), (12, 10), 60
PLAN_S = 20
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--no-proxy-server"]
FLAGS += ["--disable-background-networking", "--autoplay-policy=no-user-gesture-required"]
SHOTS = (
    ("desk", 1440, 900, "?theme=day&lang=zh"),
    ("desk-night", 1440, 900, "?theme=night&lang=zh"),
    ("phone-width", 390, 844, "?theme=day&lang=zh"),
    ("beds", 1440, 900, "?theme=day&lang=zh#/beds"),
    ("elder", 1440, 900, "?theme=day&lang=zh#/elders/{elder}"),
)
NARROW = 820
LARGEST_BYTES = 400_000
PIXELS = """async (png) => {
  const image = await createImageBitmap(await (await fetch('data:image/png;base64,' + png)).blob())
  const canvas = new OffscreenCanvas(image.width, image.height)
  const brush = canvas.getContext('2d')
  brush.drawImage(image, 0, 0)
  const bytes = brush.getImageData(0, 0, image.width, image.height).data
  let text = ''
  for (let n = 0; n < bytes.length; n += 32768) text += String.fromCharCode(...bytes.subarray(n, n + 32768))
  return btoa(text)
}"""
Pixels = NDArray[np.uint8]


class Town:
    """The demo through its public doors: the desk's session and the terminals' keys."""

    def __init__(self, home: Path, url: str) -> None:
        people = json.loads((home / "demo-accounts.json").read_text())
        self.password = {person["name"]: person["password"] for person in people}
        lines = map(json.loads, (home / "demo-terminals.jsonl").read_text().splitlines())
        self.keys = {line["terminal"]: bytes.fromhex(line["key"]) for line in lines}
        self.url, self.boot, self.counter = url, int(time.time()), 0
        self.client = httpx.AsyncClient(base_url=url, headers={"origin": url}, trust_env=False, timeout=20)

    async def sign_in(self) -> None:
        """Take the dispatcher's seat."""
        await self.post("/api/session", name="wu", password=self.password["wu"])

    async def get(self, path: str) -> Any:
        """A reading of the desk."""
        answer = await self.client.get(path)
        answer.raise_for_status()
        return answer.json()

    async def post(self, path: str, **body: Any) -> Any:
        """A verb of the desk."""
        answer = await self.client.post(path, json=body)
        answer.raise_for_status()
        return answer.json()

    async def press(self, terminal: str, kind: str) -> int:
        """One press at a bedside; answers the incident."""
        self.counter += 1
        body = json.dumps({"msg_id": f"picture-{self.boot}-{self.counter}", "kind": kind}).encode()
        signed = signature(self.keys[terminal], "POST", ALERTS, terminal, self.boot, self.counter, body)
        headers = {"x-terminal": terminal, "x-boot": str(self.boot), "x-counter": str(self.counter)}
        headers |= {"x-signature": signed, "content-type": "application/json"}
        answer = await self.client.post(ALERTS, content=body, headers=headers)
        answer.raise_for_status()
        return int(answer.json()["incident"])

    async def bedsides(self) -> list[str]:
        """Terminals of people who live alone, high up, without a lift, with something to know, far from each other."""
        elders = {one["id"]: one for one in (await self.get("/api/elders?limit=200"))["items"] if one["lives_alone"]}
        terminals = (await self.get("/api/terminals?limit=200"))["items"]
        homes = [(elders[one["elder_id"]], one["id"]) for one in terminals if one["elder_id"] in elders]
        homes.sort(key=lambda home: (not home[0]["notes"], home[0]["lift"], -(home[0]["floor"] or 0)))
        chosen: list[tuple[dict[str, Any], str]] = []
        for elder, terminal in homes:
            if all(abs(elder["lon"] - o["lon"]) + abs(elder["lat"] - o["lat"]) > 0.012 for o, _ in chosen):
                chosen.append((elder, terminal))
        return [terminal for _, terminal in chosen]


async def run_until(town: Town, moment: tuple[int, int]) -> bool:
    """Let the town's clock run fast up to a moment of its day; false when that has passed already."""
    clock = await town.get("/api/demo/clock")
    at = datetime.fromisoformat(clock["at"]).astimezone(LOCAL)
    ahead = at.replace(hour=moment[0], minute=moment[1]) - at
    if ahead > timedelta():
        await town.post("/api/demo/clock", speed=HURRY, paused=False)
        await asyncio.sleep(ahead / timedelta(seconds=HURRY))
    await town.post("/api/demo/clock", speed=10, paused=False)
    return ahead > timedelta()


async def plan_again(town: Town) -> None:
    """Plan the rest of the day once more and publish it, as a dispatcher does before noon."""
    me = (await town.get("/api/session"))["account"]
    clock = await town.get("/api/demo/clock")
    today = datetime.fromisoformat(clock["at"]).astimezone(LOCAL).date().isoformat()
    asked = await town.post("/api/plans", on_date=today, area_code=me["areas"][0]["code"], seconds=PLAN_S)
    for _ in range(4 * PLAN_S):
        job = await town.get(f"/api/jobs/{asked['job_id']}")
        if job["state"] == "done":
            await town.post(f"/api/plans/{job['plan_id']}/publish")
            return
        await asyncio.sleep(1)
    raise SystemExit("planning did not end in time")


async def answered(town: Town, terminal: str, kind: str, *, send: bool) -> int:
    """A call that this desk has answered, with somebody on the way or not yet."""
    incident = await town.press(terminal, kind)
    await asyncio.sleep(3)
    await town.post(f"/api/incidents/{incident}/acknowledge")
    near = (await town.get(f"/api/incidents/{incident}/responders"))["responders"] if send else []
    if near and near[0]["fit"]:
        await town.post(f"/api/incidents/{incident}/assign", caregiver_id=near[0]["caregiver_id"])
    return incident


async def seat(browser: Browser, town: Town, width: int, height: int, query: str) -> Page:
    """An open desk whose bell was heard, then the place that the picture shows."""
    query, _, place = query.partition("#")
    touch = width < NARROW
    context = await browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", is_mobile=touch, has_touch=touch
    )
    page = await context.new_page()
    signed = {"name": "wu", "password": town.password["wu"]}
    await context.request.post(f"{town.url}/api/session", data=signed, headers={"origin": town.url})
    await page.goto(f"{town.url}/{query}")
    ask = page.locator(".bell-ask")
    await ask.get_by_role("button", name="试铃").click()
    await ask.get_by_role("button", name="听见了").click()
    if place:
        elder = (await town.get("/api/beds?limit=1"))["items"][0]["elder_id"]
        await page.evaluate("place => { location.hash = place }", place.format(elder=elder))
    return page


def palette(pixels: Pixels, most: int = 256) -> tuple[Pixels, Pixels]:
    """At most 256 colours and each pixel's number in them: the frequent ones exactly, the rest as the nearest."""
    packed = pixels.astype(np.uint32) @ np.array([65536, 256, 1], dtype=np.uint32)
    known, where, count = np.unique(packed, return_inverse=True, return_counts=True)
    colours = np.stack([known >> 16 & 255, known >> 8 & 255, known & 255], axis=1).astype(np.float32)
    kept: list[int] = []
    for one in np.argsort(-count):
        if all(np.abs(colours[one] - colours[other]).max() > 6 for other in kept):
            kept.append(int(one))
        if len(kept) == most:
            break
    chosen = colours[kept]
    number = np.empty(len(known), dtype=np.uint8)
    for start in range(0, len(known), 4096):
        far = ((colours[start : start + 4096, None] - chosen[None]) ** 2).sum(axis=2)
        number[start : start + 4096] = far.argmin(axis=1)
    return chosen.astype(np.uint8), number[where.reshape(packed.shape)]


def png(pixels: Pixels) -> bytes:
    """An indexed PNG."""
    height, width, _ = pixels.shape
    colours, numbers = palette(pixels)
    rows = np.concatenate([np.zeros((height, 1), dtype=np.uint8), numbers], axis=1).tobytes()

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = [(b"IHDR", head), (b"PLTE", colours.tobytes()), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, data) for name, data in parts)


async def take(page: Page, canvas: Page, name: str) -> None:
    """Photograph one page into HERE, few enough bytes for a README. The pixels are read in a page without a policy."""
    shot = base64.b64encode(await page.screenshot()).decode()
    size = page.viewport_size
    assert size is not None
    raw = np.frombuffer(base64.b64decode(await canvas.evaluate(PIXELS, shot)), dtype=np.uint8)
    made = png(raw.reshape(size["height"], size["width"], 4)[:, :, :3])
    if len(made) > LARGEST_BYTES:
        raise SystemExit(f"{name}.png has {len(made)} bytes; at most {LARGEST_BYTES} are wanted")
    (HERE / f"{name}.png").write_bytes(made)
    print(f"{name}.png  {len(made) // 1000} kB")


async def main(home: Path, url: str) -> None:
    """Bring the town to a busy minute, take the pictures, close the calls made for them."""
    town = Town(home, url)
    await town.sign_in()
    if await run_until(town, PLAN_AT):
        await plan_again(town)
    await run_until(town, BUSY_AT)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        pages = [(name, await seat(browser, town, w, h, query)) for name, w, h, query in SHOTS]
        canvas = await browser.new_page()
        bedsides = await town.bedsides()
        made = [await answered(town, bedsides[1], "fall", send=True)]
        made.append(await answered(town, bedsides[2], "inactivity", send=False))
        for pause in (9, 8, 6):
            sos = await town.press(bedsides[0], "sos")
            await asyncio.sleep(pause)
        for name, page in pages:
            await take(page, canvas, name)
        await browser.close()
    for incident in [*made, sos]:
        if incident == sos:
            await town.post(f"/api/incidents/{incident}/acknowledge")
        await town.post(f"/api/incidents/{incident}/close", outcome="false_alarm", note="演示")
    await town.client.aclose()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2].rstrip("/")))
