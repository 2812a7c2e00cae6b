"""Copies the embedded database's write-ahead log into its file beside the writers, so that no commit has to.

SQLite does it within the commit that makes the log too long: every caller in the queue waits for some thousand pages
and two syncs. Here the bulk is copied while others write; only what came meanwhile is copied in the writer's turn, so
that the log begins anew. Refuses to wait for a reader.
"""

import asyncio
import logging
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from typing import Protocol

log = logging.getLogger(__name__)

EVERY_S = 0.5
LONGEST_PAGES = 8000
"""With a log so long a commit copies it after all: nothing else may let it grow without end."""


class Gate(Protocol):
    """Who may write next (service.db.WriterGate)."""

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Waits for the turn and holds it."""


async def keep_copying(path: str, gate: Gate) -> None:
    """Copies for as long as it is not cancelled."""
    loop, known = asyncio.get_running_loop(), (0, 0)
    with ThreadPoolExecutor(1, thread_name_prefix="log copy") as thread:
        connection = await loop.run_in_executor(thread, sqlite3.connect, path)
        try:
            while True:
                await asyncio.sleep(EVERY_S)
                if await loop.run_in_executor(thread, copy, connection) == known:
                    continue
                async with gate.turn():
                    known = await loop.run_in_executor(thread, copy, connection)
        finally:
            await asyncio.shield(loop.run_in_executor(thread, connection.close))


def copy(connection: sqlite3.Connection) -> tuple[int, int]:
    """Copies what the log holds: its pages and how many of them are in the file; (0, 0) when it cannot be done now.

    Ends the process when the disk does not keep its word.
    """
    try:
        _, pages, copied = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname == "SQLITE_IOERR_FSYNC":
            os.abort()  # as the intake does: nobody knows what is on disk, so start again from the log
        log.warning("the log could not be copied: %s", error)
        return 0, 0
    return int(pages), int(copied)
