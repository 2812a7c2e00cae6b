"""Notes and ends an elder's categories and lets cards say which hold today; refuses to note the same thing twice."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from models import Elder, ElderCategory
from models.types import Category
from service import audit
from service.auth import Actor
from service.bodies import all_faults
from service.clock import LOCAL
from service.elders import checking, queries, rules
from service.elders.standing import get_standing
from service.errors import FieldProblem, NotFound


async def note_category(
    session: AsyncSession,
    actor: Actor,
    elder_id: int,
    wanted: Mapping[str, Any],
    now: datetime,
    *,
    unread: Sequence[FieldProblem] = (),
) -> None:
    """Note that an elder belongs to a category; saying what is known already changes nothing.

    Where the same source says it began earlier than noted, it begins earlier. Raises NotFound, MergedAway, BadInput.
    """
    elder = await get_standing(session, actor, elder_id)
    checking.refuse(all_faults(unread, checking.category_faults([wanted], lambda _: "")))
    row, detail = await _find_same(session, elder_id, wanted), f"{wanted['category']}"
    if row is None:
        add_categories(session, elder_id, [wanted], now, actor.account_id)
    elif row.from_on <= wanted["from_on"]:
        return
    else:
        row.from_on, detail = wanted["from_on"], f"{detail} from {wanted['from_on']}, not {row.from_on}"
    elder.version += 1
    await refresh_categories(session, elder, now.astimezone(LOCAL).date())
    audit.note(session, now, actor.account_id, "elder.category", f"elder:{elder_id}", detail)


async def end_category(
    session: AsyncSession, actor: Actor, elder_id: int, row_id: int, until_on: date, now: datetime
) -> None:
    """Set the last day on which a category holds; one that is to begin and ends before that is taken off.

    Raises NotFound, MergedAway, BadInput.
    """
    elder = await get_standing(session, actor, elder_id)
    row = await session.get(ElderCategory, row_id)
    if row is None or row.elder_id != elder_id:
        raise NotFound(f"no category {row_id} of elder {elder_id}")
    today = now.astimezone(LOCAL).date()
    off = until_on < row.from_on and today < row.from_on
    checking.refuse(rules.span_problems("", None if off else row.from_on, until_on))
    if off:
        await session.delete(row)
    else:
        row.until_on = until_on
    elder.version += 1
    await refresh_categories(session, elder, today)
    audit.note(
        session, now, actor.account_id, "elder.category_ended", f"elder:{elder_id}", f"{row.category} {until_on}"
    )


async def refresh_categories(session: AsyncSession, elder: Elder, today: date) -> None:
    """Let the codes on the elder's own row say what holds today; who lives alone is known to the calls as well."""
    await session.flush()
    rows = await queries.category_rows(session, elder.id)
    held = rules.held_on([(row.category, row.from_on, row.until_on) for row in rows], today)
    elder.lives_alone = Category.LIVING_ALONE.value in held or (elder.lives_alone and not _ever_alone(rows))
    elder.categories = held
    await session.flush()


def _ever_alone(rows: Iterable[ElderCategory]) -> bool:
    """Whether living alone was ever noted as a category: then the categories decide, else the mark on the row."""
    return any(row.category is Category.LIVING_ALONE for row in rows)


def add_categories(
    session: AsyncSession, elder_id: int, wanted: Iterable[Mapping[str, Any]], now: datetime, by: int | None
) -> None:
    """Note these categories of an elder as they are told; looks for none that is known."""
    session.add_all(ElderCategory(elder_id=elder_id, noted_at=now, noted_by=by, **one) for one in wanted)


async def _find_same(session: AsyncSession, elder_id: int, wanted: Mapping[str, Any]) -> ElderCategory | None:
    """What the same source noted of the same category: the earliest without an end, or the very span where one ends."""
    told = wanted["category"], wanted["source"], wanted["until_on"]
    for row in await queries.category_rows(session, elder_id):
        same = (row.category, row.source, row.until_on) == told
        if same and (row.until_on is None or row.from_on == wanted["from_on"]):
            return row
    return None
