"""Makes and disables accounts, gives one-time links, checks who signs in; refuses to say which of the two was wrong."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, AccountArea, Area
from models.types import Role
from service import audit, vault
from service.accounts.passwords import check_strength, hash_password, verify_password
from service.accounts.queries import find_by_name
from service.accounts.sessions import end_sessions
from service.auth import Actor
from service.db import Database
from service.errors import BadInput, Conflict, FieldProblem, Forbidden, NotSignedIn

LINK_FOR = timedelta(hours=24)
GUESSING = 10


class NameTaken(Conflict):
    """Somebody already signs in with this name."""

    code = "account.name_taken"


class WrongPassword(NotSignedIn):
    """The name, the password or both are wrong, or the account is disabled; outsiders cannot tell which."""

    code = "session.wrong_password"


class BadLink(NotSignedIn):
    """A one-time link that was used, ran out or never was."""

    code = "session.bad_link"


async def create_account(
    session: AsyncSession,
    now: datetime,
    name: str,
    display: str,
    role: Role,
    areas: Sequence[str],
    password: str | None = None,
    *,
    password_hash: str | None = None,
    provider_id: int | None = None,
    station_id: int | None = None,
    caregiver_id: int | None = None,
    made_by: int | None = None,
) -> Account:
    """A new account that sees `areas` (12-digit codes; an admin without any sees everywhere).

    Without a password it can only sign in by `one_time_link`. `password` takes 30 ms of hashing inside the
    transaction (seeding); where others wait, pass `password_hash` from `hash_password` made before it.
    Raises NameTaken, and BadInput for a weak password or an unknown area.
    """
    if password is not None:
        check_strength(password, name)
        password_hash = await hash_password(password)
    await _check_areas(session, areas)
    if await find_by_name(session, name) is not None:
        raise NameTaken(f"{name!r} is taken")
    account = Account(name=name, display=display, role=role, password_hash=password_hash, made_at=now)
    account.provider_id, account.station_id, account.caregiver_id = provider_id, station_id, caregiver_id
    session.add(account)
    try:
        await session.flush()
    except IntegrityError as error:
        raise NameTaken(f"{name!r} is taken, or one of provider, station and caregiver is not there") from error
    session.add_all(AccountArea(account_id=account.id, area_code=code) for code in dict.fromkeys(areas))
    audit.note(session, now, made_by, "account.created", f"account:{account.id}", role.value)
    await session.flush()
    return account


async def one_time_link(session: AsyncSession, account: Account, now: datetime, made_by: int | None = None) -> str:
    """A token with which the account's owner sets a password once, within 24 h; an earlier one stops working.

    It belongs in the fragment of the address (/#/link/TOKEN), which browsers do not send and logs do not see.
    """
    secret = vault.token()
    account.link_hash, account.link_until_at = vault.token_hash(secret), now + LINK_FOR
    audit.note(session, now, made_by, "account.link_given", f"account:{account.id}")
    await session.flush()
    return secret


async def use_link(session: AsyncSession, token: str, password_hash: str, now: datetime) -> int:
    """Set the password by a one-time link and end every session of the account; answers its id. Raises BadLink."""
    good = (Account.link_hash == vault.token_hash(token)) & (Account.link_until_at > now)
    taken = update(Account).where(good, Account.disabled_at.is_(None))
    set_by = taken.values(password_hash=password_hash, link_hash=None, link_until_at=None).returning(Account.id)
    account_id = (await session.execute(set_by)).scalar_one_or_none()
    if account_id is None:
        raise BadLink("this link was used or has run out: ask for a new one")
    await end_sessions(session, account_id, now, "a new password was set")
    audit.note(session, now, account_id, "account.password_set", f"account:{account_id}")
    return account_id


async def disable_account(session: AsyncSession, account: Account, now: datetime, by: int | None) -> None:
    """Keep somebody out from now on: no sign-in, no link, every session and socket ended. Once is enough."""
    if account.disabled_at is not None:
        return
    account.disabled_at, account.link_hash, account.link_until_at = now, None, None
    await session.flush()
    await end_sessions(session, account.id, now, "the account was disabled")
    audit.note(session, now, by, "account.disabled", f"account:{account.id}")


async def check_sign_in(database: Database, name: str, password: str, now: datetime, tries: int = 1) -> Account:
    """The account of this name and password, in equal time for unknown names; no transaction is open while hashing.

    Raises WrongPassword, noted in the audit trail without the name (it may be a password typed too early), from the
    tenth of `tries` in a row on as guessing.
    """
    async with database.reading() as session:
        account = await find_by_name(session, name)
        if account is not None:
            session.expunge(account)
    right = await verify_password(password, None if account is None else account.password_hash)
    if account is not None and right and account.disabled_at is None:
        return account
    async with database.writing() as session:
        audit.note(
            session,
            now,
            None if account is None else account.id,
            "session.refused" if tries < GUESSING else "session.guessing",
        )
    raise WrongPassword("the name or the password is wrong")


def check_may_grant(actor: Actor, areas: Sequence[str], provider_id: int | None) -> None:
    """Nobody gives away more than they have. Raises Forbidden for an area or a provider outside the actor's scope."""
    everywhere = "" in actor.area_prefixes
    if not everywhere and (not areas or not all(code.startswith(actor.area_prefixes) for code in areas)):
        raise Forbidden("an account can only get areas that you have yourself")
    if actor.provider_id is not None and provider_id != actor.provider_id:
        raise Forbidden("an account can only belong to your own provider")


async def _check_areas(session: AsyncSession, areas: Sequence[str]) -> None:
    known = set(await session.scalars(select(Area.code).where(Area.code.in_(areas)))) if areas else set()
    unknown = [code for code in areas if code not in known]
    if unknown:
        fields = [FieldProblem("areas", f"{code} is unknown", "12-digit codes of known areas") for code in unknown]
        raise BadInput("unknown area", fields=fields)
