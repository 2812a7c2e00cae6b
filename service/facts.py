"""What the districts' conditions may ask of elders, gathered for many at once; refuses to trust an unapproved level."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Assessment, Elder
from models.types import Scale
from service.among import among
from service.assessments.queries import holds
from service.elders.rules import age_on
from service.policies.conditions import Facts


@dataclass(frozen=True)
class Level:
    """An approved ability assessment that holds: its id, level 0 to 4, and last day."""

    assessment_id: int
    level: int
    until: date


async def levels_of(session: AsyncSession, elder_ids: Collection[int], on: date) -> dict[int, Level]:
    """By elder: the newest approved GB/T 42195 assessment that holds on a day; others are absent."""
    columns = (Assessment.elder_id, Assessment.id, Assessment.level, Assessment.valid_until_on)
    query = select(*columns).where(among(Assessment.elder_id, elder_ids), holds(on))
    query = query.where(Assessment.scale == Scale.GBT42195).order_by(Assessment.assessed_on, Assessment.id)
    found: dict[int, Level] = {}
    for elder_id, ident, level, until in await session.execute(query):
        if level is not None and until is not None:
            found[elder_id] = Level(ident, level, until)
    return found


class Known(Protocol):
    """What is read of an elder: a whole row, or these columns of one (`COLUMNS`), which is quicker for thousands."""

    @property
    def id(self) -> int: ...
    @property
    def born_on(self) -> date: ...
    @property
    def lives_alone(self) -> bool: ...
    @property
    def categories(self) -> list[str]: ...


COLUMNS = (Elder.id, Elder.born_on, Elder.lives_alone, Elder.categories)


async def facts_of(session: AsyncSession, elders: Sequence[Known], on: date) -> dict[int, Facts]:
    """By elder: age, the level that an approved assessment gives (None without one), how they live, categories."""
    levels = await levels_of(session, [elder.id for elder in elders], on)
    return {elder.id: facts(elder, levels.get(elder.id), on) for elder in elders}


def facts(elder: Known, level: Level | None, on: date) -> Facts:
    """What is known of one elder on a day."""
    return Facts(
        age=age_on(elder.born_on, on),
        ability=None if level is None else level.level,
        lives_alone=elder.lives_alone,
        assessed=level is not None,
        categories=frozenset(elder.categories),
    )
