"""Households with how to get in, the elders who live there, and whom to call; refuses plain phone and ID numbers.

`phone_hash` and `id_number_hash` are keyed hashes (service.vault): they find a person without keeping the number.
"""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import GIVEN_ONCE, Base, Id
from models.types import Category, Datum, Purpose, UtcMoment, choice

PREFIXES = {"name": "varchar_pattern_ops", "area_code": "varchar_pattern_ops"}
"""PostgreSQL finds how a text begins only in an index of this kind."""
HERE = ["provider_id", "merged_into_id", "left_on", "name", "id_number_hash"]
"""What decides whether a row counts at all, and who may be registered twice: with it in the index an age group is
counted, and doubles of a district are found, without the rows."""


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
    """One registered elder. `ability` is the newest GB/T 42195 level, run out or not: 0 unimpaired to 4; or None.

    `categories` repeats the codes that hold today of `ElderCategory`, for cards. `version` grows with every change.
    Somebody merged into another row keeps their own, with `merged_into_id`, and leaves every list.
    """

    __tablename__ = "elder"
    __table_args__ = (
        Index("ix_elder_name_born_on", "name", "born_on", postgresql_ops=PREFIXES),
        Index("ix_elder_area_code_id", "area_code", "id", postgresql_ops=PREFIXES),
        Index(
            "ix_elder_area_code_born_on", "area_code", "born_on", "id", postgresql_ops=PREFIXES, postgresql_include=HERE
        ),
        GIVEN_ONCE,
    )

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
    id_number_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_number_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    registered_on: Mapped[date | None]
    left_on: Mapped[date | None]
    left_why: Mapped[str | None] = mapped_column(String(40))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("elder.id"), index=True)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("register_import.id"), index=True)


class Contact(Base):
    """Somebody to call for an elder, in order of `rank` (1 first); `guardian` is who answers for them in law."""

    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("elder.id"), index=True)
    rank: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    relation: Mapped[str] = mapped_column(String(30))
    phone_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    note: Mapped[str | None] = mapped_column(Text)
    guardian: Mapped[bool] = mapped_column(default=False, server_default="0")


class ElderCategory(Base):
    """One category of an elder: who says so, from when to when (both days included). Ended ones stay as history."""

    __tablename__ = "elder_category"
    __table_args__ = (Index("ix_elder_category_category_elder_id", "category", "elder_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("elder.id", ondelete="CASCADE"), index=True)
    category: Mapped[Category] = mapped_column(choice(Category))
    source: Mapped[str] = mapped_column(String(60))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    noted_at: Mapped[UtcMoment]
    noted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class Consent(Base):
    """What an elder, or who speaks for them, allowed or took back for one purpose; the newest row counts."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("elder.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[Purpose] = mapped_column(choice(Purpose))
    given: Mapped[bool]
    said_by: Mapped[str] = mapped_column(String(60))
    said_how: Mapped[str] = mapped_column(String(120))
    noted_at: Mapped[UtcMoment]
    noted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class OnBehalf(Base):
    """Something done at the desk because somebody called: what, about which row, who spoke, and who agreed."""

    __tablename__ = "on_behalf"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("elder.id", ondelete="CASCADE"), index=True)
    deed: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(60), index=True)
    caller: Mapped[str] = mapped_column(String(60))
    relation: Mapped[str] = mapped_column(String(30))
    consent: Mapped[str] = mapped_column(String(200))
    noted_at: Mapped[UtcMoment]
    noted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class Merge(Base):
    """Two rows that were one person: `gone_id` went into `kept_id`; `moved` names every row that changed hands."""

    __tablename__ = "elder_merge"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("elder.id"), index=True)
    gone_id: Mapped[int] = mapped_column(ForeignKey("elder.id"), index=True)
    reason: Mapped[str] = mapped_column(String(200))
    moved: Mapped[dict[str, Any]]
    merged_at: Mapped[UtcMoment]
    merged_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    undone_at: Mapped[UtcMoment | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class RegisterImport(Base):
    """One file read into a register: what came of it, by whom, and whether it was taken back."""

    __tablename__ = "register_import"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    register: Mapped[str] = mapped_column(String(30))
    file_name: Mapped[str] = mapped_column(String(120))
    file_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    rows: Mapped[int]
    added: Mapped[int] = mapped_column(default=0)
    refused: Mapped[list[Any]]
    made_at: Mapped[UtcMoment]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    done_at: Mapped[UtcMoment | None]
    undone_at: Mapped[UtcMoment | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
