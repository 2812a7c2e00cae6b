"""Looks up works with their items and pictures; refuses to change them, and to open a picture."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from models import Bed, Elder, Household, Provider, WorksItem, WorksOrder, WorksPhoto
from models.types import BedState, WorksState
from service.among import among
from service.auth import Actor
from service.clock import rfc3339
from service.errors import NotFound
from service.paging import Page, page_of
from service.works.rules import NEXT

CHUNK = 400


@dataclass(frozen=True)
class Shot:
    """One picture without its body."""

    id: int
    item_id: int
    after: bool


def mine(actor: Actor) -> ColumnElement[bool]:
    """Works in the actor's areas; a provider's people see those in which their provider has a part."""
    inside = actor.scope(WorksOrder.area_code)
    if actor.provider_id is None:
        return inside
    roles = (WorksOrder.design_provider_id, WorksOrder.serve_provider_id, WorksOrder.accept_provider_id)
    return inside & or_(*[role == actor.provider_id for role in roles])


async def get_works(session: AsyncSession, actor: Actor, works_id: int, *, lock: bool = False) -> WorksOrder:
    """One works order in scope, held until the transaction ends when asked. Raises NotFound."""
    query = select(WorksOrder).where(WorksOrder.id == works_id, mine(actor))
    works = (await session.scalars(query.with_for_update() if lock else query)).one_or_none()
    if works is None:
        raise NotFound(f"no works {works_id}")
    return works


async def get_home(session: AsyncSession, actor: Actor, household_id: int) -> Household:
    """One household in scope. Raises NotFound."""
    query = select(Household).where(Household.id == household_id, actor.scope(Household.area_code))
    home = (await session.scalars(query)).one_or_none()
    if home is None:
        raise NotFound(f"no household {household_id}")
    return home


async def get_provider(session: AsyncSession, provider_id: int) -> Provider:
    """A provider by id. Raises NotFound."""
    provider = await session.get(Provider, provider_id)
    if provider is None:
        raise NotFound(f"no provider {provider_id}")
    return provider


async def get_item(session: AsyncSession, works: WorksOrder, item_id: int) -> WorksItem:
    """One item of these works. Raises NotFound."""
    item = await session.get(WorksItem, item_id)
    if item is None or item.works_id != works.id:
        raise NotFound(f"no item {item_id} in works {works.id}")
    return item


async def get_photo(session: AsyncSession, actor: Actor, photo_id: int) -> WorksPhoto:
    """One picture in scope, sealed. Raises NotFound."""
    query = select(WorksPhoto).join(WorksItem).join(WorksOrder, WorksOrder.id == WorksItem.works_id)
    photo = (await session.scalars(query.where(WorksPhoto.id == photo_id, mine(actor)))).one_or_none()
    if photo is None:
        raise NotFound(f"no picture {photo_id}")
    return photo


async def items_of(session: AsyncSession, works_ids: Collection[int]) -> dict[int, list[WorksItem]]:
    """The items of works, by works, in the order they were written."""
    found: dict[int, list[WorksItem]] = defaultdict(list)
    for item in await session.scalars(
        select(WorksItem).where(WorksItem.works_id.in_(works_ids)).order_by(WorksItem.id)
    ):
        found[item.works_id].append(item)
    return found


async def shots_of(session: AsyncSession, item_ids: Collection[int]) -> dict[int, list[Shot]]:
    """The pictures of items, by item, without their bodies."""
    query = select(WorksPhoto.id, WorksPhoto.item_id, WorksPhoto.after).where(WorksPhoto.item_id.in_(item_ids))
    found: dict[int, list[Shot]] = defaultdict(list)
    for row in await session.execute(query.order_by(WorksPhoto.id)):
        found[row.item_id].append(Shot(row.id, row.item_id, row.after))
    return found


async def granted_fen(session: AsyncSession, works: WorksOrder) -> int:
    """What other works that were not called off have taken from this household's grant."""
    others = (WorksOrder.household_id == works.household_id) & (WorksOrder.id != works.id)
    query = select(func.coalesce(func.sum(WorksOrder.grant_fen), 0))
    return int(await session.scalar(query.where(others, WorksOrder.state != WorksState.CANCELLED)) or 0)


