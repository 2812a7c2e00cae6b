"""Households with how to get in, the elders who live there, and whom to call; refuses plain phone and ID numbers.

`phone_hash` is a keyed hash (service.vault): it finds who calls without keeping their number.
"""

from datetime import date

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id
from models.types import Datum, choice


class Household(Base):
    """One dwelling: address, place, and what a caregiver needs to get in. `*_sealed` is AES-GCM (service.vault)."""

    __tablename__ = "household"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), index=True)
    address: Mapped[str] = mapped_column(String(160))
    floor: Mapped[int | None]
    lift: Mapped[bool] = mapped_column(default=False)
    access_note: Mapped[str | None] = mapped_column(String(300))
    access_min: Mapped[int] = mapped_column(default=0)
    gate_code_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    key_holder: Mapped[str | None] = mapped_column(String(60))
    key_holder_phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    lon: Mapped[float]
    lat: Mapped[float]
    datum: Mapped[Datum] = mapped_column(choice(Datum))


class Elder(Base):
    """One registered older person. `ability` is the GB/T 42195 level, 0 unimpaired to 4 fully lost, None unassessed."""

    __tablename__ = "elder"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), index=True)
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("provider.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    sex: Mapped[str] = mapped_column(String(1))
    born_on: Mapped[date]
    ability: Mapped[int | None]
    lives_alone: Mapped[bool] = mapped_column(default=False)
    categories: Mapped[list[str]] = mapped_column(default=list)
    dialect: Mapped[str | None] = mapped_column(String(60))
    notes: Mapped[str | None] = mapped_column(String(200))
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    conditions_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    medicines_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class Contact(Base):
    """Somebody to call for an elder, in order of `rank` (1 first)."""

    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("elder.id"), index=True)
    rank: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    relation: Mapped[str] = mapped_column(String(30))
    phone_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    note: Mapped[str | None] = mapped_column(Text)
