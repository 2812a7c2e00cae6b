"""Notices, one message to one person by one channel, and the gateways they leave by; refuses to hold any number."""

from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id
from models.types import ChannelKind, NoticeState, UtcMoment, choice


class Notice(Base):
    """One row of the outbox. `target` is kind:id (contact:3), its number is looked up when the notice is sent.

    `then` are the channels still to try after this one. `key` is what a gateway tells repeats by.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("incident_id", "step", "cycle", "target", "channel"),
        Index(
            "ix_notice_channel_due_at",
            "channel",
            "due_at",
            sqlite_where=text("state IN ('pending', 'leased')"),
            postgresql_where=text("state IN ('pending', 'leased')"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    step: Mapped[int]
    cycle: Mapped[int] = mapped_column(default=0)
    rung: Mapped[str] = mapped_column(String(24))
    target: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(60))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    caregiver_id: Mapped[int | None] = mapped_column(ForeignKey("caregiver.id"), index=True)
    channel: Mapped[ChannelKind] = mapped_column(choice(ChannelKind))
    then: Mapped[list[str]] = mapped_column(default=list)
    text: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(String(36), unique=True)
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("provider.id"))
    area_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    must: Mapped[bool] = mapped_column(default=False)
    state: Mapped[NoticeState] = mapped_column(choice(NoticeState))
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[UtcMoment]
    leased_until_at: Mapped[UtcMoment | None]
    made_at: Mapped[UtcMoment]
    sent_at: Mapped[UtcMoment | None]
    seen_at: Mapped[UtcMoment | None]
    confirmed_at: Mapped[UtcMoment | None]
    problem: Mapped[str | None] = mapped_column(String(200))


class Gateway(Base):
    """Where a provider's (or everybody's) short messages, calls or webhooks go. The secret is sealed.

    `keeps_keys`: it sends a message with a key it has seen only once, so an uncertain one may be sent again.
    """

    __tablename__ = "gateway"
    __table_args__ = (UniqueConstraint("provider_id", "channel"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("provider.id"))
    channel: Mapped[ChannelKind] = mapped_column(choice(ChannelKind))
    url: Mapped[str] = mapped_column(String(300))
    secret_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    keeps_keys: Mapped[bool] = mapped_column(default=True)
    made_at: Mapped[UtcMoment]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
