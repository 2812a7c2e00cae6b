"""Incidents, the cases people work on, and the armed rungs of their ladder; refuses two open alike in one home."""

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id
from models.types import Datum, IncidentState, Outcome, TimerState, UtcMoment, choice


class Incident(Base):
    """One case. `playbook` is person or fire; one open incident for each dwelling, playbook and drill flag."""

    __tablename__ = "incident"
    __table_args__ = (
        Index(
            "uq_incident_open",
            "household_id",
            "playbook",
            "drill",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
        Index("ix_incident_area_code_state", "area_code", "state"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"))
    elder_id: Mapped[int | None] = mapped_column(ForeignKey("elder.id"), index=True)
    terminal_id: Mapped[str | None] = mapped_column(ForeignKey("terminal.id"), index=True)
    station_id: Mapped[int | None] = mapped_column(ForeignKey("station.id"))
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("provider.id"))
    area_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    playbook: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(24))
    severity: Mapped[int]
    drill: Mapped[bool] = mapped_column(default=False)
    ladder_id: Mapped[int | None] = mapped_column(ForeignKey("ladder.id"))
    state: Mapped[IncidentState] = mapped_column(choice(IncidentState))
    presses: Mapped[int] = mapped_column(default=1)
    press_times: Mapped[list[str]] = mapped_column(default=list)
    rung: Mapped[int] = mapped_column(default=0)
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    datum: Mapped[str | None] = mapped_column(String(8))
    opened_at: Mapped[UtcMoment] = mapped_column(index=True)
    last_alert_at: Mapped[UtcMoment]
    acknowledged_at: Mapped[UtcMoment | None]
    acknowledged_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    assigned_at: Mapped[UtcMoment | None]
    assigned_to: Mapped[int | None] = mapped_column(ForeignKey("caregiver.id"), index=True)
    assigned_travel_s: Mapped[int | None]
    on_scene_at: Mapped[UtcMoment | None]
    recovering_at: Mapped[UtcMoment | None]
    closed_at: Mapped[UtcMoment | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    outcome: Mapped[Outcome | None] = mapped_column(choice(Outcome))
    note: Mapped[str | None] = mapped_column(Text)


class Timer(Base):
    """One rung of an incident's ladder: fires once when `due_at` passes while nobody has answered."""

    __tablename__ = "timer"
    __table_args__ = (
        UniqueConstraint("incident_id", "step", "cycle"),
        Index(
            "ix_timer_due",
            "due_at",
            sqlite_where=text("state = 'armed'"),
            postgresql_where=text("state = 'armed'"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    step: Mapped[int]
    cycle: Mapped[int] = mapped_column(default=0)
    rung: Mapped[str] = mapped_column(String(24))
    due_at: Mapped[UtcMoment]
    state: Mapped[TimerState] = mapped_column(choice(TimerState))
    armed_at: Mapped[UtcMoment | None]
    fired_at: Mapped[UtcMoment | None]
    problem: Mapped[str | None] = mapped_column(String(200))


class LostCase(Base):
    """The search for somebody who left and did not come back; the circle grows from the last point until found."""

    __tablename__ = "lost_case"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True, autoincrement=False)
    last_lon: Mapped[float]
    last_lat: Mapped[float]
    last_datum: Mapped[Datum] = mapped_column(choice(Datum))
    last_place: Mapped[str | None] = mapped_column(String(120))
    last_seen_at: Mapped[UtcMoment]
    wears: Mapped[str | None] = mapped_column(String(200))
    mode: Mapped[str] = mapped_column(String(12))
    opened_at: Mapped[UtcMoment]
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    found_at: Mapped[UtcMoment | None]
    found_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    found_lon: Mapped[float | None]
    found_lat: Mapped[float | None]
    found_datum: Mapped[str | None] = mapped_column(String(8))
    found_place: Mapped[str | None] = mapped_column(String(120))
