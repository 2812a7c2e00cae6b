"""Family care beds (家庭养老床位); refuses to move one from state to state (service.beds.rules does)."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id
from models.types import BedState, UtcMoment, choice


class Bed(Base):
    """One family care bed: an elder's own bed, operated by exactly one provider from one station."""

    __tablename__ = "bed"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("elder.id"), unique=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"), index=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), index=True)
    state: Mapped[BedState] = mapped_column(choice(BedState), index=True)
    state_since_at: Mapped[UtcMoment]
