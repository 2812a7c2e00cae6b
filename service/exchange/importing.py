"""Brings a sheet into a register, on trial or for good, and takes it back; refuses to hide a bad row."""

import asyncio
import hashlib
import logging
import time
from collections import deque
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from models import RegisterImport
from service import audit
from service.auth import Actor
from service.bulk import AIM_S
from service.clock import LOCAL, rfc3339
from service.db import Database
from service.elders.actions import AlreadyRegistered
from service.errors import BadInput, Conflict, FieldProblem, NotFound, ServiceError
from service.exchange.kinds import KINDS, Kind
from service.exchange.sheets import RowFault
from service.exchange.tables import read_table
from service.paging import Page, page_of
from service.vault import Vault

log = logging.getLogger(__name__)

LOOK, REMOVE = 100, 25
MOST_FAULTS = 1000
LONGEST = timedelta(minutes=15)
"""An import that has not ended after so long was broken off."""


class AlreadyImported(Conflict):
    """The same file was imported before and stands; `import_id` names it."""

    code = "import.already_done"


class NothingCame(Conflict):
    """The import brought nothing, so there is nothing to take back."""

    code = "import.nothing_came"


@dataclass
class Sheet:
    """A file read: rows by their number as far as they can be read, each with the faults of the rest; headings nobody
    knows. `faults` are all that were found, once the rows were held against the register.
    """

    rows: list[tuple[int, dict[str, Any], list[RowFault]]] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    count: int = 0


def read_sheet(kind: Kind, body: bytes, today: date) -> Sheet:
    """Read a sheet; rows without anything in them do not count. Raises BadInput for another kind of file."""
    table = read_table(body)
    places, ignored = kind.layout.read_head(table)
    sheet = Sheet(ignored=ignored)
    for number, row in enumerate(table[1:], start=2):
        if not any(row):
            continue
        sheet.count += 1
        cells = {name: row[place] if place < len(row) else "" for name, place in places.items()}
        sheet.rows.append((number, *kind.read(number, cells, today)))
    return sheet


async def try_sheet(
    database: Database, actor: Actor, vault: Vault, register: str, body: bytes, now: datetime
) -> dict[str, Any]:
    """What importing this file would do, row by row; nothing is written. Raises BadInput."""
    kind = KINDS[register]
    sheet = await asyncio.to_thread(read_sheet, kind, body, now.astimezone(LOCAL).date())
    good = await _checked(database, actor, vault, kind, sheet, now)
    return {"dry_run": True, "import": None, **_report(sheet, len(good))}


async def import_sheet(
    database: Database, actor: Actor, vault: Vault, register: str, body: bytes, name: str, now: datetime
) -> dict[str, Any]:
    """Take every row that can be, in small transactions so that no alert waits; report the others.

    Raises BadInput, AlreadyImported. Broken off, it says how many came, and they can be taken back like any import.
    """
    kind = KINDS[register]
    sheet = await asyncio.to_thread(read_sheet, kind, body, now.astimezone(LOCAL).date())
    file_hash = hashlib.sha256(body).digest()
    good = await _checked(database, actor, vault, kind, sheet, now)
    async with database.writing() as session:
        row = await _begin(session, actor, register, name, file_hash, sheet.count, now)
    added = await _write(database, actor, vault, kind, good, sheet, row.id, now)
    refused = [fault.as_json() for fault in sheet.faults[:MOST_FAULTS]]
    async with database.writing() as session:
        done = update(RegisterImport).where(RegisterImport.id == row.id)
        await session.execute(done.values(added=added, refused=refused, done_at=now))
        audit.note(
            session, now, actor.account_id, f"{register}.imported", f"import:{row.id}", f"{added} of {sheet.count}"
        )
    return {"dry_run": False, "import": row.id, **_report(sheet, added)}


