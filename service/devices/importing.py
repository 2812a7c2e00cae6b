"""What a sheet of terminals needs: a check without writing, and a row taken into its station's stock."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from models import Station
from service.auth import Actor
from service.bodies import all_faults
from service.devices import placing
from service.errors import BadInput, FieldProblem
from service.organisations.queries import stations_named
from service.vault import Vault


async def check_terminal(
    session: AsyncSession,
    actor: Actor,
    vault: Vault,
    wanted: Mapping[str, Any],
    now: datetime,
    unread: Sequence[FieldProblem] = (),
) -> str:
    """Everything that registering would refuse, beside what could not be read; answers the number. Raises BadInput."""
    await _checked(session, actor, wanted, unread)
    number: str = wanted["id"]
    return number


async def register_row(
    session: AsyncSession, actor: Actor, vault: Vault, wanted: Mapping[str, Any], now: datetime, import_id: int
) -> None:
    """Register one. Raises BadInput."""
    station = await _checked(session, actor, wanted)
    await placing.register(session, vault, actor, wanted["id"], wanted["model"], station, now, import_id)


async def _checked(
    session: AsyncSession, actor: Actor, wanted: Mapping[str, Any], unread: Sequence[FieldProblem] = ()
) -> Station:
    """The station of a row without a fault."""
    faults: list[FieldProblem] = []
    number, name = wanted.get("id"), wanted.get("station")
    try:
        if number is not None:
            await placing.refuse_known(session, number)
    except placing.TerminalKnown as known:
        faults.append(FieldProblem("id", known.detail, "leave the row out, or look for it in the list"))
    stations = [] if name is None else await stations_named(session, actor, name)
    if len(stations) != 1:
        problem = f"{len(stations)} stations of yours are called {name!r}"
        faults.append(FieldProblem("station", problem, "the name of one station, as it stands in the list"))
    faults = all_faults(unread, faults)
    if faults:
        raise BadInput("this terminal cannot be registered", fields=faults)
    return stations[0]
