"""The menu: what can be ordered and what it costs from when to when; money is integer fen, refuses floats."""

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id
from models.types import Family, choice


class MenuItem(Base):
    """One item of the menu. `level` is the least caregiver grade: 5 (五级) lowest, 1 (一级) highest."""

    __tablename__ = "menu_item"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    family: Mapped[Family] = mapped_column(choice(Family), index=True)
    name_zh: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(80))
    duration_min: Mapped[int]
    people: Mapped[int] = mapped_column(default=1)
    skill: Mapped[str | None] = mapped_column(String(40))
    level: Mapped[int] = mapped_column(default=5)
    delivered: Mapped[bool] = mapped_column(default=False)
    """A meal cooked elsewhere and carried to the door: an order names which."""
    on_sale: Mapped[bool] = mapped_column(default=True)


class MenuPrice(Base):
    """Price of an item in fen, valid on `from_on` and every later day before `until_on`."""

    __tablename__ = "menu_price"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("menu_item.id"), index=True)
    price_fen: Mapped[int]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
