"""Looks up accounts and what they may see; refuses to show hashes."""

from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, AccountArea, Area, DemoClock
from service.auth import Actor
from service.clock import rfc3339
from service.errors import NotFound
from service.paging import Page, page_of


async def find_by_name(session: AsyncSession, name: str) -> Account | None:
    """The account that signs in with this name, disabled or not."""
    return (await session.scalars(select(Account).where(Account.name == name))).first()


async def get_account(session: AsyncSession, actor: Actor, account_id: int) -> Account:
    """One account within the actor's scope. Raises NotFound."""
    query = select(Account).where(Account.id == account_id, _within(actor))
    account = (await session.scalars(query)).first()
    if account is None:
        raise NotFound(f"there is no account {account_id}")
    return account


async def list_accounts(session: AsyncSession, actor: Actor, page: Page) -> tuple[list[dict[str, Any]], str | None]:
    """A page of the accounts within the actor's scope, and the next cursor."""
    found, following = await page_of(session, select(Account).where(_within(actor)), Account.id, page)
    areas = await areas_of(session, [account.id for account in found])
    return [account_view(account, areas.get(account.id, [])) for account in found], following


async def me(session: AsyncSession, account: Account | Actor) -> dict[str, Any]:
    """Who is signed in, as the console shows it: id, name, display, role, areas."""
    account_id = account.account_id if isinstance(account, Actor) else account.id
    areas = await areas_of(session, [account_id])
    return {
        "id": account_id,
        "name": account.name,
        "display": account.display,
        "role": account.role.value,
        "areas": areas.get(account_id, []),
    }


def me_of(actor: Actor) -> dict[str, Any]:
    """The same for somebody whose areas were read with them: no look into the database."""
    return {
        "id": actor.account_id,
        "name": actor.name,
        "display": actor.display,
        "role": actor.role.value,
        "areas": [{"code": c, "name": n} for c, n in zip(actor.area_codes, actor.area_names, strict=True)],
    }


async def areas_of(session: AsyncSession, account_ids: list[int]) -> dict[int, list[dict[str, str]]]:
    """The areas of each account, by code."""
    query = (
        select(AccountArea.account_id, Area.code, Area.name)
        .join(Area, Area.code == AccountArea.area_code)
        .where(AccountArea.account_id.in_(account_ids))
        .order_by(Area.code)
    )
    areas: dict[int, list[dict[str, str]]] = {}
    for account_id, code, name in await session.execute(query):
        areas.setdefault(account_id, []).append({"code": code, "name": name})
    return areas


async def is_demo(session: AsyncSession) -> bool:
    """Whether this database holds the demo town."""
    return (await session.get(DemoClock, 1)) is not None


def account_view(account: Account, areas: list[dict[str, str]]) -> dict[str, Any]:
    """One account for the administration page."""
    return {
        "id": account.id,
        "name": account.name,
        "display": account.display,
        "role": account.role.value,
        "areas": areas,
        "provider_id": account.provider_id,
        "station_id": account.station_id,
        "caregiver_id": account.caregiver_id,
        "has_password": account.password_hash is not None,
        "made_at": rfc3339(account.made_at),
        "disabled_at": rfc3339(account.disabled_at),
    }


def _within(actor: Actor) -> ColumnElement[bool]:
    """Accounts of the actor's provider that hold an area inside the actor's; everybody for who sees everywhere."""
    mine: ColumnElement[bool] = true()
    if actor.provider_id is not None:
        mine = Account.provider_id == actor.provider_id
    if "" in actor.area_prefixes:
        return mine
    inside = or_(*[AccountArea.area_code.startswith(prefix) for prefix in actor.area_prefixes])
    return mine & exists().where(AccountArea.account_id == Account.id, inside)
