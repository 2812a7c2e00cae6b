"""Orders from the menu, one for each wish, whoever placed it for whom; refuses to plan them."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id
from models.types import OrderState, UtcMoment, choice


class Order(Base):
    """One order: item, elder, the day and window asked for, and the price in fen at the time of service.

    With `respite_id` it is a part of a block of respite, and its price the part of the block's.
    """

    __tablename__ = "care_order"
    __table_args__ = (
        Index(
            "ix_care_order_respite_id",
            "respite_id",
            sqlite_where=text("respite_id IS NOT NULL"),
            postgresql_where=text("respite_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("elder.id"), index=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), index=True)
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("provider.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("menu_item.id"))
    service_on: Mapped[date] = mapped_column(index=True)
    window_from_at: Mapped[UtcMoment]
    window_to_at: Mapped[UtcMoment]
    portions: Mapped[int] = mapped_column(default=1)
    price_fen: Mapped[int]
    state: Mapped[OrderState] = mapped_column(choice(OrderState))
    placed_at: Mapped[UtcMoment]
    placed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    on_behalf_note: Mapped[str | None] = mapped_column(String(200))
    respite_id: Mapped[int | None] = mapped_column(ForeignKey("respite.id"))
