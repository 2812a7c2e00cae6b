"""The declarative base every table stands on: naming of constraints, id and JSON types; refuses to hold any table."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

from models.types import UtcDateTime, UtcMoment

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Id = BigInteger().with_variant(Integer(), "sqlite")
"""A row id: 64 bit on both databases (SQLite only counts up by itself on INTEGER)."""

GIVEN_ONCE = {"sqlite_autoincrement": True}
"""Last in `__table_args__`: no row gets the number of one that was removed, which the audit trail still names."""

Json = JSON().with_variant(JSONB(), "postgresql")
"""A JSON document, binary on PostgreSQL."""


class Base(DeclarativeBase):
    """Root of all tables; maps Python types to the column types of this house."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {UtcMoment: UtcDateTime(), dict[str, Any]: Json, list[Any]: Json, list[str]: Json}  # noqa: RUF012
