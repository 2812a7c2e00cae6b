"""A terminal's request as it came: size, headers, signature; refuses to read what is in the body."""

from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from service.errors import PROBLEM_JSON, NotSignedIn, ServiceError
from service.intake.assembly import Intake
from service.intake.message import LARGEST, MAX_BYTES
from service.terminals.signature import signed_by

MAX_TERMINAL = 120


class TooLarge(ServiceError):
    """More than 16 KB."""

    code, status = "body.too_large", 413


class BadSignature(NotSignedIn):
    """Unknown terminal or wrong signature: outsiders cannot tell which."""

    code = "terminal.bad_signature"


@dataclass(frozen=True)
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


async def read_body(request: Request) -> bytes:
    """The raw body. Raises TooLarge before more than 16 KB are in memory."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > MAX_BYTES:
        raise TooLarge(f"{declared} bytes; accepted: at most {MAX_BYTES}")
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BYTES:
                raise TooLarge(f"accepted: at most {MAX_BYTES} bytes")
    except ClientDisconnect as error:
        raise TooLarge("the body ended early") from error
    return bytes(body)


async def open_envelope(request: Request, intake: Intake) -> Envelope:
    """Read and verify a request. An envelope that is not `verified` may only be kept as an unverified call."""
    body = await read_body(request)
    head = request.headers
    terminal, boot, counter = head.get("x-terminal", ""), head.get("x-boot", ""), head.get("x-counter", "")
    keys = await intake.keys.find(terminal) if 0 < len(terminal) <= MAX_TERMINAL and terminal.isprintable() else []
    message = (request.method, request.scope["path"], terminal, boot, counter)
    good = signed_by(keys, head.get("x-signature", ""), *message, body=body)
    warnings: list[str] = []
    return Envelope(
        terminal_id=terminal,
        boot=_number("X-Boot", boot, warnings),
        counter=_number("X-Counter", counter, warnings),
        body=body,
        source=request.client.host if request.client else "",
        warnings=warnings,
        key=None if good is None else keys[good],
    )


def _number(name: str, text: str, warnings: list[str]) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= LARGEST:
        return int(text)
    warnings.append(name)
    return 0


def problem_answer(error: ServiceError, **headers: str) -> Response:
    """The problem+json answer for a refusal, from a raw route."""
    return Response(orjson.dumps(error.problem()), error.status, headers, PROBLEM_JSON)


def json_answer(body: dict[str, Any]) -> Response:
    """A 200 with a JSON body."""
    return Response(orjson.dumps(body), 200, media_type="application/json")
