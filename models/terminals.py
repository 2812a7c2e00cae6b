"""Call terminals and every message they sent, readable, unverified or unreadable; refuses to drop any."""

from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id
from models.types import UtcMoment


class Terminal(Base):
    """A call device on somebody's table or wrist, or in its station's stock. The 256-bit key is sealed.

    (boot, counter) is the highest count heard, bit k of `replay_bits` says whether counter - k came too.
    """

    __tablename__ = "terminal"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    elder_id: Mapped[int | None] = mapped_column(ForeignKey("elder.id"), index=True)
    station_id: Mapped[int | None] = mapped_column(ForeignKey("station.id"))
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("provider.id"))
    area_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"), index=True)
    model: Mapped[str] = mapped_column(String(40))
    key_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    old_key_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    old_key_until_at: Mapped[UtcMoment | None]
    boot: Mapped[int] = mapped_column(Id, default=0)
    counter: Mapped[int] = mapped_column(Id, default=0)
    replay_bits: Mapped[int] = mapped_column(Id, default=0, server_default="0")
    seen_at: Mapped[UtcMoment | None]
    online: Mapped[bool] = mapped_column(default=False)
    battery: Mapped[int | None]
    signal: Mapped[int | None]
    worn: Mapped[bool | None]
    firmware: Mapped[str | None] = mapped_column(String(40))
    installed_at: Mapped[UtcMoment | None]
    """Since when it stands where it stands."""
    tested_at: Mapped[UtcMoment | None]
    """The last test call that it passed there."""
    import_id: Mapped[int | None] = mapped_column(ForeignKey("register_import.id"), index=True)
    silent_after_s: Mapped[int | None]
    """Seconds of silence after which it counts as offline; None for the usual five minutes."""


class Outage(Base):
    """A while in which we took no heartbeats, and the terminals that were not heard again after it."""

    __tablename__ = "outage"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    from_at: Mapped[UtcMoment]
    until_at: Mapped[UtcMoment]
    told_at: Mapped[UtcMoment | None]
    """When the list of the silent was made: one full interval after `until_at`."""
    silent: Mapped[list[Any]] = mapped_column(default=list)


class Pulse(Base):
    """The one row in which the intake writes that it takes heartbeats: what it was away for is known by it."""

    __tablename__ = "pulse"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[UtcMoment]


class ClaimCode(Base):
    """A single-use code (its SHA-256) that gives a terminal its key within 24 h."""

    __tablename__ = "claim_code"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    terminal_id: Mapped[str] = mapped_column(ForeignKey("terminal.id"))
    until_at: Mapped[UtcMoment]
    used_at: Mapped[UtcMoment | None]


class Alert(Base):
    """One message of a terminal. `reuse` counts SOS that used a `msg_id` again after a loss of memory."""

    __tablename__ = "alert"
    __table_args__ = (
        UniqueConstraint("terminal_id", "msg_id", "reuse"),
        Index("ix_alert_incident_id", "incident_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    terminal_id: Mapped[str] = mapped_column(ForeignKey("terminal.id"))
    msg_id: Mapped[str] = mapped_column(String(120))
    reuse: Mapped[int] = mapped_column(default=0)
    boot: Mapped[int] = mapped_column(Id)
    counter: Mapped[int] = mapped_column(Id)
    body_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    kind: Mapped[str] = mapped_column(String(24))
    severity: Mapped[int]
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"))
    seq: Mapped[int] = mapped_column(Id)
    received_at: Mapped[UtcMoment]
    occurred_at: Mapped[UtcMoment | None]
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    datum: Mapped[str | None] = mapped_column(String(8))
    accuracy_m: Mapped[float | None]
    battery: Mapped[int | None]
    text: Mapped[str | None] = mapped_column(Text)
    extra: Mapped[dict[str, Any]]
    warnings: Mapped[list[Any]]
    gap: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many counters before it never came: attempts, or other messages, that were lost."""
    again: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many times more it came, because our answer had not arrived."""


class UnverifiedCall(Base):
    """An SOS whose signature or terminal was not good: kept, listed, never dispatched by itself."""

    __tablename__ = "unverified_call"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    terminal_id: Mapped[str] = mapped_column(String(120), index=True)
    source: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(40))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[UtcMoment] = mapped_column(index=True)


class UnreadableCall(Base):
    """A correctly signed message that could not be read: kept raw as a task to call back."""

    __tablename__ = "unreadable_call"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    terminal_id: Mapped[str] = mapped_column(ForeignKey("terminal.id"), index=True)
    problem: Mapped[str] = mapped_column(String(200))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[UtcMoment]
    called_back_at: Mapped[UtcMoment | None]
    called_back_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
