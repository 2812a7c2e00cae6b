"""A call terminal's own side of the contract: counts, signs, sends, and repeats until it is answered.

It is written from docs/protocol.md and shares nothing with the side of the service that reads, so playing tests both.
"""

import hashlib
import hmac
import json
import time
import uuid
from typing import Any

from service.demo.door import Doors

ALERTS, HEARTBEATS = "/terminals/v1/alerts", "/terminals/v1/heartbeats"


def signature(key: bytes, method: str, path: str, terminal: str, boot: int, counter: int, body: bytes) -> str:
    """HMAC-SHA256 in lower-case hex: five fields, a line feed after each and nothing else, then the raw body."""
    signed = "".join(f"{field}\n" for field in (method, path, terminal, boot, counter)).encode() + body
    return hmac.new(key, signed, hashlib.sha256).hexdigest()


class Device:
    """One terminal that was switched on when the simulator started."""

    def __init__(self, doors: Doors, name: str, key: bytes, boot: int | None = None) -> None:
        self.name, self._key, self._doors = name, key, doors
        self.boot, self.counter = int(time.time()) if boot is None else boot, 0

    async def call(self, kind: str, **more: Any) -> dict[str, Any] | None:
        """Send one alert, again and again with the same `msg_id` while nobody answers; None when it was refused."""
        return await self._send(ALERTS, {"msg_id": uuid.uuid4().hex, "kind": kind, **more}, tries=None)

    async def beat(self, **health: Any) -> dict[str, Any] | None:
        """Send a sign of life, once or twice: the next one follows soon anyway."""
        return await self._send(HEARTBEATS, health, tries=2)

    async def _send(self, path: str, message: dict[str, Any], tries: int | None) -> dict[str, Any] | None:
        self.counter += 1
        body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {
            "content-type": "application/json",
            "x-terminal": self.name,
            "x-boot": str(self.boot),
            "x-counter": str(self.counter),
            "x-signature": signature(self._key, "POST", path, self.name, self.boot, self.counter, body),
        }
        answer = await self._doors.ask("POST", path, content=body, headers=headers, tries=tries)
        told: dict[str, Any] | None = answer.json() if answer.status_code == 200 else None
        return told
