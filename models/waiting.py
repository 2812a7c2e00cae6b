"""The waiting list for beds: who asked when and what became of it; refuses to keep an order (that is reckoned)."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id
from models.types import UtcMoment, WaitingState, choice


class WaitingEntry(Base):
    """One application for a bed; at most one waits for an elder."""

    __tablename__ = "waiting_entry"
    __table_args__ = (
        Index(
            "uq_waiting_entry_open",
            "elder_id",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_waiting_entry_area_code_state", "area_code", "state"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("elder.id"), index=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"))
    state: Mapped[WaitingState] = mapped_column(choice(WaitingState))
    asked_on: Mapped[date]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    note: Mapped[str | None] = mapped_column(String(200))
    bed_id: Mapped[int | None] = mapped_column(ForeignKey("bed.id"))
    ended_at: Mapped[UtcMoment | None]
