"""Providers (legal bodies), their stations, and who is on duty where; refuses to decide who is called first."""

from datetime import date

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import GIVEN_ONCE, Base, Id
from models.types import Datum, Post, UtcMoment, choice


class Provider(Base):
    """A legal body that gives care; it may operate beds only while `licence_until_on` has not passed."""

    __tablename__ = "provider"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    licence_no: Mapped[str] = mapped_column(String(40))
    licence_until_on: Mapped[date]
    blacklisted: Mapped[bool] = mapped_column(default=False)


class Station(Base):
    """A care station: where caregivers start and where somebody is on duty."""

    __tablename__ = "station"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), index=True)
    address: Mapped[str] = mapped_column(String(120))
    lon: Mapped[float]
    lat: Mapped[float]
    datum: Mapped[Datum] = mapped_column(choice(Datum))


class Duty(Base):
    """One person on duty at a post, from `from_at` up to, not including, `to_at`.

    A station's duty names the station, a desk's, village's or supervisor's the area it answers for. Somebody without
    an account (a village committee) is a name and a number.
    """

    __tablename__ = "duty"
    __table_args__ = (
        Index("ix_duty_station_id_from_at_to_at", "station_id", "from_at", "to_at"),
        Index("ix_duty_area_code_to_at", "area_code", "to_at"),
        GIVEN_ONCE,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    post: Mapped[Post] = mapped_column(choice(Post))
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"))
    station_id: Mapped[int | None] = mapped_column(ForeignKey("station.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str | None] = mapped_column(String(60))
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    from_at: Mapped[UtcMoment]
    to_at: Mapped[UtcMoment]
