"""How many messages a terminal may send; refuses to limit a call for help: too many of them only ring nobody more."""

from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta

from service.errors import ServiceError
from service.intake.ladder import KINDS

MINUTE = timedelta(minutes=1)
NOTES_A_MINUTE, BEATS_A_MINUTE, CALLS_A_MINUTE = 60, 60, 6
MAX_KNOWN = 200_000


class TooMany(ServiceError):
    """Too many messages of a kind that can wait."""

    code, status = "terminal.too_many", 429

    def __init__(self, detail: str, retry_after_s: int) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


def may_be_limited(kind: str) -> bool:
    """Only messages that open no incident can wait."""
    return KINDS[kind].playbook is None


class Bucket:
    """Tokens for each name: `a_minute` at most at once, as many new ones in a minute."""

    def __init__(self, what: str, a_minute: int) -> None:
        self._what, self._most = what, a_minute
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, name: str, now: datetime) -> None:
        """Take one token. Raises TooMany when there is none."""
        now_s = now.timestamp()
        since_s, left = self._left.get(name, (now_s, float(self._most)))
        left = min(self._most, left + (now_s - since_s) / 60 * self._most)
        if left < 1:
            self._left[name] = now_s, left
            raise TooMany(f"more than {self._most} {self._what} in a minute", int((1 - left) * 60 / self._most) + 1)
        if len(self._left) >= MAX_KNOWN and name not in self._left:
            self._left.clear()
        self._left[name] = now_s, left - 1


class Limits:
    """The buckets of one intake process."""

    def __init__(self) -> None:
        self.notes = Bucket("messages", NOTES_A_MINUTE)
        self.beats = Bucket("heartbeats", BEATS_A_MINUTE)


Caller = tuple[str, str]
"""A terminal and a playbook."""


class Crowd:
    """Counts the calls of each terminal and playbook, to know a button that is pressed without end.

    Every press is kept and answered; beyond six a minute they ring nobody again.
    """

    def __init__(self) -> None:
        self._calls: dict[Caller, deque[datetime]] = {}

    def lately(self, caller: Caller, now: datetime) -> int:
        """How many of its calls within the last minute are on disk; six at most are counted."""
        calls = self._calls.get(caller)
        if not calls:
            return 0
        return len(calls) if now - calls[0] < MINUTE else sum(now - at < MINUTE for at in calls)

    def remember(self, calls: Mapping[Caller, int], now: datetime) -> None:
        """So many calls are on disk now."""
        for caller, count in calls.items():
            if len(self._calls) >= MAX_KNOWN:
                self._calls.clear()
            self._calls.setdefault(caller, deque(maxlen=CALLS_A_MINUTE)).extend([now] * min(count, CALLS_A_MINUTE))
