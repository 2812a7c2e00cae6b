"""One connection answers one at a time: whoever asks meanwhile waits, and nobody is refused or cut off for it."""

import asyncio

from service.db import Database
from service.intake.play import Ask, Script
from service.intake.store import reader_for, store_for


def counting(rows: int) -> Script:
    """Reads so many numbers, one question after the other."""
    found = 0
    for number in range(rows):
        found += len((yield Ask("SELECT $1 AS number", [str(number)])))
    return found


async def test_heartbeats_and_the_search_for_silent_terminals_take_turns(database: Database) -> None:
    """Both write over the connection that is kept for what can wait."""
    store = store_for(database, urgent=False)
    try:
        assert await asyncio.gather(*(store.play(counting(20)) for _ in range(4))) == [20] * 4
    finally:
        await store.close()


async def test_looks_at_keys_and_at_the_clock_take_turns(database: Database) -> None:
    """No call is refused because the clock was just being compared."""
    reader = reader_for(database, lambda _: None)
    try:
        looks = await asyncio.gather(*(reader.look("SELECT $1 AS number", [str(one)]) for one in range(8)))
        assert [[row["number"] for row in rows] for rows in looks] == [[str(one)] for one in range(8)]
    finally:
        await reader.close()
