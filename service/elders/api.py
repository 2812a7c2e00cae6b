"""Routes for the register of elders and its texture on the map."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from sqlalchemy.ext.asyncio import AsyncSession

from models.types import Category, Role
from service.auth import DESK, Actor, Allow
from service.bodies import Heard
from service.clock import LOCAL, Clock, clock_of
from service.db import reading, writing
from service.elders import actions, card, categories, merging, queries, rules, schemas
from service.elders.behalf import list_callers, note_caller
from service.errors import BadInput, FieldProblem
from service.idempotency import OnceOnly
from service.inputs import AreaCode, PathId, RowId
from service.paging import Page, as_list
from service.vault import Vault, vault_of

router = APIRouter(prefix="/api", tags=["elders"])
Reading = Annotated[AsyncSession, Depends(reading)]
Writing = Annotated[AsyncSession, Depends(writing, scope="function")]
Desk = Annotated[Actor, Depends(Allow(*DESK))]
Merger = Annotated[Actor, Depends(Allow(Role.ADMIN, Role.SUPERVISOR))]
Timed = Annotated[Clock, Depends(clock_of)]
Sealed = Annotated[Vault, Depends(vault_of)]


@router.get("/elders")
async def list_elders(
    session: Reading,
    actor: Desk,
    clock: Timed,
    page: Annotated[Page, Depends()],
    name: Annotated[str | None, Query(max_length=40, description="how the name begins")] = None,
    area: Annotated[AreaCode | None, Query()] = None,
    category: Category | None = None,
    ability: Annotated[int | None, Query(ge=0, le=4)] = None,
    left: Annotated[bool, Query(description="those who moved away or died, instead of those who live here")] = False,
) -> dict[str, Any]:
    """Elders in scope, a page at a time."""
    today = clock.now().astimezone(LOCAL).date()
    begins = None if name is None else rules.tidy_name(name)
    filters = queries.Filters(today, begins, area, category, ability, left)
    rows, following = await queries.list_elders(session, actor, page, filters)
    return as_list(await queries.elder_views(session, rows, today), following)


@router.post("/elders", status_code=201)
async def register_elder(
    actor: Desk, session: Writing, once: OnceOnly, clock: Timed, vault: Sealed, told: Heard[schemas.NewElder]
) -> dict[str, Any]:
    """Register a person. 409 names the elder who has this ID number; the answer's `alike` who may be the same."""

    async def work() -> dict[str, Any]:
        elder_id = await actions.register_elder(session, actor, vault, told.values, clock.now(), unread=told.faults)
        return await card.elder_card(session, actor, vault, elder_id, clock.now())

    return await once(actor, work, status=201)


@router.post("/elders/search")
async def search_elders(
    session: Reading, actor: Desk, clock: Timed, vault: Sealed, wanted: schemas.Search
) -> dict[str, Any]:
    """Whose ID number or telephone number this is, by keyed hash."""
    today = clock.now().astimezone(LOCAL).date()
    if wanted.id_number is None and wanted.phone is None:
        raise BadInput("nothing to look for", fields=[FieldProblem("id_number", "is missing", "id_number or phone")])
    hashes: dict[str, bytes] = {}
    if wanted.id_number is not None:
        read = rules.read_id_number(wanted.id_number, today)
        if isinstance(read, FieldProblem):
            raise BadInput("this is no ID number", fields=[read])
        hashes["id_number_hash"] = vault.keyed_hash(read.number)
    if wanted.phone is not None:
        hashes["phone_hash"] = vault.keyed_hash(rules.tidy_phone(wanted.phone))
    rows = await queries.find_elders(session, actor, **hashes)
    return as_list(await queries.elder_views(session, rows, today), None)


@router.get("/elders/doubles")
async def list_doubles(session: Reading, actor: Desk, clock: Timed) -> list[dict[str, Any]]:
    """Rows that are, or may be, one person."""
    return await merging.find_doubles(session, actor, clock.now().astimezone(LOCAL).date())


@router.get("/elders/merges")
async def list_merges(
    session: Reading,
    actor: Desk,
    page: Annotated[Page, Depends()],
    elder_id: Annotated[RowId | None, Query(description="only where this row stays or goes")] = None,
) -> dict[str, Any]:
    """What was merged, and taken back."""
    return as_list(*await merging.list_merges(session, actor, page, elder_id))


