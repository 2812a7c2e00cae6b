"""Which registers take sheets, and what each does with a row; refuses to know how rows are cut into transactions."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from service.assessments import importing as results
from service.auth import Actor
from service.devices import importing as terminals
from service.devices import placing
from service.devices.queries import next_of_import as terminals_of_import
from service.elders import removing
from service.elders.actions import check_elder, register_elder
from service.errors import FieldProblem
from service.exchange import elder_sheet, result_sheet, terminal_sheet
from service.exchange.sheets import Layout, RowFault
from service.vault import Vault

Wanted = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """One register: its sheet, a row read, checked (answers what may stand only once), written, and taken back.

    A row that can be read in part is checked with the faults of the rest, so that its every fault is told at once.
    `brought` gives the next ids of an import after one (None: the first), `remove` who is gone and who stays.
    """

    layout: Layout
    read: Callable[[int, Mapping[str, str], date], tuple[Wanted, list[RowFault]]]
    check: Callable[[AsyncSession, Actor, Vault, Wanted, datetime, Sequence[FieldProblem]], Awaitable[Hashable]]
    write: Callable[[AsyncSession, Actor, Vault, Wanted, datetime, int], Awaitable[object]]
    brought: Callable[[AsyncSession, int, Any, int], Awaitable[Sequence[Any]]]
    remove: Callable[[AsyncSession, Sequence[Any]], Awaitable[tuple[list[Any], list[Any]]]]
    key_field: str
    example: Mapping[str, str]


async def _register(
    session: AsyncSession, actor: Actor, vault: Vault, wanted: Wanted, now: datetime, import_id: int
) -> int:
    return await register_elder(session, actor, vault, wanted, now, import_id=import_id)


async def _check_result(
    session: AsyncSession, actor: Actor, vault: Vault, wanted: Wanted, now: datetime, unread: Sequence[FieldProblem]
) -> Hashable:
    elder_id = await results.check_result(session, actor, vault, wanted, now, unread)
    return elder_id, wanted["scale"], wanted["assessed_on"]


KINDS = {
    "elders": Kind(
        elder_sheet.SHEET,
        elder_sheet.read_row,
        check_elder,
        _register,
        removing.next_of_import,
        removing.remove_untouched,
        "id_number",
        {
            "name": "示例", "sex": "女", "born_on": "1940-05-06", "area_code": "370613001001", "datum": "wgs84",
            "address": "试验路 1 号 2-301", "lon": "121.4450", "lat": "37.5110", "floor": "3", "lift": "否",
            "lives_alone": "是", "categories": "独居、高龄", "source": "村居走访",
        },
    ),
    "assessments": Kind(
        result_sheet.SHEET,
        result_sheet.read_row,
        _check_result,
        results.read_result,
        results.next_of_import,
        results.remove_unreviewed,
        "assessed_on",
        {
            "id_number": "990000194005060123", "scale": "GB/T 42195", "level": "中度失能", "assessed_on": "2025-10-08",
            "source": "示例评估机构",
        },
    ),
    "terminals": Kind(
        terminal_sheet.SHEET,
        terminal_sheet.read_row,
        terminals.check_terminal,
        terminals.register_row,
        terminals_of_import,
        placing.remove_unused,
        "id",
        {"id": "T-0001", "model": "床头一键", "station": "示例服务站"},
    ),
}  # fmt: skip
