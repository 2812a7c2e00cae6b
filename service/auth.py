"""Who is asking and what they may do: actors, roles and scope for every route; refuses routes that declare nobody."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute
from starlette.requests import HTTPConnection

from models import Account, AccountArea, Area, Session
from models.types import Role
from service.clock import clock_of
from service.db import database_of
from service.errors import Forbidden, NotSignedIn
from service.vault import token_hash

COOKIE = "unwalled_session"
EVERYBODY = frozenset(Role)
DESK = frozenset({Role.ADMIN, Role.DISPATCHER, Role.STATION_MANAGER, Role.SUPERVISOR})


@dataclass(frozen=True)
class Actor:
    """A signed-in person: role, provider, and the code prefixes of the areas they may see ("" is everywhere)."""

    account_id: int
    name: str
    display: str
    role: Role
    provider_id: int | None
    station_id: int | None
    caregiver_id: int | None
    area_codes: tuple[str, ...]
    area_prefixes: tuple[str, ...]
    session_id: int
    kind: str
    area_names: tuple[str, ...] = ()

    def sees(self, area_code: str | None, provider_id: int | None) -> bool:
        """Whether a row of this area and provider is within scope; a provider's people see only their provider's.

        A row without an area (a call from a terminal nobody has placed) is everybody's: better seen twice than never.
        """
        if self.provider_id is not None and provider_id not in (None, self.provider_id):
            return False
        return area_code is None or any(area_code.startswith(prefix) for prefix in self.area_prefixes)

    def scope(
        self, area: InstrumentedAttribute[Any], provider: InstrumentedAttribute[Any] | None = None
    ) -> ColumnElement[bool]:
        """The same rule as a WHERE clause over an area column and, where rows have one, a provider column."""
        within = [area.startswith(prefix) for prefix in self.area_prefixes if prefix]
        if "" in self.area_prefixes:
            within = [true()]
        if (
            area.expression.nullable
        ):  # asked of a column that never is, it keeps PostgreSQL from reading the index alone
            within.append(area.is_(None))
        inside: ColumnElement[bool] = or_(false(), *within)
        mine: ColumnElement[bool] = true()
        if self.provider_id is not None and provider is not None:
            mine = or_(provider.is_(None), provider == self.provider_id)
        return inside & mine


class Allow:
    """Dependency of a route that says which roles may call it, from which kind of session; gives the Actor.

    tests/service/test_roles.py walks every route and fails for one without it. Raises NotSignedIn, Forbidden.
    """

    def __init__(self, *roles: Role, kind: str = "console") -> None:
        self.roles = frozenset(roles) or EVERYBODY
        self.kind = kind

    async def __call__(self, connection: HTTPConnection) -> Actor:
        secret = secret_of(connection)
        if secret is None:
            raise NotSignedIn("sign in first")
        async with database_of(connection).reading() as session:
            actor = await find_actor(session, secret, clock_of(connection).now())
        if actor is None or actor.kind != self.kind:
            raise NotSignedIn("this session has ended: sign in again")
        if actor.role not in self.roles:
            raise Forbidden(f"{actor.role} may not do this; it takes {', '.join(sorted(self.roles))}")
        return actor


def secret_of(connection: HTTPConnection) -> str | None:
    """The session's secret: from the Authorization header (bearer), else from the cookie."""
    scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and bearer:
        return bearer.strip()
    return connection.cookies.get(COOKIE)


async def find_actor(session: AsyncSession, secret: str, now: Any) -> Actor | None:
    """The person behind a session's secret, or None when it is unknown, over, or the account is disabled."""
    found = await session.execute(
        select(Session, Account)
        .join(Account, Account.id == Session.account_id)
        .where(Session.token_hash == token_hash(secret), Session.ended_at.is_(None), Session.until_at > now)
        .where(Account.disabled_at.is_(None))
    )
    row = found.first()
    return None if row is None else await _actor(session, row[0], row[1])


async def actor_of_session(session: AsyncSession, session_id: int, now: Any) -> Actor | None:
    """The person behind a session's id (a socket keeps the id only), or None when it has ended."""
    found = await session.execute(
        select(Session, Account)
        .join(Account, Account.id == Session.account_id)
        .where(Session.id == session_id, Session.ended_at.is_(None), Account.disabled_at.is_(None))
    )
    row = found.first()
    return None if row is None or row[0].until_at <= now else await _actor(session, row[0], row[1])


async def actors_of_sessions(session: AsyncSession, session_ids: Collection[int], now: Any) -> dict[int, Actor]:
    """The people behind a few hundred sessions, by id, in two queries; those that have ended are left out."""
    found = await session.execute(
        select(Session, Account)
        .join(Account, Account.id == Session.account_id)
        .where(Session.id.in_(session_ids), Session.ended_at.is_(None), Account.disabled_at.is_(None))
    )
    seats = [(seat, account) for seat, account in found if seat.until_at > now]
    query = select(AccountArea.account_id, Area).join(Area, AccountArea.area_code == Area.code).order_by(Area.code)
    areas: dict[int, list[Area]] = {}
    for account_id, area in await session.execute(query.where(AccountArea.account_id.in_({a.id for _, a in seats}))):
        areas.setdefault(account_id, []).append(area)
    return {seat.id: _actor_of(seat, account, areas.get(account.id, [])) for seat, account in seats}


async def _actor(session: AsyncSession, seat: Session, account: Account) -> Actor:
    query = (
        select(Area).join(AccountArea, AccountArea.area_code == Area.code).where(AccountArea.account_id == account.id)
    )
    return _actor_of(seat, account, (await session.scalars(query.order_by(Area.code))).all())


def _actor_of(seat: Session, account: Account, areas: Sequence[Area]) -> Actor:
    everywhere = account.role is Role.ADMIN and not areas
    return Actor(
        account_id=account.id,
        name=account.name,
        display=account.display,
        role=account.role,
        provider_id=account.provider_id,
        station_id=account.station_id,
        caregiver_id=account.caregiver_id,
        area_codes=tuple(area.code for area in areas),
        area_prefixes=("",) if everywhere else tuple(area.prefix for area in areas),
        session_id=seat.id,
        kind=seat.kind,
        area_names=tuple(area.name for area in areas),
    )
