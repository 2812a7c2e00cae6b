"""Canteens and the meals they cook; refuses to count or route them."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id
from models.types import Datum, choice


class Canteen(Base):
    """A canteen (社区食堂); meals leave it when ready and may ride at most `ride_max_min` minutes."""

    __tablename__ = "canteen"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    address: Mapped[str] = mapped_column(String(120))
    lon: Mapped[float]
    lat: Mapped[float]
    datum: Mapped[Datum] = mapped_column(choice(Datum))
    ready_min: Mapped[int]
    """Minutes after local midnight at which lunch is ready."""
    ride_max_min: Mapped[int]


class Meal(Base):
    """A meal on a canteen's list, with diet tags (soft, low_salt, diabetic, halal, ...)."""

    __tablename__ = "meal"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    canteen_id: Mapped[int] = mapped_column(ForeignKey("canteen.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    price_fen: Mapped[int]
    diet: Mapped[list[str]] = mapped_column(default=list)
