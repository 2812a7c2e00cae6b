"""A terminal's message as it came: size, headers, signature; refuses to read what is in the body."""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from service.errors import PROBLEM_JSON, NotSignedIn, ServiceError
from service.intake.assembly import Intake
from service.intake.message import LARGEST, MAX_BYTES
from service.terminals.signature import signed_bytes, signed_with

MAX_TERMINAL = 120
MAX_HEAD = 8 * 1024
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class TooLarge(ServiceError):
    """More than 16 KB, or a head of more than 8 KB."""

    code, status = "body.too_large", 413


class BadSignature(NotSignedIn):
    """Unknown terminal or wrong signature: outsiders cannot tell which."""

    code = "terminal.bad_signature"


@dataclass(slots=True)
class Asked:
    """A request before anybody has believed it: method and path, the headers that count, the raw body."""

    method: bytes
    path: bytes
    terminal: bytes
    boot: bytes
    counter: bytes
    signature: bytes
    body: bytes
    source: str


@dataclass(slots=True)
class Envelope:
    """A signed message. `boot` and `counter` that are no numbers count as 0 and are named in `warnings`."""

    terminal_id: str
    boot: int
    counter: int
    body: bytes
    source: str
    warnings: list[str] = field(default_factory=list)
    key: bytes | None = None

    @property
    def verified(self) -> bool:
        """Whether one of the terminal's keys signed it: `key` is that one."""
        return self.key is not None


@dataclass(slots=True)
class Answer:
    """What the door sends back."""

    status: int
    body: bytes
    media_type: str = "application/json"
    headers: tuple[tuple[bytes, bytes], ...] = ()


async def read_request(scope: MutableMapping[str, Any], receive: Receive) -> Asked:
    """Read a request off the line. Raises TooLarge before more than 8 KB of head or 16 KB of body are looked at."""
    head: dict[bytes, bytes] = {}
    size = 0
    for name, value in scope["headers"]:
        size += len(name) + len(value)
        head[name] = value
    if size > MAX_HEAD:
        raise TooLarge(f"the headers have {size} bytes; accepted: at most {MAX_HEAD}")
    declared = head.get(b"content-length", b"")
    if declared.isdigit() and int(declared) > MAX_BYTES:
        raise TooLarge(f"{int(declared)} bytes; accepted: at most {MAX_BYTES}")
    client = scope.get("client")
    return Asked(
        method=scope["method"].encode(),
        path=scope.get("raw_path") or scope["path"].encode(),
        terminal=head.get(b"x-terminal", b""),
        boot=head.get(b"x-boot", b""),
        counter=head.get(b"x-counter", b""),
        signature=head.get(b"x-signature", b""),
        body=await _read_body(receive),
        source=client[0] if client else "",
    )


async def _read_body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        if len(body) > MAX_BYTES:
            break
        message = await receive()
        body += message.get("body", b"")
    if message["type"] == "http.disconnect":
        raise TooLarge("the body ended early")
    if len(body) > MAX_BYTES:
        raise TooLarge(f"accepted: at most {MAX_BYTES} bytes")
    return body


def recognise(asked: Asked, intake: Intake, now: datetime) -> Envelope | None:
    """Who signed it, when that is known without asking the database and the signature fits; else None."""
    terminal = _name(asked)
    keys = intake.keys.known(terminal, now) if terminal else None
    key = signed_with(keys, asked.signature, _message(asked)) if keys else None
    return None if key is None else _envelope(asked, terminal, key)


async def verify(asked: Asked, intake: Intake) -> Envelope:
    """Find who signed it. An envelope that is not `verified` may only be kept as an unverified call.

    Raises StoreDown when the keys cannot be read.
    """
    asked_at = intake.clock.now()
    recognised = recognise(asked, intake, asked_at)
    if recognised is not None:
        return recognised
    terminal, key = _name(asked), None
    if terminal:
        key = signed_with(await intake.keys.find(terminal), asked.signature, _message(asked))
        if key is None:
            newer = await intake.keys.find_newer(terminal, asked_at)
            key = None if newer is None else signed_with(newer, asked.signature, _message(asked))
    return _envelope(asked, asked.terminal.decode("utf-8", "replace"), key)


def _name(asked: Asked) -> str:
    """The terminal that it says it is; empty when none can be called so."""
    terminal = asked.terminal.decode("utf-8", "replace")
    return terminal if len(terminal) <= MAX_TERMINAL and terminal.isprintable() else ""


def _message(asked: Asked) -> bytes:
    return signed_bytes(asked.method, asked.path, asked.terminal, asked.boot, asked.counter, asked.body)


def _envelope(asked: Asked, terminal: str, key: bytes | None) -> Envelope:
    warnings: list[str] = []
    boot = _number("X-Boot", asked.boot, warnings)
    counter = _number("X-Counter", asked.counter, warnings)
    return Envelope(terminal, boot, counter, asked.body, asked.source, warnings, key)


def _number(name: str, text: bytes, warnings: list[str]) -> int:
    if text.isdigit() and len(text) <= 19 and (number := int(text)) <= LARGEST:
        return number
    warnings.append(name)
    return 0


def problem_answer(error: ServiceError, retry_after_s: int | None = None) -> Answer:
    """The problem+json answer for a refusal."""
    again = () if retry_after_s is None else ((b"retry-after", str(retry_after_s).encode()),)
    return Answer(error.status, orjson.dumps(error.problem()), PROBLEM_JSON, again)


def json_answer(body: dict[str, Any]) -> Answer:
    """A 200 with a JSON body."""
    return Answer(200, orjson.dumps(body))