async def states_of(session: AsyncSession, household_ids: Collection[int]) -> dict[int, list[WorksState]]:
    """By household: the states of its works not called off, the oldest first; homes without any are absent."""
    query = select(WorksOrder.household_id, WorksOrder.state)
    stand = query.where(among(WorksOrder.household_id, household_ids), WorksOrder.state != WorksState.CANCELLED)
    found: dict[int, list[WorksState]] = defaultdict(list)
    for home, state in await session.execute(stand.order_by(WorksOrder.id)):
        found[home].append(state)
    return found


async def list_works(
    session: AsyncSession, actor: Actor, page: Page, state: WorksState | None, household_id: int | None
) -> tuple[list[dict[str, Any]], str | None]:
    """Works in scope by id, of one state or household when given."""
    query = select(WorksOrder).where(mine(actor))
    query = query.where(true() if state is None else WorksOrder.state == state)
    query = query.where(true() if household_id is None else WorksOrder.household_id == household_id)
    rows, following = await page_of(session, query, WorksOrder.id, page)
    return await works_views(session, actor, rows), following


async def all_works(
    session: AsyncSession, actor: Actor, state: WorksState | None, at_most: int
) -> list[dict[str, Any]]:
    """The same for all of them, for a spreadsheet."""
    rows: list[dict[str, Any]] = []
    after: str | None = "0"
    while after is not None and len(rows) < at_most:
        some, after = await list_works(session, actor, Page(int(after), CHUNK), state, None)
        rows += some
    return rows[:at_most]


async def works_views(session: AsyncSession, actor: Actor, rows: Sequence[WorksOrder]) -> list[dict[str, Any]]:
    """Works with address, the bed there, items, pictures, money and the steps that may follow."""
    items = await items_of(session, [works.id for works in rows])
    shots = await shots_of(session, [item.id for group in items.values() for item in group])
    homes = {
        row.id: row
        for row in await session.scalars(
            select(Household).where(Household.id.in_({works.household_id for works in rows}))
        )
    }
    beds = await _beds_at(session, actor, homes)
    return [
        _view(works, homes[works.household_id].address, items[works.id], shots)
        | {"bed_id": beds.get(works.household_id)}
        for works in rows
    ]


async def _beds_at(session: AsyncSession, actor: Actor, household_ids: Collection[int]) -> dict[int, int]:
    """By home: the bed there that the actor may open, the newest of those not closed before any that is."""
    here = select(Elder.household_id, Bed.id).join(Bed, Bed.elder_id == Elder.id)
    mine = here.where(among(Elder.household_id, household_ids), actor.scope(Bed.area_code, Bed.provider_id))
    rows = await session.execute(mine.order_by(Bed.state != BedState.CLOSED, Bed.id))
    return {row.household_id: row.id for row in rows}


def _view(works: WorksOrder, address: str, items: Sequence[WorksItem], shots: dict[int, list[Shot]]) -> dict[str, Any]:
    plain = ("id", "household_id", "area_code", "state", "design_provider_id", "serve_provider_id")
    money = ("accept_provider_id", "grant_cap_fen", "grant_fen", "own_fen", "finding")
    return {
        **{name: getattr(works, name) for name in (*plain, *money)},
        "address": address,
        "state_since_at": rfc3339(works.state_since_at),
        "total_fen": sum(item.cost_fen for item in items),
        "allowed": [state.value for state in NEXT[works.state]],
        "items": [
            {
                "id": item.id,
                "name": item.name,
                "place": item.place,
                "quantity": item.quantity,
                "price_fen": item.price_fen,
                "cost_fen": item.cost_fen,
                "photos": [{"id": shot.id, "after": shot.after} for shot in shots.get(item.id, [])],
            }
            for item in items
        ],
    }
