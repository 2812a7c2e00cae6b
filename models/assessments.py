"""How able an elder was found to be, by which scale and rules, by whom; refuses to score anything (the service does).

A result keeps the settings and the table it was made with: rules change, results do not.
"""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id
from models.types import AssessmentState, Scale, UtcMoment, choice

STANDING = ["scale", "state", "ended_on", "assessed_on", "level"]
"""What decides whether a result stands, beside its last day in the index: who runs out is found without the rows."""


class Assessment(Base):
    """One assessment from first draft to approved result.

    `answers` is the form as filled in; `result` the reckoning with its settings, parts and changes; `version` grows
    with every save. It holds on the days `assessed_on` to `valid_until_on`, unless `ended_on` came first.
    """

    __tablename__ = "assessment"
    __table_args__ = (
        Index("ix_assessment_elder_id_assessed_on", "elder_id", "assessed_on"),
        Index("ix_assessment_valid_until_on_elder_id", "valid_until_on", "elder_id", postgresql_include=STANDING),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("elder.id"))
    scale: Mapped[Scale] = mapped_column(choice(Scale))
    reason: Mapped[str] = mapped_column(String(20))
    state: Mapped[AssessmentState] = mapped_column(choice(AssessmentState), index=True)
    version: Mapped[int] = mapped_column(default=1)
    answers: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any]]
    level: Mapped[int | None]
    assessed_on: Mapped[date | None]
    valid_until_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    source: Mapped[str | None] = mapped_column(String(120))
    made_at: Mapped[UtcMoment]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    saved_at: Mapped[UtcMoment]
    submitted_at: Mapped[UtcMoment | None]
    reviewed_at: Mapped[UtcMoment | None]
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    review_note: Mapped[str | None] = mapped_column(Text)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("register_import.id"), index=True)


class AssessmentPolicy(Base):
    """How a district reads the standard where it can be read in two ways; without a row the defaults hold."""

    __tablename__ = "assessment_policy"

    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), primary_key=True)
    combine: Mapped[str] = mapped_column(String(10))
    count: Mapped[str] = mapped_column(String(10))
    valid_months: Mapped[int]
    cells: Mapped[list[Any]]
    verified: Mapped[bool]
    set_at: Mapped[UtcMoment]
    set_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class Reassessment(Base):
    """A reason to assess an elder again before time, found once; `done_by_id` is the assessment that answered it."""

    __tablename__ = "reassessment"
    __table_args__ = (UniqueConstraint("elder_id", "trigger", "since_on"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("elder.id"), index=True)
    trigger: Mapped[str] = mapped_column(String(20))
    since_on: Mapped[date]
    detail: Mapped[dict[str, Any]]
    found_at: Mapped[UtcMoment]
    done_at: Mapped[UtcMoment | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("assessment.id"))


class Benefit(Base):
    """Something an elder receives from outside this service, from one day to another (both included)."""

    __tablename__ = "benefit"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("elder.id"), index=True)
    item: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(60))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    noted_at: Mapped[UtcMoment]
    noted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class Entitlement(Base):
    """Something an elder is entitled to by a rule and does not receive, found by the nightly look; ended, not deleted.

    `because` holds the rule's version and the facts that made it true; area and provider are the elder's of that night.
    """

    __tablename__ = "entitlement"
    __table_args__ = (
        Index("ix_entitlement_elder_id_rule", "elder_id", "rule"),
        Index("ix_entitlement_rule_ended_on", "rule", "ended_on"),
        Index(
            "ix_entitlement_standing",
            *("area_code", "rule", "elder_id", "provider_id"),
            postgresql_ops={"area_code": "varchar_pattern_ops"},
            postgresql_where=text("ended_on IS NULL"),
            sqlite_where=text("ended_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("elder.id"))
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"))
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("provider.id"))
    rule: Mapped[str] = mapped_column(String(40))
    because: Mapped[dict[str, Any]]
    since_on: Mapped[date]
    found_at: Mapped[UtcMoment]
    ended_on: Mapped[date | None]
    ended_why: Mapped[str | None] = mapped_column(String(40))
