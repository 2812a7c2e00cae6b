"""Looks up promised hours, duty cover and respite of beds; refuses to change them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, Bed, BedPause, BedStep, Duty, Elder, Order, Provider, Respite, Station, Visit
from models.types import BedState, Family, OrderState, Post, RespiteState, VisitState
from service.auth import Actor
from service.beds.queries import billed_days
from service.clock import rfc3339
from service.facts import Level, facts, levels_of
from service.orders.queries import blocks_of
from service.paging import Page, page_of
from service.policies.conditions import first_holding
from service.policies.queries import Book, book_of
from service.promises import rules
from service.town_clock import local_midnight
from service.vault import masked_name

CHUNK = 400
LIVE = (BedState.ACTIVE, BedState.SUSPENDED)
NOT_CARE = (Family.PATROL, Family.VOLUNTEER, Family.RESPITE)
DONE = (VisitState.FINISHED, VisitState.CONFIRMED)
COMING = (VisitState.ACCEPTED, VisitState.EN_ROUTE, VisitState.ARRIVED, VisitState.IN_SERVICE)
SHOWN_GAPS = 50


@dataclass(frozen=True)
class Month:
    """The month that is asked about, and the day from which it is looked at."""

    first: date
    last: date
    today: date


def month_around(day: date, today: date) -> Month:
    """The month of a day, seen from today."""
    return Month(*rules.month_of(day), today)


async def list_hours(
    session: AsyncSession, actor: Actor, page: Page, month: Month, bed_id: int | None = None
) -> tuple[list[dict[str, Any]], str | None]:
    """Beds in scope that live or were closed since the month began: due, had, planned, left, what will be short."""
    live = or_(Bed.state.in_(LIVE), _closed_since(month.first))
    query = select(Bed).where(actor.scope(Bed.area_code, Bed.provider_id), live)
    query = query if bed_id is None else query.where(Bed.id == bed_id)
    rows, following = await page_of(session, query, Bed.id, page)
    return await hours_views(session, rows, month), following


def _closed_since(first: date) -> ColumnElement[bool]:
    """The condition that a live bed was closed on this day or later: what it was promised before is still owed."""
    ends = (BedStep.bed_id == Bed.id) & (BedStep.to_state == BedState.CLOSED) & BedStep.from_state.in_(LIVE)
    return exists().where(ends, BedStep.at >= local_midnight(first))


async def all_hours(session: AsyncSession, actor: Actor, month: Month, at_most: int) -> list[dict[str, Any]]:
    """The same for all of them, for a spreadsheet."""
    rows: list[dict[str, Any]] = []
    page: Page | None = Page(0, CHUNK)
    while page is not None and len(rows) < at_most:
        some, following = await list_hours(session, actor, page, month)
        rows += some
        page = None if following is None else Page(int(following), CHUNK)
    return rows[:at_most]


async def hours_views(session: AsyncSession, beds: Sequence[Bed], month: Month) -> list[dict[str, Any]]:
    """The month's promise of these beds, in a handful of queries."""
    elder_ids = [bed.elder_id for bed in beds]
    elders = {row.id: row for row in await session.scalars(select(Elder).where(Elder.id.in_(elder_ids)))}
    seen = min(max(month.today, month.first), month.last)
    levels, book = await levels_of(session, elder_ids, seen), await book_of(session, "bed.promise", seen)
    active = await billed_days(session, beds, month.first, month.last)
    care = await care_minutes(session, elder_ids, month)
    views = []
    for bed in beds:
        elder = elders[bed.elder_id]
        promised = _promised(book, bed, elder, levels.get(elder.id), seen)
        had, planned = care.get(elder.id, (0, 0))
        days = active[bed.id]
        due = rules.due_minutes(promised["minutes"], days, month.first, month.last)
        gone = sum(day < month.today for day in days)
        bar = rules.progress(due, had, planned, gone, len(days) - gone)
        views.append(_hours(bed, elder, month, promised, bar, len(days)))
    return views


