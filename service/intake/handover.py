"""How a terminal comes by its key, as scripts: claimed with a code, or asked for with the present one; never twice."""

import hashlib
import secrets
from collections.abc import Generator, Sequence
from datetime import datetime, timedelta
from typing import Any

from service.errors import Conflict, NotSignedIn
from service.intake import sql
from service.intake.keys import OLD_KEY_FOR, new_key, open_key, seal_key
from service.intake.play import Ask, Row, Step, Tell
from service.intake.window import Place, Window
from service.vault import Vault

CLAIM_FOR = timedelta(hours=24)
CODE_BYTES = 16


class BadClaim(NotSignedIn):
    """A code that is unknown, used or past its day."""

    code = "terminal.bad_claim"


class Replayed(Conflict):
    """A request for a key that may be somebody else's recording."""

    code = "terminal.counter_replayed"


def new_code() -> str:
    """128 random bits in hex: good once, for 24 h."""
    return secrets.token_hex(CODE_BYTES)


def code_hash(code: str) -> bytes:
    """What the database keeps of a code."""
    return hashlib.sha256(code.encode()).digest()


def claim(code: str, vault: Vault, now: datetime, embedded: bool) -> Generator[Step, list[Row], tuple[str, bytes]]:
    """Take a code and give its terminal a new key, counting from zero; the old key and its other codes end at once.

    Raises BadClaim.
    """
    taken = yield Ask(sql.CLAIM, [code_hash(code), now])
    if not taken:
        raise BadClaim("this code is unknown, used or too old")
    terminal_id: str = taken[0]["terminal_id"]
    key = new_key()
    yield Tell(sql.END_CODES, [[terminal_id, now]])
    yield Tell(sql.GIVE_KEY, [[terminal_id, seal_key(vault, terminal_id, key)]])
    yield from _finish(terminal_id, "terminal.claimed", now, embedded)
    return terminal_id, key


def rotate(
    terminal_id: str, signed_with: bytes, count: tuple[int, int], vault: Vault, now: datetime, embedded: bool
) -> Generator[Step, list[Row], bytes]:
    """Give a terminal a new key; the one it signed with stays good for 7 days.

    A repeat signed with the old key gets the new key again: the first answer may have been lost on its way.
    `count` is (boot, counter) and must be beyond all seen. Raises Replayed.
    """
    [row] = yield Ask(sql.LOCK_KEY, [terminal_id])
    window, place, _ = Window(row["boot"], row["counter"], row["replay_bits"]).see(*count)
    if place is not Place.NEW:
        raise Replayed("boot and counter must be beyond every message before")
    yield Tell(sql.COUNT, [[terminal_id, *window]])
    current = open_key(vault, terminal_id, bytes(row["key_sealed"]))
    if current != signed_with:
        return current
    key = new_key()
    yield Tell(sql.NEXT_KEY, [[terminal_id, seal_key(vault, terminal_id, key), now + OLD_KEY_FOR]])
    yield from _finish(terminal_id, "terminal.key_rotated", now, embedded)
    return key


def _finish(terminal_id: str, action: str, now: datetime, embedded: bool) -> Generator[Step, Sequence[Any], None]:
    audit = [now, None, action, f"terminal:{terminal_id}", None]
    yield Tell(sql.insert("audit_row", sql.AUDIT_COLUMNS), [audit])
    if not embedded:
        yield Ask(sql.KEYS_CHANGED, [terminal_id])
