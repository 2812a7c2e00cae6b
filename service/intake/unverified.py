"""Caps of the silent list of unverified calls, and how many more came; refuses to let a stranger fill the disk."""

from collections import defaultdict
from datetime import datetime, timedelta

from service.intake.ladder import KINDS
from service.intake.message import Unreadable, read_object

PER_TERMINAL, PER_SOURCE, IN_ALL = 5, 20, 2000
WINDOW = timedelta(hours=24)
MAX_KEPT_BYTES = 4096


class UnverifiedCaps:
    """Counts within a day-long window, restarted when it is over; `only_counted` is what the caps kept out."""

    def __init__(self, now: datetime) -> None:
        self._until_at = now + WINDOW
        self._terminals: defaultdict[str, int] = defaultdict(int)
        self._sources: defaultdict[str, int] = defaultdict(int)
        self._all = 0
        self.only_counted = 0

    def admits(self, terminal_id: str, source: str, now: datetime) -> bool:
        """Whether one more call of this terminal and source may be kept; counts it either way."""
        if now >= self._until_at:
            self._until_at, self._all = now + WINDOW, 0
            self._terminals.clear()
            self._sources.clear()
        full = self._all >= IN_ALL or self._sources.get(source, 0) >= PER_SOURCE
        if full or self._terminals.get(terminal_id, 0) >= PER_TERMINAL:
            self.only_counted += 1
            return False
        self._terminals[terminal_id] += 1
        self._sources[source] += 1
        self._all += 1
        return True


def looks_like_a_call(body: bytes) -> bool:
    """Whether an unsigned body says that somebody needs help."""
    try:
        kind = read_object(body).get("kind")
    except Unreadable:
        return False
    known = KINDS.get(kind) if isinstance(kind, str) else None
    return known is not None and known.severity == 3
