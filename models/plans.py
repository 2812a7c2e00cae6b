"""Plans: who goes where when on one date in one district, version by version; refuses to judge or make them."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id
from models.types import PlanState, UtcMoment, choice


class Plan(Base):
    """One version of a district's day. At most one version of a day is published."""

    __tablename__ = "plan"
    __table_args__ = (
        UniqueConstraint("area_code", "on_date", "version"),
        Index(
            "uq_plan_published",
            "area_code",
            "on_date",
            unique=True,
            sqlite_where=text("state = 'published'"),
            postgresql_where=text("state = 'published'"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"))
    on_date: Mapped[date]
    version: Mapped[int]
    state: Mapped[PlanState] = mapped_column(choice(PlanState))
    engine: Mapped[str] = mapped_column(String(20))
    seed: Mapped[int]
    cost: Mapped[float]
    parts: Mapped[dict[str, Any]]
    stages: Mapped[list[Any]]
    made_at: Mapped[UtcMoment]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    published_at: Mapped[UtcMoment | None]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class Route(Base):
    """One caregiver's day inside a plan."""

    __tablename__ = "route"
    __table_args__ = (UniqueConstraint("plan_id", "caregiver_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    caregiver_id: Mapped[int] = mapped_column(ForeignKey("caregiver.id"), index=True)
    leave_at: Mapped[UtcMoment]
    back_at: Mapped[UtcMoment]
    travel_s: Mapped[int]
    distance_m: Mapped[int]


class Stop(Base):
    """One stop of a route: a visit, a break (`visit_id` None) or a pick-up of meals (`canteen_id` set)."""

    __tablename__ = "stop"
    __table_args__ = (UniqueConstraint("route_id", "position"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    route_id: Mapped[int] = mapped_column(ForeignKey("route.id", ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"), index=True)
    canteen_id: Mapped[int | None] = mapped_column(ForeignKey("canteen.id"))
    arrive_at: Mapped[UtcMoment]
    start_at: Mapped[UtcMoment]
    finish_at: Mapped[UtcMoment]
    travel_s: Mapped[int]
    distance_m: Mapped[int]
    pinned: Mapped[bool] = mapped_column(default=False)


class Pin(Base):
    """One person of a visit fixed by hand: every plan sends this caregiver, at `start_at` when that is fixed too."""

    __tablename__ = "pin"
    __table_args__ = (UniqueConstraint("visit_id", "half"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    half: Mapped[int]
    caregiver_id: Mapped[int] = mapped_column(ForeignKey("caregiver.id"), index=True)
    start_at: Mapped[UtcMoment | None]
    pinned_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    pinned_at: Mapped[UtcMoment]


class Unserved(Base):
    """A visit that a plan leaves out, with the reason: no visit is dropped silently."""

    __tablename__ = "unserved"
    __table_args__ = (UniqueConstraint("plan_id", "visit_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    reason: Mapped[str] = mapped_column(String(40))
    explanation: Mapped[str] = mapped_column(Text)
    counts: Mapped[dict[str, Any]]
