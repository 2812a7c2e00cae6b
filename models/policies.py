"""Rules of care that differ by district, as data with source, validity and whether checked; refuses to decide."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id
from models.types import UtcMoment


class Policy(Base):
    """One rule of one kind for an area from a day on; the newest of the smallest area around a place holds."""

    __tablename__ = "policy"
    __table_args__ = (Index("ix_policy_kind_area_code", "kind", "area_code"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    value: Mapped[dict[str, Any]]
    source: Mapped[str] = mapped_column(String(200))
    verified: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[UtcMoment]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
