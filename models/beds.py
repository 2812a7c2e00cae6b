"""Family care beds (家庭养老床位) with history, pauses, devices, respite; refuses to move one (service.beds)."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id
from models.types import BedState, DeviceKind, PauseKind, RespiteKind, RespiteState, UtcMoment, choice


class Bed(Base):
    """One family care bed: an elder's own bed, operated by exactly one provider from one station; one open an elder."""

    __tablename__ = "bed"
    __table_args__ = (
        Index(
            "uq_bed_open",
            "elder_id",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("elder.id"), index=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"), index=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), index=True)
    state: Mapped[BedState] = mapped_column(choice(BedState), index=True)
    state_since_at: Mapped[UtcMoment]


class BedStep(Base):
    """One step of a bed's life: from where (None: it was opened), to where, when, by whom and why."""

    __tablename__ = "bed_step"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    bed_id: Mapped[int] = mapped_column(ForeignKey("bed.id", ondelete="CASCADE"), index=True)
    from_state: Mapped[BedState | None] = mapped_column(choice(BedState))
    to_state: Mapped[BedState] = mapped_column(choice(BedState))
    at: Mapped[UtcMoment]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    why: Mapped[str | None] = mapped_column(String(200))


class BedPause(Base):
    """A while without care at home: visits, patrol and billing rest from `from_on` up to, not including, `until_on`."""

    __tablename__ = "bed_pause"
    __table_args__ = (Index("ix_bed_pause_elder_id_from_on", "elder_id", "from_on"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    bed_id: Mapped[int] = mapped_column(ForeignKey("bed.id", ondelete="CASCADE"), index=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("elder.id"))
    kind: Mapped[PauseKind] = mapped_column(choice(PauseKind))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    why: Mapped[str | None] = mapped_column(String(200))


class BedDevice(Base):
    """A device that a bed is to have; `terminal_id` is the one that was fitted, None while it is only planned."""

    __tablename__ = "bed_device"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    bed_id: Mapped[int] = mapped_column(ForeignKey("bed.id", ondelete="CASCADE"), index=True)
    kind: Mapped[DeviceKind] = mapped_column(choice(DeviceKind))
    mandatory: Mapped[bool] = mapped_column(default=True)
    terminal_id: Mapped[str | None] = mapped_column(ForeignKey("terminal.id"), index=True)
    fitted_at: Mapped[UtcMoment | None]


class Respite(Base):
    """A block of care that lets a family carer rest, at a price below cost; tied to that carer."""

    __tablename__ = "respite"
    __table_args__ = (Index("ix_respite_elder_id_from_at", "elder_id", "from_at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("elder.id"))
    bed_id: Mapped[int] = mapped_column(ForeignKey("bed.id"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"))
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), index=True)
    kind: Mapped[RespiteKind] = mapped_column(choice(RespiteKind))
    from_at: Mapped[UtcMoment]
    to_at: Mapped[UtcMoment]
    price_fen: Mapped[int]
    state: Mapped[RespiteState] = mapped_column(choice(RespiteState))
    booked_at: Mapped[UtcMoment]
    booked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    note: Mapped[str | None] = mapped_column(String(200))
