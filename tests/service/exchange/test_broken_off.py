"""Promise: a row that the database refuses is its own fault; an import that dies says what came, and is taken back."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, Elder, RegisterImport
from models.types import Role
from service.auth import Actor
from service.exchange import importing
from service.exchange.kinds import KINDS, Kind
from service.exchange.tables import write_csv
from tests.fixtures.town import TownBuilder
from tests.service.exchange.test_elders import HEADS, line

ROWS, BAD, LAST = 6, 3, 5
ELDERS = KINDS["elders"]


def spoilt(**at: Any) -> Kind:
    """Elders as they are registered, one a transaction; the home of `bad` is none, after `last` the process dies."""

    async def write(session: AsyncSession, *rest: Any) -> None:
        elder_id = await ELDERS.write(session, *rest)
        await asyncio.sleep(importing.AIM_S)
        told = str(rest[2]["home"]["address"])
        if told == at["bad"]:
            await session.execute(update(Elder).where(Elder.id == elder_id).values(household_id=0))
        if told == at.get("last"):
            raise SystemError("the process died")

    return replace(ELDERS, write=write)


async def brings(town: TownBuilder, kind: Kind) -> tuple[int, importing.Sheet]:
    """A sheet of six for good: the import's id and the sheet with its faults."""
    now, sheet = (
        town.clock.now(),
        importing.read_sheet(ELDERS, write_csv([HEADS, *(line(number) for number in range(2, ROWS + 2))]), town.today),
    )
    async with town.database.writing() as session:
        account = (await session.scalars(select(Account).where(Account.name == "root"))).one()
        actor = Actor(account.id, "root", "r", Role.ADMIN, None, None, None, (), ("",), 1, "console")
        row = await importing._begin(session, actor, "elders", "三月.csv", b"x" * 32, sheet.count, now)
    try:
        await importing._write(
            town.database, actor, town.vault, kind, [one[:2] for one in sheet.rows], sheet, row.id, now
        )
    except SystemError:
        assert row.done_at is None
    return row.id, sheet


async def came_of(town: TownBuilder, import_id: int) -> tuple[int, int]:
    """How many the list says, and how many are in the register."""
    async with town.database.reading() as session:
        added = (await session.get_one(RegisterImport, import_id)).added
        return added, len(list(await session.scalars(select(Elder.id).where(Elder.import_id == import_id))))


async def test_a_row_that_the_database_refuses(town: TownBuilder) -> None:
    """The others come, and nothing of it stays."""
    import_id, sheet = await brings(town, spoilt(bad=f"试验路 {BAD} 号"))
    assert await came_of(town, import_id) == (ROWS - 1, ROWS - 1)
    assert [(fault.row, fault.problem) for fault in sheet.faults] == [(BAD, "does not fit what is in the register")]


async def listed(desk: httpx.AsyncClient) -> dict[str, Any]:
    (row,) = (await desk.get("/api/imports")).json()["items"]
    return dict(row)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_import_that_dies(town: TownBuilder) -> None:
    """What stands is counted as it goes; after a quarter of an hour the list says broken off, until it is undone."""
    import_id, _ = await brings(town, spoilt(bad="", last=f"试验路 {LAST} 号"))
    assert await came_of(town, import_id) == (came := LAST - 2, came)
    root = await town.desk("root")
    assert (await listed(root))["broken_off"] is False
    town.clock.shift(minutes=15)
    row = await listed(await town.desk("root"))
    assert (row["broken_off"], row["done_at"], row["added"]) == (True, None, came)
    root = await town.desk("root")
    undone = await root.post(f"/api/imports/{import_id}/undo")
    assert undone.json()["removed"] == came and (await listed(root))["broken_off"] is False


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_undo_that_dies(town: TownBuilder, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not told as done, the file stands, and asked again it takes back who is left."""
    import_id, _ = await brings(town, ELDERS)
    root = await town.desk("root")

    async def remove(session: AsyncSession, ids: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
        if (await came_of(town, import_id))[1] < ROWS:
            raise SystemError("the process died")
        return await ELDERS.remove(session, ids)

    with monkeypatch.context() as dying:
        dying.setattr(importing, "REMOVE", 2)
        dying.setitem(KINDS, "elders", replace(ELDERS, remove=remove))
        assert (await root.post(f"/api/imports/{import_id}/undo")).status_code == 500
    assert (await came_of(town, import_id))[1] == ROWS - 2
    row = await listed(root)
    assert (row["undone_at"], row["can_undo"]) == (None, True)
    assert (await root.post(f"/api/imports/{import_id}/undo")).json()["removed"] == ROWS - 2
    row = await listed(root)
    assert row["undone_at"] is not None and row["can_undo"] is False
