"""Who is to be looked in on in which month, and why (探访); refuses to say whether it was done (the visits do)."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id
from models.types import UtcMoment


class PatrolTarget(Base):
    """One elder on the register of the month that begins on `month_on`; `groups` name the rules that say so."""

    __tablename__ = "patrol_target"
    __table_args__ = (
        UniqueConstraint("month_on", "elder_id"),
        Index("ix_patrol_target_area_code_month_on", "area_code", "month_on"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    month_on: Mapped[date]
    elder_id: Mapped[int] = mapped_column(ForeignKey("elder.id"), index=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"))
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("provider.id"))
    groups: Mapped[list[str]]
    added_at: Mapped[UtcMoment]
    dropped_at: Mapped[UtcMoment | None]
    drop_reason: Mapped[str | None] = mapped_column(String(200))
