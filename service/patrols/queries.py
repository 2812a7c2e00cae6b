"""Looks up the month's register of patrols with who was seen, who will be and who is missing; refuses to change it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from models import Area, Bed, BedPause, Elder, Household, MenuItem, PatrolTarget, Visit
from models.types import BedState, Family, VisitState
from service.auth import Actor
from service.errors import NotFound
from service.paging import Page, page_of
from service.patrols.rules import Standing, days_left, month_of
from service.policies.queries import policy_on
from service.vault import masked_name

CHUNK = 400
DONE = (VisitState.FINISHED, VisitState.CONFIRMED)
COMING = (VisitState.ACCEPTED, VisitState.EN_ROUTE, VisitState.ARRIVED, VisitState.IN_SERVICE)
STREET = 9
PATROL = bindparam(None, Family.PATROL, type_=Visit.family.type, literal_execute=True)
"""Written into the statement: an index of patrols alone is used only where the database sees the word when it plans."""


@dataclass(frozen=True)
class Month:
    """The month that is asked about, and the day from which it is looked at."""

    first: date
    last: date
    today: date


def month_around(day: date, today: date) -> Month:
    """The month of a day, seen from today."""
    return Month(*month_of(day), today)


def _patrol(month: Month, since: date, states: Sequence[VisitState]) -> ColumnElement[bool]:
    """The patrols of a month from a day on that are in one of these states."""
    return and_(Visit.family == PATROL, Visit.service_on.between(since, month.last), Visit.state.in_(states))


def was_seen(month: Month) -> ColumnElement[bool]:
    """Whether a person on the register was looked in on in the month."""
    return exists().where(Visit.elder_id == PatrolTarget.elder_id, _patrol(month, month.first, DONE))


def has_ahead(month: Month) -> ColumnElement[bool]:
    """Whether a person on the register has a look-in ahead in the month, from today on."""
    since = max(month.first, month.today)
    return exists().where(Visit.elder_id == PatrolTarget.elder_id, _patrol(month, since, COMING))


def _register(actor: Actor, month: Month) -> ColumnElement[bool]:
    on_it = and_(PatrolTarget.month_on == month.first, PatrolTarget.dropped_at.is_(None))
    return on_it & actor.scope(PatrolTarget.area_code, PatrolTarget.provider_id)


def _wanted(month: Month, status: str | None) -> ColumnElement[bool]:
    """Those of the register who are done, planned, missing, or not seen yet; all without a word."""
    if status is None:
        return true()
    if status == "done":
        return was_seen(month)
    if status == "unseen":
        return ~was_seen(month)
    return ~was_seen(month) & (has_ahead(month) if status == "planned" else ~has_ahead(month))


async def list_targets(
    session: AsyncSession, actor: Actor, page: Page, month: Month, status: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """The month's register in scope, by id: all, or those done, planned, missing, or not seen yet."""
    query = select(PatrolTarget).where(_register(actor, month), _wanted(month, status))
    rows, following = await page_of(session, query, PatrolTarget.id, page)
    return await _views(session, rows, month), following


async def all_targets(session: AsyncSession, actor: Actor, month: Month, at_most: int) -> list[dict[str, Any]]:
    """The same for all of them, for a spreadsheet."""
    rows: list[dict[str, Any]] = []
    after: str | None = "0"
    while after is not None and len(rows) < at_most:
        some, after = await list_targets(session, actor, Page(int(after), CHUNK), month, None)
        rows += some
    return rows[:at_most]


async def _views(session: AsyncSession, rows: Sequence[PatrolTarget], month: Month) -> list[dict[str, Any]]:
    ids = [target.elder_id for target in rows]
    query = select(Elder.id, Elder.name, Household.address).where(Elder.id.in_(ids))
    people = {row.id: row for row in await session.execute(query.join(Household, Household.id == Elder.household_id))}
    seen, ahead = await _days(session, month, ids)
    left = days_left(month.today, month.last)
    views = []
    for target in rows:
        seen_on, planned_on = seen.get(target.elder_id), ahead.get(target.elder_id)
        views.append(
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
        )
    return views


async def _days(
    session: AsyncSession, month: Month, elder_ids: Collection[int]
) -> tuple[dict[int, date], dict[int, date]]:
    """By elder: the last day on which they were seen, and the next on which they are to be."""
    query = select(Visit.elder_id, Visit.state, Visit.service_on).where(
        Visit.elder_id.in_(elder_ids), _patrol(month, month.first, (*DONE, *COMING))
    )
    seen: dict[int, date] = {}
    ahead: dict[int, date] = {}
    for elder_id, state, day in await session.execute(query.order_by(Visit.service_on)):
        if state in DONE:
            seen[elder_id] = day
        elif day >= month.today:
            ahead.setdefault(elder_id, day)
    return seen, ahead


async def rate(session: AsyncSession, actor: Actor, month: Month) -> dict[str, Any]:
    """The month's rate to the person, in all and by street, with the goal and the days left.

    `percent` and `met` are None when nobody is on the register.
    """
    street = func.substr(PatrolTarget.area_code, 1, STREET)
    here = select(street, func.count()).where(_register(actor, month)).group_by(street).order_by(street)
    asked = (here, here.where(_wanted(month, "done")), here.where(_wanted(month, "planned")))
    counted: list[dict[str, int]] = [dict((await session.execute(query)).all()) for query in asked]
    targets, done, planned = counted
    parts = {code: Standing(count, done.get(code, 0), planned.get(code, 0)) for code, count in targets.items()}
    whole = Standing(*(sum(group.values()) for group in (targets, done, planned)))
    areas = actor.area_codes or tuple(f"{code}000" for code in parts) or ("0" * 12,)
    goal = (await policy_on(session, "patrol.groups", areas[0], month.today)).value["goal_percent"]
    percent = whole.percent()
    return {
        "month": month.first.isoformat(),
        "days_left": days_left(month.today, month.last),
        "goal_percent": goal,
        **_standing(whole),
        "met": None if percent is None else percent >= goal,
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
    return set((await _days(session, month, elder_ids))[0])


async def seen_since(session: AsyncSession, elder_ids: Collection[int], since: date) -> set[int]:
    """Those of these elders whom a patrol has seen on this day or later, at the door or as the village noted it."""
    theirs = Visit.elder_id.in_(elder_ids) & (Visit.family == PATROL) & Visit.state.in_(DONE)
    return set(await session.scalars(select(Visit.elder_id).where(theirs, Visit.service_on >= since).distinct()))


async def missing_in(session: AsyncSession, month: Month, prefix: str) -> list[tuple[PatrolTarget, Elder]]:
    """People of an area who were not seen and will not be as it stands, neighbours together."""
    here = (PatrolTarget.month_on == month.first) & PatrolTarget.area_code.startswith(prefix)
    query = select(PatrolTarget, Elder).join(Elder, Elder.id == PatrolTarget.elder_id)
    query = query.where(here, PatrolTarget.dropped_at.is_(None), _wanted(month, "missing"))
    rows = await session.execute(query.order_by(PatrolTarget.area_code, Elder.household_id, Elder.id))
    return [(target, elder) for target, elder in rows]


async def still_missing(session: AsyncSession, month: Month, elder_ids: Collection[int]) -> set[int]:
    """Those of these elders who were not seen and have no patrol ahead."""
    seen, ahead = await _days(session, month, elder_ids)
    return set(elder_ids) - set(seen) - set(ahead)


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
