"""One line for each thing that somebody may have to answer for, sealed in a chain; refuses to change or remove lines.

Lines are written in the caller's transaction. A timed job seals what has settled: each seal is a hash over the seal
before and every line of its stretch, so a line that is changed, removed, added or moved later is found.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import AuditRow, AuditSeal

SETTLED = timedelta(seconds=30)
"""No transaction lasts so long: nothing older than this is still to come."""
MOST_A_SEAL = 5000
START = bytes(32)


def note(
    session: AsyncSession,
    now: datetime,
    account_id: int | None,
    action: str,
    subject: str | None = None,
    detail: str = "",
) -> None:
    """Add one audit line in the caller's transaction. `subject` is kind:id; `detail` carries no personal data."""
    session.add(AuditRow(at=now, account_id=account_id, action=action, subject=subject, detail=detail or None))


def refuse(
    session: AsyncSession, now: datetime, account_id: int | None, action: str, subject: str | None = None
) -> None:
    """Add a line about something that is refused just now: it is kept though the work itself is rolled back."""
    row = AuditRow(at=now, account_id=account_id, action=f"{action}.refused"[:60], subject=subject, detail=None)
    session.info.setdefault("refusals", []).append(row)


@dataclass(frozen=True)
class Break:
    """A place where the chain does not hold: the seal's number and what is wrong."""

    seal: int
    problem: str


def chained(before: bytes, rows: Sequence[AuditRow]) -> bytes:
    """The hash of a stretch: SHA-256 over the hash before it and each line in a canonical form."""
    link = hashlib.sha256(before)
    for row in rows:
        at = row.at.astimezone(UTC).isoformat(timespec="microseconds")
        link.update(orjson.dumps([row.id, at, row.account_id, row.action, row.subject, row.detail]))
        link.update(b"\n")
    return link.digest()


async def seal(session: AsyncSession, now: datetime) -> AuditSeal | None:
    """Seal the next stretch of lines that have settled; None when there is none."""
    last = await newest_seal(session)
    first = 0 if last is None else last.to_id
    query = select(AuditRow).where(AuditRow.id > first, AuditRow.at < now - SETTLED)
    rows = (await session.scalars(query.order_by(AuditRow.id).limit(MOST_A_SEAL))).all()
    if not rows:
        return None
    number, before = (1, START) if last is None else (last.id + 1, last.hash)
    link = AuditSeal(id=number, from_id=first + 1, to_id=rows[-1].id, rows=len(rows), before=before, at=now)
    link.hash = chained(before, rows)
    session.add(link)
    await session.flush()
    return link


async def newest_seal(session: AsyncSession) -> AuditSeal | None:
    """The end of the chain; its hash, kept elsewhere, is an anchor that no restore can move."""
    return (await session.scalars(select(AuditSeal).order_by(AuditSeal.id.desc()).limit(1))).first()


async def verify(session: AsyncSession, anchor: bytes | None = None) -> list[Break]:
    """Every place where the chain does not hold; `anchor` is a hash that was seen before and must still be in it."""
    broken: list[Break] = []
    before, number, anchored = START, 0, anchor is None
    while True:
        following = select(AuditSeal).where(AuditSeal.id > number).order_by(AuditSeal.id).limit(1)
        link = (await session.scalars(following)).first()
        if link is None:
            break
        broken += await _check(session, link, before, number)
        before, number = link.hash, link.id
        anchored = anchored or link.hash == anchor
        session.expunge_all()
    if not anchored:
        broken.append(Break(number, "the anchor is not in the chain: it was cut off or is an older copy"))
    return broken


async def _check(session: AsyncSession, link: AuditSeal, before: bytes, number: int) -> list[Break]:
    query = select(AuditRow).where(AuditRow.id >= link.from_id, AuditRow.id <= link.to_id).order_by(AuditRow.id)
    rows = (await session.scalars(query)).all()
    if link.id != number + 1 or link.before != before:
        return [Break(link.id, f"does not follow seal {number}")]
    if len(rows) != link.rows:
        return [Break(link.id, f"has {len(rows)} lines, not the {link.rows} that were sealed")]
    return [] if chained(before, rows) == link.hash else [Break(link.id, "a line is not what was sealed")]


async def count_unsealed(session: AsyncSession) -> int:
    """How many lines wait for a seal."""
    last = await newest_seal(session)
    query = select(func.count()).select_from(AuditRow).where(AuditRow.id > (0 if last is None else last.to_id))
    return await session.scalar(query) or 0
