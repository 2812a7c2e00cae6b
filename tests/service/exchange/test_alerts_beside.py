"""Promise: while a sheet of hundreds of elders comes in, calls are answered between its small transactions."""

import asyncio

import pytest

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
