"""Looks up which policy holds for a place on a day; refuses to change one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, Policy
from service.clock import rfc3339
from service.organisations.queries import around
from service.policies.kinds import KINDS

MOST_HISTORY = 200


@dataclass(frozen=True)
class Rule:
    """What holds: the value, where it comes from, since when and for which area (None: the default of the service)."""

    kind: str
    value: dict[str, Any]
    source: str
    verified: bool
    area_code: str | None = None
    from_on: date | None = None
    id: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "area_code": self.area_code,
            "down_to": KINDS[self.kind].down_to,
            "from_on": self.from_on.isoformat() if self.from_on else None,
            "value": self.value,
            "source": self.source,
            "verified": self.verified,
        }

    @property
    def version(self) -> str:
        """What a decision keeps of the rule that it was made by."""
        return f"{self.kind}#{self.id or 'default'}"


@dataclass(frozen=True)
class Book:
    """Every policy of one kind that holds on one day; ask it for a place."""

    kind: str
    rows: Sequence[Policy]

    def at(self, area_code: str) -> Rule:
        """The newest policy of the smallest area around this 12-digit code; the default where nobody set one.

        Areas smaller than the kind is read for are passed over.
        """
        known = KINDS[self.kind]
        for code in around(known.area_of(area_code)):
            mine = [row for row in self.rows if row.area_code == code]
            if mine:
                row = max(mine, key=lambda row: (row.from_on, row.id))
                return Rule(self.kind, row.value, row.source, row.verified, row.area_code, row.from_on, row.id)
        return Rule(self.kind, known.default, known.source, known.verified)


async def book_of(session: AsyncSession, kind: str, on: date) -> Book:
    """All policies of a kind that hold on a day, to be asked for many places."""
    query = select(Policy).where(Policy.kind == kind, Policy.from_on <= on)
    rows = await session.scalars(query.where(or_(Policy.until_on.is_(None), Policy.until_on >= on)))
    return Book(kind, rows.all())


async def policy_on(session: AsyncSession, kind: str, area_code: str, on: date) -> Rule:
    """The policy of one kind that holds at a place on a day."""
    return (await book_of(session, kind, on)).at(area_code)


async def rules_at(session: AsyncSession, area_code: str, on: date) -> list[dict[str, Any]]:
    """Every kind's policy at a place on a day, with its source and whether it was verified."""
    return [(await policy_on(session, kind, area_code, on)).as_json() for kind in KINDS]


async def history_of(session: AsyncSession, kind: str, area_code: str) -> list[dict[str, Any]]:
    """Every policy of a kind that was ever set around a place, those to come first, with who wrote it and when."""
    query = select(Policy, Account.display).outerjoin(Account, Account.id == Policy.made_by)
    query = query.where(Policy.kind == kind, Policy.area_code.in_(around(area_code)))
    rows = await session.execute(query.order_by(Policy.from_on.desc(), Policy.id.desc()).limit(MOST_HISTORY))
    return [_told(row, display) for row, display in rows.all()]


def _told(row: Policy, display: str | None) -> dict[str, Any]:
    rule = Rule(row.kind, row.value, row.source, row.verified, row.area_code, row.from_on, row.id)
    until = row.until_on.isoformat() if row.until_on else None
    return rule.as_json() | {"until_on": until, "made_at": rfc3339(row.made_at), "made_by": display}
