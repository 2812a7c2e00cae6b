"""Verbs on assessments: ask, begin, save, submit, review, read in; refuses that one person assesses and reviews."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Assessment, AssessmentPolicy, Elder, Reassessment
from models.types import AreaLevel, AssessmentState, Scale
from service import audit
from service.assessments import queries, rules
from service.assessments.ltci2021 import Cell, table_problems
from service.auth import Actor
from service.bodies import all_faults
from service.clock import LOCAL
from service.elders.queries import get_elder, hold_elders
from service.elders.standing import refuse_gone
from service.errors import BadInput, Conflict, FieldProblem, Forbidden, NotFound
from service.organisations.queries import get_area


class AlreadyUnderWay(Conflict):
    """An assessment of this scale is under way for this elder; `assessment_id` names it."""

    code = "assessment.already_under_way"


class NotNow(Conflict):
    """The state does not allow this step; `state` and `next` say what it does."""

    code = "assessment.not_now"


class ChangedMeanwhile(Conflict):
    """It was saved elsewhere meanwhile; `version` is what stands."""

    code = "assessment.changed_meanwhile"


class AlreadyAsked(Conflict):
    """The elder is on the list already; `since_on` says from when."""

    code = "assessment.already_asked"


class SamePerson(Forbidden):
    """Whoever assessed does not review; and nobody else writes in their form."""

    code = "assessment.same_person"


async def ask(session: AsyncSession, actor: Actor, elder_id: int, note: str | None, now: datetime) -> Reassessment:
    """Put an elder who wants to be assessed on the list of those due, until a result of that day or later holds.

    Raises NotFound, HasLeft, MergedAway, AlreadyAsked, AlreadyUnderWay.
    """
    elder = await get_elder(session, actor, elder_id)
    await hold_elders(session, [elder.id])
    await refuse_gone(session, elder)
    other = await queries.find_open(session, elder_id, Scale.GBT42195)
    if other is not None:
        raise AlreadyUnderWay(f"assessment {other.id} is under way", assessment_id=other.id)
    today = now.astimezone(LOCAL).date()
    standing = await queries.find_asked(session, elder_id, today)
    if standing is not None:
        raise AlreadyAsked(f"asked for on {standing.since_on}", since_on=standing.since_on.isoformat())
    detail = {} if note is None else {"note": note}
    row = Reassessment(elder_id=elder_id, trigger=queries.ASKED, since_on=today, detail=detail, found_at=now)
    session.add(row)
    await session.flush()
    audit.note(session, now, actor.account_id, "assessment.asked", f"reassessment:{row.id}", f"elder:{elder_id}")
    return row


async def begin(
    session: AsyncSession, actor: Actor, elder_id: int, scale: Scale, reason: str, now: datetime
) -> Assessment:
    """An empty form for an elder in scope. Raises NotFound, HasLeft, MergedAway, AlreadyUnderWay."""
    elder = await get_elder(session, actor, elder_id)
    await hold_elders(session, [elder.id])
    await refuse_gone(session, elder)
    other = await queries.find_open(session, elder_id, scale)
    if other is not None:
        raise AlreadyUnderWay(f"assessment {other.id} is under way", assessment_id=other.id)
    row = _fresh(elder_id, scale, reason, now, actor.account_id)
    session.add(row)
    await session.flush()
    audit.note(session, now, actor.account_id, "assessment.begun", f"assessment:{row.id}", f"elder:{elder_id} {scale}")
    return row


async def save(
    session: AsyncSession,
    actor: Actor,
    assessment_id: int,
    wanted: Mapping[str, Any],
    now: datetime,
    *,
    unread: Sequence[FieldProblem] = (),
) -> Assessment:
    """Keep the form as far as it is filled in; `unread` are the faults of what could not be read.

    Raises NotNow, SamePerson, ChangedMeanwhile, BadInput naming these and every other.
    """
    row = await _own(session, actor, assessment_id, "save")
    faults = rules.problems(row.scale, wanted.get("answers", {}), whole=False)
    faults += await _day_problem(session, row, wanted["assessed_on"], now)
    _refuse(all_faults(unread, faults))
    values = {"answers": wanted["answers"], "assessed_on": wanted["assessed_on"], "saved_at": now}
    await _step(session, row, wanted["version"], values)
    return row


async def submit(session: AsyncSession, actor: Actor, assessment_id: int, version: int, now: datetime) -> Assessment:
    """Reckon the whole form by the district's reading, hand it to somebody else. Raises BadInput naming every gap."""
    row = await _own(session, actor, assessment_id, "submit")
    elder = await get_elder(session, actor, row.elder_id)
    assessed_on = row.assessed_on or now.astimezone(LOCAL).date()
    faults = rules.problems(row.scale, row.answers, whole=True)
    faults += await _day_problem(session, row, assessed_on, now)
    _refuse(faults)
    policy = await queries.policy_of(session, elder.area_code)
    level, result = rules.reckon(row.scale, row.answers, policy)
    values = {"state": AssessmentState.SUBMITTED, "level": level, "result": result, "assessed_on": assessed_on}
    values |= {"valid_until_on": rules.valid_until(assessed_on, policy.valid_months), "submitted_at": now}
    await _step(session, row, version, values | {"review_note": None})
    audit.note(session, now, actor.account_id, "assessment.submitted", f"assessment:{row.id}", f"level {level}")
    return row


