"""Promise: while a sheet of hundreds of elders comes in, calls are answered between its small transactions."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from service.exchange import importing
from service.exchange.kinds import KINDS
from service.exchange.tables import write_csv
from tests.fixtures.town import TownBuilder
from tests.service.exchange.test_elders import HEADS, line

ROWS, CALLS = 200, 8


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_calls_are_answered_while_a_sheet_comes_in(town: TownBuilder) -> None:
    """Calls pressed all along are each answered before the import is over, between its many transactions."""
    sun = await town.desk("sun")
    body = write_csv([HEADS, *(line(number) for number in range(2, ROWS + 2))])
    sheet = asyncio.create_task(sun.post("/api/imports/elders", params={"dry_run": False}, content=body))
    terminal, answered = town.terminal("chen"), 0
    while not sheet.done() and answered < CALLS:
        call = await terminal.presses_call()
        answered += call["state"] == "open"
    assert answered == CALLS and not sheet.done()
    assert (await sheet).json()["good"] == ROWS


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("slow_s", "count"), [(0.012, 5), (0.0, 200)])
async def test_a_busy_machine_gets_smaller_bites(town: TownBuilder, slow_s: float, count: int) -> None:
    """Where a row takes longer than the writer may be held, every row has a transaction of its own, else they share."""
    bites: dict[int, int] = {}

    async def write(session: AsyncSession, *_: Any) -> None:
        await asyncio.sleep(slow_s)
        bites[id(session)] = bites.get(id(session), 0) + 1
        kept.append(session)

    kept: list[AsyncSession] = []
    kind = replace(KINDS["elders"], write=write)
    rows: list[tuple[int, dict[str, Any]]] = [(number, {}) for number in range(count)]
    nobody: Any = None
    now = town.clock.now()
    assert await importing._write(town.database, nobody, nobody, kind, rows, importing.Sheet(), 1, now) == count
    assert max(bites.values()) == 1 if slow_s else max(bites.values()) > 1
