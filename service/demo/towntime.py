"""The town's clock as the simulator follows it: asked every second, run on in between; never set here."""

import asyncio
import time
from datetime import datetime, timedelta

from service.clock import LOCAL
from service.demo.colleague import Seat

LOOK_S = 1.0
LONGEST_NAP_S = 2.0
"""Nobody sleeps longer than this without a look at the clock: a change of speed is felt at once."""


class TownTime:
    """The town's moment, speed and pause as last told by the service."""

    def __init__(self, at: datetime, speed: float = 1.0, paused: bool = False) -> None:
        self._at, self.speed, self.paused = at, speed, paused
        self._told_s = time.monotonic()

    def now(self) -> datetime:
        """The town's moment, aware."""
        run_s = 0.0 if self.paused else (time.monotonic() - self._told_s) * self.speed
        return self._at + timedelta(seconds=run_s)

    @property
    def minute(self) -> int:
        """Minutes after the town's local midnight."""
        local = self.now().astimezone(LOCAL)
        return local.hour * 60 + local.minute

    def tell(self, at: datetime, speed: float, paused: bool) -> None:
        """Take what the service says."""
        self._at, self.speed, self.paused, self._told_s = at, speed, paused, time.monotonic()

    async def nap(self, until: datetime) -> None:
        """Sleep towards a moment of the town, at most two real seconds; look again after it."""
        left_s = (until - self.now()).total_seconds() / max(self.speed, 0.01)
        await asyncio.sleep(LONGEST_NAP_S / 2 if self.paused else min(max(left_s, 0.05), LONGEST_NAP_S))

    async def follow(self, seat: Seat) -> None:
        """Ask the service once a second, until cancelled."""
        while True:
            await self.look(seat)
            await asyncio.sleep(LOOK_S)

    async def look(self, seat: Seat) -> None:
        """Ask the service now."""
        told = await seat.get("/api/demo/clock")
        if told is not None:
            self.tell(datetime.fromisoformat(told["at"]), float(told["speed"]), bool(told["paused"]))
