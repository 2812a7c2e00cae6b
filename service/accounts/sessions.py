"""Begins, keeps alive and ends sessions, gives and takes socket tickets; refuses to outlive its time limits."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, Session, Ticket
from service import audit, vault
from service.realtime.outbox import append

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(hours=24)
HANDLING = timedelta(hours=1)
SEEN_EVERY = timedelta(minutes=1)
TICKET_S = 30
PHONE_ACCESS_S = 3600
PHONE_IDLE = timedelta(days=14)
PHONE_ABSOLUTE = timedelta(days=90)
KEEP_ENDED = timedelta(days=30)


@dataclass(frozen=True)
class Tokens:
    """What a phone gets: the access token, the refresh token that works once, and how long access lasts."""

    access_token: str
    refresh_token: str
    expires_s: int = PHONE_ACCESS_S

    def as_json(self) -> dict[str, str | int]:
        return {"access_token": self.access_token, "refresh_token": self.refresh_token, "expires_s": self.expires_s}


async def begin_console(session: AsyncSession, account_id: int, now: datetime) -> str:
    """A new console session; answers its secret, of which only the hash is kept."""
    secret = vault.token()
    seat = Session(account_id=account_id, kind="console", token_hash=vault.token_hash(secret), made_at=now, seen_at=now)
    seat.until_at = now + min(IDLE, ABSOLUTE)
    session.add(seat)
    await session.flush()
    audit.note(session, now, account_id, "session.begun", f"session:{seat.id}", "console")
    return secret


async def keep_alive(session: AsyncSession, session_id: int, now: datetime, *, handling: bool = False) -> None:
    """Push the idle limit of a console's session on, never past its absolute limit; at most one write a minute.

    Who is `handling` a call has an hour more from each step, even past that limit: nobody loses the desk in the middle.
    """
    seat = await session.get(Session, session_id)
    if seat is None or seat.kind != "console" or seat.ended_at is not None or seat.until_at <= now:
        return
    if now - seat.seen_at >= SEEN_EVERY:
        seat.seen_at = now
        seat.until_at = min(now + IDLE, seat.made_at + ABSOLUTE)
        if handling:
            seat.until_at = max(seat.until_at, now + HANDLING)


async def begin_phone(
    session: AsyncSession, keys: vault.Vault, account_id: int, now: datetime, device: str | None = None
) -> Tokens:
    """A new phone session, ending the account's others: one phone each."""
    await end_sessions(session, account_id, now, "another phone signed in", kind="phone")
    seat = Session(account_id=account_id, kind="phone", made_at=now, seen_at=now, until_at=now)
    seat.token_hash = vault.token_hash(vault.token())
    session.add(seat)
    await session.flush()
    audit.note(session, now, account_id, "session.begun", f"session:{seat.id}", f"phone {device or ''}".strip())
    return _renew(seat, keys, now)


async def refresh_phone(session: AsyncSession, keys: vault.Vault, presented: str, now: datetime) -> Tokens | None:
    """New tokens for a refresh token that was not used yet, else None.

    A token that was ours and is not the newest was copied: its session ends, so commit before answering 401.
    """
    session_id = _session_of(keys, presented)
    if session_id is None:
        return None
    live = (Session.id == session_id) & (Session.kind == "phone") & Session.ended_at.is_(None)
    found = await session.execute(
        select(Session)
        .join(Account, Account.id == Session.account_id)
        .where(live, Session.refresh_until_at > now, Account.disabled_at.is_(None))
        .with_for_update(of=Session)
    )
    seat = found.scalars().first()
    if seat is None:
        return None
    if seat.refresh_hash is None or not hmac.compare_digest(seat.refresh_hash, vault.token_hash(presented)):
        await end_session(session, seat.id, now, "a used refresh token came again")
        return None
    return _renew(seat, keys, now)


async def end_session(session: AsyncSession, session_id: int, now: datetime, why: str) -> None:
    """End one session and close its sockets; one that has ended stays as it is."""
    await _end(session, Session.id == session_id, now, why)


async def end_sessions(
    session: AsyncSession, account_id: int, now: datetime, why: str, kind: str | None = None
) -> None:
    """End every session of an account, or those of one kind."""
    which = Session.account_id == account_id
    await _end(session, which if kind is None else which & (Session.kind == kind), now, why)


async def issue_ticket(session: AsyncSession, session_id: int, now: datetime) -> str:
    """A 256-bit ticket for one socket of this session, good for 30 s and once; only its hash is kept."""
    secret = vault.token()
    until_at = now + timedelta(seconds=TICKET_S)
    session.add(Ticket(token_hash=vault.token_hash(secret), session_id=session_id, until_at=until_at))
    await keep_alive(session, session_id, now)
    return secret


async def redeem_tickets(session: AsyncSession, presented: Sequence[str], now: datetime) -> dict[str, int]:
    """Take the tickets that are good, each once; the session's id for each, used, late and unknown ones left out.

    A session may have ended since: ask service.auth.actors_of_sessions.
    """
    by_hash = {vault.token_hash(ticket): ticket for ticket in presented}
    good = Ticket.token_hash.in_(by_hash) & Ticket.used_at.is_(None) & (Ticket.until_at > now)
    used = update(Ticket).where(good).values(used_at=now).returning(Ticket.token_hash, Ticket.session_id)
    taken = await session.execute(used.execution_options(synchronize_session=False))
    return {by_hash[token_hash]: session_id for token_hash, session_id in taken}


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Remove tickets that are past and sessions that ended or ran out 30 days ago (timed job)."""
    await session.execute(delete(Ticket).where(Ticket.until_at < now - timedelta(minutes=10)))
    over = (Session.until_at < now - KEEP_ENDED) & (
        Session.refresh_until_at.is_(None) | (Session.refresh_until_at < now - KEEP_ENDED)
    )
    await session.execute(delete(Session).where(over))


async def _end(session: AsyncSession, which: ColumnElement[bool], now: datetime, why: str) -> None:
    over = update(Session).where(which, Session.ended_at.is_(None)).values(ended_at=now)
    for session_id, account_id in await session.execute(over.returning(Session.id, Session.account_id)):
        audit.note(session, now, account_id, "session.ended", f"session:{session_id}", why)
        append(session, "session.ended", {"session_id": session_id}, subject=f"session:{session_id}")


def _renew(seat: Session, keys: vault.Vault, now: datetime) -> Tokens:
    access, nonce = vault.token(), vault.token()
    refresh = f"{seat.id}.{nonce}.{_mark(keys, seat.id, nonce)}"
    seat.token_hash, seat.refresh_hash = vault.token_hash(access), vault.token_hash(refresh)
    seat.seen_at = now
    seat.refresh_until_at = min(now + PHONE_IDLE, seat.made_at + PHONE_ABSOLUTE)
    seat.until_at = min(now + timedelta(seconds=PHONE_ACCESS_S), seat.refresh_until_at)
    return Tokens(access, refresh)


def _session_of(keys: vault.Vault, presented: str) -> int | None:
    """Which session a refresh token was made for; None unless we made it (nobody can end a session by guessing)."""
    number, _, rest = presented.partition(".")
    nonce, _, mark = rest.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 19 and mark.isascii()):
        return None
    return int(number) if hmac.compare_digest(mark, _mark(keys, int(number), nonce)) else None


def _mark(keys: vault.Vault, session_id: int, nonce: str) -> str:
    return keys.keyed_hash(f"refresh {session_id} {nonce}").hex()
