"""Runs waiting jobs one by one with a sign of life, tries and a way to stop; knows no slice and no job's meaning."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Job
from models.types import JobState
from service.clock import Clock
from service.db import Database
from service.errors import ServiceError
from service.jobs import ledger
from service.realtime import outbox

log = logging.getLogger(__name__)

LOOK_S = 0.5
BEAT_S = 2.0
RECOVER_S = 10.0
STOP_S = 5.0
RETRY_S = 0.5
LONGEST_RETRY_S = 30.0


@dataclass
class Run:
    """One job in work, as its handler gets it. `cancelled` is set when somebody asks to stop or the service stops."""

    job_id: int
    kind: str
    payload: dict[str, Any]
    attempt: int
    area_code: str | None
    database: Database
    clock: Clock
    cancelled: threading.Event = field(default_factory=threading.Event)

    async def progress(self, session: AsyncSession, values: dict[str, Any]) -> None:
        """Replace what GET /api/jobs/{id} tells of the progress, in the caller's transaction."""
        mine = update(Job).where(Job.id == self.job_id, Job.state == JobState.RUNNING)
        await session.execute(mine.values(progress={**values, "attempt": self.attempt}))


Handler = Callable[[Run], Awaitable[dict[str, Any]]]


@dataclass(frozen=True)
class Kind:
    """How jobs of one kind are run: handler, tries after the first, and the topic that tells their end, if any."""

    handler: Handler
    retries: int = 0
    topic: str | None = None


class Worker:
    """Claims and runs jobs of the registered kinds, one at a time; several workers share one queue."""

    def __init__(self, database: Database, clock: Clock, kinds: Mapping[str, Kind]) -> None:
        self._database, self._clock, self._kinds = database, clock, kinds
        self._retries = {name: kind.retries for name, kind in kinds.items()}
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look at the queue now."""
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled; a job in work then goes back to the queue. No failure of a job ends the worker."""
        await self._safely(self._recover(everything=self._database.embedded))
        looked_s = 0.0
        while True:
            self._woken.clear()
            if not await self._safely(self.run_one()):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), LOOK_S)
            looked_s += LOOK_S
            if looked_s >= RECOVER_S:
                looked_s = 0.0
                await self._safely(self._recover())

    async def run_one(self) -> bool:
        """Claim and finish one job; False when none was waiting."""
        async with self._database.reading() as session:
            if not await ledger.anything_waiting(session, self._kinds):
                return False
        async with self._database.writing() as session:
            job = await ledger.claim(session, self._kinds, self._clock.now())
        if job is None:
            return False
        attempt = int(job.progress["attempt"])
        run = Run(job.id, job.kind, dict(job.payload), attempt, job.area_code, self._database, self._clock)
        await self._finish(run, self._kinds[job.kind])
        return True

    async def _finish(self, run: Run, kind: Kind) -> None:
        """Run the handler beside its sign of life and write how it ended."""
        work = asyncio.ensure_future(kind.handler(run))
        beat = asyncio.create_task(self._beat(run, work))
        try:
            await asyncio.wait({work})
            await self._outcome(run, kind, work)
        except asyncio.CancelledError:
            run.cancelled.set()
            work.cancel()
            await asyncio.wait({work}, timeout=STOP_S)
            await self._end(run, kind, JobState.WAITING, "the service stopped")
            raise
        finally:
            beat.cancel()

    async def _outcome(self, run: Run, kind: Kind, work: "asyncio.Future[dict[str, Any]]") -> None:
        error = None if work.cancelled() else work.exception()
        if not work.cancelled() and error is None:
            await self._end(run, kind, JobState.DONE, result=work.result())
        elif run.cancelled.is_set():
            await self._end(run, kind, JobState.CANCELLED)
        elif isinstance(error, ServiceError):
            await self._end(run, kind, JobState.FAILED, error.detail)
        else:
            name = type(error).__name__ if error is not None else "it was cancelled from inside"
            log.error("job failed", extra={"job": run.job_id, "kind": run.kind}, exc_info=error)
            again = run.attempt <= kind.retries
            if again:
                await asyncio.sleep(min(RETRY_S * 2**run.attempt, LONGEST_RETRY_S))
            await self._end(
                run, kind, JobState.WAITING if again else JobState.FAILED, f"an error in the service: {name}"
            )

    async def _end(
        self, run: Run, kind: Kind, state: JobState, error: str | None = None, result: dict[str, Any] | None = None
    ) -> None:
        """Write the end, with its event; a job that is not ours any more is left alone."""
        async with self._database.writing() as session:
            if not await ledger.end(session, run.job_id, state, self._clock.now(), error, result):
                log.warning("job was taken away", extra={"job": run.job_id, "kind": run.kind})
                return
            if kind.topic is not None:
                data = {"job_id": run.job_id, "state": state.value, "error": error, **(result or {})}
                outbox.append(session, kind.topic, data, subject=f"job:{run.job_id}", area_code=run.area_code)

    async def _beat(self, run: Run, work: "asyncio.Future[dict[str, Any]]") -> None:
        """Say every 2 s that the job is alive; pass on a wish to cancel, and end work that ignores it or was taken."""
        ignored_s = 0.0
        while not work.done():
            await asyncio.sleep(BEAT_S)
            asked = await self._safely(self._sign(run))
            if asked:
                run.cancelled.set()
                ignored_s += BEAT_S
            if asked is None or ignored_s > STOP_S:
                run.cancelled.set()
                work.cancel()

    async def _sign(self, run: Run) -> bool | None:
        async with self._database.writing() as session:
            return await ledger.stay_alive(session, run.job_id, self._clock.now())

    async def _recover(self, *, everything: bool = False) -> bool:
        async with self._database.writing() as session:
            changed = await ledger.recover(session, self._retries, self._clock.now(), everything=everything)
        for job_id, state in changed:
            log.warning("job lost its process", extra={"job": job_id, "state": state.value})
        return bool(changed)

    async def _safely(self, deed: Awaitable[bool | None]) -> bool | None:
        """The database may be away for a while: log it, go on a little later."""
        try:
            return await deed
        except Exception:
            log.exception("the worker could not reach its queue")
            await asyncio.sleep(LOOK_S)
            return False
