"""Terminal keys: sealed in the database, open in memory while a terminal is about; refuses to hand one to another."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag

from service.intake import sql
from service.intake.card import as_moment
from service.intake.ground import Ground
from service.intake.store import reader_for
from service.vault import Vault

KEY_BYTES = 32
FRESH_FOR = timedelta(minutes=10)
"""How long a key is believed without asking; a change elsewhere is told at once, this is for a lost telling."""
UNKNOWN_FOR = timedelta(seconds=5)
"""How long the lack of a key is believed: a terminal just installed is heard this soon."""
ASK_AGAIN = timedelta(seconds=1)
"""A signature that does not fit makes us look for a newer key, at most this often for each terminal: the key may have
changed elsewhere a moment ago, and the call be quicker than the telling."""
MAX_KNOWN = 200_000
AT_ONCE = 500
OLD_KEY_FOR = timedelta(days=7)


def new_key() -> bytes:
    """A new 256-bit key."""
    return secrets.token_bytes(KEY_BYTES)


def seal_key(vault: Vault, terminal_id: str, key: bytes) -> bytes:
    """What the column `terminal.key_sealed` holds."""
    return vault.seal(key, f"terminal.key:{terminal_id}")


def open_key(vault: Vault, terminal_id: str, sealed: bytes) -> bytes:
    """The 32 bytes of a sealed key. Raises InvalidTag for a value sealed for another terminal."""
    return vault.open(sealed, f"terminal.key:{terminal_id}")


@dataclass(frozen=True, slots=True)
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
        if self.old is None or self.old_until_at is None or now >= self.old_until_at:
            return [self.current]
        return [self.current, self.old]

    def fresh(self, now: datetime) -> bool:
        """Whether they may be believed without asking."""
        return now - self.read_at <= (UNKNOWN_FOR if self.current is None else FRESH_FOR)


class KeyRing:
    """Keeps keys of terminals that are about. Whoever asks while a look is under way is answered by the next one."""

    def __init__(self, ground: Ground, vault: Vault) -> None:
        self._clock, self._vault = ground.clock, vault
        self.reader = reader_for(ground, self.forget)
        self._known: dict[str, Keys] = {}
        self._doubted: dict[str, datetime] = {}
        self._wanted: dict[str, asyncio.Future[Keys]] = {}
        self._looking: asyncio.Task[None] | None = None

    def known(self, terminal_id: str, now: datetime) -> list[bytes] | None:
        """The keys that may sign for this terminal, when no look is needed; else None."""
        keys = self._known.get(terminal_id)
        return keys.good(now) if keys is not None and keys.fresh(now) else None

    async def find(self, terminal_id: str) -> list[bytes]:
        """The keys that may sign for this terminal now; empty for an unknown terminal. Raises StoreDown."""
        now = self._clock.now()
        good = self.known(terminal_id, now)
        return (await self._look(terminal_id)).good(now) if good is None else good

    async def find_newer(self, terminal_id: str, asked_at: datetime) -> list[bytes] | None:
        """The keys anew, because none fitted what came at `asked_at`; None when no look is due. Raises StoreDown.

        Doubt that was right, because the keys had changed, is not counted: the next change may come as quickly.
        """
        now = self._clock.now()
        keys, doubted_at = self._known.get(terminal_id, Keys(asked_at - ASK_AGAIN)), self._doubted.get(terminal_id)
        if keys.read_at >= asked_at or (doubted_at is not None and now - doubted_at < ASK_AGAIN):
            return None
        if len(self._doubted) >= MAX_KNOWN:
            self._doubted.clear()
        self._doubted[terminal_id] = now
        newer = await self._look(terminal_id)
        if (newer.current, newer.old) != (keys.current, keys.old):
            self._doubted.pop(terminal_id, None)
        return newer.good(now)

    def forget(self, terminal_id: str) -> None:
        """Read this terminal's keys anew next time; all when none is named."""
        if terminal_id:
            self._known.pop(terminal_id, None)
        else:
            self._known.clear()

    async def close(self) -> None:
        """Let the connection go."""
        if self._looking is not None:
            await asyncio.wait({self._looking})
        await self.reader.close()

    async def _look(self, terminal_id: str) -> Keys:
        asked = self._wanted.get(terminal_id)
        if asked is None:
            asked = self._wanted[terminal_id] = asyncio.get_running_loop().create_future()
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._read_all())
        return await asyncio.shield(asked)

    async def _read_all(self) -> None:
        while self._wanted:
            names = list(self._wanted)[:AT_ONCE]
            asked = {name: self._wanted.pop(name) for name in names}
            try:
                found = await self._read(names)
            except Exception as error:
                for waiting in asked.values():
                    waiting.set_exception(error)
                    waiting.exception()  # whoever asked may be gone
                continue
            if len(self._known) + len(found) > MAX_KNOWN:
                self._known.clear()
            self._known.update(found)
            for name, waiting in asked.items():
                waiting.set_result(found[name])

    async def _read(self, names: list[str]) -> dict[str, Keys]:
        now = self._clock.now()
        rows = {row["id"]: row for row in await self.reader.look(sql.KEYS, [names])}
        return {name: self._opened(rows[name], now) if name in rows else Keys(now) for name in names}

    def _opened(self, row: Mapping[str, Any], now: datetime) -> Keys:
        try:
            sealed, current = row["old_key_sealed"], open_key(self._vault, row["id"], bytes(row["key_sealed"]))
            old = None if sealed is None else open_key(self._vault, row["id"], bytes(sealed))
        except InvalidTag:  # sealed with another secret, or for another terminal: as good as none
            return Keys(now)
        return Keys(now, current, old, as_moment(row["old_key_until_at"]))
