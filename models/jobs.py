"""Background jobs and the demo clock: rows that outlive a process; refuses to run anything."""

from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id
from models.types import JobState, UtcMoment, choice


class Job(Base):
    """One piece of background work, claimed by one worker at a time; `unique_key` keeps a second one from waiting."""

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    unique_key: Mapped[str | None] = mapped_column(String(80), index=True)
    state: Mapped[JobState] = mapped_column(choice(JobState), index=True)
    payload: Mapped[dict[str, Any]]
    progress: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any]]
    error: Mapped[str | None] = mapped_column(Text)
    area_code: Mapped[str | None] = mapped_column(String(12))
    made_at: Mapped[UtcMoment]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    started_at: Mapped[UtcMoment | None]
    alive_at: Mapped[UtcMoment | None]
    ended_at: Mapped[UtcMoment | None]
    cancel_asked: Mapped[bool] = mapped_column(default=False)


class DemoClock(Base):
    """The one row of the demo's plan-world clock: `town_at` at real moment `anchor_at`, then `speed` times as fast."""

    __tablename__ = "demo_clock"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    anchor_at: Mapped[UtcMoment]
    town_at: Mapped[UtcMoment]
    speed: Mapped[float]
    paused: Mapped[bool] = mapped_column(default=False)
    seed: Mapped[int]
