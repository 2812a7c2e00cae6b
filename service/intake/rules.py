"""Whether a message was heard before, and what it does to the incident it joins; refuses to touch a database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from service.clock import moment_text
from service.intake.card import as_list, as_moment, moment_of
from service.intake.ladder import KINDS, UNKNOWN
from service.intake.message import Message

SAME_BODY_FOR = timedelta(hours=24)
KEEP_PRESSES = 8
RECORDED = "recorded"
_STATES = ("closed", "recovering", "on_scene", "assigned", "acknowledged")


class MsgIdConflict(Exception):
    """The same `msg_id` of the same start of the terminal with another body, and no SOS."""


@dataclass
class Kept:
    """An alert that is on disk, or will be with this batch: what its first answer says, and what tells it again."""

    id: int
    terminal_id: str
    msg_id: str
    reuse: int
    boot: int
    counter: int
    body_hash: bytes
    kind: str
    incident_id: int | None
    state: str
    received_at: datetime
    warnings: list[str]
    seq: int
    unfinished: bool = True
    """Whether its incident is still open."""
    again: int = 0
    """How many times more it came: the terminal had not heard our answer."""

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Kept":
        """From a row of sql.EARLIER; `state` is what the incident's was when the alert came."""
        received_at = moment_of(row["received_at"])
        same = {name: row[name] for name in ("id", "terminal_id", "msg_id", "reuse", "boot", "counter", "kind", "seq")}
        return cls(
            **same,
            body_hash=bytes(row["body_hash"]),
            incident_id=row["incident_id"],
            state=_state_at(row, received_at),
            received_at=received_at,
            warnings=as_list(row["warnings"]),
            unfinished=row["incident_id"] is not None and row["state"] != "closed",
        )


def _state_at(row: Mapping[str, Any], moment: datetime) -> str:
    if row["incident_id"] is None:
        return RECORDED
    for state in _STATES:
        entered = as_moment(row[f"{state}_at"])
        if entered is not None and entered < moment:
            return state
    return "open"


def heard_before(
    message: Message, boot: int, counter: int, earlier: Sequence[Kept], now: datetime
) -> tuple[Kept | None, int]:
    """The alert that this one repeats, else None and the number that tells reuses of the `msg_id` apart.

    `earlier` are all alerts of the terminal with that `msg_id`. An SOS with another body in the same start is a repeat
    only while the incident of the first is open and its counter went on: otherwise it might be a new call.
    Raises MsgIdConflict.
    """
    for first in earlier:
        recent = first.boot == boot or now - first.received_at < SAME_BODY_FOR
        if first.body_hash == message.body_hash and recent:
            return first, 0
    for first in earlier:
        if first.boot != boot or first.body_hash == message.body_hash:
            continue
        if message.kind != UNKNOWN:
            raise MsgIdConflict(message.msg_id)
        soon = now - first.received_at < SAME_BODY_FOR
        if first.unfinished and soon and counter > first.counter:
            return first, 0
    return None, max((first.reuse for first in earlier), default=-1) + 1


@dataclass
class Case:
    """An open incident as the batch sees it; `fresh` when this batch opens it, `joined` when it adds presses."""

    id: int
    playbook: str
    kind: str
    severity: int
    state: str
    presses: int
    press_times: list[str]
    area_code: str | None
    provider_id: int | None
    assigned_to: int | None
    fresh: bool = False
    joined: bool = False
    last_alert_at: datetime | None = None
    place: tuple[float, float, str] | None = None
    row: dict[str, Any] = field(default_factory=dict)
    """What else its card shows, and its row holds."""

    def now_row(self) -> dict[str, Any]:
        """Its row as this batch leaves it."""
        row = {**self.row, "kind": self.kind, "severity": self.severity, "presses": self.presses}
        row |= {"press_times": self.press_times, "last_alert_at": self.last_alert_at}
        if self.place is not None:
            row["lon"], row["lat"], row["datum"] = self.place
        return row

    def press(self, message: Message, now: datetime) -> None:
        """Take one more alert in: count it, keep the last times, go up to the highest severity."""
        if KINDS[message.kind].severity > self.severity:
            self.kind, self.severity = message.kind, KINDS[message.kind].severity
        self.presses += 1
        self.press_times = [*self.press_times, moment_text(now)][-KEEP_PRESSES:]
        self.last_alert_at = now
        self.joined = True
        self.place = place_of(message) or self.place


def place_of(message: Message) -> tuple[float, float, str] | None:
    """The reported position, if there is a usable one."""
    if message.lon is None or message.lat is None or message.datum is None:
        return None
    return message.lon, message.lat, message.datum
