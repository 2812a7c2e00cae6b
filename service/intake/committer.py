"""Commits letters in groups, whatever came while the last group was written; refuses to answer before the commit."""

import asyncio
import logging
import time
from collections import deque
from dataclasses import replace
from typing import Any, Protocol

from service.errors import Unavailable
from service.intake.failpoints import failpoint
from service.intake.ground import Ground
from service.intake.letters import AlertLetter, Letter, Taken, UnreadableLetter, UnverifiedLetter
from service.intake.limits import Crowd
from service.intake.play import RoomMade, Script, StoreDown
from service.intake.script import Batch, take
from service.intake.store import store_for

log = logging.getLogger(__name__)

MAX_BATCH = 256
MAX_QUEUE = 4096
CROWDED = MAX_QUEUE // 4
"""From here on heartbeats are sent away."""
ALMOST = MAX_QUEUE * 3 // 4
"""From here on everything is sent away that nobody lies on the floor for."""
RETRY_AFTER_S = 1


class Answered(Protocol):
    """Whoever waits for what becomes of a letter: a future, or the line that it came by."""

    def done(self) -> bool:
        """Whether nobody waits any more."""

    def set_result(self, taken: Taken, /) -> None:
        """It is on disk."""

    def set_exception(self, error: Any, /) -> None:
        """It is not, and may be sent again."""


Waiting = tuple[Letter, Answered]


class IntakeFull(Unavailable):
    """Nothing can be stored just now: the terminal waits and sends the same message again."""

    code = "intake.unavailable"


class Committer:
    """The only way in for alerts. `start()` and `stop()` belong to the lifespan; `put()` answers after the commit."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._store = store_for(ground)
        self._queue: deque[Waiting] = deque()
        self._wake = asyncio.Event()
        self._turn = asyncio.Lock()
        self._loop: asyncio.Task[None] | None = None
        self._crowd = Crowd()
        self._began: float | None = None
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

    @property
    def busy_s(self) -> float:
        """For how long the present batch has been waiting for the disk; 0.0 between batches."""
        return 0.0 if self._began is None else time.monotonic() - self._began

    @property
    def crowded(self) -> bool:
        """Whether so many letters wait that heartbeats had better come later."""
        return len(self._queue) >= CROWDED

    async def put(self, letter: Letter, *, can_wait: bool = False) -> Taken:
        """Queue one letter and wait until it is on disk. Raises IntakeFull when it could not be stored."""
        answered: asyncio.Future[Taken] = asyncio.get_running_loop().create_future()
        self.hand_in(letter, answered, can_wait=can_wait)
        return await answered

    def hand_in(self, letter: Letter, answered: Answered, *, can_wait: bool = False) -> None:
        """Queue one letter; `answered` hears once what became of it. Raises IntakeFull.

        Those that `can_wait` are sent away while there is still room for calls.
        """
        if self._stopping or len(self._queue) >= (ALMOST if can_wait else MAX_QUEUE):
            raise IntakeFull("too many calls at once: send the same message again")
        self._queue.append((letter, answered))
        self._wake.set()

    async def play(self, script: Script) -> Any:
        """Run one more script in a transaction of its own, between two batches."""
        async with self._turn:
            return await self._store.play(script)

    async def _run(self) -> None:
        while self._queue or not self._stopping:
            await self._wake.wait()
            self._wake.clear()
            while self._queue:
                batch = self._next_batch()
                async with self._turn:
                    self._began = time.monotonic()
                    await self._commit(batch)
                    self._began = None

    def _next_batch(self) -> list[Waiting]:
        """Whoever waits, in order; when more wait than one batch takes, the first message of each terminal goes before
        anybody's second: a button held down by one does not keep a hundred others waiting."""
        if len(self._queue) <= MAX_BATCH:
            batch = list(self._queue)
            self._queue.clear()
            return batch
        batch, rest, heard = list[Waiting](), deque[Waiting](), set[str]()
        for one in self._queue:
            terminal_id = one[0].terminal_id
            if len(batch) < MAX_BATCH and terminal_id not in heard:
                heard.add(terminal_id)
                batch.append(one)
            else:
                rest.append(one)
        while len(batch) < MAX_BATCH and rest:
            batch.append(rest.popleft())
        self._queue.clear()
        self._queue.extend(rest)
        return batch

    async def _commit(self, batch: list[Waiting], again: bool = True) -> None:
        """Write a batch; when it fails, halve it until the letter that the database will not take stands alone."""
        try:
            letters, now = [letter for letter, _ in batch], self._ground.clock.now()
            result: Batch = await self._store.play(take(letters, now, self._ground.embedded, self._crowd))
        except asyncio.CancelledError:
            _refuse(batch)
            raise
        except RoomMade:
            await self._commit(batch, again)
            return
        except StoreDown as error:
            log.error("nothing can be stored: %s", error)
            _refuse(batch)
            return
        except Exception as error:
            await self._isolate(batch, error, again)
            return
        failpoint.reach("after_commit")
        self._crowd.remember(result.calls, now)
        for (_, answered), taken in zip(batch, result.answers, strict=True):
            if not answered.done():
                answered.set_result(taken)
        if result.last:
            self._ground.ring(result.last)

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
