"""Commits letters in groups, whatever came while the last group was written; refuses to answer before the commit."""

import asyncio
import logging
from collections import deque
from dataclasses import replace

from service.db import Database
from service.errors import Unavailable
from service.intake.failpoints import failpoint
from service.intake.letters import AlertLetter, Letter, Taken, UnreadableLetter, UnverifiedLetter
from service.intake.script import Batch, take
from service.intake.store import StoreDown, store_for

log = logging.getLogger(__name__)

MAX_BATCH = 256
MAX_QUEUE = 4096
RETRY_AFTER_S = 1
Waiting = tuple[Letter, "asyncio.Future[Taken]"]


class IntakeFull(Unavailable):
    """Nothing can be stored just now: the terminal waits and sends the same message again."""

    code = "intake.unavailable"


class Committer:
    """The only way in for alerts. `start()` and `stop()` belong to the lifespan; `put()` answers after the commit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._store = store_for(database)
        self._queue: deque[Waiting] = deque()
        self._wake = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._stopping = False

    async def start(self) -> None:
        """Begin to commit."""
        self._stopping = False
        self._loop = asyncio.create_task(self._run(), name="committer")

    async def stop(self) -> None:
        """Commit what is queued, then end."""
        self._stopping = True
        self._wake.set()
        if self._loop is not None:
            await self._loop
        await self._store.close()

    @property
    def queued(self) -> int:
        """How many letters wait."""
        return len(self._queue)

    async def put(self, letter: Letter) -> Taken:
        """Queue one letter and wait until it is on disk. Raises IntakeFull when it could not be stored."""
        if self._stopping or len(self._queue) >= MAX_QUEUE:
            raise IntakeFull("too many calls at once: send the same message again")
        answered: asyncio.Future[Taken] = asyncio.get_running_loop().create_future()
        self._queue.append((letter, answered))
        self._wake.set()
        return await answered

    async def _run(self) -> None:
        while self._queue or not self._stopping:
            await self._wake.wait()
            self._wake.clear()
            while self._queue:
                batch = [self._queue.popleft() for _ in range(min(len(self._queue), MAX_BATCH))]
                await self._commit(batch)

    async def _commit(self, batch: list[Waiting], again: bool = True) -> None:
        """Write a batch; when it fails, halve it until the letter that the database will not take stands alone."""
        try:
            result: Batch = await self._store.play(
                take([letter for letter, _ in batch], self._database.clock.now(), self._database.embedded)
            )
        except asyncio.CancelledError:
            _refuse(batch)
            raise
        except StoreDown as error:
            log.error("nothing can be stored: %s", error)
            _refuse(batch)
            return
        except Exception as error:
            await self._isolate(batch, error, again)
            return
        failpoint.reach("after_commit")
        for (_, answered), taken in zip(batch, result.answers, strict=True):
            if not answered.done():
                answered.set_result(taken)
        if result.last:
            self._database.ring(result.last)

    async def _isolate(self, batch: list[Waiting], error: Exception, again: bool) -> None:
        if again and len(batch) == 1:
            await self._commit(batch, again=False)  # another writer may have been in the way, only once
            return
        if len(batch) > 1:
            middle = len(batch) // 2
            await self._commit(batch[:middle])
            await self._commit(batch[middle:])
            return
        letter, answered = batch[0]
        log.error("a letter could not be written", exc_info=error, extra={"terminal": letter.terminal_id})
        simpler = _simpler(letter)
        if simpler is None:
            _refuse(batch)
        else:
            await self._commit([(simpler, answered)])


def _simpler(letter: Letter) -> Letter | None:
    """The same call with less that a database could choke on: first the bare call, then its bytes as a task."""
    if isinstance(letter, AlertLetter):
        bare = letter.message.without_luggage()
        if bare.warnings != letter.message.warnings:
            return replace(letter, message=bare)
        return UnreadableLetter(letter.terminal_id, "could not be written", letter.body)
    return None


def _refuse(batch: list[Waiting]) -> None:
    for letter, answered in batch:
        if not answered.done():
            if isinstance(letter, UnverifiedLetter):
                answered.set_result(Taken(401, {}))
            else:
                answered.set_exception(IntakeFull("this could not be stored: send the same message again"))
