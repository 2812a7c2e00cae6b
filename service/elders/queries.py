"""Looks up elders and their homes, masked unless asked otherwise; refuses to open sealed fields."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from models import Base, Consent, Contact, Elder, ElderCategory, Household, Incident, OnBehalf
from models.types import Category, IncidentState, Purpose
from service.among import among
from service.auth import Actor
from service.elders.levels import Result, at_level, results_of
from service.elders.rules import AGED_FROM as AGED_FROM
from service.elders.rules import age_on as age_on
from service.elders.rules import area_prefix as area_prefix
from service.elders.rules import born_by as born_by
from service.elders.rules import read_id_number
from service.errors import BadInput, FieldProblem, NotFound
from service.paging import Page, page_of
from service.vault import Vault, masked_name

MOST_FOUND = 20


@dataclass(frozen=True)
class Filters:
    """Which elders of a list are wanted: how the name begins, where, of which category `on` a day; leavers not."""

    on: date
    name: str | None = None
    area: str | None = None
    category: Category | None = None
    ability: int | None = None
    left: bool = False


LISTED = Elder.merged_into_id.is_(None)
"""Rows that stand for a person; those merged away keep their history only."""


async def get_elder(session: AsyncSession, actor: Actor, elder_id: int) -> Elder:
    """One elder in the actor's scope. Raises NotFound, also for one outside it."""
    query = select(Elder).where(Elder.id == elder_id, actor.scope(Elder.area_code, Elder.provider_id))
    elder = (await session.scalars(query)).first()
    if elder is None:
        raise NotFound(f"no elder {elder_id}")
    return elder


async def hold_elders(session: AsyncSession, elder_ids: Collection[int]) -> None:
    """Hold these rows until the transaction ends, by id: nothing is begun for them meanwhile.

    Never FOR UPDATE: a call of one of them refers to the row, and would wait, with every call of its batch.
    """
    held = select(Elder.id).where(Elder.id.in_(elder_ids)).order_by(Elder.id)
    await session.execute(held.with_for_update(key_share=True))


async def list_elders(
    session: AsyncSession, actor: Actor, page: Page, filters: Filters
) -> tuple[list[Elder], str | None]:
    """Elders in scope by id, those that pass the filters."""
    rows, following = await page_of(session, filtered(actor, filters), Elder.id, page)
    return list(rows), following


def filtered(actor: Actor, wanted: Filters) -> Select[Elder]:
    """The statement behind a list, an export or a count."""
    query = select(Elder).where(actor.scope(Elder.area_code, Elder.provider_id), LISTED)
    query = query.where(Elder.left_on.is_not(None) if wanted.left else Elder.left_on.is_(None))
    if wanted.name:
        query = query.where(Elder.name.startswith(wanted.name, autoescape=True))
    if wanted.area:
        query = query.where(Elder.area_code.startswith(area_prefix(wanted.area), autoescape=True))
    if wanted.category is not None:
        query = query.where(in_category(wanted.category, wanted.on))
    if wanted.ability is not None:
        query = query.where(at_level(wanted.ability, wanted.on))
    return query


def in_category(category: Category, on: date) -> ColumnElement[bool]:
    """The condition that an elder belongs to a category on a day."""
    mine = and_(ElderCategory.elder_id == Elder.id, ElderCategory.category == category)
    return exists().where(mine, ElderCategory.from_on <= on, until_open(on))


def until_open(on: date) -> ColumnElement[bool]:
    """The condition that a category has not ended before a day."""
    return or_(ElderCategory.until_on.is_(None), ElderCategory.until_on >= on)


async def next_of_age(session: AsyncSession, born_by: date, on: date, most: int) -> Sequence[Elder]:
    """Elders born on or before a day of whom nobody has noted that they are aged."""
    known = exists().where(ElderCategory.elder_id == Elder.id, ElderCategory.category == Category.AGED, until_open(on))
    query = select(Elder).where(Elder.born_on <= born_by, LISTED, Elder.left_on.is_(None), ~known)
    return (await session.scalars(query.order_by(Elder.id).limit(most))).all()


async def turned_lately(session: AsyncSession, on: date, days: int) -> Sequence[int]:
    """Elders of whom a category ended or began within so many days before a day, that day included."""
    since = on - timedelta(days=days)
    ended = ElderCategory.until_on.between(since, on - timedelta(days=1))
    turned = select(ElderCategory.elder_id).where(or_(ended, ElderCategory.from_on.between(since, on))).distinct()
    return (await session.scalars(turned.order_by(ElderCategory.elder_id))).all()


