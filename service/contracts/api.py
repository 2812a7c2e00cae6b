"""Routes for contracts and their templates."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncSession

from models import Contract
from models.types import ContractState, Role
from service import exports
from service.auth import DESK, Actor, Allow
from service.clock import Clock, clock_of
from service.contracts import actions, queries
from service.db import reading, writing
from service.elders.behalf import note_caller, refuse_uncalled
from service.elders.consents import passable
from service.idempotency import OnceOnly
from service.inputs import AreaCode, Day, Input, Line, OnBehalf, PathId, RowId
from service.paging import Page, as_list
from service.town_clock import town_time

router = APIRouter(prefix="/api", tags=["contracts"])
Reading = Annotated[AsyncSession, Depends(reading)]
Writing = Annotated[AsyncSession, Depends(writing, scope="function")]
Desk = Annotated[Actor, Depends(Allow(*DESK))]
Signer = Annotated[Actor, Depends(Allow(Role.ADMIN, Role.SUPERVISOR, Role.STATION_MANAGER))]
Ruler = Annotated[Actor, Depends(Allow(Role.ADMIN, Role.SUPERVISOR))]
Timed = Annotated[Clock, Depends(clock_of)]
COLUMNS = (
    *("id", "bed_id", "elder", "provider", "guardian", "template_version", "state", "from_on", "until_on"),
    *("days_left", "in_force", "signed_by", "signed_at"),
)
MOST_ROWS = 20_000
Months = Annotated[int, Field(ge=1, le=60)]
Body = Annotated[str, StringConstraints(min_length=1, max_length=60_000, pattern=r"^[^\x00]*$")]


class NewTemplate(Input):
    """A district's next model contract, in force from a day on."""

    area_code: AreaCode
    title: Annotated[Line, Field(max_length=120)]
    body: Body
    from_on: Day


class NewContract(Input):
    """For which bed, from when, for how long, and who signs for the elder if somebody does."""

    bed_id: RowId
    guardian_id: RowId | None = None
    from_on: Day
    months: Months = 12


class Signature(Input):
    """Who signs on the elder's side."""

    signed_by: Literal["elder", "guardian", "village"]


class Reason(Input):
    """Why it ends; a dispatcher ends it only for who called."""

    reason: Line
    on_behalf: OnBehalf = None


class Renewal(Input):
    """How long the next one lasts."""

    months: Months = 12


async def _today(session: AsyncSession, clock: Clock) -> date:
    return (await town_time(session, clock)).today


async def _shown(session: AsyncSession, clock: Clock, row: Contract) -> dict[str, Any]:
    return (await queries.contract_views(session, [row], await _today(session, clock)))[0]


@router.get("/contract-templates")
async def list_templates(session: Reading, actor: Desk) -> dict[str, Any]:
    """Model contracts in scope, every version, the newest first."""
    return as_list(await queries.template_views(session, actor), None)


@router.post("/contract-templates", status_code=201)
async def publish_template(
    actor: Ruler, session: Writing, once: OnceOnly, clock: Timed, wanted: NewTemplate
) -> dict[str, Any]:
    """Write a district's next version."""

    async def work() -> dict[str, Any]:
        row = await actions.publish_template(session, actor, **wanted.model_dump(), now=clock.now())
        return queries.template_view(row)

    return await once(actor, work, status=201)


@router.get("/contracts")
async def list_contracts(
    session: Reading,
    actor: Desk,
    clock: Timed,
    page: Annotated[Page, Depends()],
    state: ContractState | None = None,
    bed_id: Annotated[RowId | None, Query()] = None,
) -> dict[str, Any]:
    """Contracts in scope, a page at a time, of one state or bed when given."""
    rows, following = await queries.list_contracts(session, actor, page, state, bed_id)
    return as_list(await queries.contract_views(session, rows, await _today(session, clock)), following)


@router.get("/contracts/due")
async def list_due(session: Reading, actor: Desk, clock: Timed) -> dict[str, Any]:
    """Contracts whose renewal is due, by their end."""
    today = await _today(session, clock)
    rows = await queries.due_for_renewal(session, today, actor)
    return as_list(await queries.contract_views(session, rows, today), None)


@router.get("/contracts/export.csv", response_class=Response, responses=exports.DECLARED)
async def export_contracts(session: Reading, actor: Desk, clock: Timed, state: ContractState | None = None) -> Response:
    """The contracts in scope as CSV."""
    rows = await queries.all_contracts(session, actor, state, await _today(session, clock), MOST_ROWS)
    return exports.as_csv("contracts", COLUMNS, *await passable(session, rows))


@router.get("/contracts/{contract_id}")
async def get_contract(session: Reading, actor: Desk, clock: Timed, contract_id: PathId) -> dict[str, Any]:
    """One contract with its parties and prices."""
    return await _shown(session, clock, await queries.get_contract(session, actor, contract_id))


@router.post("/contracts", status_code=201)
async def draw_up(actor: Signer, session: Writing, once: OnceOnly, clock: Timed, wanted: NewContract) -> dict[str, Any]:
    """Draw up a contract of the current template."""

    async def work() -> dict[str, Any]:
        today = await _today(session, clock)
        row = await actions.draw_up(session, actor, **wanted.model_dump(), now=clock.now(), on=today)
        return await _shown(session, clock, row)

    return await once(actor, work, status=201)


@router.post("/contracts/{contract_id}/sign")
async def sign(
    actor: Signer, session: Writing, clock: Timed, contract_id: PathId, signature: Signature
) -> dict[str, Any]:
    """Sign it: the elder, their guardian, or the village committee for who cannot sign and has no guardian."""
    today = await _today(session, clock)
    row = await actions.sign(session, actor, contract_id, signature.signed_by, clock.now(), today)
    return await _shown(session, clock, row)


@router.post("/contracts/{contract_id}/end")
async def end(actor: Desk, session: Writing, clock: Timed, contract_id: PathId, why: Reason) -> dict[str, Any]:
    """Withdraw within the cooling-off days, end by notice later."""
    refuse_uncalled(actor, why.on_behalf)
    today = await _today(session, clock)
    row = await actions.step_back(session, actor, contract_id, why.reason, clock.now(), today)
    note_caller(session, actor, row.elder_id, "contract.end", f"contract:{row.id}", why.on_behalf, clock.now())
    return await _shown(session, clock, row)


@router.post("/contracts/{contract_id}/renew", status_code=201)
async def renew(
    actor: Signer, session: Writing, once: OnceOnly, clock: Timed, contract_id: PathId, wanted: Renewal
) -> dict[str, Any]:
    """Draw up the next one, to be signed."""

    async def work() -> dict[str, Any]:
        today = await _today(session, clock)
        row = await actions.renew(session, actor, contract_id, wanted.months, clock.now(), today)
        return await _shown(session, clock, row)

    return await once(actor, work, status=201)
