"""What the committer is handed and what it hands back; refuses to do anything with it."""

from dataclasses import dataclass
from typing import Any

from service.intake.message import Message
from service.intake.rules import Kept

NEXT_HEARTBEAT_S = 60


@dataclass(slots=True)
class AlertLetter:
    """A signed alert that could be read."""

    terminal_id: str
    boot: int
    counter: int
    message: Message
    body: bytes


@dataclass(frozen=True)
class UnreadableLetter:
    """A signed message that could not be read: kept raw, shown as a task to call back."""

    terminal_id: str
    problem: str
    body: bytes


@dataclass(frozen=True)
class UnverifiedLetter:
    """An SOS without a good signature: kept in the silent list."""

    terminal_id: str
    source: str
    reason: str
    body: bytes


Letter = AlertLetter | UnreadableLetter | UnverifiedLetter


@dataclass(slots=True)
class Taken:
    """The answer to a letter whose batch is on disk. `status` is HTTP's; `body` the JSON for a 200."""

    status: int
    body: dict[str, Any]
    code: str = ""
    detail: str = ""


def answer(kept: Kept, duplicate: bool, told_at: str) -> Taken:
    """What the terminal is told, at this moment, of an alert that is on disk."""
    body = {
        "alert": kept.id,
        "incident": kept.incident_id,
        "state": kept.state,
        "seq": kept.seq,
        "duplicate": duplicate,
        "warnings": kept.warnings,
        "server_time": told_at,
        "next_heartbeat_s": NEXT_HEARTBEAT_S,
    }
    return Taken(200, body)