async def review(
    session: AsyncSession,
    actor: Actor,
    assessment_id: int,
    wanted: Mapping[str, Any],
    now: datetime,
    *,
    unread: Sequence[FieldProblem] = (),
) -> Assessment:
    """Approve somebody else's assessment, or return it with a note.

    Approved, it holds from its day on, ends the one before, and is the elder's ability. Raises SamePerson, NotNow,
    ChangedMeanwhile, BadInput when a note is missing.
    """
    row = await queries.get_assessment(session, actor, assessment_id)
    _allow(row, "review")
    if row.made_by == actor.account_id:
        audit.refuse(session, now, actor.account_id, "assessment.review", f"assessment:{row.id}")
        raise SamePerson("whoever assessed does not review: somebody else has to look")
    note, approve = wanted["note"], wanted.get("approve")
    _refuse(all_faults(unread, rules.note_problems(note, approve, row.answers)))
    state = AssessmentState.APPROVED if approve else AssessmentState.RETURNED
    values = {"state": state, "reviewed_at": now, "reviewed_by": actor.account_id, "review_note": note}
    await _step(session, row, wanted["version"], values)
    if approve:
        await settle(session, row, now)
    audit.note(session, now, actor.account_id, f"assessment.{state}", f"assessment:{row.id}", f"level {row.level}")
    return row


async def drop(session: AsyncSession, actor: Actor, assessment_id: int, version: int, now: datetime) -> Assessment:
    """Give up a form that was not submitted; it stays in the history. Raises NotNow, SamePerson, ChangedMeanwhile."""
    row = await _own(session, actor, assessment_id, "drop")
    await _step(session, row, version, {"state": AssessmentState.DROPPED})
    audit.note(session, now, actor.account_id, "assessment.dropped", f"assessment:{row.id}")
    return row


async def read_in(
    session: AsyncSession,
    actor: Actor,
    elder_id: int,
    wanted: Mapping[str, Any],
    now: datetime,
    *,
    import_id: int | None = None,
    unread: Sequence[FieldProblem] = (),
) -> Assessment:
    """A result from elsewhere. One of today's scales waits for a review; one of the old scale is history only.

    Raises NotFound, MergedAway, BadInput, HasLeft for one of a day after the elder left.
    """
    elder = await get_elder(session, actor, elder_id)
    await refuse_gone(session, elder, wanted.get("assessed_on") or elder.born_on)
    policy, today = await queries.policy_of(session, elder.area_code), now.astimezone(LOCAL).date()
    _refuse(all_faults(unread, rules.imported_problems(wanted, elder.born_on, today, policy.valid_months)))
    scale, level, on, until = wanted["scale"], wanted["level"], wanted["assessed_on"], wanted["valid_until_on"]
    levels = rules.LEVELS[scale]
    row = _fresh(elder_id, scale, "other", now, actor.account_id)
    row.import_id = import_id
    row.state = AssessmentState.APPROVED if scale is Scale.MZT039 else AssessmentState.SUBMITTED
    row.level, row.assessed_on, row.source = level, on, wanted["source"]
    row.valid_until_on = until or rules.valid_until(on, policy.valid_months)
    row.submitted_at, row.result = now, {"level": level, "level_name": levels[level], "imported": True}
    session.add(row)
    await session.flush()
    audit.note(session, now, actor.account_id, "assessment.read_in", f"assessment:{row.id}", f"{scale} level {level}")
    return row