async def undo_import(database: Database, actor: Actor, import_id: int, now: datetime) -> dict[str, Any]:
    """Take an import back: everybody it brought, but for those somebody has worked with since (they are named).

    Asked again it goes on where it was broken off, or finds nobody left: it counts as taken back once everybody was
    looked at, not before. Raises NotFound, NothingCame.
    """
    async with database.writing() as session:
        row = await _get_import(session, actor, import_id)
        register = row.register
        if row.added == 0:
            raise NothingCame(f"import {import_id} brought nothing")
        audit.note(session, now, actor.account_id, f"{register}.import_undone", f"import:{import_id}")
    after, removed, kept = None, 0, list[Any]()
    while True:
        async with database.writing() as session:
            ids = await KINDS[register].brought(session, import_id, after, REMOVE)
            gone, stay = await KINDS[register].remove(session, ids) if ids else ([], [])
            if not ids:
                mine = update(RegisterImport).where(RegisterImport.id == import_id, RegisterImport.undone_at.is_(None))
                await session.execute(mine.values(undone_at=now, undone_by=actor.account_id))
        if not ids:
            return {"import": import_id, "removed": removed, "kept": kept}
        after, removed, kept = ids[-1], removed + len(gone), kept + stay
        await asyncio.sleep(0)


async def list_imports(
    session: AsyncSession, actor: Actor, page: Page, now: datetime
) -> tuple[list[dict[str, Any]], str | None]:
    """Imports that the actor made, all of them for whoever sees everywhere."""
    query = select(RegisterImport)
    if "" not in actor.area_prefixes:
        query = query.where(RegisterImport.made_by == actor.account_id)
    rows, following = await page_of(session, query, RegisterImport.id, page)
    return [_import_view(row, now) for row in rows], following


def _import_view(row: RegisterImport, now: datetime) -> dict[str, Any]:
    return {
        "id": row.id,
        "register": row.register,
        "file_name": row.file_name,
        "rows": row.rows,
        "added": row.added,
        "refused": len({one["row"] for one in row.refused}),
        "faults": row.refused,
        "broken_off": row.done_at is None and row.undone_at is None and row.made_at <= now - LONGEST,
        "made_at": rfc3339(row.made_at),
        "done_at": rfc3339(row.done_at),
        "undone_at": rfc3339(row.undone_at),
        "can_undo": row.added > 0 and row.undone_at is None,
    }


async def _checked(
    database: Database, actor: Actor, vault: Vault, kind: Kind, sheet: Sheet, now: datetime
) -> list[tuple[int, dict[str, Any]]]:
    """Rows that registering would take as things stand; faults of the others join the sheet's."""
    good: list[tuple[int, dict[str, Any]]] = []
    seen: dict[Hashable, int] = {}
    for some in _bites(sheet.rows):
        async with database.reading() as session:
            for number, wanted, unread in some:
                found = await _faults_of(session, actor, vault, kind, number, wanted, unread, now, seen)
                sheet.faults += found
                good += [] if found else [(number, wanted)]
        await asyncio.sleep(0)
    sheet.faults.sort(key=lambda fault: fault.row)
    return good


async def _faults_of(
    session: AsyncSession,
    actor: Actor,
    vault: Vault,
    kind: Kind,
    number: int,
    wanted: dict[str, Any],
    unread: Sequence[RowFault],
    now: datetime,
    seen: dict[Hashable, int],
) -> list[RowFault]:
    """Every fault of a row; the check refuses one that could be read in part only, with all it finds beside that."""
    told = [FieldProblem(fault.field, fault.problem, fault.accepted) for fault in unread]
    try:
        key = await kind.check(session, actor, vault, wanted, now, told)
    except ServiceError as error:
        return _as_faults(kind, number, error)
    if key is None or key not in seen:
        seen |= {} if key is None else {key: number}
        return []
    return [kind.layout.fault(number, kind.key_field, f"the same stands in row {seen[key]}", "one row for each")]


def _as_faults(kind: Kind, number: int, error: ServiceError) -> list[RowFault]:
    if isinstance(error, AlreadyRegistered):
        known = error.extra.get("elder_id")
        told = "is in the register" + (f" as elder {known}" if known else ", in another district")
        return [kind.layout.fault(number, "id_number", told, "leave the row out, or change the elder there")]
    if isinstance(error, BadInput):
        return kind.layout.faults(number, error.fields)
    return [kind.layout.fault(number, kind.key_field, error.detail, "look at it again")]


