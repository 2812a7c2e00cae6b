"""The frames and close codes of the live sockets, and how an event becomes bytes; refuses to send anything.

docs/protocol.md tells clients what to do at each close code; service/realtime/asyncapi.py says it to machines.
"""

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from functools import lru_cache
from typing import Any

import orjson

from service.clock import rfc3339

TICK_S = 5.0
HELLO_S = 5.0
GONE_S = 12.0
MAX_FRAME = 4096
PRIVATE = ("session.", "account.")
"""Topics that steer the sockets themselves and are sent to nobody."""
CALLING = frozenset({"incident.raised", "incident.repeated", "incident.escalated", "incident.reraised"})
"""Topics somebody waits for in distress: on a slow line a copy of them goes ahead of everything else."""


class Close(IntEnum):
    """Why a socket ends. GONE is never sent: the other side went, or the network."""

    GONE = 1006
    RESTART = 1012
    BUSY = 1013
    BAD_FRAME = 4400
    SESSION_OVER = 4401
    NO_HELLO = 4407
    SLOW = 4408
    SCOPE = 4410


REASONS = {
    Close.GONE: "the other side went",
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


def packed(text: bytes) -> bytes:
    """One WebSocket text message from the server as it goes over the wire: unmasked, unfragmented.

    Source: RFC 6455, 5.2. The same bytes serve every socket, which is why they are made here and not by each of them.
    """
    length = len(text)
    if length < 126:
        head = bytes((0x81, length))
    elif length < 65536:
        head = b"\x81\x7e" + length.to_bytes(2)
    else:
        head = b"\x81\x7f" + length.to_bytes(8)
    return head + text


def event_text(event: Event, data: dict[str, Any] | None = None) -> bytes:
    """One event as JSON; `data` replaces its own where an audience gets another view of it."""
    frame = {
        "type": "event",
        "seq": event.seq,
        "topic": event.topic,
        "at": rfc3339(event.at),
        "data": event.data if data is None else data,
    }
    return orjson.dumps(frame)


def ahead_text(event: bytes) -> bytes:
    """A copy of an event that overtakes others on a slow line; it moves no cursor, the event itself still follows."""
    return b'{"type":"ahead","event":' + event + b"}"


def welcome_text(epoch: str, mode: str) -> bytes:
    """`mode` is replay or snapshot."""
    return orjson.dumps({"type": "welcome", "epoch": epoch, "mode": mode})


def snapshot_text(seq: int, parts: dict[str, Any]) -> bytes:
    """The whole state as of `seq`; parts may be orjson.Fragments."""
    return orjson.dumps({"type": "snapshot", "seq": seq, "state": parts})


def tick_text(seq: int) -> bytes:
    """Everything up to `seq` that the client may see has been sent."""
    return orjson.dumps({"type": "tick", "seq": seq})


def reason_for(code: Close, retry_after_s: float | None = None, more: str | None = None) -> str:
    """The close reason, at most 123 bytes (RFC 6455, 5.5): a sentence, then `retry_after=SECONDS` where one is due."""
    hint = "" if retry_after_s is None else f"; retry_after={retry_after_s:.1f}"
    said = (more or REASONS[code]).encode()[: 123 - len(hint)].decode(errors="ignore")
    return said + hint


@lru_cache(maxsize=1024)
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
