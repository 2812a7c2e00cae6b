"""Looks up the month's register of patrols with who was seen, who will be and who is missing; refuses to change it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, Subquery, and_, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from models import Area, Bed, BedPause, Elder, Household, MenuItem, PatrolTarget, Visit
from models.types import BedState, Family, VisitState
from service.auth import Actor
from service.errors import NotFound
from service.paging import Page
from service.patrols.rules import Standing, days_left, month_of
from service.policies.queries import policy_on
from service.vault import masked_name

CHUNK = 400
DONE = (VisitState.FINISHED, VisitState.CONFIRMED)
COMING = (VisitState.ACCEPTED, VisitState.EN_ROUTE, VisitState.ARRIVED, VisitState.IN_SERVICE)
STREET = 9


@dataclass(frozen=True)
class Month:
    """The month that is asked about, and the day from which it is looked at."""

    first: date
    last: date
    today: date


def month_around(day: date, today: date) -> Month:
    """The month of a day, seen from today."""
    return Month(*month_of(day), today)


def _seen(month: Month) -> Subquery:
    """By elder: the last day of the month on which a patrol was done."""
    query = select(Visit.elder_id, func.max(Visit.service_on).label("seen_on"))
    inside = Visit.service_on.between(month.first, month.last) & Visit.state.in_(DONE)
    return query.where(Visit.family == Family.PATROL, inside).group_by(Visit.elder_id).subquery()


def _ahead(month: Month) -> Subquery:
    """By elder: the next day of the month on which a patrol is to be done."""
    query = select(Visit.elder_id, func.min(Visit.service_on).label("planned_on"))
    inside = Visit.service_on.between(max(month.first, month.today), month.last) & Visit.state.in_(COMING)
    return query.where(Visit.family == Family.PATROL, inside).group_by(Visit.elder_id).subquery()


def _register(actor: Actor, month: Month) -> Select[PatrolTarget, date | None, date | None]:
    seen, ahead = _seen(month), _ahead(month)
    return (
        select(PatrolTarget, seen.c.seen_on, ahead.c.planned_on)
        .outerjoin(seen, seen.c.elder_id == PatrolTarget.elder_id)
        .outerjoin(ahead, ahead.c.elder_id == PatrolTarget.elder_id)
        .where(PatrolTarget.month_on == month.first, PatrolTarget.dropped_at.is_(None))
        .where(actor.scope(PatrolTarget.area_code, PatrolTarget.provider_id))
    )


def _wanted(query: Any, status: str | None) -> Any:
    """Those of the register who are done, planned, missing, or not seen yet; all without a word."""
    seen, planned = query.selected_columns["seen_on"], query.selected_columns["planned_on"]
    return query.where(
        {
            None: true(),
            "done": seen.is_not(None),
            "planned": and_(seen.is_(None), planned.is_not(None)),
            "missing": and_(seen.is_(None), planned.is_(None)),
            "unseen": seen.is_(None),
        }[status]
    )


async def list_targets(
    session: AsyncSession, actor: Actor, page: Page, month: Month, status: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """The month's register in scope, by id: all, or those done, planned, missing, or not seen yet."""
    query = _wanted(_register(actor, month), status).where(PatrolTarget.id > page.cursor)
    rows = (await session.execute(query.order_by(PatrolTarget.id).limit(page.limit + 1))).all()
    shown = rows[: page.limit]
    following = str(shown[-1][0].id) if len(rows) > page.limit else None
    return await _views(session, shown, month), following


async def all_targets(session: AsyncSession, actor: Actor, month: Month, at_most: int) -> list[dict[str, Any]]:
    """The same for all of them, for a spreadsheet."""
    rows: list[dict[str, Any]] = []
    after: str | None = "0"
    while after is not None and len(rows) < at_most:
        some, after = await list_targets(session, actor, Page(int(after), CHUNK), month, None)
        rows += some
    return rows[:at_most]


async def _views(session: AsyncSession, rows: Sequence[Any], month: Month) -> list[dict[str, Any]]:
    ids = [target.elder_id for target, _, _ in rows]
    query = select(Elder.id, Elder.name, Elder.lives_alone, Household.address).where(Elder.id.in_(ids))
    people = {row.id: row for row in await session.execute(query.join(Household, Household.id == Elder.household_id))}
    left = days_left(month.today, month.last)
    return [
        {
            "id": target.id,
            "elder_id": target.elder_id,
            "elder": masked_name(people[target.elder_id].name),
            "address": people[target.elder_id].address,
            "area_code": target.area_code,
            "provider_id": target.provider_id,
            "groups": target.groups,
            "status": "done" if seen_on else "planned" if planned_on else "missing",
            "seen_on": seen_on.isoformat() if seen_on else None,
            "planned_on": planned_on.isoformat() if planned_on else None,
            "days_left": left,
        }
        for target, seen_on, planned_on in rows
    ]


async def rate(session: AsyncSession, actor: Actor, month: Month) -> dict[str, Any]:
    """The month's rate to the person, in all and by street, with the goal and the days left."""
    inner = _register(actor, month).subquery()
    street = func.substr(inner.c.area_code, 1, STREET)
    planned = func.count().filter(inner.c.seen_on.is_(None), inner.c.planned_on.is_not(None))
    query = select(street, func.count(), func.count(inner.c.seen_on), planned).group_by(street).order_by(street)
    parts = {code: Standing(*numbers) for code, *numbers in await session.execute(query)}
    whole = Standing(*(sum(getattr(part, name) for part in parts.values()) for name in ("targets", "done", "planned")))
    areas = actor.area_codes or tuple(f"{code}000" for code in parts) or ("0" * 12,)
    goal = (await policy_on(session, "patrol.groups", areas[0], month.today)).value["goal_percent"]
    return {
        "month": month.first.isoformat(),
        "days_left": days_left(month.today, month.last),
        "goal_percent": goal,
        **_standing(whole),
        "met": whole.percent() >= goal,
        "streets": [{"area_code": f"{code}000", **_standing(part)} for code, part in parts.items()],
    }


