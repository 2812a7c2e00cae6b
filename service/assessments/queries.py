"""Looks up assessments and what holds on a day; refuses to judge one."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Assessment
from models.types import AssessmentState, Scale


@dataclass(frozen=True)
class ValidAssessment:
    """An approved result that holds: `level` 0 (unimpaired) to 4 (GB/T 42195) or 5 (LTCI 2021), from `on` on."""

    id: int
    scale: Scale
    level: int
    on: date
    valid_until: date


def holds(on: date) -> ColumnElement[bool]:
    """The condition that an assessment is approved and holds on this day."""
    return and_(
        Assessment.state == AssessmentState.APPROVED,
        Assessment.level.is_not(None),
        Assessment.assessed_on <= on,
        Assessment.valid_until_on >= on,
        or_(Assessment.ended_on.is_(None), Assessment.ended_on > on),
    )


async def valid_assessment(
    session: AsyncSession, elder_id: int, on: date, scale: Scale = Scale.GBT42195
) -> ValidAssessment | None:
    """The newest approved assessment of this scale that holds on `on`; None for none, an expired or unreviewed one."""
    query = select(Assessment).where(Assessment.elder_id == elder_id, Assessment.scale == scale, holds(on))
    found = (
        await session.scalars(query.order_by(Assessment.assessed_on.desc(), Assessment.id.desc()).limit(1))
    ).first()
    if found is None or found.level is None or found.assessed_on is None or found.valid_until_on is None:
        return None
    return ValidAssessment(found.id, found.scale, found.level, found.assessed_on, found.valid_until_on)
