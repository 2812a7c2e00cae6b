"""What every channel is: it takes one letter and says what became of it; refuses to know rows, rungs or incidents."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from models.types import NoticeState


@dataclass(frozen=True)
class Letter:
    """One notice as a channel sees it. `key` stays the same however often it is tried; `to` is a number, if any."""

    notice_id: int
    key: str
    incident_id: int
    rung: str
    name: str
    text: str
    to: str | None
    caregiver_id: int | None
    made_at: datetime


@dataclass(frozen=True)
class Verdict:
    """What became of a letter: sent, seen, failed or unknown; `again` when the same channel may be tried once more."""

    state: NoticeState
    problem: str | None = None
    again: bool = False

    @property
    def arrived(self) -> bool:
        """Whether nothing else has to be tried for this person."""
        return self.state in (NoticeState.SENT, NoticeState.SEEN)


SENT, SEEN = Verdict(NoticeState.SENT), Verdict(NoticeState.SEEN)


def failed(problem: str, *, again: bool = False) -> Verdict:
    """It certainly did not arrive."""
    return Verdict(NoticeState.FAILED, problem[:200], again)


def unknown(problem: str) -> Verdict:
    """It may have arrived, and sending it again might call somebody twice."""
    return Verdict(NoticeState.UNKNOWN, problem[:200])


class Channel(Protocol):
    """One way out. `keeps_keys`: a letter whose key it has seen is not delivered a second time."""

    keeps_keys: bool

    async def send(self, letter: Letter) -> Verdict:
        """Send one letter within five seconds; errors are verdicts, never raised."""