def _standing(part: Standing) -> dict[str, Any]:
    numbers = {"targets": part.targets, "done": part.done, "planned": part.planned, "missing": part.missing}
    return {**numbers, "percent": part.percent()}


async def get_target(session: AsyncSession, actor: Actor, target_id: int) -> PatrolTarget:
    """One person on a register, in scope. Raises NotFound."""
    mine = actor.scope(PatrolTarget.area_code, PatrolTarget.provider_id)
    target = (await session.scalars(select(PatrolTarget).where(PatrolTarget.id == target_id, mine))).one_or_none()
    if target is None:
        raise NotFound(f"no patrol {target_id}")
    return target


async def elders_after(session: AsyncSession, after: int, prefix: str, limit: int) -> Sequence[Elder]:
    """The next elders by id who are on the register of elders, inside an area."""
    here = Elder.area_code.startswith(prefix) & Elder.left_on.is_(None) & Elder.merged_into_id.is_(None)
    return (await session.scalars(select(Elder).where(Elder.id > after, here).order_by(Elder.id).limit(limit))).all()


async def targets_of(session: AsyncSession, month: Month, elder_ids: Collection[int]) -> dict[int, PatrolTarget]:
    """By elder: their line on the month's register, dropped ones too."""
    query = select(PatrolTarget).where(PatrolTarget.month_on == month.first, PatrolTarget.elder_id.in_(elder_ids))
    return {row.elder_id: row for row in await session.scalars(query)}


async def rests_of(
    session: AsyncSession, elder_ids: Collection[int], today: date
) -> dict[int, tuple[date, date | None]]:
    """By elder: the rest of their bed that goes on today or begins later; the others are absent."""
    query = select(BedPause.elder_id, BedPause.from_on, BedPause.until_on).where(BedPause.elder_id.in_(elder_ids))
    query = query.where(or_(BedPause.until_on.is_(None), BedPause.until_on > today))
    return {row.elder_id: (row.from_on, row.until_on) for row in await session.execute(query)}


async def seen_in(session: AsyncSession, month: Month, elder_ids: Collection[int]) -> set[int]:
    """Those of these elders whom a patrol has seen in the month."""
    seen = _seen(month)
    return set(await session.scalars(select(seen.c.elder_id).where(seen.c.elder_id.in_(elder_ids))))


async def missing_in(session: AsyncSession, month: Month, prefix: str) -> list[tuple[PatrolTarget, Elder]]:
    """People of an area who were not seen and will not be as it stands, neighbours together."""
    seen, ahead = _seen(month), _ahead(month)
    query = (
        select(PatrolTarget, Elder)
        .join(Elder, Elder.id == PatrolTarget.elder_id)
        .outerjoin(seen, seen.c.elder_id == PatrolTarget.elder_id)
        .outerjoin(ahead, ahead.c.elder_id == PatrolTarget.elder_id)
        .where(PatrolTarget.month_on == month.first, PatrolTarget.dropped_at.is_(None))
        .where(PatrolTarget.area_code.startswith(prefix), seen.c.elder_id.is_(None), ahead.c.elder_id.is_(None))
    )
    rows = await session.execute(query.order_by(PatrolTarget.area_code, Elder.household_id, Elder.id))
    return [(target, elder) for target, elder in rows]


async def still_missing(session: AsyncSession, month: Month, elder_ids: Collection[int]) -> set[int]:
    """Those of these elders who were not seen and have no patrol ahead."""
    ahead = _ahead(month)
    planned = set(await session.scalars(select(ahead.c.elder_id).where(ahead.c.elder_id.in_(elder_ids))))
    return set(elder_ids) - planned - await seen_in(session, month, elder_ids)


async def hold_beds(session: AsyncSession, elder_ids: Collection[int]) -> None:
    """Hold the beds of these elders until the transaction ends, so that none is suspended meanwhile."""
    theirs = select(Bed.id).where(Bed.elder_id.in_(elder_ids), Bed.state != BedState.CLOSED).order_by(Bed.id)
    await session.execute(theirs.with_for_update(read=True))


async def prefix_of(session: AsyncSession, actor: Actor, area_code: str) -> str:
    """The digits that the codes of an area in scope begin with. Raises NotFound."""
    area = await session.get(Area, area_code)
    if area is None or not actor.sees(area.code, None):
        raise NotFound(f"no area {area_code}")
    return area.prefix


async def find_item(session: AsyncSession) -> MenuItem | None:
    """The patrol of the menu; None when the menu has none."""
    query = select(MenuItem).where(MenuItem.family == Family.PATROL, MenuItem.on_sale).order_by(MenuItem.id)
    return (await session.scalars(query.limit(1))).first()


async def has_register(session: AsyncSession, month: Month, prefix: str) -> bool:
    """Whether a month's register was begun in an area."""
    here = (PatrolTarget.month_on == month.first) & PatrolTarget.area_code.startswith(prefix)
    return (await session.scalars(select(PatrolTarget.id).where(here).limit(1))).first() is not None


async def districts(session: AsyncSession) -> list[str]:
    """The six digits of every district in which somebody is registered."""
    prefix = func.substr(Elder.area_code, 1, 6)
    return list(await session.scalars(select(prefix).distinct().order_by(prefix)))