async def find_elders(
    session: AsyncSession, actor: Actor, *, id_number_hash: bytes | None = None, phone_hash: bytes | None = None
) -> list[Elder]:
    """Elders in scope with this ID number or telephone number, by their keyed hashes; at most 20.

    The numbers of a row that was merged away are those of the row that stands for it.
    """
    query = select(Elder).where(actor.scope(Elder.area_code, Elder.provider_id), LISTED)
    if id_number_hash is not None:
        query = query.where(Elder.id.in_(_standing_for(Elder.id_number_hash == id_number_hash)))
    if phone_hash is not None:
        query = query.where(Elder.id.in_(_standing_for(Elder.phone_hash == phone_hash)))
    return list(await session.scalars(query.order_by(Elder.id).limit(MOST_FOUND)))


async def get_by_number(session: AsyncSession, actor: Actor, vault: Vault, typed: str, today: date) -> Elder:
    """The elder in scope with this ID number, however it was typed. Raises BadInput for no such number, NotFound."""
    read = read_id_number(typed, today)
    if isinstance(read, FieldProblem):
        raise BadInput("this is no ID number", fields=[read])
    found = await find_elders(session, actor, id_number_hash=vault.keyed_hash(read.number))
    if not found:
        raise NotFound("nobody with this ID number is in the register")
    return found[0]


async def find_by_id_number(session: AsyncSession, id_number_hash: bytes, but: int | None = None) -> Elder | None:
    """Whoever has this ID number anywhere in the register, other than `but`; of a merged row the one that stands."""
    query = select(Elder).where(Elder.id.in_(_standing_for(Elder.id_number_hash == id_number_hash)))
    if but is not None:
        query = query.where(Elder.id != but)
    return (await session.scalars(query.order_by(Elder.id).limit(1))).first()


async def stands_for(session: AsyncSession, elder_id: int) -> int:
    """The row that stands for this one: itself, or where its merges lead."""
    return (await session.scalars(_standing_for(Elder.id == elder_id))).one()


def _standing_for(known: ColumnElement[bool]) -> Select[int]:
    """The ids of the rows that stand for those of which this is true: themselves, or where their merges lead."""
    trail = select(Elder.id, Elder.merged_into_id).where(known).cte(recursive=True)
    onward = select(Elder.id, Elder.merged_into_id).join(trail, Elder.id == trail.c.merged_into_id)
    led = trail.union(onward)
    return select(led.c.id).where(led.c.merged_into_id.is_(None))


async def find_alike(session: AsyncSession, actor: Actor, elder: Elder) -> list[Elder]:
    """Others in scope of the same name and date of birth: perhaps the same person with two numbers."""
    alike = select(Elder).where(Elder.name == elder.name, Elder.born_on == elder.born_on, Elder.id != elder.id, LISTED)
    scoped = alike.where(actor.scope(Elder.area_code, Elder.provider_id))
    return list(await session.scalars(scoped.order_by(Elder.id).limit(MOST_FOUND)))


async def doubled(session: AsyncSession, actor: Actor, columns: Sequence[Any], at_most: int) -> list[list[int]]:
    """Rows in scope that are alike in all of these columns, as groups of ids, by the least id of each.

    The keys are grouped without anything else: reckoning the least id of 50,000 groups takes twice as long.
    """
    mine = and_(actor.scope(Elder.area_code, Elder.provider_id), LISTED, columns[0].is_not(None))
    keys = select(*columns).where(mine).group_by(*columns).having(func.count() > 1).subquery()
    alike = and_(*(column == keys.c[column.key] for column in columns))
    groups: dict[tuple[Any, ...], list[int]] = {}
    for elder_id, *key in await session.execute(select(Elder.id, *columns).join(keys, alike).where(mine)):
        groups.setdefault(tuple(key), []).append(elder_id)
    return sorted(sorted(group) for group in groups.values())[:at_most]


async def elders_among(session: AsyncSession, elder_ids: Sequence[int]) -> Sequence[Elder]:
    """These elders, by id."""
    return (await session.scalars(select(Elder).where(among(Elder.id, elder_ids)).order_by(Elder.id))).all()


async def contacts_of(session: AsyncSession, elder_id: int) -> Sequence[Contact]:
    """Whom to call, in order."""
    query = select(Contact).where(Contact.elder_id == elder_id).order_by(Contact.rank, Contact.id)
    return (await session.scalars(query)).all()


async def contacts_in_use(session: AsyncSession, contact_ids: Collection[int]) -> set[int]:
    """Those of these contacts whom a contract or a block of respite names: they cannot be struck off."""
    if not contact_ids:
        return set()
    named = [select(column).where(column.in_(contact_ids)) for column in _naming_contacts()]
    return set(await session.scalars(union(*named)))


