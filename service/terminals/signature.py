"""The signature of a terminal's message: HMAC-SHA256 over what was sent; refuses to compare in varying time."""

import hmac
from collections.abc import Sequence


def sign(key: bytes, method: str, path: str, terminal: str, boot: str, counter: str, body: bytes) -> str:
    """Lower-case hex over method, path, terminal, boot and counter, each followed by a line feed, then the body."""
    head = f"{method}\n{path}\n{terminal}\n{boot}\n{counter}\n".encode()
    return hmac.digest(key, head + body, "sha256").hex()


def signed_by(keys: Sequence[bytes], given: str, *message: str, body: bytes) -> int | None:
    """Which of `keys` made the signature `given` over (method, path, terminal, boot, counter) and `body`, if any."""
    method, path, terminal, boot, counter = message
    found = None
    for place, key in enumerate(keys):
        expected = sign(key, method, path, terminal, boot, counter, body)
        if hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
            found = place if found is None else found
    return found