async def _begin(
    session: AsyncSession, actor: Actor, register: str, name: str, file_hash: bytes, rows: int, now: datetime
) -> RegisterImport:
    if session.get_bind().dialect.name == "postgresql":
        key = int.from_bytes(file_hash[:8], signed=True)
        await session.execute(select(func.pg_advisory_xact_lock(key)))
    same = select(RegisterImport).where(RegisterImport.file_hash == file_hash, RegisterImport.undone_at.is_(None))
    under_way = RegisterImport.done_at.is_(None) & (RegisterImport.made_at > now - LONGEST)
    other = (await session.scalars(same.where((RegisterImport.added > 0) | under_way).limit(1))).first()
    if other is not None:
        raise AlreadyImported(f"this very file is import {other.id}: take it back first", import_id=other.id)
    row = RegisterImport(register=register, file_name=name[:120], file_hash=file_hash, rows=rows, refused=[])
    row.made_at, row.made_by = now, actor.account_id
    session.add(row)
    await session.flush()
    return row


async def _write(
    database: Database,
    actor: Actor,
    vault: Vault,
    kind: Kind,
    rows: Sequence[tuple[int, dict[str, Any]]],
    sheet: Sheet,
    import_id: int,
    now: datetime,
) -> int:
    """Take rows in transactions that end after some 10 ms, on a busy machine after one row; after each, calls go first.

    Each transaction keeps how many came so far. A row that has become impossible meanwhile joins the faults.
    """
    added, waiting = 0, deque(rows)
    mine = update(RegisterImport).where(RegisterImport.id == import_id)
    while waiting:
        async with database.writing() as session:
            until = time.monotonic() + AIM_S
            while waiting and time.monotonic() < until:
                number, wanted = waiting.popleft()
                faults = await _take(session, actor, vault, kind, number, wanted, import_id, now)
                sheet.faults += faults
                added += not faults
            await session.execute(mine.values(added=added))
        await asyncio.sleep(0)
    return added


async def _take(
    session: AsyncSession,
    actor: Actor,
    vault: Vault,
    kind: Kind,
    number: int,
    wanted: dict[str, Any],
    import_id: int,
    now: datetime,
) -> list[RowFault]:
    """Take one row in a savepoint: what the database refuses is this row's fault, and no event of it is told."""
    events = session.info.setdefault("events", [])
    before = len(events)
    try:
        async with session.begin_nested():
            await kind.write(session, actor, vault, wanted, now, import_id)
        return []
    except ServiceError as error:
        del events[before:]
        return _as_faults(kind, number, error)
    except (IntegrityError, DataError) as error:  # its text would carry the row, so only its name is logged
        told = {"import": import_id, "row": number, "error": type(error.orig).__name__}
        log.warning("the database refused a row of a sheet", extra=told)
        del events[before:]
        return [kind.layout.fault(number, kind.key_field, "does not fit what is in the register", "look at it again")]


async def _get_import(session: AsyncSession, actor: Actor, import_id: int) -> RegisterImport:
    row = await session.get(RegisterImport, import_id)
    if row is None or (row.made_by != actor.account_id and "" not in actor.area_prefixes):
        raise NotFound(f"no import {import_id}")
    return row


def _report(sheet: Sheet, good: int) -> dict[str, Any]:
    """What came, or would come, of a file."""
    return {
        "rows": sheet.count,
        "good": good,
        "bad": len({fault.row for fault in sheet.faults}),
        "faults": [fault.as_json() for fault in sheet.faults[:MOST_FAULTS]],
        "ignored_columns": sheet.ignored,
    }


def _bites(
    rows: Sequence[tuple[int, dict[str, Any], list[RowFault]]],
) -> Iterator[Sequence[tuple[int, dict[str, Any], list[RowFault]]]]:
    for start in range(0, len(rows), LOOK):
        yield rows[start : start + LOOK]
