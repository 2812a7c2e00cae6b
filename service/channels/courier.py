"""Carries notices: claims what is due, sends each in a task of its own, writes what became of it.

No channel waits for another, nor one provider's gateway for another's: each lane has its own places, and a slow one
only fills its own. A process that dies leaves leases that run out; whoever looks next goes on.
"""

import asyncio
import logging
from collections import Counter

from models import Notice
from models.types import ChannelKind
from service.channels import outbox
from service.channels.addresses import number_of
from service.channels.channel import Letter, Verdict, failed, unknown
from service.channels.office import PostOffice
from service.db import Database
from service.intake.failpoints import failpoint
from service.settings import Settings
from service.vault import Vault

log = logging.getLogger(__name__)

LOOK_S = 0.25
PLACES = 16
"""Letters on their way at once, for each channel and provider."""
SOCKETS = (ChannelKind.CONSOLE, ChannelKind.PUSH)
Lane = tuple[ChannelKind, int | None]


class Courier:
    """One a process of the work role. `round()` starts what is due; `run()` does so four times a second."""

    def __init__(self, database: Database, vault: Vault, settings: Settings) -> None:
        self._database, self._vault = database, vault
        self._office = PostOffice(database, settings, vault)
        self._under_way: Counter[Lane] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self.carried: Counter[str] = Counter()

    async def run(self) -> None:
        """Carry until cancelled; what is under way then is left to its lease."""
        try:
            while True:
                try:
                    await self.round()
                except Exception:
                    log.exception("notices could not be claimed")
                await asyncio.sleep(LOOK_S)
        finally:
            await self.stop()

    async def stop(self) -> None:
        """End what is under way without a verdict, and close the office."""
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)
        await self._office.close()

    async def round(self) -> int:
        """Claim what is due and start to send it; gives how many were claimed."""
        async with self._database.reading() as session:
            if not await outbox.anything_due(session):
                return 0
        claimed = 0
        for kind in ChannelKind:
            claimed += await self._claim(kind)
        return claimed

    async def settled(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def _claim(self, kind: ChannelKind) -> int:
        busy = [provider for (one, provider), count in self._under_way.items() if one is kind and count >= PLACES]
        async with self._database.writing(urgent=True) as session:
            notices = await outbox.claim(session, kind, PLACES, busy)
            session.expunge_all()
        for notice, uncertain in notices:
            self._under_way[(kind, notice.provider_id)] += 1
            task = asyncio.create_task(self._carry(notice, uncertain), name=f"notice {notice.id}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return len(notices)

    async def _carry(self, notice: Notice, uncertain: bool) -> None:
        lane = (notice.channel, notice.provider_id)
        try:
            verdict = await self._send(notice, uncertain)
            async with self._database.writing(urgent=True) as session:
                await outbox.settle(session, notice, verdict)
            self.carried[f"{notice.channel.value}_{verdict.state.value}"] += 1
        except Exception:
            log.exception("a notice could not be settled: its lease runs out", extra={"notice": notice.id})
        finally:
            self._under_way[lane] -= 1

    async def _send(self, notice: Notice, uncertain: bool) -> Verdict:
        try:
            async with self._database.reading() as session:
                channel = await self._office.channel(session, notice.channel, notice.provider_id)
                to = None
                if notice.channel not in SOCKETS:
                    to = await number_of(session, self._vault, notice.target, notice.caregiver_id)
            if uncertain and not channel.keeps_keys:
                return unknown("its process ended before it could say whether it was sent")
            failpoint.reach("before_send")
            verdict = await channel.send(_letter(notice, to))
            failpoint.reach("after_send")
            return verdict
        except Exception as error:
            log.exception("a channel failed", extra={"notice": notice.id, "channel": notice.channel.value})
            return failed(f"the channel failed: {type(error).__name__}", again=True)


def _letter(notice: Notice, to: str | None) -> Letter:
    return Letter(
        notice.id,
        notice.key,
        notice.incident_id,
        notice.rung,
        notice.name,
        notice.text,
        to,
        notice.caregiver_id,
        notice.made_at,
    )
