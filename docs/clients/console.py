"""Watches a district: signs in, opens the board's socket, prints every event once, comes back after every break.

Needs Python 3.11 and `pip install websockets`. Run: console.py http://127.0.0.1:8000 NAME PASSWORD
"""

import asyncio
import json
import random
import re
import sys
import urllib.request
from http.cookiejar import CookieJar
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

base, name, password = sys.argv[1:4]
browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()), urllib.request.ProxyHandler({}))


def post(path: str, body: dict[str, Any]) -> Any:
    headers = {"content-type": "application/json", "origin": base}
    request = urllib.request.Request(base + path, json.dumps(body).encode(), headers)
    with browser.open(request, timeout=10) as answer:
        return json.loads(answer.read() or b"null")


async def follow(epoch: str | None, cursor: int | None) -> tuple[str | None, int | None, float]:
    """One connection. Gives epoch, cursor and how many seconds to wait before the next."""
    pause = random.uniform(0, 1)
    try:
        ticket = (await asyncio.to_thread(post, "/api/socket-ticket", {}))["ticket"]
        address = base.replace("http", "ws", 1) + "/board/v1/socket"
        async with connect(address, max_size=None, proxy=None) as socket:
            await socket.send(json.dumps({"type": "hello", "ticket": ticket, "epoch": epoch, "cursor": cursor}))
            async for text in socket:
                frame = json.loads(text)
                if frame["type"] == "welcome":
                    epoch = frame["epoch"]
                    cursor = None if frame["mode"] == "snapshot" else cursor
                elif frame["type"] == "tick":
                    await socket.send(json.dumps({"type": "here", "seq": frame["seq"], "visible": True, "sound": True}))
                elif frame["type"] == "event" and frame["seq"] > (cursor or 0):
                    print(frame["seq"], frame["topic"], json.dumps(frame["data"], ensure_ascii=False)[:70], flush=True)
                    if frame["topic"].startswith("incident."):
                        await socket.send(json.dumps({"type": "seen", "seq": frame["seq"]}))
                cursor = max(cursor or 0, frame["seq"]) if "seq" in frame else cursor
    except ConnectionClosed as closed:
        if closed.rcvd is not None and closed.rcvd.code == 4400:
            raise SystemExit(f"this client is wrong: {closed.rcvd.reason}") from closed
        if closed.rcvd is not None and (hint := re.search(r"retry_after=([\d.]+)", closed.rcvd.reason)):
            pause = float(hint[1])
    except OSError:
        pause = random.uniform(0, 5)
    return epoch, cursor, pause


async def main() -> None:
    await asyncio.to_thread(post, "/api/session", {"name": name, "password": password})
    epoch, cursor = None, None
    while True:
        epoch, cursor, pause = await follow(epoch, cursor)
        await asyncio.sleep(pause)


asyncio.run(main())
