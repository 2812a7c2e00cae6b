"""Installs terminals, gives and takes their keys, and closes tasks to call back; refuses to show a key twice."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from models import ClaimCode, Household, Terminal, UnreadableCall
from service import audit
from service.auth import Actor
from service.devices.queries import get_call_back, get_terminal
from service.errors import Conflict, NotSignedIn
from service.intake.keys import OLD_KEY_FOR, new_key, open_key, seal_key
from service.realtime import outbox
from service.vault import Vault

CLAIM_FOR = timedelta(hours=24)
CODE_BYTES = 16


class BadClaim(NotSignedIn):
    """A code that is unknown, used or past its day."""

    code = "terminal.bad_claim"


class Replayed(Conflict):
    """A request for a key that may be somebody else's recording."""

    code = "terminal.counter_replayed"


class AlreadyCalledBack(Conflict):
    """Somebody else has called back."""

    code = "call_back.already_done"


def install_terminal(
    session: AsyncSession,
    vault: Vault,
    now: datetime,
    terminal_id: str,
    model: str,
    home: Household | None = None,
    *,
    elder_id: int | None = None,
    station_id: int | None = None,
    provider_id: int | None = None,
) -> bytes:
    """Add a terminal to the fleet, in `home` if it has a place yet; gives its new key, which is kept sealed only."""
    key = new_key()
    session.add(
        Terminal(
            id=terminal_id,
            household_id=None if home is None else home.id,
            elder_id=elder_id,
            station_id=station_id,
            provider_id=provider_id,
            area_code=None if home is None else home.area_code,
            model=model,
            key_sealed=seal_key(vault, terminal_id, key),
            installed_at=None if home is None else now,
        )
    )
    return key


async def issue_claim_code(session: AsyncSession, actor: Actor, terminal_id: str, now: datetime) -> str:
    """A 128-bit code with which the terminal itself gets its key, once, within 24 h. Raises NotFound."""
    terminal = await get_terminal(session, actor, terminal_id)
    code = secrets.token_hex(CODE_BYTES)
    session.add(ClaimCode(code_hash=_hash(code), terminal_id=terminal.id, until_at=now + CLAIM_FOR))
    audit.note(session, now, actor.account_id, "terminal.claim_code_issued", f"terminal:{terminal.id}")
    return code


async def claim_terminal(session: AsyncSession, vault: Vault, code: str, now: datetime) -> tuple[str, bytes]:
    """Take a code and give its terminal a new key, counting from zero; the old key ends at once. Raises BadClaim."""
    good = (ClaimCode.code_hash == _hash(code)) & ClaimCode.used_at.is_(None) & (ClaimCode.until_at > now)
    taken = update(ClaimCode).where(good).values(used_at=now).returning(ClaimCode.terminal_id)
    terminal_id = (await session.execute(taken)).scalar_one_or_none()
    if terminal_id is None:
        raise BadClaim("this code is unknown, used or too old")
    terminal = await session.get_one(Terminal, terminal_id, with_for_update=True)
    key = new_key()
    terminal.key_sealed = seal_key(vault, terminal_id, key)
    terminal.old_key_sealed = terminal.old_key_until_at = None
    terminal.boot = terminal.counter = 0
    audit.note(session, now, None, "terminal.claimed", f"terminal:{terminal_id}")
    return terminal_id, key


async def rotate_key(
    session: AsyncSession, vault: Vault, terminal_id: str, signed_with: bytes, count: tuple[int, int], now: datetime
) -> bytes:
    """Give a terminal a new key; the one it signed with stays good for 7 days.

    A repeat signed with the old key gets the new key again: the first answer may have been lost on its way.
    `count` is (boot, counter) and must be beyond all seen. Raises Replayed.
    """
    terminal = await session.get_one(Terminal, terminal_id, with_for_update=True)
    if count <= (terminal.boot, terminal.counter):
        raise Replayed("boot and counter must be beyond every message before")
    terminal.boot, terminal.counter = count
    current = open_key(vault, terminal_id, terminal.key_sealed)
    if current != signed_with:
        return current
    key = new_key()
    terminal.old_key_sealed, terminal.old_key_until_at = terminal.key_sealed, now + OLD_KEY_FOR
    terminal.key_sealed = seal_key(vault, terminal_id, key)
    audit.note(session, now, None, "terminal.key_rotated", f"terminal:{terminal_id}")
    return key


async def call_back(session: AsyncSession, actor: Actor, call_id: int, now: datetime) -> UnreadableCall:
    """Note that the actor has called the bedside of an unreadable message. Raises NotFound, AlreadyCalledBack."""
    call = await get_call_back(session, actor, call_id)
    free = (UnreadableCall.id == call_id) & UnreadableCall.called_back_at.is_(None)
    done = update(UnreadableCall).where(free).values(called_back_at=now, called_back_by=actor.account_id)
    mine = (await session.execute(done.returning(UnreadableCall.id))).scalar_one_or_none()
    if mine is None:
        raise AlreadyCalledBack("somebody has called back already")
    terminal = await session.get_one(Terminal, call.terminal_id)
    data = {"call": {"id": call.id, "terminal_id": call.terminal_id, "problem": call.problem}}
    outbox.append(
        session,
        "terminal.called_back",
        data,
        subject=f"terminal:{terminal.id}",
        area_code=terminal.area_code,
        provider_id=terminal.provider_id,
    )
    await session.refresh(call)
    return call


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
