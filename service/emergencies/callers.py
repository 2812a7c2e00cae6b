"""Gives numbers that were written before callers were looked up their keyed hash, once at the start of a process.

A migration cannot: it does not know the secret. Refuses to touch a number that does not open.
"""

import logging

from cryptography.exceptions import InvalidTag
from sqlalchemy import select, update

from models import Contact, Elder
from service.db import Database
from service.vault import Vault

log = logging.getLogger(__name__)

AT_ONCE = 50
"""Rows in one transaction: each is opened and hashed, and no call waits behind more."""
TABLES: tuple[tuple[type[Elder] | type[Contact], str], ...] = (
    (Elder, "elder.phone_sealed"),
    (Contact, "contact.phone_sealed"),
)


async def run(database: Database, vault: Vault) -> None:
    """Do it once."""
    done = await hash_numbers(database, vault)
    if done:
        log.info("numbers can be looked up now", extra={"numbers": done})


async def hash_numbers(database: Database, vault: Vault) -> int:
    """Fill in what is missing, in small transactions; gives how many. Nothing is left to do the next time."""
    done = 0
    for table, place in TABLES:
        last = 0
        while found := await _lacking(database, table, last):
            last = found[-1][0]
            hashes = {ident: _hash(vault, sealed, place) for ident, sealed in found}
            async with database.writing() as session:
                for ident, known in hashes.items():
                    if known is not None:
                        mine = update(table).where(table.id == ident, table.phone_hash.is_(None))
                        await session.execute(mine.values(phone_hash=known))
                        done += 1
    return done


async def _lacking(database: Database, table: type[Elder] | type[Contact], after: int) -> list[tuple[int, bytes]]:
    async with database.reading() as session:
        query = select(table.id, table.phone_sealed).where(table.phone_hash.is_(None), table.phone_sealed.is_not(None))
        rows = await session.execute(query.where(table.id > after).order_by(table.id).limit(AT_ONCE))
        return [(ident, bytes(sealed or b"")) for ident, sealed in rows]


def _hash(vault: Vault, sealed: bytes, place: str) -> bytes | None:
    try:
        return vault.keyed_hash(vault.open(sealed, place).decode())
    except (InvalidTag, ValueError):
        log.error("a number does not open", extra={"place": place})
        return None
