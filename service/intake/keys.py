"""Terminal keys: sealed in the database, open in memory for a few seconds; refuses to hand one to anybody else."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from service.db import Database
from service.intake.card import as_moment
from service.vault import Vault

KEY_BYTES = 32
FRESH_FOR = timedelta(seconds=5)
"""How long a key, or the lack of one, is believed without asking: a change elsewhere is felt this soon."""
MAX_KNOWN = 20_000
OLD_KEY_FOR = timedelta(days=7)

ROW = text("SELECT key_sealed, old_key_sealed, old_key_until_at FROM terminal WHERE id = :terminal")


def new_key() -> bytes:
    """A new 256-bit key."""
    return secrets.token_bytes(KEY_BYTES)


def seal_key(vault: Vault, terminal_id: str, key: bytes) -> bytes:
    """What the column `terminal.key_sealed` holds."""
    return vault.seal(key, f"terminal.key:{terminal_id}")


def open_key(vault: Vault, terminal_id: str, sealed: bytes) -> bytes:
    """The 32 bytes of a sealed key. Raises InvalidTag for a value sealed for another terminal."""
    return vault.open(sealed, f"terminal.key:{terminal_id}")


@dataclass(frozen=True)
class Keys:
    """A terminal's keys as of `read_at`: none when it is unknown; the old one only until its day."""

    read_at: datetime
    current: bytes | None = None
    old: bytes | None = None
    old_until_at: datetime | None = None

    def good(self, now: datetime) -> list[bytes]:
        """The keys that may sign now, the current one first."""
        if self.current is None:
            return []
        overlap = self.old is not None and self.old_until_at is not None and now < self.old_until_at
        return [self.current, self.old] if overlap and self.old is not None else [self.current]


class KeyRing:
    """Reads keys through a small cache. Call `forget` after changing one in this process."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault
        self._known: dict[str, Keys] = {}

    async def find(self, terminal_id: str) -> list[bytes]:
        """The keys that may sign for this terminal now; empty for an unknown terminal."""
        now = self._database.clock.now()
        known = self._known.get(terminal_id)
        if known is None or now - known.read_at > FRESH_FOR:
            known = await self._read(terminal_id, now)
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            self._known[terminal_id] = known
        return known.good(now)

    def forget(self, terminal_id: str) -> None:
        """Read this terminal's keys anew next time."""
        self._known.pop(terminal_id, None)

    async def _read(self, terminal_id: str, now: datetime) -> Keys:
        async with self._database.reading() as session:
            row = (await session.execute(ROW, {"terminal": terminal_id})).first()
        if row is None:
            return Keys(now)
        old = None if row.old_key_sealed is None else open_key(self._vault, terminal_id, row.old_key_sealed)
        return Keys(now, open_key(self._vault, terminal_id, row.key_sealed), old, as_moment(row.old_key_until_at))
