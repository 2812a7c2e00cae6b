"""People who sign in, what they may see, their sessions and tickets, and the audit trail; refuses plain secrets."""

from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id
from models.types import Role, UtcMoment, choice


class Account(Base):
    """One person who signs in. `password_hash` is argon2id; None until the one-time link was used."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    display: Mapped[str] = mapped_column(String(60))
    role: Mapped[Role] = mapped_column(choice(Role))
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("provider.id"))
    station_id: Mapped[int | None] = mapped_column(ForeignKey("station.id"))
    caregiver_id: Mapped[int | None] = mapped_column(ForeignKey("caregiver.id"), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    link_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    link_until_at: Mapped[UtcMoment | None]
    disabled_at: Mapped[UtcMoment | None]
    made_at: Mapped[UtcMoment]


class AccountArea(Base):
    """An area that an account may see, with everything inside it."""

    __tablename__ = "account_area"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), primary_key=True)


class Session(Base):
    """A signed-in console (`kind` console: cookie) or phone (`kind` phone: bearer and refresh token), hashes only."""

    __tablename__ = "session"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    refresh_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    made_at: Mapped[UtcMoment]
    seen_at: Mapped[UtcMoment]
    until_at: Mapped[UtcMoment]
    refresh_until_at: Mapped[UtcMoment | None]
    ended_at: Mapped[UtcMoment | None]


class Ticket(Base):
    """A one-time ticket for a socket: 30 s, bound to its session."""

    __tablename__ = "ticket"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"))
    until_at: Mapped[UtcMoment]
    used_at: Mapped[UtcMoment | None]


class IdempotencyRecord(Base):
    """The first answer to a create with this `Idempotency-Key`, given again to every repeat."""

    __tablename__ = "idempotency_record"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    route: Mapped[str] = mapped_column(String(160))
    body_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    status: Mapped[int]
    answer: Mapped[dict[str, Any]]
    at: Mapped[UtcMoment]


class AuditRow(Base):
    """Who did what to whom, and when; rows are only ever added."""

    __tablename__ = "audit_row"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[UtcMoment]
    account_id: Mapped[int | None] = mapped_column(Id, index=True)
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str | None] = mapped_column(String(60), index=True)
    detail: Mapped[str | None] = mapped_column(Text)


class AuditSeal(Base):
    """One link of the audit trail's chain: `hash` is over the link before and every row from `from_id` to `to_id`."""

    __tablename__ = "audit_seal"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    from_id: Mapped[int] = mapped_column(Id)
    to_id: Mapped[int] = mapped_column(Id)
    rows: Mapped[int]
    before: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    at: Mapped[UtcMoment]
