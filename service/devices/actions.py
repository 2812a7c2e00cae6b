"""Installs terminals, gives out codes for their keys, and closes tasks to call back; refuses to show a code twice."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from models import ClaimCode, Household, Terminal, UnreadableCall
from service import audit
from service.auth import Actor
from service.devices.queries import get_call_back, get_terminal
from service.errors import Conflict
from service.intake.handover import CLAIM_FOR, code_hash, new_code
from service.intake.keys import new_key, seal_key
from service.realtime import outbox
from service.vault import Vault


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
    area_code: str | None = None,
    import_id: int | None = None,
) -> bytes:
    """Add a terminal to the fleet, in `home` if it has a place yet; gives its new key, which is kept sealed only.

    `area_code` is where the stock is in which one without a home lies.
    """
    key = new_key()
    session.add(
        Terminal(
            id=terminal_id,
            household_id=None if home is None else home.id,
            elder_id=elder_id,
            station_id=station_id,
            provider_id=provider_id,
            area_code=area_code if home is None else home.area_code,
            model=model,
            import_id=import_id,
            key_sealed=seal_key(vault, terminal_id, key),
            installed_at=None if home is None else now,
        )
    )
    return key


async def issue_claim_code(session: AsyncSession, actor: Actor, terminal_id: str, now: datetime) -> str:
    """A 128-bit code with which the terminal itself gets its key, once, within 24 h. Raises NotFound."""
    terminal = await get_terminal(session, actor, terminal_id)
    code = new_code()
    session.add(ClaimCode(code_hash=code_hash(code), terminal_id=terminal.id, until_at=now + CLAIM_FOR))
    audit.note(session, now, actor.account_id, "terminal.claim_code_issued", f"terminal:{terminal.id}")
    return code


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
