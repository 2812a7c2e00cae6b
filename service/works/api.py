"""Routes for works on a household."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from models.types import Role, WorksState
from service import exports
from service.auth import DESK, Actor, Allow
from service.clock import Clock, clock_of
from service.db import Database, database_of, reading, writing
from service.elders.behalf import note_caller, refuse_uncalled
from service.idempotency import OnceOnly
from service.inputs import Input, Line, OnBehalf, PathId, RowId
from service.paging import Page, as_list
from service.town_clock import town_time
from service.vault import Vault, vault_of
from service.works import actions, many, queries

router = APIRouter(prefix="/api/works", tags=["works"])
Reading = Annotated[AsyncSession, Depends(reading)]
Writing = Annotated[AsyncSession, Depends(writing, scope="function")]
Desk = Annotated[Actor, Depends(Allow(*DESK))]
Builder = Annotated[Actor, Depends(Allow(Role.ADMIN, Role.SUPERVISOR, Role.STATION_MANAGER))]
Timed = Annotated[Clock, Depends(clock_of)]
Sealing = Annotated[Vault, Depends(vault_of)]
Whole = Annotated[Database, Depends(database_of)]
WorksIds = Annotated[list[RowId], Field(min_length=1, max_length=200)]
COLUMNS = (
    *("id", "address", "area_code", "state", "design_provider_id", "serve_provider_id", "accept_provider_id"),
    *("total_fen", "grant_fen", "own_fen", "finding"),
)
MOST_ROWS = 20_000
PHOTO: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}, "image/png": {}}}}


class NewWorks(Input):
    """Whose home is surveyed, by whom; who of the household asked, needed when somebody called for them."""

    household_id: RowId
    design_provider_id: RowId
    elder_id: RowId | None = None
    on_behalf: OnBehalf = None


class NewItem(Input):
    """One thing to build or fit, its place at home, how many and the price in fen of each."""

    name: Annotated[Line, Field(max_length=60)]
    place: Annotated[Line, Field(max_length=60)] | None = None
    quantity: Annotated[int, Field(ge=1, le=100)] = 1
    price_fen: Annotated[int, Field(ge=0, le=10_000_000)]


class Roles(Input):
    """Who builds and who accepts; what is left out stays."""

    serve_provider_id: RowId | None = None
    accept_provider_id: RowId | None = None


class Move(Input):
    """Where to, and what was found (needed when nothing is to be built)."""

    to: WorksState
    note: Line | None = None


class ManyMoves(Move):
    """The same step for many works."""

    works_ids: WorksIds


class ManyRoles(Roles):
    """The same organisations for many works."""

    works_ids: WorksIds


@router.get("")
async def list_works(
    session: Reading,
    actor: Desk,
    page: Annotated[Page, Depends()],
    state: WorksState | None = None,
    household_id: Annotated[RowId | None, Query()] = None,
) -> dict[str, Any]:
    """Works in scope, a page at a time, of one state or household when given."""
    return as_list(*await queries.list_works(session, actor, page, state, household_id))


@router.get("/export.csv", response_class=Response, responses=exports.DECLARED)
async def export_works(session: Reading, actor: Desk, state: WorksState | None = None) -> Response:
    """The works in scope as CSV, one line a household's works."""
    return exports.as_csv("works", COLUMNS, await queries.all_works(session, actor, state, MOST_ROWS))


@router.get("/photos/{photo_id}", response_class=Response, responses=PHOTO)
async def show_photo(session: Writing, actor: Desk, clock: Timed, vault: Sealing, photo_id: PathId) -> Response:
    """One picture; that it was looked at is noted."""
    photo = await queries.get_photo(session, actor, photo_id)
    body = actions.show_photo(session, actor, vault, photo, clock.now())
    return Response(body, media_type=photo.media_type, headers={"cache-control": "no-store"})


@router.get("/{works_id}")
async def get_works(session: Reading, actor: Desk, works_id: PathId) -> dict[str, Any]:
    """One works order with items, pictures and money."""
    return (await queries.works_views(session, actor, [await queries.get_works(session, actor, works_id)]))[0]


