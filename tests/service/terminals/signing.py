"""The headers of a signed message, as a terminal makes them."""

from service.terminals.signature import sign


def signed(
    key: bytes, terminal: str, boot: int, counter: int, body: bytes, path: str = "/terminals/v1/alerts"
) -> dict[str, str]:
    """X-Terminal, X-Boot, X-Counter and X-Signature of a POST."""
    signature = sign(key, "POST", path, terminal, str(boot), str(counter), body)
    return {
        "X-Terminal": terminal,
        "X-Boot": str(boot),
        "X-Counter": str(counter),
        "X-Signature": signature,
    }
