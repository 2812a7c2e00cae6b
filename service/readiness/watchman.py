"""Runs the auditor and posts a sign of life while all is well: an outside monitor that hears none for 90 s calls.

It cannot call anybody itself when it is dead, so it says nothing when it is not sure. Refuses to count a look that
failed as a good one.
"""

import asyncio
import logging
import time
from typing import Any

import httpx

from service import audit
from service.db import Database
from service.intake.embedded import path_of
from service.intake.reserve import Reserve
from service.readiness import auditor
from service.readiness.auditor import Report
from service.realtime.outbox import append
from service.settings import Settings

log = logging.getLogger(__name__)

EVERY_S = 30.0
MISSED_AFTER_S = 90
TIMEOUT_S = 5.0


class Watchman:
    """One a process of the work role. `report` is the last look, `well_at` when one was good (time.monotonic)."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database, self._url = database, settings.deadman_url
        self.report: Report | None = None
        self.well_at: float | None = None

    async def run(self) -> None:
        """Look every 30 s until cancelled."""
        while True:
            try:
                await self.round()
            except Exception:
                log.exception("the auditor could not look")
            await asyncio.sleep(EVERY_S)

    async def round(self) -> Report:
        """One look, one seal of the audit trail, and a sign of life when all is well."""
        report = await auditor.look(self._database)
        report.disk_full = self._database.embedded and await asyncio.to_thread(self._full)
        if report.disk_full and not (self.report and self.report.disk_full):
            async with self._database.writing() as session:
                append(session, "system.disk_full", {}, subject="disk:full")
        self.report = report
        async with self._database.writing() as session:
            await audit.seal(session, self._database.clock.now())
        if report.well:
            self.well_at = time.monotonic()
            await self._beat(report)
        return report

    def _full(self) -> bool:
        """Whether calls live on the reserve; once somebody has made room there is a new one."""
        reserve = Reserve(path_of(self._database.url))
        if reserve.spent:
            reserve.keep()
        return reserve.spent

    async def _beat(self, report: Report) -> None:
        if self._url is None:
            return
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client:
                (await client.post(self._url, json=await self._sign(report))).raise_for_status()
        except httpx.HTTPError as error:
            log.warning("the sign of life did not arrive: %s", type(error).__name__)

    async def _sign(self, report: Report) -> dict[str, Any]:
        """The look's numbers and the end of the audit chain: kept outside, it is an anchor that no restore can move."""
        async with self._database.reading() as session:
            end = await audit.newest_seal(session)
        numbers = {name: value for name, value in report.as_json().items() if name not in ("armed", "quiet")}
        chain = None if end is None else {"seal": end.id, "hash": end.hash.hex()}
        return {"service": "unwalled", "missed_after_s": MISSED_AFTER_S, "audit": chain, **numbers}

    @property
    def silent_s(self) -> float:
        """Seconds since the last good look; large before the first."""
        return 1e9 if self.well_at is None else time.monotonic() - self.well_at
