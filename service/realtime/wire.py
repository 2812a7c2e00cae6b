"""The frames and close codes of the live sockets, and how an event becomes text; refuses to send anything.

docs/protocol.md tells clients what to do at each close code.
"""

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

import orjson

from service.clock import rfc3339

TICK_S = 5.0
HELLO_S = 5.0
GONE_S = 12.0
MAX_FRAME = 4096
PRIVATE = ("session.", "account.")
"""Topics that steer the sockets themselves and are sent to nobody."""


class Close(IntEnum):
    """Why a socket ends. Retry at once: SLOW, SCOPE; after a pause: RESTART, BUSY, NO_HELLO; never as it is: others."""

    RESTART = 1012
    BUSY = 1013
    BAD_FRAME = 4400
    SESSION_OVER = 4401
    NO_HELLO = 4407
    SLOW = 4408
    SCOPE = 4410


REASONS = {
    Close.RESTART: "the service restarts",
    Close.BUSY: "too busy to begin",
    Close.BAD_FRAME: "a frame could not be read",
    Close.SESSION_OVER: "ticket or session is over",
    Close.NO_HELLO: "no hello within 5 s",
    Close.SLOW: "reads too slowly",
    Close.SCOPE: "what you may see has changed",
}


@dataclass(frozen=True)
class Event:
    """One event of the log, as read back."""

    seq: int
    at: datetime
    topic: str
    subject: str | None
    area_code: str | None
    provider_id: int | None
    caregiver_ids: tuple[int, ...]
    data: dict[str, Any]


@dataclass(frozen=True)
class Hello:
    """A client's first frame."""

    ticket: str
    epoch: str | None
    cursor: int | None


class BadFrame(Exception):
    """A frame that is not what the protocol says."""


def event_frame(event: Event, data: dict[str, Any] | None = None) -> str:
    """One event as text; `data` replaces its own where an audience gets more."""
    frame = {
        "type": "event",
        "seq": event.seq,
        "topic": event.topic,
        "at": rfc3339(event.at),
        "data": event.data if data is None else data,
    }
    return orjson.dumps(frame).decode()


def welcome_frame(epoch: str, mode: str) -> str:
    """`mode` is replay or snapshot."""
    return orjson.dumps({"type": "welcome", "epoch": epoch, "mode": mode}).decode()


def snapshot_frame(seq: int, state: dict[str, Any]) -> str:
    """The whole state as of `seq`."""
    return orjson.dumps({"type": "snapshot", "seq": seq, "state": state}).decode()


def tick_frame(seq: int) -> str:
    """Everything up to `seq` that the client may see has been sent."""
    return orjson.dumps({"type": "tick", "seq": seq}).decode()


def view_epoch(epoch: str, view: Hashable) -> str:
    """The epoch as one audience knows it: another database life or another scope forces a snapshot."""
    return f"{epoch}.{hashlib.sha256(repr(view).encode()).hexdigest()[:8]}"


def read_frame(text: str) -> dict[str, Any]:
    """A client's frame. Raises BadFrame: too long, not a JSON object, no type."""
    if len(text) > MAX_FRAME:
        raise BadFrame(f"longer than {MAX_FRAME}")
    try:
        frame = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadFrame("not JSON") from error
    if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
        raise BadFrame("not an object with a type")
    return frame


def read_hello(text: str) -> Hello:
    """The first frame. Raises BadFrame naming the field."""
    frame = read_frame(text)
    ticket, epoch, cursor = frame.get("ticket"), frame.get("epoch"), frame.get("cursor")
    if frame["type"] != "hello":
        raise BadFrame("type: hello is expected first")
    if not isinstance(ticket, str):
        raise BadFrame("ticket: a text is expected")
    if epoch is not None and not isinstance(epoch, str):
        raise BadFrame("epoch: a text or null is expected")
    if cursor is not None and (not isinstance(cursor, int) or isinstance(cursor, bool) or cursor < 0):
        raise BadFrame("cursor: a whole number or null is expected")
    return Hello(ticket, epoch, cursor)


def seq_of(frame: dict[str, Any]) -> int:
    """The `seq` of a here or seen frame. Raises BadFrame."""
    seq = frame.get("seq")
    if not isinstance(seq, int) or isinstance(seq, bool) or seq < 0:
        raise BadFrame("seq: a whole number is expected")
    return seq
