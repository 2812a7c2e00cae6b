"""The event log: everything that happened, in the one order of `seq`; refuses gaps and second thoughts."""

from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id
from models.types import UtcMoment


class Event(Base):
    """One event. `area_code` and `provider_id` say who may see it; `caregiver_ids` whose phones it is for."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_subject_seq", "subject", "seq"),)

    seq: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    at: Mapped[UtcMoment]
    topic: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str | None] = mapped_column(String(40))
    area_code: Mapped[str | None] = mapped_column(String(12))
    provider_id: Mapped[int | None] = mapped_column(Id)
    caregiver_ids: Mapped[list[Any]] = mapped_column(default=list)
    data: Mapped[dict[str, Any]]


class Sequence(Base):
    """The single row that gives out `seq` at commit; `epoch` names this life of the database (new after a restore)."""

    __tablename__ = "sequence"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Id)
    epoch: Mapped[str] = mapped_column(String(36))
