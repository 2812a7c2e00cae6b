"""Slows down guessing by name and source; refuses to lock anybody out who comes from elsewhere."""

import math
from collections import OrderedDict
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from service.errors import ServiceError

FREE_TRIES = 3
LONGEST_S = 60.0
SOURCE_FREE_TRIES = 30
SOURCE_LONGEST_S = 10.0
FORGET_S = 15 * 60.0
MOST_KEPT = 10_000


class TooManyAttempts(ServiceError):
    """Too many wrong passwords for this name from this address; `retry_after_s` says when the next one counts."""

    code, status = "session.too_many_attempts", 429


@dataclass
class Trouble:
    """Wrong passwords in a row, and from when (seconds of the clock) the next attempt is looked at."""

    failures: int = 0
    last_s: float = 0.0
    not_before_s: float = 0.0


class Throttle:
    """Failures of this process, by (name, source) and by source. Memory is bounded: the oldest are forgotten first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], Trouble] = OrderedDict()

    def attempt(self, name: str, source: str, now_s: float) -> int:
        """Count an attempt as wrong until `passed` says otherwise, so that a hundred at once are not all looked at.

        Answers how many in a row it is for this name from this source. Raises TooManyAttempts while either has to wait.
        """
        keys = ((name, source), ("", source))
        wait_s = max(self._at(key, now_s).not_before_s - now_s for key in keys)
        if wait_s > 0:
            seconds = math.ceil(wait_s)
            raise TooManyAttempts(f"too many wrong passwords: try again in {seconds} s", retry_after_s=seconds)
        self._count(("", source), now_s, SOURCE_FREE_TRIES, SOURCE_LONGEST_S)
        return self._count((name, source), now_s, FREE_TRIES, LONGEST_S)

    def passed(self, name: str, source: str) -> None:
        """It was right after all: forget this name's failures from this source, and one of the source's."""
        self._kept.pop((name, source), None)
        whole = self._kept.get(("", source))
        if whole is not None:
            whole.failures -= 1
            whole.not_before_s = 0.0

    def _count(self, key: tuple[str, str], now_s: float, free: int, longest_s: float) -> int:
        trouble = self._at(key, now_s)
        trouble.failures += 1
        trouble.last_s = now_s
        over = trouble.failures - free
        trouble.not_before_s = now_s + min(2.0 ** min(over, 10), longest_s) if over >= 0 else now_s
        self._kept[key] = trouble
        self._kept.move_to_end(key)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return trouble.failures

    def _at(self, key: tuple[str, str], now_s: float) -> Trouble:
        trouble = self._kept.get(key)
        return Trouble() if trouble is None or now_s - trouble.last_s > FORGET_S else trouble


def throttle_of(connection: HTTPConnection) -> Throttle:
    """The application's throttle, made at the first sign-in."""
    state = connection.app.state
    if not hasattr(state, "sign_in_throttle"):
        state.sign_in_throttle = Throttle()
    throttle: Throttle = state.sign_in_throttle
    return throttle


def source_of(connection: HTTPConnection) -> str:
    """Where the caller comes from: the peer's address (uvicorn sets it from trusted proxies only)."""
    return connection.client.host if connection.client is not None else "unknown"
