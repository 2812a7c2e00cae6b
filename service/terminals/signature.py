"""The signature of a terminal's message: HMAC-SHA256 over what was sent; refuses to compare in varying time."""

import hmac
from collections.abc import Iterable


def sign(key: bytes, method: str, path: str, terminal: str, boot: str, counter: str, body: bytes) -> str:
    """Lower-case hex over method, path, terminal, boot and counter, each followed by a line feed, then the body."""
    head = [part.encode() for part in (method, path, terminal, boot, counter)]
    return _hex(key, b"\n".join([*head, body])).decode()


def signed_bytes(method: bytes, path: bytes, terminal: bytes, boot: bytes, counter: bytes, body: bytes) -> bytes:
    """What is signed, exactly as it was sent."""
    return b"\n".join((method, path, terminal, boot, counter, body))


def signed_with(keys: Iterable[bytes], signature: bytes, message: bytes) -> bytes | None:
    """The key that made the signature over `message`; all are tried, each in constant time."""
    found = None
    for key in keys:
        if hmac.compare_digest(_hex(key, message), signature) and found is None:
            found = key
    return found


def _hex(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256").hex().encode()
