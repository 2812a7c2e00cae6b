"""Contract templates by district and version, and the contracts of beds; refuses to change what was signed."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id
from models.types import ContractState, UtcMoment, choice


class ContractTemplate(Base):
    """One version of a district's model contract; the newest that has begun is the current one."""

    __tablename__ = "contract_template"
    __table_args__ = (UniqueConstraint("area_code", "version"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date]
    made_at: Mapped[UtcMoment]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class Contract(Base):
    """One bed's contract: parties, the template's version and the prices as they were when it was drawn up."""

    __tablename__ = "contract"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    bed_id: Mapped[int] = mapped_column(ForeignKey("bed.id", ondelete="CASCADE"), index=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("elder.id"))
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"))
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), index=True)
    guardian_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    template_id: Mapped[int] = mapped_column(ForeignKey("contract_template.id"))
    template_version: Mapped[int]
    prices: Mapped[list[Any]]
    state: Mapped[ContractState] = mapped_column(choice(ContractState), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date]
    cooling_until_on: Mapped[date | None]
    drawn_at: Mapped[UtcMoment]
    drawn_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    signed_at: Mapped[UtcMoment | None]
    signed_by: Mapped[str | None] = mapped_column(String(8))
    """Who signed on the elder's side: elder, guardian, or village (the committee that stands in)."""
    ended_at: Mapped[UtcMoment | None]
    end_reason: Mapped[str | None] = mapped_column(String(200))
    renews_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    reminded_at: Mapped[UtcMoment | None]
