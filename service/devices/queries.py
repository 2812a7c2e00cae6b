"""Reads of the fleet of terminals and of the messages that need a person; refuses to show a key."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Bed, BedDevice, Household, Terminal, UnreadableCall, UnverifiedCall
from models.types import BedState
from service.auth import Actor
from service.clock import rfc3339
from service.errors import NotFound

LOW_BATTERY = 20
"""Per cent at or below which a battery counts as low."""
NOBODYS = 100
NUMBER = r"^[\x21-\x7e]+$"
"""How the number of a terminal may look."""
UNPLACED = and_(Terminal.household_id.is_(None), Terminal.elder_id.is_(None), Terminal.station_id.is_not(None))
"""A station's, in nobody's home: in stock, or heard already because it got its key at the office."""
IN_STOCK = and_(UNPLACED, ~Terminal.online)
"""Terminals that lie in a station's stock. One that is heard, or somebody's, without a home is astray instead."""


@dataclass(frozen=True)
class FleetGroup:
    """How many terminals of one area and provider there are, are online, and have a low battery."""

    area_code: str | None
    provider_id: int | None
    total: int
    online: int
    low_battery: int


async def fleet_groups(session: AsyncSession) -> list[FleetGroup]:
    """The whole fleet but for what is in stock, counted by area and provider: one read serves every scope."""
    low = func.sum(case((Terminal.battery <= LOW_BATTERY, 1), else_=0))
    online = func.sum(case((Terminal.online, 1), else_=0))
    query = select(Terminal.area_code, Terminal.provider_id, func.count(), online, low).where(~IN_STOCK)
    rows = await session.execute(query.group_by(Terminal.area_code, Terminal.provider_id))
    return [FleetGroup(area, provider, total, int(up), int(weak)) for area, provider, total, up, weak in rows]


def counts_within(groups: list[FleetGroup], actor: Actor) -> dict[str, int]:
    """Total, online and low on battery of what the actor sees."""
    mine = [group for group in groups if actor.sees(group.area_code, group.provider_id)]
    return {
        "total": sum(group.total for group in mine),
        "online": sum(group.online for group in mine),
        "low_battery": sum(group.low_battery for group in mine),
    }


async def terminal_counts(session: AsyncSession, actor: Actor) -> dict[str, int]:
    """The numbers of the board: total, online, low_battery within scope."""
    return counts_within(await fleet_groups(session), actor)


async def list_terminals(
    session: AsyncSession,
    actor: Actor,
    after: str,
    limit: int,
    which: ColumnElement[bool] | None = None,
    elder_id: int | None = None,
    station_id: int | None = None,
) -> tuple[list[dict[str, Any]], str | None]:
    """Terminals in scope (those `which`, of one elder or station) by id after `after`, with health and place, and the
    next cursor."""
    query = select(Terminal, Household.address).outerjoin(Household, Household.id == Terminal.household_id)
    query = query.where(actor.scope(Terminal.area_code, Terminal.provider_id), Terminal.id > after)
    query = query if which is None else query.where(which)
    query = query if elder_id is None else query.where(Terminal.elder_id == elder_id)
    query = query if station_id is None else query.where(Terminal.station_id == station_id)
    rows = (await session.execute(query.order_by(Terminal.id).limit(limit + 1))).all()
    views = [terminal_view(terminal, address) for terminal, address in rows[:limit]]
    return views, views[-1]["id"] if len(rows) > limit else None


async def get_terminal(session: AsyncSession, actor: Actor, terminal_id: str, *, lock: bool = False) -> Terminal:
    """One terminal in scope. Raises NotFound."""
    query = select(Terminal).where(Terminal.id == terminal_id, actor.scope(Terminal.area_code, Terminal.provider_id))
    query = query.with_for_update().execution_options(populate_existing=True) if lock else query
    terminal = (await session.scalars(query)).one_or_none()
    if terminal is None:
        raise NotFound(f"no terminal {terminal_id}")
    return terminal


async def address_of(session: AsyncSession, terminal: Terminal) -> str | None:
    """Where it stands, None for one in stock."""
    return await session.scalar(select(Household.address).where(Household.id == terminal.household_id))


async def find_bed_with(session: AsyncSession, terminal_id: str) -> Bed | None:
    """The bed that is not closed for whose device this terminal stands, if there is one."""
    query = select(Bed).join(BedDevice, BedDevice.bed_id == Bed.id)
    query = query.where(BedDevice.terminal_id == terminal_id, Bed.state != BedState.CLOSED)
    return (await session.scalars(query.limit(1))).first()


async def unused_of(session: AsyncSession, ids: Sequence[str]) -> list[str]:
    """Those of these terminals that lie in stock as they came: never heard, fitted nowhere."""
    fitted = exists(select(BedDevice.id).where(BedDevice.terminal_id == Terminal.id))
    query = select(Terminal.id).where(Terminal.id.in_(ids), IN_STOCK, Terminal.seen_at.is_(None), ~fitted)
    return list(await session.scalars(query))


async def next_of_import(session: AsyncSession, import_id: int, after: str | None, most: int) -> Sequence[str]:
    """Terminals that an import brought, by id."""
    query = select(Terminal.id).where(Terminal.import_id == import_id, Terminal.id > (after or ""))
    return (await session.scalars(query.order_by(Terminal.id).limit(most))).all()


def terminal_view(terminal: Terminal, address: str | None) -> dict[str, Any]:
    """One terminal for a list; never its key."""
    plain = ("id", "household_id", "elder_id", "station_id", "model", "online", "battery", "signal", "worn", "firmware")
    moments = ("seen_at", "installed_at", "tested_at")
    view = {name: getattr(terminal, name) for name in plain}
    nobodys = terminal.household_id is None and terminal.elder_id is None
    stock = nobodys and terminal.station_id is not None and not terminal.online
    view |= {name: rfc3339(getattr(terminal, name)) for name in moments}
    return view | {"address": address, "in_stock": stock}


async def call_back_views(session: AsyncSession, actor: Actor) -> list[dict[str, Any]]:
    """Signed messages that could not be read and whose bedside nobody has called back yet, oldest first."""
    query = (
        select(UnreadableCall, Household.address)
        .join(Terminal, Terminal.id == UnreadableCall.terminal_id)
        .outerjoin(Household, Household.id == Terminal.household_id)
        .where(UnreadableCall.called_back_at.is_(None), actor.scope(Terminal.area_code, Terminal.provider_id))
        .order_by(UnreadableCall.id)
        .limit(NOBODYS)
    )
    return [call_back_view(call, address) for call, address in await session.execute(query)]


def call_back_view(call: UnreadableCall, address: str | None) -> dict[str, Any]:
    """One task to call back; the raw bytes stay in the database."""
    return {
        "id": call.id,
        "terminal_id": call.terminal_id,
        "problem": call.problem,
        "received_at": rfc3339(call.received_at),
        "called_back_at": rfc3339(call.called_back_at),
        "address": address,
    }


async def get_call_back(session: AsyncSession, actor: Actor, call_id: int) -> UnreadableCall:
    """One unreadable call in scope. Raises NotFound."""
    query = select(UnreadableCall).join(Terminal, Terminal.id == UnreadableCall.terminal_id)
    query = query.where(UnreadableCall.id == call_id, actor.scope(Terminal.area_code, Terminal.provider_id))
    call = (await session.scalars(query)).one_or_none()
    if call is None:
        raise NotFound(f"no unreadable call {call_id}")
    return call


async def unverified_views(session: AsyncSession) -> list[dict[str, Any]]:
    """The newest calls without a good signature; nobody knows where they come from, so they have no scope."""
    query = select(UnverifiedCall).order_by(UnverifiedCall.id.desc()).limit(NOBODYS)
    return [
        {
            "id": call.id,
            "terminal_id": call.terminal_id,
            "source": call.source,
            "reason": call.reason,
            "received_at": rfc3339(call.received_at),
        }
        for call in await session.scalars(query)
    ]
