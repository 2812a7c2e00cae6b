"""Promise: the log of the embedded database is copied beside the writers and begins anew; nobody waits for a reader."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from service import log_copy
from service.log_copy import copy, keep_copying

ROWS = """
INSERT INTO said SELECT zeroblob(3000) FROM (
    WITH n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 50) SELECT i FROM n
)"""


class CountedGate:
    """A gate that is always open and counts who went through."""

    def __init__(self) -> None:
        self.turns = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        self.turns += 1
        yield


def opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"PRAGMA wal_autocheckpoint={log_copy.LONGEST_PAGES}")
    return connection


@pytest.fixture
def file(tmp_path: Path) -> Path:
    opened(tmp_path / "town.db").execute("CREATE TABLE said (word BLOB)")
    return tmp_path / "town.db"


def test_after_a_copy_the_log_begins_anew(file: Path) -> None:
    """Everything is in the file, and the next commit overwrites the beginning of the log."""
    writer, copier = opened(file), opened(file)
    writer.execute(ROWS)
    pages, copied = copy(copier)
    assert pages == copied > 40
    writer.execute("INSERT INTO said VALUES (1)")
    assert copy(copier)[0] < 10
    assert copier.execute("SELECT count(*) FROM said").fetchone() == (51,)


def test_a_reader_holds_nobody_up(file: Path) -> None:
    """What a reader still needs stays in the log until the next time; the writer goes on."""
    writer, copier, reader = opened(file), opened(file), opened(file)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM said").fetchone()
    writer.execute(ROWS)
    pages, copied = copy(copier)
    assert copied < pages
    writer.execute(ROWS)
    reader.execute("COMMIT")
    pages, copied = copy(copier)
    assert pages == copied > 80


async def test_the_writers_turn_is_taken_only_when_something_came(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A quiet town's copier bothers nobody."""
    monkeypatch.setattr(log_copy, "EVERY_S", 0.01)
    gate, writer = CountedGate(), opened(file)
    writer.execute(ROWS)
    copying = asyncio.create_task(keep_copying(str(file), gate))
    while gate.turns == 0:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)
    quiet = gate.turns
    writer.execute(ROWS)
    while gate.turns == quiet:
        await asyncio.sleep(0.01)
    copying.cancel()
    await asyncio.gather(copying, return_exceptions=True)
    assert quiet == 1
    assert copy(writer)[0] == copy(writer)[1]


def test_a_disk_that_cannot_be_written_is_no_reason_to_stop(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that cannot be made now is made later."""
    copier = opened(file)
    copier.close()
    with pytest.raises(sqlite3.ProgrammingError):
        copy(copier)

    class Full:
        def execute(self, _: str) -> None:
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorname = "SQLITE_FULL"
            raise error

    assert copy(Full()) == (0, 0)  # type: ignore[arg-type]
