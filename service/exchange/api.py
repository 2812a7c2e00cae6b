"""Routes for files: sheets in (on trial, for good, taken back), and out."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from models.types import Category, Role
from service import exports
from service.auth import DESK, Actor, Allow
from service.clock import LOCAL, Clock, clock_of
from service.db import database_of, reading, writing
from service.elders.queries import Filters
from service.errors import BadInput, FieldProblem, Forbidden
from service.exchange import exporting, importing, tables
from service.exchange.kinds import KINDS
from service.inputs import PLAIN, AreaCode, Input, Line, PathId, RowId
from service.paging import Page, as_list
from service.vault import Vault, vault_of

router = APIRouter(prefix="/api", tags=["files"])
Importer = Annotated[Actor, Depends(Allow(Role.ADMIN, Role.SUPERVISOR, Role.STATION_MANAGER))]
Desk = Annotated[Actor, Depends(Allow(*DESK))]
Timed = Annotated[Clock, Depends(clock_of)]
Register = Literal["elders", "assessments", "terminals"]
Sealed = Annotated[Vault, Depends(vault_of)]
Writing = Annotated[AsyncSession, Depends(writing, scope="function")]
MOST_NAMED = 20_000
"""Rows of one list that is taken out."""
FILE = {
    "requestBody": {
        "required": True,
        "content": {t: {"schema": {"type": "string", "format": "binary"}} for t in ("text/csv", tables.XLSX)},
    }
}
FULL = (Role.ADMIN, Role.SUPERVISOR)
SHEET: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file",
        "content": {t: {"schema": {"type": "string", "format": "binary"}} for t in ("text/csv", tables.XLSX)},
    }
}


class Export(Input):
    """Which elders to write, in which format; `full` shows numbers and names in plain and needs a reason."""

    format: Literal["csv", "xlsx"] = "xlsx"
    name: Annotated[str, Field(max_length=40)] | None = None
    area: AreaCode | None = None
    category: Category | None = None
    ability: Annotated[int, Field(ge=0, le=4)] | None = None
    full: bool = False
    reason: Annotated[Line, Field(min_length=4)] | None = None


class TakenOut(Input):
    """A list that somebody makes a file of: its title, how many rows, and the elders whom they name."""

    title: Annotated[Line, Field(max_length=60)]
    rows: Annotated[int, Field(ge=0, le=MOST_NAMED)]
    elder_ids: Annotated[list[RowId], Field(max_length=MOST_NAMED)]


@router.post("/imports/{register}", openapi_extra=FILE)
async def import_sheet(
    request: Request,
    actor: Importer,
    clock: Timed,
    vault: Sealed,
    register: Register,
    dry_run: bool = True,
    file_name: Annotated[str, Query(max_length=120, pattern=PLAIN)] = "sheet",
) -> dict[str, Any]:
    """Read a CSV or XLSX file (the raw body) of elders, of their assessments, or of terminals for a station's stock.

    On trial unless `dry_run` is false. The answer names every bad row: its number, the column, why, and what would be
    right. At most 5,000 rows and 1 MB.
    """
    body, database, now = await request.body(), database_of(request), clock.now()
    if dry_run:
        return await importing.try_sheet(database, actor, vault, register, body, now)
    return await importing.import_sheet(database, actor, vault, register, body, file_name, now)


@router.get("/imports")
async def list_imports(
    actor: Importer, session: Annotated[AsyncSession, Depends(reading)], clock: Timed, page: Annotated[Page, Depends()]
) -> dict[str, Any]:
    """What was imported, with the rows that were refused, what was broken off midway, and what was taken back."""
    return as_list(*await importing.list_imports(session, actor, page, clock.now()))


@router.post("/imports/{import_id}/undo")
async def undo_import(request: Request, actor: Importer, clock: Timed, import_id: PathId) -> dict[str, Any]:
    """Take an import back; who has been worked with since is kept and named."""
    return await importing.undo_import(database_of(request), actor, import_id, clock.now())


@router.get("/imports/{register}/template", response_class=Response, responses=SHEET)
async def show_template(actor: Importer, register: Register) -> Response:
    """An empty sheet with the headings, and one invented row that shows how cells look."""
    kind = KINDS[register]
    columns = kind.layout.columns
    rows = [[column.heads[0] for column in columns], [kind.example.get(column.field, "") for column in columns]]
    return _file(await asyncio.to_thread(tables.write_xlsx, register, rows), register, "xlsx")


@router.post("/exports/elders", response_class=Response, responses=SHEET)
async def export_elders(request: Request, actor: Desk, clock: Timed, vault: Sealed, wanted: Export) -> Response:
    """The register as a sheet, each row marked with who took it out; masked unless `full` with a reason."""
    if wanted.full and actor.role not in FULL:
        raise Forbidden(f"{actor.role} takes out masked sheets only")
    if wanted.full and wanted.reason is None:
        raise BadInput("why in full?", fields=[FieldProblem("reason", "is missing", "what it is needed for")])
    today = clock.now().astimezone(LOCAL).date()
    filters = Filters(today, wanted.name, wanted.area, wanted.category, wanted.ability)
    rows, withheld = await exporting.export_elders(
        database_of(request), actor, vault, filters, full=wanted.full, reason=wanted.reason, now=clock.now()
    )
    write = tables.write_csv if wanted.format == "csv" else lambda lines: tables.write_xlsx("老年人", lines)
    return _file(await asyncio.to_thread(write, rows), "elders", wanted.format, withheld)


@router.post("/exports/lists")
async def take_out_list(session: Writing, actor: Desk, clock: Timed, wanted: TakenOut) -> dict[str, Any]:
    """Whom of a list its file may not name; whoever makes one of what they read asks here first, and it is noted.

    `outside` are those of the `withheld` who are not the asker's; the others took consent back.
    """
    withdrawn, outside = await exporting.take_out(
        session, actor, wanted.title, wanted.rows, wanted.elder_ids, clock.now()
    )
    return {"withheld": sorted(withdrawn | outside), "outside": sorted(outside)}


def _file(body: bytes, name: str, ending: str, withheld: int = 0) -> Response:
    kind = tables.CSV if ending == "csv" else tables.XLSX
    headers = {"content-disposition": f'attachment; filename="{name}.{ending}"', "cache-control": "no-store"}
    headers |= exports.withheld_header(withheld)
    return Response(body, 200, headers, kind)
