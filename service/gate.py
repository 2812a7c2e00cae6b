"""The outer gate of every HTTP request: id, size, origin and security headers; refuses to look inside."""

import logging
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import orjson

from service.errors import PROBLEM_JSON, BadInput, Forbidden, ServiceError
from service.log import request_id

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SAFE = ("GET", "HEAD", "OPTIONS")
LARGEST_BODY = 1024 * 1024
DEVICES = "/terminals/"
POLICY = (
    "default-src 'self'; img-src 'self' data: {tiles}; style-src 'self'; connect-src 'self' ws: wss:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
log = logging.getLogger(__name__)


class TooLarge(BadInput):
    """The body is longer than any request of ours."""

    code, status = "input.too_large", 413


class ForeignOrigin(Forbidden):
    """A page of another site tried to use this browser's session."""

    code = "origin.foreign"


class Gate:
    """ASGI middleware. Device paths pass untouched: their door has its own, cheaper checks."""

    def __init__(self, app: App, origins: tuple[str, ...] = (), tile_url: str | None = None) -> None:
        self.app, self.origins = app, frozenset(origins)
        tiles = tile_url.split("/{")[0] if tile_url and tile_url.startswith("http") else ""
        self.headers = [
            (b"content-security-policy", POLICY.format(tiles=tiles).encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
            (b"permissions-policy", b"camera=(), microphone=(), payment=()"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(DEVICES):
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        mark = headers.get(b"x-request-id", b"").decode("latin-1")[:64]
        mark = mark if mark.isascii() and mark.replace("-", "").isalnum() else uuid.uuid4().hex[:16]
        request_id.set(mark)
        started = False

        async def marked(message: MutableMapping[str, Any]) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message["headers"], (b"x-request-id", mark.encode()), *self.headers]
            await send(message)

        try:
            self._check(scope, headers)
            await self.app(scope, _bounded(receive), marked)
        except ServiceError as refusal:
            if started:
                raise
            await _refuse(refusal, marked)

    def _check(self, scope: Scope, headers: dict[bytes, bytes]) -> None:
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > LARGEST_BODY:
            raise TooLarge(f"the body has {int(length)} bytes; accepted: at most {LARGEST_BODY}")
        if scope["method"] in SAFE or b"cookie" not in headers:
            return
        origin = headers.get(b"origin")
        if origin is not None and not same_origin(origin.decode("latin-1"), headers, scope["scheme"], self.origins):
            raise ForeignOrigin("this request came from another site's page")


def same_origin(origin: str, headers: dict[bytes, bytes], scheme: str, allowed: frozenset[str]) -> bool:
    """Whether a browser's Origin is our own (scheme and Host, exactly) or one that the settings allow."""
    host = headers.get(b"host", b"").decode("latin-1")
    secure = {"http": "http", "https": "https", "ws": "http", "wss": "https"}[scheme]
    return origin == f"{secure}://{host}" or origin in allowed


def _bounded(receive: Receive) -> Receive:
    taken = 0

    async def counted() -> MutableMapping[str, Any]:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > LARGEST_BODY:
            raise TooLarge(f"the body is longer than {LARGEST_BODY} bytes")
        return message

    return counted


async def _refuse(refusal: ServiceError, send: Send) -> None:
    body = orjson.dumps(refusal.problem())
    headers = [(b"content-type", PROBLEM_JSON.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
