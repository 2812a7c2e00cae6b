"""Looks up assessments and what holds on a day; refuses to judge one."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, Assessment, AssessmentPolicy, Elder, Reassessment
from models.types import AssessmentState, Scale
from service.assessments import rules
from service.assessments.gbt42195 import Reading
from service.assessments.ltci2021 import CELLS, Cell
from service.auth import Actor
from service.clock import rfc3339
from service.errors import NotFound
from service.paging import Page, page_of
from service.vault import masked_name

ASKED = "asked"
"""What a reason to assess is called when the elder, or somebody for them, asked for it."""


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
    newest = query.order_by(Assessment.assessed_on.desc(), Assessment.id.desc()).limit(1)
    found = (await session.scalars(newest)).first()
    if found is None or found.level is None or found.assessed_on is None or found.valid_until_on is None:
        return None
    return ValidAssessment(found.id, found.scale, found.level, found.assessed_on, found.valid_until_on)


async def get_assessment(session: AsyncSession, actor: Actor, assessment_id: int) -> Assessment:
    """One assessment of an elder in scope. Raises NotFound."""
    found = (await session.scalars(_scoped(actor).where(Assessment.id == assessment_id))).first()
    if found is None:
        raise NotFound(f"no assessment {assessment_id}")
    return found


async def list_assessments(
    session: AsyncSession, actor: Actor, page: Page, state: AssessmentState | None = None, elder_id: int | None = None
) -> tuple[list[Assessment], str | None]:
    """Assessments in scope by id: of one state, of one elder."""
    query = _scoped(actor)
    if state is not None:
        query = query.where(Assessment.state == state)
    if elder_id is not None:
        query = query.where(Assessment.elder_id == elder_id)
    rows, following = await page_of(session, query, Assessment.id, page)
    return list(rows), following


async def find_open(session: AsyncSession, elder_id: int, scale: Scale) -> Assessment | None:
    """The assessment of this scale that is under way, if there is one."""
    ended = (AssessmentState.APPROVED, AssessmentState.DROPPED)
    query = select(Assessment).where(Assessment.elder_id == elder_id, Assessment.scale == scale)
    return (await session.scalars(query.where(Assessment.state.not_in(ended)).limit(1))).first()


async def find_asked(session: AsyncSession, elder_id: int, on: date) -> Reassessment | None:
    """That an elder asked to be assessed, while nobody has, or on this day."""
    mine = (Reassessment.elder_id == elder_id) & (Reassessment.trigger == ASKED)
    stands = Reassessment.done_at.is_(None) | (Reassessment.since_on == on)
    return (await session.scalars(select(Reassessment).where(mine, stands).limit(1))).first()


async def policy_of(session: AsyncSession, area_code: str) -> rules.Policy:
    """How the district around an area reads the standards."""
    row = await session.get(AssessmentPolicy, f"{area_code[:6]}000000")
    if row is None:
        return rules.Policy()
    cells = [Cell(**cell) for cell in row.cells] or CELLS
    return rules.Policy(Reading(row.combine, row.count), row.valid_months, cells, row.verified)  # type: ignore[arg-type]


async def views(session: AsyncSession, rows: list[Assessment], today: date, *, whole: bool) -> list[dict[str, Any]]:
    """Assessments for a list, or, `whole`, with the form and the reckoning."""
    accounts = {by for row in rows for by in (row.made_by, row.reviewed_by) if by is not None}
    people = await session.execute(select(Account.id, Account.display).where(Account.id.in_(accounts)))
    shown = {number: {"id": number, "display": masked_name(display)} for number, display in people}
    elders = select(Elder.id, Elder.name).where(Elder.id.in_({row.elder_id for row in rows}))
    names = {number: masked_name(name) for number, name in await session.execute(elders)}
    return [
        {
            **_view(row, today),
            "elder": names[row.elder_id],
            "assessor": shown.get(row.made_by or 0),
            "reviewer": shown.get(row.reviewed_by or 0),
            **({"answers": row.answers, "result": row.result} if whole else {}),
        }
        for row in rows
    ]


def _view(row: Assessment, today: date) -> dict[str, Any]:
    on, until, ended = row.assessed_on, row.valid_until_on, row.ended_on
    approved = row.state is AssessmentState.APPROVED and row.level is not None
    holding = approved and on is not None and until is not None and on <= today <= until
    return {
        "id": row.id,
        "elder_id": row.elder_id,
        "scale": row.scale,
        "reason": row.reason,
        "state": row.state,
        "version": row.version,
        "next": list(rules.NEXT[row.state]),
        "level": row.level,
        "level_name": None if row.level is None else rules.LEVELS[row.scale][row.level],
        "missing": [] if row.source else rules.missing(row.scale, row.answers),
        "to_look_at": rules.to_look_at(row.answers),
        "assessed_on": on.isoformat() if on else None,
        "valid_until_on": until.isoformat() if until else None,
        "ended_on": ended.isoformat() if ended else None,
        "holds": holding and (ended is None or ended > today),
        "source": row.source,
        "saved_at": rfc3339(row.saved_at),
        "submitted_at": rfc3339(row.submitted_at),
        "reviewed_at": rfc3339(row.reviewed_at),
        "review_note": row.review_note,
    }


def _scoped(actor: Actor) -> Select[Assessment]:
    query = select(Assessment).join(Elder, Elder.id == Assessment.elder_id)
    return query.where(actor.scope(Elder.area_code, Elder.provider_id))
