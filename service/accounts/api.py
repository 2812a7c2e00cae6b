"""The console's routes to sign in and out, to open sockets and to administer accounts; refuses caregivers (phones)."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from models.types import Role
from service.accounts import actions, queries, sessions
from service.accounts.passwords import check_strength, hash_password
from service.accounts.throttle import source_of, throttle_of
from service.auth import COOKIE, DESK, Actor, Allow, find_actor, secret_of
from service.clock import Clock, clock_of
from service.db import database_of, reading, writing
from service.errors import Forbidden, NotSignedIn
from service.idempotency import OnceOnly
from service.inputs import PLAIN, AreaCode, Input, PathId, RowId
from service.paging import Page, as_list

router = APIRouter(prefix="/api", tags=["accounts"])

Read = Annotated[AsyncSession, Depends(reading)]
Write = Annotated[AsyncSession, Depends(writing, scope="function")]
Now = Annotated[Clock, Depends(clock_of)]
Desk = Annotated[Actor, Depends(Allow(*DESK))]
Admin = Annotated[Actor, Depends(Allow(Role.ADMIN))]

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=PLAIN)]
Secret = Annotated[str, Field(min_length=1, max_length=1024)]


LINKS = "\0links"
"""The name under which wrong links are counted; nobody can sign in with it."""


class Credentials(Input):
    """Who signs in."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=PLAIN)]
    password: Secret


class LinkUse(Input):
    """A one-time link's token and the password to set."""

    token: Annotated[str, Field(min_length=1, max_length=200)]
    password: Secret


class NewAccount(Input):
    """An account to be made; it cannot sign in before POST /api/accounts/{id}/link gave a link that was used."""

    name: Name
    display: Name
    role: Role
    areas: Annotated[list[AreaCode], Field(max_length=100, default_factory=list)]
    provider_id: RowId | None = None
    station_id: RowId | None = None
    caregiver_id: RowId | None = None


@router.post("/session")
async def sign_in(body: Credentials, request: Request, response: Response, clock: Now) -> dict[str, Any]:
    """Sign in at the desk: sets the session cookie."""
    database, now = database_of(request), clock.now()
    throttle, source = throttle_of(request), source_of(request)
    name = body.name.strip()[:60]
    tries = throttle.attempt(name, source, now.timestamp())
    account = await actions.check_sign_in(database, name, body.password, now, tries)
    throttle.passed(name, source)
    if account.role not in DESK:
        raise Forbidden("caregivers sign in on their phone")
    await _leave_old_session(request, clock, "signed in again")
    async with database.writing() as session:
        secret = await sessions.begin_console(session, account.id, now)
    _set_cookie(request, response, secret)
    async with database.reading() as session:
        return {"account": await queries.me(session, account)}


@router.get("/session")
async def who_is_signed_in(request: Request, clock: Now) -> dict[str, Any]:
    """Who is signed in; 401 (with `demo` where the demo town lives) when nobody is."""
    database, now, secret = database_of(request), clock.now(), secret_of(request)
    async with database.reading() as session:
        demo = await queries.is_demo(session)
        actor = None if secret is None else await find_actor(session, secret, now)
        if actor is None or actor.kind != "console":
            raise NotSignedIn("sign in first", demo=True) if demo else NotSignedIn("sign in first")
        answer = {"account": await queries.me(session, actor), "demo": demo}
    async with database.writing() as session:
        await sessions.keep_alive(session, actor.session_id, now)
    return answer


@router.delete("/session", status_code=204)
async def sign_out(request: Request, clock: Now, response: Response) -> None:
    """Sign out: the session, its sockets and the cookie end; who is signed out already gets the same answer."""
    await _leave_old_session(request, clock, "signed out")
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")


@router.post("/session/link", status_code=204)
async def set_password_by_link(body: LinkUse, request: Request, clock: Now) -> None:
    """Set the first (or a new) password by a one-time link; then sign in with it."""
    database, now = database_of(request), clock.now()
    throttle, source = throttle_of(request), source_of(request)
    check_strength(body.password, "")
    throttle.attempt(LINKS, source, now.timestamp())
    password_hash = await hash_password(body.password)
    async with database.writing() as session:
        await actions.use_link(session, body.token, password_hash, now)
    throttle.passed(LINKS, source)


@router.post("/socket-ticket")
async def socket_ticket(actor: Desk, session: Write, clock: Now) -> dict[str, Any]:
    """A ticket for one live socket, good for 30 s, once, and only while this session lasts."""
    ticket = await sessions.issue_ticket(session, actor.session_id, clock.now())
    return {"ticket": ticket, "expires_s": sessions.TICKET_S}


@router.get("/accounts")
async def accounts(actor: Admin, session: Read, page: Annotated[Page, Depends()]) -> dict[str, Any]:
    """The accounts that the admin may see, a page at a time."""
    return as_list(*await queries.list_accounts(session, actor, page))


@router.post("/accounts", status_code=201)
async def create_account(actor: Admin, body: NewAccount, session: Write, clock: Now, once: OnceOnly) -> dict[str, Any]:
    """Make an account within the admin's own scope."""

    async def work() -> dict[str, Any]:
        actions.check_may_grant(actor, body.areas, body.provider_id)
        wanted = body.model_dump() | {"made_by": actor.account_id}
        account = await actions.create_account(session, clock.now(), **wanted)
        areas = await queries.areas_of(session, [account.id])
        return {"account": queries.account_view(account, areas.get(account.id, []))}

    return await once(actor, work, status=201)


@router.post("/accounts/{account_id}/link")
async def new_link(actor: Admin, account_id: PathId, session: Write, clock: Now) -> dict[str, Any]:
    """A new one-time link for somebody who forgot the password; the old password works until it is used."""
    account = await queries.get_account(session, actor, account_id)
    return {"link_token": await actions.one_time_link(session, account, clock.now(), actor.account_id)}


@router.post("/accounts/{account_id}/disable")
async def disable(actor: Admin, account_id: PathId, session: Write, clock: Now) -> dict[str, Any]:
    """Keep somebody out from now on; their sockets close."""
    account = await queries.get_account(session, actor, account_id)
    await actions.disable_account(session, account, clock.now(), actor.account_id)
    areas = await queries.areas_of(session, [account.id])
    return {"account": queries.account_view(account, areas.get(account.id, []))}


async def _leave_old_session(request: Request, clock: Clock, why: str) -> None:
    """End the console session that this request still carries, if there is one."""
    secret, database = secret_of(request), database_of(request)
    if secret is None:
        return
    async with database.reading() as session:
        old = await find_actor(session, secret, clock.now())
    if old is not None and old.kind == "console":
        async with database.writing() as session:
            await sessions.end_session(session, old.session_id, clock.now(), why)


def _set_cookie(request: Request, response: Response, secret: str) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(sessions.ABSOLUTE.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )
