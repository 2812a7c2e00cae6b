"""Routes of assessments: the scales as data, forms that save as they go, the review, what is due."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from sqlalchemy.ext.asyncio import AsyncSession

from models import Assessment
from models.types import AssessmentState, Role, Scale
from service.assessments import actions, coverage, forms, queries, schemas
from service.auth import DESK, Actor, Allow
from service.bodies import Heard
from service.clock import LOCAL, Clock, clock_of
from service.db import reading, writing
from service.elders.behalf import note_caller
from service.elders.queries import get_elder
from service.idempotency import OnceOnly
from service.inputs import AreaCode, PathId
from service.organisations.queries import get_area
from service.paging import Page, as_list

router = APIRouter(prefix="/api", tags=["assessments"])
Reading = Annotated[AsyncSession, Depends(reading)]
Writing = Annotated[AsyncSession, Depends(writing, scope="function")]
Desk = Annotated[Actor, Depends(Allow(*DESK))]
Ruler = Annotated[Actor, Depends(Allow(Role.ADMIN, Role.SUPERVISOR))]
Timed = Annotated[Clock, Depends(clock_of)]
Paged = Annotated[Page, Depends()]
InArea = Annotated[AreaCode | None, Query()]


async def _one(session: AsyncSession, row: Assessment, clock: Clock) -> dict[str, Any]:
    return (await queries.views(session, [row], clock.now().astimezone(LOCAL).date(), whole=True))[0]


@router.get("/assessments/scales")
async def show_scales(actor: Desk) -> dict[str, Any]:
    """Both scales as data: items, scores in our words, cut-offs, cells, and what of it is verified."""
    return forms.scales()


@router.get("/assessments")
async def list_assessments(
    session: Reading, actor: Desk, clock: Timed, page: Paged, state: AssessmentState | None = None
) -> dict[str, Any]:
    """Assessments in scope, a page at a time; `state=submitted` is the reviewers' pile."""
    rows, following = await queries.list_assessments(session, actor, page, state)
    today = clock.now().astimezone(LOCAL).date()
    return as_list(await queries.views(session, rows, today, whole=False), following)


@router.get("/assessments/due")
async def list_due(session: Reading, actor: Desk, clock: Timed, page: Paged) -> dict[str, Any]:
    """Whom to assess again: two falls within 30 days, a result that has run out or will within 30 days."""
    return as_list(*await coverage.list_due(session, actor, page, clock.now().astimezone(LOCAL).date()))


@router.get("/assessments/coverage")
async def show_coverage(session: Reading, actor: Desk, clock: Timed, area: InArea = None) -> dict[str, Any]:
    """How many of 80 and older have a result that holds; the goal is all of them."""
    return await coverage.coverage(session, actor, clock.now().astimezone(LOCAL).date(), area)


@router.get("/assessments/coverage/missing")
async def list_missing(session: Reading, actor: Desk, clock: Timed, page: Paged, area: InArea = None) -> dict[str, Any]:
    """Those of 80 and older without a result that holds."""
    return as_list(*await coverage.list_missing(session, actor, page, clock.now().astimezone(LOCAL).date(), area))


@router.get("/assessments/policy/{area_code}")
async def show_policy(session: Reading, actor: Desk, area_code: AreaCode) -> dict[str, Any]:
    """How the district around an area reads the standards, and its table of the care insurance; 404 for none."""
    area = await get_area(session, area_code)
    return forms.policy_view(await queries.policy_of(session, area.code))


@router.put("/assessments/policy/{area_code}")
async def set_policy(
    actor: Ruler, session: Writing, clock: Timed, area_code: AreaCode, told: Heard[schemas.PolicyChange]
) -> dict[str, Any]:
    """Read the standards in another way from now on; results that stand keep theirs."""
    await actions.set_policy(session, actor, area_code, told.values, clock.now(), unread=told.faults)
    return forms.policy_view(await queries.policy_of(session, area_code))


@router.get("/assessments/{assessment_id}")
async def get_assessment(session: Reading, actor: Desk, clock: Timed, assessment_id: PathId) -> dict[str, Any]:
    """One assessment with its form and its reckoning."""
    return await _one(session, await queries.get_assessment(session, actor, assessment_id), clock)


