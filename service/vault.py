"""Field encryption, keyed hashes and masking; refuses to decrypt a value that stands in another column."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from starlette.requests import HTTPConnection

KEY_ID = b"\x01"
NONCE_BYTES = 12


class Vault:
    """Seals texts and bytes with AES-256-GCM under a key derived from the secret; the key never leaves memory.

    A sealed value is key id (1 byte), nonce (12), ciphertext and tag; `place` (table.column, or table.column:row)
    is authenticated with it, so a value moved elsewhere does not open.
    What was sealed with one of the `others` opens too: so the secret is changed while the service runs.
    """

    def __init__(self, secret_key: str, others: Sequence[str] = ()) -> None:
        self._aead, *self._others = (
            AESGCM(_derive(key, b"unwalled field encryption")) for key in (secret_key, *others)
        )
        self._hash_key = _derive(secret_key, b"unwalled keyed hash")

    def seal(self, value: str | bytes, place: str) -> bytes:
        """Encrypt `value` for `place`."""
        plain = value.encode() if isinstance(value, str) else value
        nonce = secrets.token_bytes(NONCE_BYTES)
        return KEY_ID + nonce + self._aead.encrypt(nonce, plain, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Decrypt; raises cryptography's InvalidTag when the value, the key or the place is not the one sealed."""
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        *first, last = (self._aead, *self._others)
        for aead in first:
            with suppress(InvalidTag):
                return aead.decrypt(nonce, body, place.encode())
        return last.decrypt(nonce, body, place.encode())

    def open_text(self, sealed: bytes | None, place: str) -> str | None:
        """Decrypt to text; None stays None."""
        return None if sealed is None else self.open(sealed, place).decode()

    def keyed_hash(self, value: str) -> bytes:
        """HMAC-SHA256 (32 bytes) for exact search without the plain value."""
        return hmac.digest(self._hash_key, value.encode(), "sha256")


def _derive(secret_key: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret_key.encode())


def vault_of(connection: HTTPConnection) -> Vault:
    """The application's vault, as a dependency of routes."""
    vault: Vault = connection.app.state.vault
    return vault


def token() -> str:
    """A new 256-bit secret for a session, ticket or link."""
    return secrets.token_urlsafe(32)


def token_hash(plain: str) -> bytes:
    """SHA-256 of a 256-bit token: what the database keeps of it."""
    return hashlib.sha256(plain.encode()).digest()


def masked_name(name: str) -> str:
    """Surname and always two stars: 于德海 -> 于**, 欧阳秀兰 -> 欧阳**, so that length gives nothing away."""
    return (name[:2] if name[:2] in _TWO_CHARACTER_SURNAMES else name[:1]) + "**"


def masked_phone(phone: str | None) -> str | None:
    """First three and last four digits: 138****2207; shorter numbers keep the last two only."""
    if phone is None:
        return None
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else f"****{phone[-2:]}"


_LONG_SURNAMES = "欧阳 司马 上官 诸葛 皇甫 尉迟 公孙 令狐 慕容 夏侯 东方 南宫 端木 轩辕 淳于 宇文 长孙 司徒 司空 百里"
_TWO_CHARACTER_SURNAMES = frozenset(_LONG_SURNAMES.split())
