"""Visits: what is to be done at a door and what was done there, with the moments; refuses to know the plan."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id
from models.types import Family, UtcMoment, VisitState, choice


class Visit(Base):
    """One visit, or one meal delivery (`family` meal with `canteen_id`), that an order asks for."""

    __tablename__ = "visit"
    __table_args__ = (
        Index("ix_visit_service_on_area_code", "service_on", "area_code"),
        Index(
            "ix_visit_patrol",
            "elder_id",
            "service_on",
            sqlite_where=text("family = 'patrol'"),
            postgresql_where=text("family = 'patrol'"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("care_order.id"), index=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("elder.id"), index=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"))
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("provider.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("menu_item.id"))
    family: Mapped[Family] = mapped_column(choice(Family))
    service_on: Mapped[date]
    window_from_at: Mapped[UtcMoment]
    window_to_at: Mapped[UtcMoment]
    duration_min: Mapped[int]
    people: Mapped[int] = mapped_column(default=1)
    portions: Mapped[int] = mapped_column(default=1)
    meal_id: Mapped[int | None] = mapped_column(ForeignKey("meal.id"))
    canteen_id: Mapped[int | None] = mapped_column(ForeignKey("canteen.id"))
    state: Mapped[VisitState] = mapped_column(choice(VisitState))
    en_route_at: Mapped[UtcMoment | None]
    arrived_at: Mapped[UtcMoment | None]
    started_at: Mapped[UtcMoment | None]
    finished_at: Mapped[UtcMoment | None]
    late_min: Mapped[int] = mapped_column(default=0)
    note: Mapped[str | None] = mapped_column(String(300))
