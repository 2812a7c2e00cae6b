"""How many messages that nobody lies on the floor for a terminal may send; refuses to limit any call for help."""

from datetime import datetime, timedelta

from service.errors import ServiceError
from service.intake.ladder import KINDS

PER_MINUTE = 60
MAX_KNOWN = 50_000
MINUTE = timedelta(minutes=1)


class TooMany(ServiceError):
    """Too many messages of a kind that can wait."""

    code, status = "terminal.too_many", 429

    def __init__(self, detail: str, retry_after_s: int) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


def may_be_limited(kind: str) -> bool:
    """Only messages that open no incident can wait."""
    return KINDS[kind].playbook is None


class MessageLimits:
    """A count for each terminal and minute."""

    def __init__(self) -> None:
        self._minutes: dict[str, tuple[datetime, int]] = {}

    def check(self, terminal_id: str, now: datetime) -> None:
        """Count one message. Raises TooMany beyond 60 in a minute."""
        since, count = self._minutes.get(terminal_id, (now, 0))
        if now - since >= MINUTE:
            since, count = now, 0
        if count >= PER_MINUTE:
            left_s = int((since + MINUTE - now).total_seconds()) + 1
            raise TooMany(f"more than {PER_MINUTE} messages in a minute", left_s)
        if len(self._minutes) >= MAX_KNOWN:
            self._minutes.clear()
        self._minutes[terminal_id] = (since, count + 1)
