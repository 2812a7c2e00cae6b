"""Calls that the simulator's terminals raise now and then, and which incidents they open; claims no others."""

import asyncio
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from service.demo.colleague import Seat
from service.demo.terminal import Device
from service.demo.town import Terminal, Town
from service.demo.towntime import TownTime

RAISED = "demo-incidents.json"
MOST_KEPT = 500
FIRST_S = 12.0
EVERY_S = (110.0, 210.0)
"""Real seconds between two calls at 1 x; a faster town calls more often, but never as much more as it is faster."""
NIGHT = (21 * 60, 6 * 60)
MOST_OPEN = 6
"""With so many of its own incidents open the simulator raises no more."""
KINDS: Mapping[str, tuple[tuple[str, int], ...]] = {
    "sos": (("sos", 46), ("fall", 10), ("inactivity", 14), ("bed_exit", 10), ("door", 6), ("battery", 5), ("test", 9)),
    "wristband": (("sos", 30), ("fall", 36), ("wander", 20), ("battery", 8), ("test", 6)),
    "smoke": (("smoke", 70), ("battery", 12), ("test", 18)),
    "gas": (("gas", 75), ("test", 25)),
}
DEVICE_SHARES = {"sos": 62, "wristband": 24, "smoke": 9, "gas": 5}
AGAIN_SHARE = 0.3
OPEN = ("open", "acknowledged", "assigned", "on_scene", "recovering")


@dataclass
class Raised:
    """The incidents that this demo's own calls opened; kept in the home folder, so that a restart knows them."""

    file: Path
    ids: list[int] = field(default_factory=list)

    @classmethod
    def read(cls, home: Path) -> "Raised":
        """What earlier runs raised."""
        file = home / RAISED
        return cls(file, orjson.loads(file.read_bytes()) if file.exists() else [])

    def add(self, incident_id: int) -> None:
        """Remember one more; the oldest are forgotten."""
        if incident_id not in self.ids:
            self.ids = [*self.ids, incident_id][-MOST_KEPT:]
            self.file.write_bytes(orjson.dumps(self.ids))


class Caller:
    """Lets somebody call, never in a home with an open incident: an incident is its own, or not at all."""

    def __init__(
        self, seat: Seat, town_time: TownTime, town: Town, devices: Mapping[str, Device], raised: Raised
    ) -> None:
        self._seat, self._time, self._devices, self._raised = seat, town_time, devices, raised
        self._pools: dict[str, list[Terminal]] = {}
        for terminal in town.terminals:
            if terminal.number in devices:
                self._pools.setdefault(terminal.kind, []).append(terminal)
        self._homes = {terminal.number: terminal.household for terminal in town.terminals}

    async def call_for_ever(self) -> None:
        """Raise a call, wait, raise the next, until cancelled."""
        await asyncio.sleep(FIRST_S)
        while True:
            if not self._time.paused:
                await self.call_once()
            await asyncio.sleep(self.pause_s())

    def pause_s(self) -> float:
        """Real seconds until the next call."""
        often = 1 + math.log2(max(self._time.speed, 1.0)) / 1.6
        late = self._time.minute >= NIGHT[0] or self._time.minute < NIGHT[1]
        return random.uniform(*EVERY_S) / often * (2.5 if late else 1.0)

    async def call_once(self) -> int | None:
        """One call, perhaps pressed again a little later; answers the incident it opened, if any."""
        incidents = await open_incidents(self._seat)
        if incidents is None or sum(card["id"] in self._raised.ids for card in incidents) >= MOST_OPEN:
            return None
        busy = {self._homes.get(card["terminal_id"] or "") for card in incidents}
        kinds = [kind for kind in DEVICE_SHARES if self._pools.get(kind)]
        pool = self._pools[random.choices(kinds, [DEVICE_SHARES[kind] for kind in kinds])[0]]
        terminal = random.choice(pool)
        if terminal.household in busy:
            return None
        kind = random.choices(*zip(*KINDS[terminal.kind], strict=True))[0]
        return await self._press(terminal, kind)

    async def _press(self, terminal: Terminal, kind: str) -> int | None:
        device = self._devices[terminal.number]
        battery = {} if terminal.battery is None else {"battery": 9 if kind == "battery" else terminal.battery}
        told = await device.call(kind, **battery)
        incident_id = None if told is None else told["incident"]
        if incident_id is None or not await self._opened(incident_id, terminal.number):
            return None
        self._raised.add(incident_id)
        if kind in ("sos", "fall", "smoke") and random.random() < AGAIN_SHARE:
            await asyncio.sleep(random.uniform(5.0, 14.0))
            await device.call(kind, **battery)
        return int(incident_id)

    async def _opened(self, incident_id: int, terminal: str) -> bool:
        """Whether our call opened this incident and did not join somebody else's."""
        card = next((card for card in await open_incidents(self._seat) or [] if card["id"] == incident_id), None)
        return card is not None and card["terminal_id"] == terminal and card["presses"] == 1


async def open_incidents(seat: Seat) -> list[dict[str, Any]] | None:
    """Every incident in the colleague's scope that is not closed; None when the desk cannot say."""
    query = "&".join(f"state={state}" for state in OPEN)
    told = await seat.get(f"/api/incidents?limit=100&{query}")
    return None if told is None else list(told["items"])
