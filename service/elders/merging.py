"""Finds rows that are one person, makes one of them with both histories, and takes that back; refuses to delete any."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from models import Base, Bed, Elder, Merge
from models.types import BedState
from service import audit
from service.auth import Actor
from service.clock import LOCAL, rfc3339
from service.elders import queries
from service.elders.categories import refresh_categories
from service.elders.levels import chain_results
from service.elders.two_ladders import join_ladders, part_ladders
from service.elders.two_waits import hold_waits, restore_second, withdraw_second
from service.errors import BadInput, Conflict, FieldProblem, NotFound
from service.paging import Page, page_of

FILLED = (
    *("id_number_sealed", "id_number_hash", "phone_sealed", "phone_hash", "conditions_sealed", "medicines_sealed"),
    *("dialect", "notes", "provider_id", "registered_on"),
)
"""What the row that stays takes from the one that goes where it has nothing itself."""
LEFT_OUT = {"elder_merge"}
MOST_GROUPS = 200


class CannotMerge(Conflict):
    """These two rows cannot become one as they stand."""

    code = "elder.cannot_merge"


class CannotUndo(Conflict):
    """This merge was taken back already, or a later one builds on it."""

    code = "merge.cannot_undo"


async def find_doubles(session: AsyncSession, actor: Actor, today: date) -> list[dict[str, Any]]:
    """Groups of rows in scope that are, or may be, one person: same ID number, or same name and date of birth."""
    groups = [
        (why, ids)
        for why, columns in (("id_number", [Elder.id_number_hash]), ("name_and_birth", [Elder.name, Elder.born_on]))
        for ids in await queries.doubled(session, actor, columns, MOST_GROUPS)
    ]
    rows = await queries.elders_among(session, [one for _, ids in groups for one in ids])
    views = {view["id"]: view for view in await queries.elder_views(session, rows, today)}
    return [{"why": why, "elders": [views[one] for one in ids]} for why, ids in groups]


async def merge(
    session: AsyncSession, actor: Actor, kept_id: int, gone_id: int, reason: str, now: datetime
) -> dict[str, Any]:
    """Let one row stand for both: everything of `gone_id` moves to `kept_id`, empty fields are filled from it.

    Where both wait for a bed one application goes on, as of the earlier day; the kept row's contacts and guardian come
    first. Every row that moved is written down, so that it can be taken back. Raises NotFound, CannotMerge, BadInput.
    """
    if kept_id == gone_id:
        raise BadInput("one row alone", fields=[FieldProblem("gone_id", "is the same elder", "the other row's id")])
    await _hold(session, (kept_id, gone_id))
    kept, gone = [await queries.get_elder(session, actor, number) for number in (kept_id, gone_id)]
    await _refuse_unlike(session, kept, gone)
    withdrawn = await withdraw_second(session, actor, kept_id, gone_id, now)
    moved = await _move_rows(session, kept_id, gone_id)
    filled = [field for field in FILLED if getattr(kept, field) is None and getattr(gone, field) is not None]
    for field in filled:
        setattr(kept, field, getattr(gone, field))
    kept.version += 1
    gone.version, gone.merged_into_id = gone.version + 1, kept_id
    row = Merge(kept_id=kept_id, gone_id=gone_id, reason=reason, merged_at=now, merged_by=actor.account_id)
    ladder = await join_ladders(session, kept_id, moved.get("contact", []))
    row.moved = {"rows": moved, "filled": filled, "withdrawn": withdrawn, "ladder": ladder}
    session.add(row)
    await _settle(session, kept, now)
    audit.note(session, now, actor.account_id, "elder.merged", f"elder:{kept_id}", f"from elder:{gone_id}: {reason}")
    return merge_view(row)


async def _refuse_unlike(session: AsyncSession, kept: Elder, gone: Elder) -> None:
    """Raises CannotMerge for rows that do not stand, for two beds, and where only one of the two has left."""
    if kept.merged_into_id is not None or gone.merged_into_id is not None:
        raise CannotMerge("one of the two was merged before")
    if await _beds(session, kept.id) and await _beds(session, gone.id):
        raise CannotMerge("both have a family care bed: close one of them first")
    if (kept.left_on is None) is not (gone.left_on is None):
        raise CannotMerge("one of the two has left the register: note it of both, or of neither")


async def _move_rows(session: AsyncSession, kept_id: int, gone_id: int) -> dict[str, Any]:
    """Everything that points at the one row points at the other: by table, the keys of what moved."""
    moved: dict[str, Any] = {}
    for table, column, key in _places():
        rows = await session.execute(select(key).where(column == gone_id))
        ids = await _hand_over(session, column, key, [row[0] for row in rows.all()], kept_id)
        if ids:
            moved[table] = ids
    return moved


async def _settle(session: AsyncSession, elder: Elder, now: datetime) -> None:
    """After rows came or went: what cards repeat of categories and results is true, and a bed stands at their home."""
    await refresh_categories(session, elder, now.astimezone(LOCAL).date())
    await chain_results(session, elder)
    standing = (Bed.elder_id == elder.id) & (Bed.state != BedState.CLOSED)
    await session.execute(update(Bed).where(standing).values(area_code=elder.area_code))


async def _hold(session: AsyncSession, elder_ids: Collection[int]) -> None:
    """Hold applications, beds and rows of these elders, in this order: nothing is begun under either meanwhile."""
    await hold_waits(session, elder_ids)
    beds = select(Bed.id).where(Bed.elder_id.in_(elder_ids), Bed.state != BedState.CLOSED).order_by(Bed.id)
    await session.execute(beds.with_for_update())
    await queries.hold_elders(session, elder_ids)


async def _hand_over(session: AsyncSession, column: Any, key: Any, ids: list[Any], to: int) -> list[Any]:
    """Give these rows to another elder; a row that may stand there only once (a closed bed) stays where it is."""
    over = []
    for some in [ids] if len(ids) > 1 else [[one] for one in ids]:
        try:
            async with session.begin_nested():
                await session.execute(update(column.table).where(key.in_(some)).values({column.name: to}))
            over += some
        except IntegrityError:
            over += [] if len(some) == 1 else await _one_by_one(session, column, key, some, to)
    return over


async def _one_by_one(session: AsyncSession, column: Any, key: Any, ids: list[Any], to: int) -> list[Any]:
    return [one for number in ids for one in await _hand_over(session, column, key, [number], to)]


async def undo_merge(session: AsyncSession, actor: Actor, merge_id: int, now: datetime) -> dict[str, Any]:
    """Give every row that moved back to the elder it came from; what was added or changed since stays.

    Raises NotFound, CannotUndo, also where both would have one ID number.
    """
    row = await session.get(Merge, merge_id)
    if row is None:
        raise NotFound(f"no merge {merge_id}")
    kept, gone = [await queries.get_elder(session, actor, number) for number in (row.kept_id, row.gone_id)]
    mine = update(Merge).where(Merge.id == merge_id, Merge.undone_at.is_(None))
    undone = mine.values(undone_at=now, undone_by=actor.account_id).returning(Merge.id)
    if kept.merged_into_id is not None or (await session.execute(undone)).first() is None:
        raise CannotUndo("taken back before, or the row that stayed was merged on: take that back first")
    for table, column, key in _places():
        ids = row.moved["rows"].get(table, [])
        back = update(column.table).where(key.in_(ids), column == row.kept_id)
        await session.execute(back.values({column.name: row.gone_id}))
    await part_ladders(session, row.gone_id, row.moved.get("ladder", []))
    await restore_second(session, actor, row.moved.get("withdrawn"), now)
    for field in row.moved["filled"]:
        if getattr(kept, field) == getattr(gone, field):
            setattr(kept, field, None)
    kept.version, gone.version, gone.merged_into_id = kept.version + 1, gone.version + 1, None
    await _refuse_two(session, gone)
    for elder in (kept, gone):
        await _settle(session, elder, now)
    audit.note(session, now, actor.account_id, "elder.merge_undone", f"elder:{kept.id}", f"elder:{gone.id} is back")
    await session.refresh(row)
    return merge_view(row)


async def _refuse_two(session: AsyncSession, gone: Elder) -> None:
    """Nobody else may have the ID number of a row that comes back. Raises CannotUndo."""
    await session.flush()
    if gone.id_number_hash is None:
        return
    other = await queries.find_by_id_number(session, gone.id_number_hash, gone.id)
    if other is not None:
        raise CannotUndo(f"elder {other.id} was given the ID number of elder {gone.id}: change it first")


async def list_merges(
    session: AsyncSession, actor: Actor, page: Page, elder_id: int | None = None
) -> tuple[list[dict[str, Any]], str | None]:
    """Merges within scope, by id; of `elder_id` those where it stays or goes."""
    query = select(Merge).join(Elder, Elder.id == Merge.kept_id)
    query = query.where(actor.scope(Elder.area_code, Elder.provider_id))
    if elder_id is not None:
        query = query.where((Merge.kept_id == elder_id) | (Merge.gone_id == elder_id))
    rows, following = await page_of(session, query, Merge.id, page)
    return [merge_view(row) for row in rows], following


def merge_view(row: Merge) -> dict[str, Any]:
    """A merge with how much of each kind moved."""
    return {
        "id": row.id,
        "kept_id": row.kept_id,
        "gone_id": row.gone_id,
        "reason": row.reason,
        "withdrawn_entry_id": (row.moved.get("withdrawn") or {}).get("entry_id"),
        "moved": {table: len(ids) for table, ids in row.moved["rows"].items()},
        "filled": sorted({field.removesuffix("_sealed").removesuffix("_hash") for field in row.moved["filled"]}),
        "merged_at": rfc3339(row.merged_at),
        "undone_at": rfc3339(row.undone_at),
    }


def _places() -> list[tuple[str, Any, Any]]:
    """Every column `elder_id` with its table's name and key; a new table comes along by itself."""
    found = []
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            points = any(key.target_fullname == "elder.id" for key in column.foreign_keys)
            if points and table.name not in LEFT_OUT and column.name == "elder_id":
                (key,) = table.primary_key.columns
                found.append((str(table.name), column, key))  # SQLAlchemy's own kind of str is no key in JSON
    return found


async def _beds(session: AsyncSession, elder_id: int) -> bool:
    query = select(Bed.id).where(Bed.elder_id == elder_id, Bed.state != BedState.CLOSED)
    return (await session.scalars(query)).first() is not None
