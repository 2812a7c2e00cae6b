"""Routes for what calls are handled by: ladders, goals, gateways, and the list of what is wrong with them."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from models.types import Role
from service.auth import DESK, Actor, Allow
from service.clock import Clock, clock_of, rfc3339
from service.db import reading, writing
from service.idempotency import OnceOnly
from service.inputs import AreaCode, Input, PathId, RowId
from service.readiness import actions, queries
from service.readiness.lint import lint
from service.vault import Vault, vault_of

router = APIRouter(prefix="/api", tags=["readiness"])
Reading = Annotated[AsyncSession, Depends(reading)]
Writing = Annotated[AsyncSession, Depends(writing, scope="function")]
Desk = Annotated[Actor, Depends(Allow(*DESK))]
Policy = Annotated[Actor, Depends(Allow(Role.ADMIN, Role.SUPERVISOR))]
Admin = Annotated[Actor, Depends(Allow(Role.ADMIN))]
Timed = Annotated[Clock, Depends(clock_of)]
Keys = Annotated[Vault, Depends(vault_of)]
Minute = Annotated[int, Field(ge=0, le=1440)]
Share = Annotated[float, Field(gt=0, le=1)]


class NewRung(Input):
    """One rung: who, when, whether all must confirm, and by which channels."""

    name: Annotated[str, Field(max_length=24)]
    after_s: Annotated[int, Field(ge=0, le=3600)]
    mode: Literal["any", "all"] = "any"
    channels: Annotated[list[str], Field(max_length=5, default_factory=list)]


class NewLadder(Input):
    """A ladder for an area, kind and stretch of the local day; what is left out stands for all."""

    area_code: AreaCode | None = None
    kind: Annotated[str, Field(max_length=24)] | None = None
    from_min: Minute | None = None
    to_min: Minute | None = None
    rungs: Annotated[list[NewRung], Field(max_length=10)]


class NewGoal(Input):
    """What a district promises."""

    area_code: AreaCode
    answer_s: Annotated[int, Field(ge=5, le=3600)] = 60
    answer_share: Share = 0.975
    answer_late_s: Annotated[int, Field(ge=5, le=3600)] = 180
    answer_late_share: Share = 0.99
    on_site_min: Annotated[int, Field(ge=1, le=600)] = 45
    on_site_late_min: Annotated[int, Field(ge=1, le=600)] = 60


class NewGateway(Input):
    """Where letters of a channel go; the address is https, the secret is kept sealed and never shown."""

    provider_id: RowId | None = None
    channel: Literal["sms", "voice", "webhook"]
    url: Annotated[str, Field(max_length=300, pattern=r"^https://[^\s/@]+(/\S*)?$")]
    secret: Annotated[str, Field(min_length=16, max_length=200)] | None = None
    keeps_keys: bool = True


@router.get("/lint")
async def show_lint(request: Request, actor: Desk, session: Reading, clock: Timed, vault: Keys) -> dict[str, Any]:
    """What would let a call go unheard, the worst first, within scope."""
    now = clock.now()
    found = await lint(session, request.app.state.settings, vault, now, actor)
    red = sum(one.level == "red" for one in found)
    return {"at": rfc3339(now), "red": red, "yellow": len(found) - red, "findings": [one.as_json() for one in found]}


@router.get("/ladders")
async def list_ladders(actor: Desk, session: Reading) -> list[dict[str, Any]]:
    """The ladders in force in scope, and the built-in ones."""
    return await queries.ladder_views(session, actor)


@router.post("/ladders", status_code=201)
async def make_ladder(
    actor: Policy, session: Writing, once: OnceOnly, clock: Timed, wanted: NewLadder
) -> dict[str, Any]:
    """Put a new version of a ladder in force; open incidents keep theirs."""
    values = wanted.model_dump()
    return await once(actor, lambda: actions.make_ladder(session, actor, values, clock.now()), status=201)


@router.delete("/ladders/{ladder_id}", status_code=204)
async def retire_ladder(actor: Policy, session: Writing, clock: Timed, ladder_id: PathId) -> None:
    """Take a ladder out of force."""
    await actions.retire_ladder(session, actor, ladder_id, clock.now())


@router.put("/goals")
async def set_goal(actor: Policy, session: Writing, clock: Timed, wanted: NewGoal) -> dict[str, Any]:
    """Set a district's goals."""
    return await actions.set_goal(session, actor, wanted.model_dump(), clock.now())


@router.get("/gateways")
async def list_gateways(actor: Admin, session: Reading) -> list[dict[str, Any]]:
    """All gateways, without their secrets."""
    return await queries.gateway_views(session)


@router.put("/gateways")
async def set_gateway(actor: Admin, session: Writing, clock: Timed, vault: Keys, wanted: NewGateway) -> dict[str, Any]:
    """Say where letters of a channel go."""
    return await actions.set_gateway(session, actor, vault, wanted.model_dump(), clock.now())
