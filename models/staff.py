"""Caregivers, what they may do until when, when they work and where they were last seen; refuses to assign them."""

from datetime import date

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id
from models.types import Datum, Mode, UtcMoment, choice


class Caregiver(Base):
    """One caregiver. `level` 5 (五级, lowest) to 1 (一级, highest): a smaller number is the higher grade."""

    __tablename__ = "caregiver"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"), index=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    sex: Mapped[str] = mapped_column(String(1))
    level: Mapped[int]
    mode: Mapped[Mode] = mapped_column(choice(Mode))
    trained: Mapped[bool] = mapped_column(default=True)
    courier: Mapped[bool] = mapped_column(default=False)
    bag_portions: Mapped[int] = mapped_column(default=0)
    left_on: Mapped[date | None]
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    def at_least(self, level: int) -> bool:
        """Whether the grade suffices for work that asks for `level` (三级 does for 五级, not the other way)."""
        return self.level <= level


class CaregiverSkill(Base):
    """A skill that a caregiver holds, with the day its certificate ends (None: does not expire)."""

    __tablename__ = "caregiver_skill"
    __table_args__ = (UniqueConstraint("caregiver_id", "skill"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    caregiver_id: Mapped[int] = mapped_column(ForeignKey("caregiver.id"), index=True)
    skill: Mapped[str] = mapped_column(String(40))
    until_on: Mapped[date | None]


class Shift(Base):
    """One stretch of work, overnight ones too, with a floating break of `break_min` inside the break window."""

    __tablename__ = "shift"
    __table_args__ = (Index("ix_shift_caregiver_id_from_at", "caregiver_id", "from_at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    caregiver_id: Mapped[int] = mapped_column(ForeignKey("caregiver.id"))
    from_at: Mapped[UtcMoment] = mapped_column(index=True)
    to_at: Mapped[UtcMoment]
    break_min: Mapped[int] = mapped_column(default=0)
    break_from_at: Mapped[UtcMoment | None]
    break_to_at: Mapped[UtcMoment | None]


class Position(Base):
    """Where a caregiver's phone was last; one row each, the newest wins."""

    __tablename__ = "position"

    caregiver_id: Mapped[int] = mapped_column(ForeignKey("caregiver.id"), primary_key=True, autoincrement=False)
    lon: Mapped[float]
    lat: Mapped[float]
    datum: Mapped[Datum] = mapped_column(choice(Datum))
    accuracy_m: Mapped[float | None]
    at: Mapped[UtcMoment]
    received_at: Mapped[UtcMoment]