@router.post("/elders/merges/{merge_id}/undo")
async def undo_merge(actor: Merger, session: Writing, clock: Timed, merge_id: PathId) -> dict[str, Any]:
    """Take a merge back."""
    return await merging.undo_merge(session, actor, merge_id, clock.now())


@router.get("/elders/{elder_id}")
async def get_elder(session: Reading, actor: Desk, clock: Timed, vault: Sealed, elder_id: PathId) -> dict[str, Any]:
    """One elder's card: masked, with `version` for a change."""
    return await card.elder_card(session, actor, vault, elder_id, clock.now())


@router.put("/elders/{elder_id}/contacts")
async def set_contacts(
    actor: Desk, session: Writing, clock: Timed, vault: Sealed, elder_id: PathId, told: Heard[schemas.ContactLadder]
) -> dict[str, Any]:
    """Put the whole ladder of contacts anew."""
    await actions.set_contacts(session, actor, vault, elder_id, told.values, clock.now(), unread=told.faults)
    note_caller(session, actor, elder_id, "elder.contacts", f"elder:{elder_id}", told.whole.on_behalf, clock.now())
    return await card.elder_card(session, actor, vault, elder_id, clock.now())


@router.post("/elders/{elder_id}/categories", status_code=201)
async def note_category(
    actor: Desk,
    session: Writing,
    once: OnceOnly,
    clock: Timed,
    vault: Sealed,
    elder_id: PathId,
    told: Heard[schemas.NewCategory],
) -> dict[str, Any]:
    """Note that the elder belongs to a category."""

    async def work() -> dict[str, Any]:
        await categories.note_category(session, actor, elder_id, told.values, clock.now(), unread=told.faults)
        return await card.elder_card(session, actor, vault, elder_id, clock.now())

    return await once(actor, work, status=201)


@router.post("/elders/{elder_id}/categories/{row_id}/end")
async def end_category(
    actor: Desk,
    session: Writing,
    clock: Timed,
    vault: Sealed,
    elder_id: PathId,
    row_id: PathId,
    wanted: schemas.CategoryEnd,
) -> dict[str, Any]:
    """Say the last day on which a category holds."""
    await categories.end_category(session, actor, elder_id, row_id, wanted.until_on, clock.now())
    return await card.elder_card(session, actor, vault, elder_id, clock.now())


@router.post("/elders/{elder_id}/consents", status_code=201)
async def note_consent(
    actor: Desk,
    session: Writing,
    once: OnceOnly,
    clock: Timed,
    vault: Sealed,
    elder_id: PathId,
    wanted: schemas.SaidConsent,
) -> dict[str, Any]:
    """Note a consent, or that one was taken back."""

    async def work() -> dict[str, Any]:
        said = wanted.model_dump(exclude={"on_behalf"})
        await actions.note_consent(session, actor, elder_id, said, clock.now())
        note_caller(session, actor, elder_id, "consent.note", f"elder:{elder_id}", wanted.on_behalf, clock.now())
        return await card.elder_card(session, actor, vault, elder_id, clock.now())

    return await once(actor, work, status=201)


@router.get("/elders/{elder_id}/on-behalf")
async def show_callers(
    session: Reading, actor: Desk, elder_id: PathId, page: Annotated[Page, Depends()]
) -> dict[str, Any]:
    """What was done because somebody called on this elder's behalf: the deed, who, how the elder agreed."""
    return as_list(*await list_callers(session, actor, elder_id, page))


@router.post("/elders/{elder_id}/reveal")
async def reveal(
    actor: Desk, session: Writing, clock: Timed, vault: Sealed, elder_id: PathId, wanted: schemas.Reveal
) -> dict[str, Any]:
    """Show sealed fields in full; who asked and why goes to the audit trail."""
    fields = list(dict.fromkeys(wanted.fields))
    return await actions.reveal(session, actor, vault, elder_id, fields, wanted.reason, clock.now())


@router.post("/elders/{elder_id}/merge", status_code=201)
async def merge_elders(
    actor: Merger, session: Writing, once: OnceOnly, clock: Timed, elder_id: PathId, wanted: schemas.MergeWish
) -> dict[str, Any]:
    """Let this elder stand for another row that is the same person."""
    now = clock.now()
    work = merging.merge
    return await once(actor, lambda: work(session, actor, elder_id, wanted.gone_id, wanted.reason, now), status=201)


@router.get("/map/elders")
async def list_home_points(session: Reading, actor: Desk) -> dict[str, Any]:
    """Where elders live, as bare points."""
    return {"datum": "wgs84", "points": await queries.home_points(session, actor)}
