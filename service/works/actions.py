"""Verbs on works: open, itemise, name who does what, photograph, move on; takes session and actor, never commits."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Elder, Household, WorksItem, WorksOrder, WorksPhoto
from models.types import WorksState
from service import audit
from service.auth import Actor
from service.elders.queries import get_elder
from service.elders.standing import refuse_gone
from service.errors import BadInput, Conflict, FieldProblem, Forbidden
from service.policies.queries import policy_on
from service.realtime import outbox
from service.vault import Vault
from service.works import queries, rules

LARGEST_PHOTO = 512 * 1024
MAGIC = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
PLACE = "works_photo.body_sealed"


class IllegalStep(Conflict):
    """This step cannot follow, or something is missing; `allowed` and `missing` name what."""

    code = "works.illegal_step"


class RolesClash(Conflict):
    """One organisation, or one person, would hold two roles that have to be apart."""

    code = "works.roles_clash"


async def asking(
    session: AsyncSession, actor: Actor, home: Household, elder_id: int | None, *, called: bool
) -> Elder | None:
    """Who of a household asks for works; None when the desk begins them by itself.

    Raises BadInput when somebody called and nobody is named, or who is named lives elsewhere; NotFound, HasLeft.
    """
    if elder_id is None and not called:
        return None
    elder = None if elder_id is None else await get_elder(session, actor, elder_id)
    if elder is None or elder.household_id != home.id:
        problem = "is missing" if elder is None else f"does not live in household {home.id}"
        fault = FieldProblem("elder_id", problem, "whoever of the household asks")
        raise BadInput("it is not said for whom", fields=[fault])
    await refuse_gone(session, elder)
    return elder


async def open_works(
    session: AsyncSession, actor: Actor, home: Household, design_provider_id: int, now: datetime, on: date
) -> WorksOrder:
    """Begin works at a household with its survey, under the grant of its district. Raises NotFound."""
    await queries.get_provider(session, design_provider_id)
    policy = await policy_on(session, "bed.works", home.area_code, on)
    works = WorksOrder(household_id=home.id, area_code=home.area_code, state=WorksState.SURVEYED, state_since_at=now)
    works.design_provider_id, works.grant_cap_fen, works.made_at = (
        design_provider_id,
        policy.value["grant_cap_fen"],
        now,
    )
    works.grant_fen = works.own_fen = 0
    session.add(works)
    await session.flush()
    _tell(session, works, actor, now, "works.open")
    return works


async def add_item(session: AsyncSession, actor: Actor, works_id: int, wanted: dict[str, Any]) -> WorksOrder:
    """Write one more thing to build, while it is designed. Raises NotFound, IllegalStep, Forbidden."""
    works = await _while_designing(session, actor, works_id)
    session.add(WorksItem(works_id=works.id, **wanted))
    await session.flush()
    await _share(session, works)
    return works


async def remove_item(session: AsyncSession, actor: Actor, works_id: int, item_id: int) -> WorksOrder:
    """Take an item away again, while it is designed."""
    works = await _while_designing(session, actor, works_id)
    await session.delete(await queries.get_item(session, works, item_id))
    await session.flush()
    await _share(session, works)
    return works


async def name_roles(
    session: AsyncSession, actor: Actor, works_id: int, serve: int | None, accept: int | None, now: datetime, on: date
) -> WorksOrder:
    """Say who builds and who accepts. Raises RolesClash where the district wants two organisations."""
    works = await queries.get_works(session, actor, works_id, lock=True)
    if works.state not in (WorksState.SURVEYED, WorksState.DESIGNED):
        raise IllegalStep(f"the works are {works.state}: roles are named before building", state=works.state.value)
    for provider_id in (serve, accept):
        if provider_id is not None:
            await queries.get_provider(session, provider_id)
    works.serve_provider_id = serve if serve is not None else works.serve_provider_id
    works.accept_provider_id = accept if accept is not None else works.accept_provider_id
    policy = await policy_on(session, "bed.works", works.area_code, on)
    clash = rules.clashes(_parts(works), policy.value["separate"])
    if clash:
        pairs = ", ".join(" and ".join(pair) for pair in clash)
        raise RolesClash(f"one organisation may not hold {pairs}", roles=[list(pair) for pair in clash])
    await session.flush()
    audit.note(session, now, actor.account_id, "works.roles", f"works:{works.id}", f"{serve} {accept}")
    return works


async def move_works(
    session: AsyncSession, actor: Actor, works_id: int, to: WorksState, note: str | None, now: datetime
) -> WorksOrder:
    """Take one step, once. Raises NotFound, IllegalStep, RolesClash, Forbidden for another organisation's step."""
    works = await queries.get_works(session, actor, works_id, lock=True)
    allowed = [state.value for state in rules.NEXT[works.state]]
    if to not in rules.NEXT[works.state]:
        raise IllegalStep(f"the works are {works.state}; {to} cannot follow", state=works.state.value, allowed=allowed)
    _let(actor, works, rules.ROLE_OF.get(to))
    _four_eyes(actor, works, to)
    missing = await _missing(session, works, to, note)
    if missing:
        raise IllegalStep(
            f"{to} lacks {'; '.join(missing[:5])}", state=works.state.value, allowed=allowed, missing=missing
        )
    claim = update(WorksOrder).where(WorksOrder.id == works.id, WorksOrder.state == works.state)
    if (await session.execute(claim.values(state=to, state_since_at=now).returning(WorksOrder.id))).first() is None:
        raise IllegalStep("somebody was faster", allowed=[])
    await session.refresh(works)
    _sign(works, actor, to, note)
    if to is WorksState.CANCELLED:
        works.grant_fen = works.own_fen = 0
    await session.flush()
    _tell(session, works, actor, now, f"works.{to}")
    return works


