"""How able an elder is on a day by approved results, never by a mark that nothing holds up; refuses to assess.

`Elder.ability` is the level of the newest result and stays when that runs out: lists and cards ask here what holds.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, case, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Assessment, Elder
from models.types import AssessmentState, Scale
from service.among import among
from service.assessments.queries import holds

APPROVED = and_(
    Assessment.state == AssessmentState.APPROVED, Assessment.level.is_not(None), Assessment.assessed_on.is_not(None)
)


@dataclass(frozen=True)
class Result:
    """The result of an elder that says most on a day: its level and last day, and whether it `holds` on that day."""

    level: int
    until: date
    holds: bool


async def results_of(session: AsyncSession, elder_ids: Collection[int], on: date) -> dict[int, Result]:
    """By elder: the newest approved GB/T 42195 result that holds on a day, else the newest one before it."""
    holding = case((holds(on), 1), else_=0)
    columns = (Assessment.elder_id, Assessment.level, Assessment.valid_until_on, holding)
    query = select(*columns).where(among(Assessment.elder_id, elder_ids), APPROVED, Assessment.assessed_on <= on)
    query = query.where(Assessment.scale == Scale.GBT42195)
    found: dict[int, Result] = {}
    for elder_id, level, until, held in await session.execute(
        query.order_by(holding, Assessment.assessed_on, Assessment.id)
    ):
        if level is not None and until is not None:
            found[elder_id] = Result(level, until, bool(held))
    return found


def at_level(level: int, on: date) -> ColumnElement[bool]:
    """The condition that an elder's ability is this level and that the result which says so holds on a day.

    One result of a scale stands at a time: each ends the one before (assessments.settle, and `chain_results` here).
    Asked as a join, not for each row: a level that few or none have would else look at 100,000 results one by one.
    """
    mine = and_(Assessment.elder_id == Elder.id, Assessment.scale == Scale.GBT42195, Assessment.level == level)
    return and_(Elder.ability == level, exists().where(mine, holds(on)))


async def chain_results(session: AsyncSession, elder: Elder) -> None:
    """Let each approved result end where the next of its scale begins, and the newest be the elder's ability.

    For rows that came from, or went to, another elder at once: then two of them may stand that never met.
    """
    await session.flush()
    query = select(Assessment).where(Assessment.elder_id == elder.id, APPROVED)
    open_last = case((Assessment.ended_on.is_(None), 1), else_=0)
    newest: dict[Scale, Assessment] = {}
    for row in await session.scalars(query.order_by(Assessment.assessed_on, open_last, Assessment.id)):
        before = newest.get(row.scale)
        if before is not None:
            before.ended_on = row.assessed_on
        newest[row.scale] = row
    for row in newest.values():
        row.ended_on = None
    last = newest.get(Scale.GBT42195)
    elder.ability = None if last is None else last.level
    await session.flush()