def _promised(book: Book, bed: Bed, elder: Elder, level: Level | None, on: date) -> dict[str, Any]:
    rule = book.at(bed.area_code)
    place = first_holding(rule.value["promises"], facts(elder, level, on))
    mine = {"name": None, "payer": None, "minutes": 0} if place is None else rule.value["promises"][place]
    return {
        "name": mine["name"],
        "payer": mine["payer"],
        "minutes": mine["minutes"],
        "rule": rule.version,
        "source": rule.source,
        "verified": rule.verified,
        "assessment_id": None if level is None else level.assessment_id,
    }


def _hours(
    bed: Bed, elder: Elder, month: Month, promised: dict[str, Any], bar: rules.Progress, days: int
) -> dict[str, Any]:
    return {
        "bed_id": bed.id,
        "elder_id": elder.id,
        "elder": masked_name(elder.name),
        "provider_id": bed.provider_id,
        "station_id": bed.station_id,
        "state": bed.state,
        "month": month.first.isoformat(),
        "promise": promised,
        "active_days": days,
        "due_min": bar.due,
        "consumed_min": bar.consumed,
        "planned_min": bar.planned,
        "left_min": bar.left,
        "forecast_min": bar.forecast,
        "short_min": bar.short,
        "at_risk": bar.at_risk,
    }


async def care_minutes(session: AsyncSession, elder_ids: Collection[int], month: Month) -> dict[int, tuple[int, int]]:
    """By elder: minutes of care had in the month, and planned from today on; `NOT_CARE` and meals apart."""
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    query = select(
        Visit.elder_id, Visit.state, Visit.service_on, Visit.duration_min, Visit.started_at, Visit.finished_at
    ).where(
        Visit.elder_id.in_(elder_ids),
        Visit.service_on.between(month.first, month.last),
        Visit.canteen_id.is_(None),
        Visit.family.not_in(NOT_CARE),
    )
    for row in await session.execute(query):
        if row.state in DONE:
            found[row.elder_id][0] += _minutes(row.started_at, row.finished_at, row.duration_min)
        elif row.state in COMING and row.service_on >= month.today:
            found[row.elder_id][1] += row.duration_min
    return {elder_id: (had, planned) for elder_id, (had, planned) in found.items()}