async def settle(session: AsyncSession, row: Assessment, now: datetime) -> None:
    """An approved result takes the place of the one before it in its scale.

    One of GB/T 42195, and no other, answers what called for an assessment and shows on the elder.
    """
    if row.assessed_on is None:
        return
    same = (Assessment.elder_id == row.elder_id) & (Assessment.scale == row.scale) & (Assessment.id != row.id)
    approved = same & (Assessment.state == AssessmentState.APPROVED)
    newest = await session.scalar(select(func.max(Assessment.assessed_on)).where(approved))
    earlier = approved & (Assessment.assessed_on <= row.assessed_on)
    still = Assessment.ended_on.is_(None) | (Assessment.ended_on > row.assessed_on)
    await session.execute(update(Assessment).where(earlier & still).values(ended_on=row.assessed_on))
    if row.scale is Scale.GBT42195:
        called = (Reassessment.elder_id == row.elder_id) & (Reassessment.since_on <= row.assessed_on)
        answered = update(Reassessment).where(called, Reassessment.done_at.is_(None))
        await session.execute(answered.values(done_at=now, done_by_id=row.id))
    if newest is not None and newest > row.assessed_on:
        row.ended_on = newest
    elif row.scale is Scale.GBT42195:
        await session.execute(update(Elder).where(Elder.id == row.elder_id).values(ability=row.level))
    await session.flush()


async def set_policy(
    session: AsyncSession,
    actor: Actor,
    area_code: str,
    wanted: Mapping[str, Any],
    now: datetime,
    *,
    unread: Sequence[FieldProblem] = (),
) -> None:
    """How a district reads the standards from now on; results that stand keep theirs. Raises NotFound, BadInput."""
    area = await get_area(session, area_code)
    if area.level is not AreaLevel.DISTRICT or not actor.sees(area_code, None):
        raise NotFound(f"no district {area_code}")
    cells = wanted["cells"] or []
    whole = not any(fault.field.startswith("cells") for fault in unread)
    _refuse(all_faults(unread, table_problems([Cell(**cell) for cell in cells]) if cells and whole else []))
    row = await session.get(AssessmentPolicy, area_code) or AssessmentPolicy(area_code=area_code)
    row.combine, row.count, row.valid_months = wanted["combine"], wanted["count"], wanted["valid_months"]
    row.cells, row.verified, row.set_at, row.set_by = cells, wanted["verified"], now, actor.account_id
    session.add(row)
    await session.flush()
    told = f"{row.combine} {row.count} {row.valid_months} months"
    audit.note(session, now, actor.account_id, "assessment.policy", f"area:{area_code}", told)


def _fresh(elder_id: int, scale: Scale, reason: str, now: datetime, by: int) -> Assessment:
    row = Assessment(elder_id=elder_id, scale=scale, reason=reason, state=AssessmentState.DRAFT, version=1)
    row.answers, row.result, row.made_at, row.saved_at, row.made_by = {}, {}, now, now, by
    return row


async def _own(session: AsyncSession, actor: Actor, assessment_id: int, step: str) -> Assessment:
    """The assessment, if its state allows this step and the actor is who assesses."""
    row = await queries.get_assessment(session, actor, assessment_id)
    _allow(row, step)
    if row.made_by != actor.account_id:
        raise SamePerson("only whoever assesses writes in the form: begin one of your own, or review it")
    return row


def _allow(row: Assessment, step: str) -> None:
    allowed = rules.NEXT[row.state]
    if step not in allowed:
        raise NotNow(f"assessment {row.id} is {row.state}", state=row.state, next=list(allowed))


async def _step(session: AsyncSession, row: Assessment, version: int, values: dict[str, Any]) -> None:
    """Write these values and the next version if it stands at `version`. Raises ChangedMeanwhile."""
    same = (Assessment.id == row.id) & (Assessment.version == version) & (Assessment.state == row.state)
    stepped = update(Assessment).where(same).values(**values, version=version + 1).returning(Assessment.id)
    if (await session.execute(stepped)).first() is None:
        raise ChangedMeanwhile(f"assessment {row.id} was changed meanwhile", version=row.version)
    await session.refresh(row)


async def _day_problem(session: AsyncSession, row: Assessment, on: date | None, now: datetime) -> list[FieldProblem]:
    if on is None:
        return []
    elder = await session.get_one(Elder, row.elder_id)
    fault = rules.assessed_problem(on, elder.born_on, now.astimezone(LOCAL).date())
    return [] if fault is None else [fault]


def _refuse(faults: list[FieldProblem]) -> None:
    if faults:
        raise BadInput("the assessment cannot be kept like this", fields=faults)
