"""A terminal's message as it came: size, headers, signature; refuses to read what is in the body."""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
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


async def verify(asked: Asked, intake: Intake) -> Envelope:
    """Find who signed it. An envelope that is not `verified` may only be kept as an unverified call.

    Raises StoreDown when the keys cannot be read.
    """
    terminal = asked.terminal.decode("utf-8", "replace")
    key = None
    message = signed_bytes(asked.method, asked.path, asked.terminal, asked.boot, asked.counter, asked.body)
    if 0 < len(terminal) <= MAX_TERMINAL and terminal.isprintable():
        keys = intake.keys.known(terminal, intake.clock.now())
        key = signed_with(keys if keys is not None else await intake.keys.find(terminal), asked.signature, message)
        if key is None:
            newer = await intake.keys.find_newer(terminal)
            key = None if newer is None else signed_with(newer, asked.signature, message)
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
