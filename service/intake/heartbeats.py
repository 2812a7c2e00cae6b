"""Signs of life, coalesced in memory and written once a second; refuses to call a terminal lost for our own outages."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

from service.intake.ground import Ground
from service.intake.outages import beat_pulse, list_silent
from service.intake.play import StoreDown
from service.intake.script import Beat, listen, lose
from service.intake.store import store_for

log = logging.getLogger(__name__)

FLUSH_S = 1.0
CHUNK = {True: 64, False: 200}
"""Beats written in one transaction, embedded or not. A call that comes meanwhile waits for it: there for the one
writer, else only for the rows of the same terminals."""
OFFLINE_AFTER = timedelta(seconds=300)
"""Five missed heartbeats: fewer would flap on every weak signal."""
SWEEP_S = 15.0


class Heartbeats:
    """Keeps the newest beat of each terminal until the next flush. `start()` and `stop()` belong to the lifespan."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._store = store_for(ground, urgent=False)
        self._newest: dict[str, Beat] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._well_since = ground.clock.now()

    def put(self, terminal_id: str, boot: int, counter: int, health: dict[str, Any]) -> None:
        """Take one beat; an older one than that already waiting is forgotten."""
        waiting = self._newest.get(terminal_id)
        if waiting is not None:
            if (boot, counter) <= (waiting.boot, waiting.counter):
                return
            health = {**waiting.health, **health}
        self._newest[terminal_id] = Beat(terminal_id, boot, counter, health)

    async def start(self) -> None:
        """Begin to write and to look for silent terminals."""
        self._well_since = self._ground.clock.now()
        await self._guarded(self.sweep)
        self._tasks = [asyncio.create_task(self._every(FLUSH_S, self.flush), name="heartbeats")]
        self._tasks.append(asyncio.create_task(self._every(SWEEP_S, self.sweep), name="lost terminals"))

    async def stop(self) -> None:
        """Write what waits, then end."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._guarded(self.flush)
        await self._store.close()

    async def flush(self) -> None:
        """Write all waiting beats, in chunks so that no alert waits long behind them."""
        newest, self._newest = self._newest, {}
        beats, chunk = sorted(newest.values(), key=lambda beat: beat.terminal_id), CHUNK[self._ground.embedded]
        for start in range(0, len(beats), chunk):
            script = listen(beats[start : start + chunk], self._ground.clock.now(), self._ground.embedded)
            try:
                await self._play(script)
            except StoreDown:
                for beat in beats[start:]:
                    self._newest.setdefault(beat.terminal_id, beat)
                raise

    async def sweep(self) -> None:
        """Mark terminals lost that were silent for long, but only once we ourselves were well for as long.

        Who was silent since an outage of ours is listed first.
        """
        now = self._ground.clock.now()
        if await self._store.play(beat_pulse(now)) or not self._ground.clock.trusted:
            self._well_since = now
        if now - self._well_since < OFFLINE_AFTER:
            return
        await self._store.play(list_silent(now - OFFLINE_AFTER, now))
        while await self._play(lose(OFFLINE_AFTER, now, self._ground.embedded)):
            pass

    async def _play(self, script: Any) -> int:
        last: int = await self._store.play(script)
        if last:
            self._ground.ring(last)
        return last

    async def _every(self, seconds: float, work: Any) -> None:
        while True:
            before = self._ground.clock.now()
            await asyncio.sleep(seconds)
            asleep = self._ground.clock.now() - before
            if asleep > timedelta(seconds=seconds) + OFFLINE_AFTER / 2:  # the machine slept: silence was ours
                self._well_since = self._ground.clock.now()
            await self._guarded(work)

    async def _guarded(self, work: Any) -> None:
        try:
            await work()
        except StoreDown as error:
            self._well_since = self._ground.clock.now()
            log.warning("heartbeats could not be written: %s", error)
        except Exception:
            self._well_since = self._ground.clock.now()
            log.exception("heartbeats could not be written")
