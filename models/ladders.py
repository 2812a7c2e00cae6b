"""Ladders as data: who is called when, by district, kind and hour, and the goals of answering; chooses nothing."""

from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id
from models.types import UtcMoment


class Ladder(Base):
    """One version of a ladder; an incident keeps the version it began with. Empty area, kind, hours: all of them.

    `from_min` and `to_min` are local minutes of the day, `to_min` smaller than `from_min` spans midnight. `rungs` is a
    list of {name, after_s, mode: any|all, channels: [...]} in order of time.
    """

    __tablename__ = "ladder"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    area_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"), index=True)
    kind: Mapped[str | None] = mapped_column(String(24))
    from_min: Mapped[int | None]
    to_min: Mapped[int | None]
    version: Mapped[int]
    rungs: Mapped[list[Any]]
    made_at: Mapped[UtcMoment]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    retired_at: Mapped[UtcMoment | None]


class AnswerGoal(Base):
    """What a district promises: shares of calls answered within two limits, and minutes until somebody is there."""

    __tablename__ = "answer_goal"
    __table_args__ = (UniqueConstraint("area_code"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"))
    answer_s: Mapped[int]
    answer_share: Mapped[float]
    answer_late_s: Mapped[int]
    answer_late_share: Mapped[float]
    on_site_min: Mapped[int]
    on_site_late_min: Mapped[int]
    set_at: Mapped[UtcMoment]
    set_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