@router.post("", status_code=201)
async def open_works(actor: Desk, session: Writing, once: OnceOnly, clock: Timed, wanted: NewWorks) -> dict[str, Any]:
    """Begin works with a survey; a dispatcher does for who called."""
    refuse_uncalled(actor, wanted.on_behalf)

    async def work() -> dict[str, Any]:
        home = await queries.get_home(session, actor, wanted.household_id)
        today = (await town_time(session, clock)).today
        elder = await actions.asking(session, actor, home, wanted.elder_id, called=wanted.on_behalf is not None)
        works = await actions.open_works(session, actor, home, wanted.design_provider_id, clock.now(), today)
        if elder is not None:
            note_caller(session, actor, elder.id, "works.open", f"works:{works.id}", wanted.on_behalf, clock.now())
        return (await queries.works_views(session, actor, [works]))[0]

    return await once(actor, work, status=201)


@router.post("/moves")
async def move_many(actor: Builder, database: Whole, clock: Timed, wanted: ManyMoves) -> dict[str, Any]:
    """The same step for many works, each by itself; the answer says what came of every one."""
    return as_list(await many.move_many(database, clock, actor, wanted.works_ids, wanted.to, wanted.note), None)


@router.post("/roles")
async def name_many(actor: Builder, database: Whole, clock: Timed, wanted: ManyRoles) -> dict[str, Any]:
    """The same organisations build and accept many works; the answer says what came of every one."""
    serve, accept = wanted.serve_provider_id, wanted.accept_provider_id
    return as_list(await many.name_many(database, clock, actor, wanted.works_ids, serve, accept), None)


@router.post("/{works_id}/items", status_code=201)
async def add_item(actor: Builder, session: Writing, once: OnceOnly, works_id: PathId, item: NewItem) -> dict[str, Any]:
    """Write one thing to build; the answer is the whole works order."""

    async def work() -> dict[str, Any]:
        works = await actions.add_item(session, actor, works_id, item.model_dump())
        return (await queries.works_views(session, actor, [works]))[0]

    return await once(actor, work, status=201)


@router.delete("/{works_id}/items/{item_id}")
async def remove_item(actor: Builder, session: Writing, works_id: PathId, item_id: PathId) -> dict[str, Any]:
    """Take an item away while it is designed."""
    works = await actions.remove_item(session, actor, works_id, item_id)
    return (await queries.works_views(session, actor, [works]))[0]


@router.post("/{works_id}/roles")
async def name_roles(actor: Builder, session: Writing, clock: Timed, works_id: PathId, roles: Roles) -> dict[str, Any]:
    """Say who builds and who accepts."""
    today = (await town_time(session, clock)).today
    serve, accept = roles.serve_provider_id, roles.accept_provider_id
    works = await actions.name_roles(session, actor, works_id, serve, accept, clock.now(), today)
    return (await queries.works_views(session, actor, [works]))[0]


@router.post("/{works_id}/moves")
async def move_works(actor: Builder, session: Writing, clock: Timed, works_id: PathId, move: Move) -> dict[str, Any]:
    """Take one step; 409 names what may follow and what is missing."""
    works = await actions.move_works(session, actor, works_id, move.to, move.note, clock.now())
    return (await queries.works_views(session, actor, [works]))[0]


@router.post("/{works_id}/items/{item_id}/photos", status_code=201)
async def add_photo(
    actor: Builder,
    session: Writing,
    clock: Timed,
    vault: Sealing,
    request: Request,
    works_id: PathId,
    item_id: PathId,
    after: Annotated[bool, Query()] = False,
) -> dict[str, Any]:
    """Keep a picture, the request's body (JPEG or PNG, at most 512 KB)."""
    body = await request.body()
    photo = await actions.add_photo(session, actor, vault, works_id, item_id, after, body, clock.now())
    return {"id": photo.id, "item_id": photo.item_id, "after": photo.after, "size": photo.size}
