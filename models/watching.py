"""Which places somebody watches from a console, and what was seen there and on phones; refuses to count promises."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id
from models.types import UtcMoment


class Watch(Base):
    """Consoles of one scope at one hub: their pages answer at least until `live_until_at`, unless a newer row says so.

    `area_prefixes` and `provider_id` are the scope, as in an account's; a hub that dies leaves rows that run out.
    """

    __tablename__ = "watch"

    hub: Mapped[str] = mapped_column(String(36), primary_key=True)
    view: Mapped[str] = mapped_column(String(16), primary_key=True)
    area_prefixes: Mapped[list[str]]
    provider_id: Mapped[int | None] = mapped_column(Id)
    consoles: Mapped[int]
    live_until_at: Mapped[UtcMoment] = mapped_column(index=True)


class Receipt(Base):
    """The first time an event was seen: on any console (`caregiver_id` 0), or on the phone of a caregiver."""

    __tablename__ = "receipt"

    event_seq: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    caregiver_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    session_id: Mapped[int] = mapped_column(Id)
    seen_at: Mapped[UtcMoment]