def _naming_contacts() -> list[Any]:
    """Every column that points at a contact; a new table comes along by itself."""
    columns = (column for table in Base.metadata.sorted_tables for column in table.columns)
    return [one for one in columns if any(key.target_fullname == "contact.id" for key in one.foreign_keys)]


async def category_rows(session: AsyncSession, elder_id: int) -> Sequence[ElderCategory]:
    """Every category that was ever noted, oldest first."""
    query = select(ElderCategory).where(ElderCategory.elder_id == elder_id)
    return (await session.scalars(query.order_by(ElderCategory.from_on, ElderCategory.id))).all()


async def categories_on(session: AsyncSession, elder_ids: Collection[int], on: date) -> dict[int, list[ElderCategory]]:
    """By elder every note of a category that holds on a day, oldest first."""
    query = select(ElderCategory).where(among(ElderCategory.elder_id, elder_ids), ElderCategory.from_on <= on)
    found: dict[int, list[ElderCategory]] = {}
    for row in await session.scalars(query.where(until_open(on)).order_by(ElderCategory.from_on, ElderCategory.id)):
        found.setdefault(row.elder_id, []).append(row)
    return found


async def consents_of(session: AsyncSession, elder_id: int) -> Sequence[Consent]:
    """Everything that was allowed and taken back, newest first."""
    query = select(Consent).where(Consent.elder_id == elder_id).order_by(Consent.noted_at.desc(), Consent.id.desc())
    return (await session.scalars(query)).all()


async def within_scope(session: AsyncSession, actor: Actor, elder_ids: Collection[int]) -> set[int]:
    """Those of these elders whom the actor sees."""
    theirs = among(Elder.id, elder_ids) & actor.scope(Elder.area_code, Elder.provider_id)
    return set(await session.scalars(select(Elder.id).where(theirs)))


async def withdrawn_of(session: AsyncSession, elder_ids: Sequence[int], purpose: Purpose) -> set[int]:
    """Those of these elders whose newest word about a purpose took consent back."""
    query = select(Consent.elder_id, Consent.given).where(among(Consent.elder_id, elder_ids))
    said = query.where(Consent.purpose == purpose).order_by(Consent.noted_at, Consent.id)
    newest: dict[int, bool] = {}
    for elder_id, given in await session.execute(said):
        newest[elder_id] = given
    return {elder_id for elder_id, given in newest.items() if not given}


async def in_need(session: AsyncSession, elder: Elder) -> bool:
    """Whether a call for help from this elder or their home is open."""
    theirs = or_(Incident.elder_id == elder.id, Incident.household_id == elder.household_id)
    query = select(Incident.id).where(theirs, Incident.state != IncidentState.CLOSED)
    return (await session.scalars(query.limit(1))).first() is not None


def callers_for(elder_id: int) -> Select[OnBehalf]:
    """What was done on an elder's behalf because somebody called."""
    return select(OnBehalf).where(OnBehalf.elder_id == elder_id)


async def elder_views(session: AsyncSession, elders: Sequence[Elder], today: date) -> list[dict[str, Any]]:
    """Elders for a list or a head card: name masked, no phone, no conditions; a level only while its result holds."""
    wanted = select(Household).where(among(Household.id, [elder.household_id for elder in elders]))
    homes = {home.id: home for home in await session.scalars(wanted)}
    results = await results_of(session, [elder.id for elder in elders], today)
    return [_view(elder, homes[elder.household_id], results.get(elder.id), today) for elder in elders]


def _view(elder: Elder, home: Household, result: Result | None, today: date) -> dict[str, Any]:
    return {
        "id": elder.id,
        "name": masked_name(elder.name),
        "sex": elder.sex,
        "age": age_on(elder.born_on, today),
        "ability": result.level if result is not None and result.holds else None,
        "ability_was": None if result is None or result.holds else result.level,
        "ability_until_on": None if result is None else result.until.isoformat(),
        "lives_alone": elder.lives_alone,
        "categories": elder.categories,
        "dialect": elder.dialect,
        "notes": elder.notes,
        "area_code": elder.area_code,
        "address": home.address,
        "floor": home.floor,
        "lift": home.lift,
        "lon": home.lon,
        "lat": home.lat,
        "datum": home.datum,
    }


async def home_points(session: AsyncSession, actor: Actor) -> list[list[float]]:
    """[lon, lat] (WGS-84) of every elder's home in scope, five decimals: texture for the map, nobody's name."""
    query = (
        select(Household.lon, Household.lat)
        .join(Elder, Elder.household_id == Household.id)
        .where(actor.scope(Elder.area_code, Elder.provider_id), Household.datum == "wgs84", LISTED)
    )
    return [[round(lon, 5), round(lat, 5)] for lon, lat in (await session.execute(query)).all()]
