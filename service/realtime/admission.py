"""Lets sockets in a few at a time and answers many questions with one; refuses more than can be served soon.

After a hub's restart thousands of consoles come at once. Each would cost a write and several reads; here they wait
their turn in order, their tickets are taken in one transaction, and one snapshot serves everybody who sees the same.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Hashable
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

AT_ONCE = 256
MAX_WAITING = 4096
BEGUN_PER_S = 400
"""What a hub begins in a second, for the hint to those it sends away (bench/hub.py)."""
MOST = 200
CROWD, STORM = 16, 200
"""Sockets within a second from which on an older picture is good enough: the events since follow it."""
CROWD_S, STORM_S = 1.0, 5.0
"""How old it may be. In a storm a scope's picture would be read once a second, each time for a few of its consoles."""


class Turnstile:
    """How many sockets are beginning, and whether one more may try."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = MAX_WAITING) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._most = waiting
        self.inside = self.turned_away = 0
        self._recent: deque[float] = deque()

    @property
    def full(self) -> bool:
        """Whether nobody more may even wait."""
        return self.inside >= self._most

    @property
    def good_for_s(self) -> float:
        """How old a picture of others may be that is shown to the next one; 0 while everybody gets one of their own."""
        if len(self._recent) > STORM:
            return STORM_S
        return CROWD_S if len(self._recent) > CROWD else 0.0

    def retry_after_s(self) -> float:
        """When one who is sent away should come back."""
        return 1.0 + self.inside / BEGUN_PER_S

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait in line, begin, make room."""
        self.inside += 1
        now = time.monotonic()
        self._recent.append(now)
        while now - self._recent[0] > 1.0:
            self._recent.popleft()
        try:
            async with self._places:
                yield
        finally:
            self.inside -= 1


class Claims(Generic[K, V]):
    """Takes one-time things in batches: whatever is asked for while the last batch is being taken goes together.

    `take` gets up to 200 different keys and gives what each was good for. Of two who claim one key, the first has it.
    """

    def __init__(self, take: Callable[[list[K]], Awaitable[dict[K, V]]]) -> None:
        self._take = take
        self._waiting: dict[K, list[asyncio.Future[V | None]]] = {}
        self._working: asyncio.Task[None] | None = None

    async def claim(self, key: K) -> V | None:
        """What the key was good for, or None. Raises whatever the batch raised."""
        answer: asyncio.Future[V | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, []).append(answer)
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work(), name="claims")
        return await answer

    async def _work(self) -> None:
        while self._waiting:
            keys = list(self._waiting)[:MOST]
            batch = {key: self._waiting.pop(key) for key in keys}
            try:
                found = await self._take(keys)
            except Exception as error:
                _fail(batch, error)
                continue
            for key, answers in batch.items():
                for place, answer in enumerate(answers):
                    if not answer.done():
                        answer.set_result(found.get(key) if place == 0 else None)


def _fail(batch: "dict[K, list[asyncio.Future[V | None]]]", error: Exception) -> None:
    for answers in batch.values():
        for answer in answers:
            if not answer.done():
                answer.set_exception(error)


def _any(_answer: object) -> bool:
    return True


class Shared(Generic[K, V]):
    """Keeps an answer for a moment after it was made, and lets everybody who asks meanwhile wait for the same one."""

    def __init__(self) -> None:
        self._made: dict[K, tuple[float, V]] = {}
        self._making: dict[K, asyncio.Task[V]] = {}
        self.made = 0

    async def get(
        self,
        key: K,
        make: Callable[[], Coroutine[Any, Any, V]],
        old_s: float = CROWD_S,
        good: Callable[[V], bool] = _any,
    ) -> V:
        """The answer that is being made, or was made at most `old_s` ago and is still `good`, else a new one."""
        kept = self._made.get(key)
        if kept is not None and time.monotonic() - kept[0] < old_s and good(kept[1]):
            return kept[1]
        making = self._making.get(key)
        if making is None:
            making = self._making[key] = asyncio.create_task(self._make(key, make))
        return await asyncio.shield(making)

    async def stop(self) -> None:
        """Make nothing more; whoever waits is told so by a cancellation."""
        making = list(self._making.values())
        for task in making:
            task.cancel()
        await asyncio.gather(*making, return_exceptions=True)

    async def _make(self, key: K, make: Callable[[], Coroutine[Any, Any, V]]) -> V:
        self.made += 1
        try:
            answer = await make()
            now = time.monotonic()
            self._made = {known: kept for known, kept in self._made.items() if now - kept[0] < STORM_S}
            self._made[key] = (now, answer)
            return answer
        finally:
            del self._making[key]