def _minutes(start: datetime | None, stop: datetime | None, planned: int) -> int:
    """What was really given, at most twice what was asked for (somebody forgot to finish), as asked when unknown."""
    if start is None or stop is None:
        return planned
    return min(max(0, int((stop - start).total_seconds()) // 60), 2 * planned)


async def cover_views(session: AsyncSession, actor: Actor, begin: datetime, days: int) -> list[dict[str, Any]]:
    """By operator in scope: minutes of the coming days in which nobody of any station is on duty, and by station.

    Operators are providers that run at least one bed. The accounts of leavers cover nothing.
    """
    end = begin + timedelta(days=days)
    stations = list(await session.scalars(select(Station).order_by(Station.id)))
    seen = {station.provider_id for station in stations if actor.sees(station.area_code, station.provider_id)}
    running = set(await session.scalars(select(Bed.provider_id).where(Bed.state != BedState.CLOSED).distinct()))
    names = dict((await session.execute(select(Provider.id, Provider.name))).all())
    spans = await _duties(session, {station.id for station in stations}, begin, end)
    views = []
    for provider_id in sorted(seen & running):
        mine = [station for station in stations if station.provider_id == provider_id]
        gaps = rules.uncovered([span for station in mine for span in spans[station.id]], begin, end)
        views.append(
            {
                "provider_id": provider_id,
                "provider": names[provider_id],
                "from_at": rfc3339(begin),
                "to_at": rfc3339(end),
                "uncovered_min": rules.minutes_in(gaps),
                "covered_percent": rules.covered_percent(gaps, days),
                **_gaps(gaps),
                "stations": [
                    _station(station, rules.uncovered(spans[station.id], begin, end))
                    for station in mine
                    if actor.sees(station.area_code, station.provider_id)
                ],
            }
        )
    return views


def _station(station: Station, gaps: Sequence[rules.Span]) -> dict[str, Any]:
    return {
        "station_id": station.id,
        "station": station.name,
        "uncovered_min": rules.minutes_in(gaps),
        **_gaps(gaps),
    }


def _gaps(gaps: Sequence[rules.Span]) -> dict[str, Any]:
    """The first gaps, and how many there are in all: what is not shown is told."""
    shown = [
        {"from_at": rfc3339(start), "to_at": rfc3339(stop), "minutes": rules.minutes_in([(start, stop)])}
        for start, stop in gaps[:SHOWN_GAPS]
    ]
    return {"gaps": shown, "gap_count": len(gaps)}


async def _duties(
    session: AsyncSession, stations: set[int], begin: datetime, end: datetime
) -> dict[int, list[rules.Span]]:
    found: dict[int, list[rules.Span]] = defaultdict(list)
    query = (
        select(Duty.station_id, Duty.from_at, Duty.to_at)
        .outerjoin(Account, Account.id == Duty.account_id)
        .where(Duty.post == Post.STATION, Duty.from_at < end, Duty.to_at > begin, Account.disabled_at.is_(None))
    )
    for station_id, start, stop in await session.execute(query):
        if station_id in stations:
            found[station_id].append((start, stop))
    return found


def _counts(elder_id: int) -> ColumnElement[bool]:
    """The condition that a block of this elder is booked and a rest of the bed has not taken all of its visits."""
    visits = exists().where(Order.respite_id == Respite.id, Order.state != OrderState.CANCELLED)
    return (Respite.elder_id == elder_id) & (Respite.state == RespiteState.BOOKED) & visits


async def respites_of(session: AsyncSession, elder_id: int) -> list[Respite]:
    """An elder's booked blocks of respite that somebody comes or came for, by their beginning."""
    return list(await session.scalars(select(Respite).where(_counts(elder_id)).order_by(Respite.from_at)))


async def list_respites(
    session: AsyncSession, actor: Actor, page: Page, bed_id: int | None
) -> tuple[list[dict[str, Any]], str | None]:
    """Blocks of respite in scope, by id, of one bed when given."""
    query = select(Respite).where(actor.scope(Respite.area_code, Respite.provider_id))
    query = query if bed_id is None else query.where(Respite.bed_id == bed_id)
    rows, following = await page_of(session, query, Respite.id, page)
    return await respite_views(session, rows), following


async def respite_views(session: AsyncSession, rows: Sequence[Respite]) -> list[dict[str, Any]]:
    """Blocks on the wire, each with how many of its visits stand and what they cost."""
    stand = await blocks_of(session, [row.id for row in rows])
    return [_respite_view(row, *stand.get(row.id, (0, 0))) for row in rows]


def _respite_view(row: Respite, visits: int, charged_fen: int) -> dict[str, Any]:
    plain = ("id", "elder_id", "bed_id", "contact_id", "provider_id", "kind", "price_fen", "state", "note")
    view = {name: getattr(row, name) for name in plain}
    view |= {"from_at": rfc3339(row.from_at), "to_at": rfc3339(row.to_at)}
    return view | {"visits": visits, "charged_fen": charged_fen}


async def overlapping(session: AsyncSession, elder_id: int, start: datetime, stop: datetime) -> int | None:
    """A booked block of the elder that this one would overlap."""
    query = select(Respite.id).where(_counts(elder_id), Respite.from_at < stop, Respite.to_at > start)
    return (await session.scalars(query.limit(1))).first()


async def rest_within(session: AsyncSession, bed_id: int, first: date, last: date) -> BedPause | None:
    """A rest of the bed that touches these days."""
    query = select(BedPause).where(BedPause.bed_id == bed_id, BedPause.from_on <= last)
    open_ended = or_(BedPause.until_on.is_(None), BedPause.until_on > first)
    return (await session.scalars(query.where(open_ended).limit(1))).first()
