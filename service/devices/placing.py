"""Where terminals are: registered into a station's stock, placed in a home, taken back; refuses to empty a live bed.

What a terminal proved by a test call holds for the home in which it was pressed: each move asks for a new one.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from models import ClaimCode, Elder, Station, Terminal
from service import audit
from service.auth import Actor
from service.devices.actions import install_terminal, issue_claim_code
from service.devices.queries import find_bed_with, get_terminal, unused_of
from service.elders.standing import refuse_gone
from service.errors import Conflict, ServiceError
from service.intake.handover import CLAIM_FOR
from service.realtime import outbox
from service.vault import Vault


class TerminalKnown(Conflict):
    """A terminal of this number is registered already, here or elsewhere: numbers are the maker's and stand once."""

    code = "terminal.known"


class TerminalFitted(Conflict):
    """It stands for a device of a bed; `bed_id` names it. Fit another one there first."""

    code = "terminal.fitted"


async def register(
    session: AsyncSession,
    vault: Vault,
    actor: Actor,
    terminal_id: str,
    model: str,
    station: Station,
    now: datetime,
    import_id: int | None = None,
) -> Terminal:
    """Take a terminal into a station's stock; its key comes by a claim code. Raises TerminalKnown."""
    await refuse_known(session, terminal_id)
    install_terminal(
        session,
        vault,
        now,
        terminal_id,
        model,
        station_id=station.id,
        provider_id=station.provider_id,
        area_code=station.area_code,
        import_id=import_id,
    )
    try:
        await session.flush()
    except IntegrityError:
        raise TerminalKnown(f"terminal {terminal_id} was registered a moment ago") from None
    audit.note(session, now, actor.account_id, "terminal.registered", f"terminal:{terminal_id}", model)
    return await session.get_one(Terminal, terminal_id)


async def refuse_known(session: AsyncSession, terminal_id: str) -> None:
    """Raises TerminalKnown."""
    if await session.get(Terminal, terminal_id) is not None:
        raise TerminalKnown(f"terminal {terminal_id} is registered already")


async def place(
    session: AsyncSession, actor: Actor, terminal_id: str, elder: Elder, now: datetime, station: Station | None = None
) -> Terminal:
    """Let it stand in an elder's home, run by `station` or by the one that kept it; test calls count anew.

    Raises NotFound, HasLeft, MergedAway, TerminalFitted while it stands for a device of somebody else's bed.
    """
    await refuse_gone(session, elder)
    terminal = await get_terminal(session, actor, terminal_id, lock=True)
    await _refuse_fitted(session, terminal, elder.id)
    moves = terminal.household_id != elder.household_id
    terminal.household_id, terminal.elder_id, terminal.area_code = elder.household_id, elder.id, elder.area_code
    if station is not None:
        terminal.station_id, terminal.provider_id = station.id, station.provider_id
    if moves:
        terminal.installed_at, terminal.tested_at = now, None
    await session.flush()
    audit.note(session, now, actor.account_id, "terminal.placed", f"terminal:{terminal.id}", f"elder {elder.id}")
    _tell(session, terminal, "terminal.placed")
    return terminal


async def take_back(
    session: AsyncSession, actor: Actor, terminal_id: str, now: datetime, station: Station | None = None
) -> Terminal:
    """Bring it back into the stock of `station`, or of the one that ran it. Raises NotFound, TerminalFitted."""
    terminal = await get_terminal(session, actor, terminal_id, lock=True)
    await _refuse_fitted(session, terminal, None)
    keeper = station or (await session.get(Station, terminal.station_id) if terminal.station_id else None)
    if keeper is None:
        raise Conflict("no station runs it: name the one that keeps it from now on")
    terminal.household_id = terminal.elder_id = terminal.installed_at = terminal.tested_at = None
    terminal.station_id, terminal.provider_id, terminal.area_code = keeper.id, keeper.provider_id, keeper.area_code
    terminal.online = False
    await session.flush()
    audit.note(session, now, actor.account_id, "terminal.taken_back", f"terminal:{terminal.id}")
    _tell(session, terminal, "terminal.taken_back")
    return terminal


async def issue_codes(session: AsyncSession, actor: Actor, ids: Sequence[str], now: datetime) -> list[dict[str, Any]]:
    """A claim code for each, in the order asked; one that is not in scope has a problem instead."""
    found = []
    for terminal_id in dict.fromkeys(ids):
        code, problem = None, None
        try:
            code = await issue_claim_code(session, actor, terminal_id, now)
        except ServiceError as refusal:
            problem = refusal.problem()
        shown = {"terminal": terminal_id, "code": code, "expires_s": int(CLAIM_FOR.total_seconds())}
        found.append(shown | {"problem": problem})
    return found


async def remove_unused(session: AsyncSession, ids: Sequence[str]) -> tuple[list[str], list[str]]:
    """Remove those that lie in stock as they came; answers who is gone, and who stays because it was used since."""
    going = await unused_of(session, ids)
    await session.execute(delete(ClaimCode).where(ClaimCode.terminal_id.in_(going)))
    await session.execute(delete(Terminal).where(Terminal.id.in_(going)))
    return going, [name for name in ids if name not in set(going)]


async def _refuse_fitted(session: AsyncSession, terminal: Terminal, elder_id: int | None) -> None:
    bed = await find_bed_with(session, terminal.id)
    if bed is not None and bed.elder_id != elder_id:
        raise TerminalFitted(f"it stands for a device of bed {bed.id}: fit another there first", bed_id=bed.id)


def _tell(session: AsyncSession, terminal: Terminal, topic: str) -> None:
    told = {name: getattr(terminal, name) for name in ("id", "online", "battery", "elder_id", "station_id")}
    outbox.append(
        session,
        topic,
        {"terminal": told},
        subject=f"terminal:{terminal.id}",
        area_code=terminal.area_code,
        provider_id=terminal.provider_id,
    )