async def add_photo(
    session: AsyncSession,
    actor: Actor,
    vault: Vault,
    works_id: int,
    item_id: int,
    after: bool,
    body: bytes,
    now: datetime,
) -> WorksPhoto:
    """Keep one picture of an item, sealed; one of after only once it is being built.

    Raises BadInput for anything but a JPEG or PNG of at most 512 KB, IllegalStep.
    """
    works = await queries.get_works(session, actor, works_id)
    item = await queries.get_item(session, works, item_id)
    media = next((kind for magic, kind in MAGIC.items() if body.startswith(magic)), None)
    if media is None or len(body) > LARGEST_PHOTO:
        fault = FieldProblem("body", "is no picture that is kept", f"JPEG or PNG, at most {LARGEST_PHOTO // 1024} KB")
        raise BadInput("this picture cannot be kept", fields=[fault])
    if works.state in (WorksState.ACCEPTED, WorksState.CANCELLED):
        raise IllegalStep(f"the works are {works.state}", state=works.state.value, allowed=[])
    if after and works.state not in rules.SHOWS_AFTER:
        told = f"the works are {works.state}: a picture of after is taken from building on"
        allowed = [state.value for state in rules.NEXT[works.state]]
        raise IllegalStep(told, state=works.state.value, allowed=allowed, missing=["building has begun"])
    photo = WorksPhoto(item_id=item.id, after=after, media_type=media, size=len(body), taken_at=now)
    photo.body_sealed, photo.taken_by = vault.seal(body, PLACE), actor.account_id
    session.add(photo)
    await session.flush()
    return photo


def show_photo(session: AsyncSession, actor: Actor, vault: Vault, photo: WorksPhoto, now: datetime) -> bytes:
    """The picture itself; that somebody looked into a home is noted."""
    audit.note(session, now, actor.account_id, "works.photo_shown", f"works_photo:{photo.id}")
    return vault.open(photo.body_sealed, PLACE)


async def _while_designing(session: AsyncSession, actor: Actor, works_id: int) -> WorksOrder:
    works = await queries.get_works(session, actor, works_id, lock=True)
    if works.state is not WorksState.SURVEYED:
        raise IllegalStep(f"the works are {works.state}: items are written while they are surveyed")
    _let(actor, works, "design")
    return works


async def _share(session: AsyncSession, works: WorksOrder) -> None:
    items = (await queries.items_of(session, [works.id]))[works.id]
    before = await queries.granted_fen(session, works)
    works.grant_fen, works.own_fen = rules.shares(sum(i.cost_fen for i in items), works.grant_cap_fen, before)
    await session.flush()


async def _missing(session: AsyncSession, works: WorksOrder, to: WorksState, note: str | None) -> list[str]:
    items = (await queries.items_of(session, [works.id]))[works.id]
    shots = await queries.shots_of(session, [item.id for item in items])
    pictured = [
        rules.Pictured(item.name, any(not s.after for s in shots[item.id]), any(s.after for s in shots[item.id]))
        for item in items
    ]
    return rules.lacks(to, pictured, note or works.finding, _parts(works))


def _parts(works: WorksOrder) -> dict[str, int | None]:
    return {
        "design": works.design_provider_id,
        "serve": works.serve_provider_id,
        "accept": works.accept_provider_id,
    }


def _let(actor: Actor, works: WorksOrder, role: str | None) -> None:
    """People of an organisation take only their own organisation's steps."""
    if role is None or actor.provider_id is None or _parts(works)[role] == actor.provider_id:
        return
    raise Forbidden(f"this step is for who is to {role}")


def _four_eyes(actor: Actor, works: WorksOrder, to: WorksState) -> None:
    """Whoever designed or built something does not accept it, whatever organisation they sign in for."""
    if to is WorksState.ACCEPTED and actor.account_id in (works.designed_by, works.served_by):
        raise RolesClash("whoever designed or built it cannot accept it", roles=[["design", "accept"]])


def _sign(works: WorksOrder, actor: Actor, to: WorksState, note: str | None) -> None:
    if to is WorksState.DESIGNED:
        works.designed_by = actor.account_id
    elif to is WorksState.BUILT:
        works.served_by = actor.account_id
    elif to is WorksState.ACCEPTED:
        works.accepted_by = actor.account_id
    works.finding = note or works.finding


def _tell(session: AsyncSession, works: WorksOrder, actor: Actor, now: datetime, deed: str) -> None:
    audit.note(session, now, actor.account_id, deed, f"works:{works.id}")
    data = {"works_id": works.id, "household_id": works.household_id, "state": works.state}
    outbox.append(session, "works.moved", data, subject=f"works:{works.id}", area_code=works.area_code)