@router.put("/assessments/{assessment_id}/answers")
async def save(
    actor: Desk, session: Writing, clock: Timed, assessment_id: PathId, told: Heard[schemas.Save]
) -> dict[str, Any]:
    """Keep the form as far as it is filled in; `missing` tells what is left."""
    row = await actions.save(session, actor, assessment_id, told.values, clock.now(), unread=told.faults)
    return await _one(session, row, clock)


@router.post("/assessments/{assessment_id}/submit")
async def submit(
    actor: Desk, session: Writing, clock: Timed, assessment_id: PathId, wanted: schemas.Step
) -> dict[str, Any]:
    """Hand the whole form to somebody else; 422 names every gap."""
    row = await actions.submit(session, actor, assessment_id, wanted.version, clock.now())
    return await _one(session, row, clock)


@router.post("/assessments/{assessment_id}/review")
async def review(
    actor: Desk, session: Writing, clock: Timed, assessment_id: PathId, told: Heard[schemas.Review]
) -> dict[str, Any]:
    """Approve or return; 403 for whoever assessed."""
    row = await actions.review(session, actor, assessment_id, told.values, clock.now(), unread=told.faults)
    return await _one(session, row, clock)


@router.post("/assessments/{assessment_id}/drop")
async def drop(
    actor: Desk, session: Writing, clock: Timed, assessment_id: PathId, wanted: schemas.Step
) -> dict[str, Any]:
    """Give up a form that was not submitted."""
    row = await actions.drop(session, actor, assessment_id, wanted.version, clock.now())
    return await _one(session, row, clock)


@router.get("/elders/{elder_id}/assessments")
async def list_history(session: Reading, actor: Desk, clock: Timed, page: Paged, elder_id: PathId) -> dict[str, Any]:
    """Everything that was ever assessed of one elder, by which reading and table it was reckoned included."""
    await get_elder(session, actor, elder_id)
    rows, following = await queries.list_assessments(session, actor, page, elder_id=elder_id)
    today = clock.now().astimezone(LOCAL).date()
    return as_list(await queries.views(session, rows, today, whole=True), following)


@router.post("/elders/{elder_id}/assessments", status_code=201)
async def begin(
    actor: Desk, session: Writing, once: OnceOnly, clock: Timed, elder_id: PathId, wanted: schemas.NewAssessment
) -> dict[str, Any]:
    """Begin an assessment; 409 names the one under way."""

    async def work() -> dict[str, Any]:
        row = await actions.begin(session, actor, elder_id, Scale(wanted.scale), wanted.reason, clock.now())
        return await _one(session, row, clock)

    return await once(actor, work, status=201)


@router.post("/elders/{elder_id}/assessments/ask", status_code=201)
async def ask(
    actor: Desk, session: Writing, once: OnceOnly, clock: Timed, elder_id: PathId, wanted: schemas.Asking
) -> dict[str, Any]:
    """Somebody wants to be assessed: they stand among those due until a result holds; 409 when they do already."""

    async def work() -> dict[str, Any]:
        row = await actions.ask(session, actor, elder_id, wanted.note, clock.now())
        subject = f"reassessment:{row.id}"
        note_caller(session, actor, elder_id, "assessment.ask", subject, wanted.on_behalf, clock.now())
        return {"id": row.id, "elder_id": elder_id, "since_on": row.since_on.isoformat()}

    return await once(actor, work, status=201)


@router.post("/elders/{elder_id}/assessments/imported", status_code=201)
async def read_in(
    actor: Desk, session: Writing, once: OnceOnly, clock: Timed, elder_id: PathId, told: Heard[schemas.Imported]
) -> dict[str, Any]:
    """A result from elsewhere: it waits for a review; of the old scale it is history."""

    async def work() -> dict[str, Any]:
        row = await actions.read_in(session, actor, elder_id, told.values, clock.now(), unread=told.faults)
        return await _one(session, row, clock)

    return await once(actor, work, status=201)
