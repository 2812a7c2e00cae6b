"""Routes for files: a sheet of elders in (on trial, for good, taken back), and out."""

import asyncio
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from models.types import Category, Role
from service.auth import DESK, Actor, Allow
from service.clock import LOCAL, Clock, clock_of
from service.db import database_of, reading
from service.elders.queries import Filters
from service.errors import BadInput, FieldProblem, Forbidden
from service.exchange import exporting, importing, tables
from service.exchange.elder_sheet import COLUMNS
from service.inputs import PLAIN, AreaCode, Input, Line, PathId
from service.paging import Page, as_list
from service.vault import Vault, vault_of

router = APIRouter(prefix="/api", tags=["files"])
Importer = Annotated[Actor, Depends(Allow(Role.ADMIN, Role.SUPERVISOR, Role.STATION_MANAGER))]
Desk = Annotated[Actor, Depends(Allow(*DESK))]
Timed = Annotated[Clock, Depends(clock_of)]
Sealed = Annotated[Vault, Depends(vault_of)]
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


@router.post("/imports/elders", openapi_extra=FILE)
async def import_elders(
    request: Request,
    actor: Importer,
    clock: Timed,
    vault: Sealed,
    dry_run: bool = True,
    file_name: Annotated[str, Query(max_length=120, pattern=PLAIN)] = "elders",
) -> dict[str, Any]:
    """Read a CSV or XLSX file (the raw body) of elders, on trial unless `dry_run` is false.

    The answer names every bad row: its number, the column, why, and what would be right. At most 5,000 rows and 1 MB.
    """
    body, database, now = await request.body(), database_of(request), clock.now()
    if dry_run:
        return await importing.try_elders(database, actor, vault, body, now)
    return await importing.import_elders(database, actor, vault, body, file_name, now)


@router.get("/imports")
async def list_imports(
    actor: Importer, session: Annotated[AsyncSession, Depends(reading)], page: Annotated[Page, Depends()]
) -> dict[str, Any]:
    """What was imported, with the rows that were refused, and what was taken back."""
    return as_list(*await importing.list_imports(session, actor, page))


@router.post("/imports/{import_id}/undo")
async def undo_import(request: Request, actor: Importer, clock: Timed, import_id: PathId) -> dict[str, Any]:
    """Take an import back; who has been worked with since is kept and named."""
    return await importing.undo_import(database_of(request), actor, import_id, clock.now())


@router.get("/imports/elders/template", response_class=Response, responses=SHEET)
async def show_template(actor: Importer, clock: Timed) -> Response:
    """An empty sheet with the headings, and one invented row that shows how cells look."""
    today: date = clock.now().astimezone(LOCAL).date()
    example = {"name": "示例", "sex": "女", "born_on": "1940-05-06", "area_code": "370613001001", "datum": "wgs84"}
    example |= {"address": "试验路 1 号 2-301", "lon": "121.4450", "lat": "37.5110", "floor": "3", "lift": "否"}
    example |= {"lives_alone": "是", "categories": "独居、高龄", "source": f"村居走访 {today.year}"}
    rows = [[column.heads[0] for column in COLUMNS], [example.get(column.field, "") for column in COLUMNS]]
    return _file(await asyncio.to_thread(tables.write_xlsx, "老年人", rows), "xlsx")


@router.post("/exports/elders", response_class=Response, responses=SHEET)
async def export_elders(request: Request, actor: Desk, clock: Timed, vault: Sealed, wanted: Export) -> Response:
    """The register as a sheet, each row marked with who took it out; masked unless `full` with a reason."""
    if wanted.full and actor.role not in FULL:
        raise Forbidden(f"{actor.role} takes out masked sheets only")
    if wanted.full and wanted.reason is None:
        raise BadInput("why in full?", fields=[FieldProblem("reason", "is missing", "what it is needed for")])
    today = clock.now().astimezone(LOCAL).date()
    filters = Filters(today, wanted.name, wanted.area, wanted.category, wanted.ability)
    rows = await exporting.export_elders(
        database_of(request), actor, vault, filters, full=wanted.full, reason=wanted.reason, now=clock.now()
    )
    write = tables.write_csv if wanted.format == "csv" else lambda lines: tables.write_xlsx("老年人", lines)
    return _file(await asyncio.to_thread(write, rows), wanted.format)


def _file(body: bytes, ending: str) -> Response:
    kind = tables.CSV if ending == "csv" else tables.XLSX
    headers = {"content-disposition": f'attachment; filename="elders.{ending}"', "cache-control": "no-store"}
    return Response(body, 200, headers, kind)
