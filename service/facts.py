"""What the districts' conditions may ask of elders, gathered for many at once; refuses to trust an unapproved level."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Assessment, Elder
from models.types import Scale
from service.assessments.queries import holds
from service.elders.rules import age_on
from service.policies.conditions import Facts

CHUNK = 400


@dataclass(frozen=True)
class Level:
    """An approved ability assessment that holds: its id, level 0 to 4, and last day."""

    assessment_id: int
    level: int
    until: date


async def levels_of(session: AsyncSession, elder_ids: Collection[int], on: date) -> dict[int, Level]:
    """By elder: the newest approved GB/T 42195 assessment that holds on a day; others are absent."""
    found: dict[int, Level] = {}
    wanted = sorted(set(elder_ids))
    for start in range(0, len(wanted), CHUNK):
        query = select(Assessment).where(Assessment.elder_id.in_(wanted[start : start + CHUNK]), holds(on))
        query = query.where(Assessment.scale == Scale.GBT42195).order_by(Assessment.assessed_on, Assessment.id)
        for row in await session.scalars(query):
            if row.level is not None and row.valid_until_on is not None:
                found[row.elder_id] = Level(row.id, row.level, row.valid_until_on)
    return found


async def facts_of(session: AsyncSession, elders: Sequence[Elder], on: date) -> dict[int, Facts]:
    """By elder: age, the level that an approved assessment gives (None without one), how they live, categories."""
    levels = await levels_of(session, [elder.id for elder in elders], on)
    return {elder.id: facts(elder, levels.get(elder.id), on) for elder in elders}


def facts(elder: Elder, level: Level | None, on: date) -> Facts:
    """What is known of one elder on a day."""
    return Facts(
        age=age_on(elder.born_on, on),
        ability=None if level is None else level.level,
        lives_alone=elder.lives_alone,
        assessed=level is not None,
        categories=frozenset(elder.categories),
    )
