"""Verbs on the duty roster: put somebody on duty, end a duty; refuses a duty that nobody could be reached on."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, Duty, Station
from models.types import AreaLevel, Post
from service import audit
from service.auth import Actor
from service.errors import BadInput, FieldProblem, NotFound
from service.organisations import queries
from service.vault import Vault

LONGEST, FARTHEST = timedelta(days=7), timedelta(days=366)
LEVELS = {Post.DESK: AreaLevel.DISTRICT, Post.SUPERVISOR: AreaLevel.DISTRICT, Post.VILLAGE: AreaLevel.COMMUNITY}


async def put_on_duty(
    session: AsyncSession, actor: Actor, vault: Vault, wanted: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """Put somebody on duty: {post, area_code or station_id, account_id or name, phone, from_at, to_at}.

    Raises BadInput naming each fault, NotFound for a place or account outside the scope.
    """
    post = Post(wanted["post"])
    station = await _station(session, actor, wanted.get("station_id"))
    area_code = station.area_code if station is not None else wanted.get("area_code")
    account_id, phone = wanted.get("account_id"), wanted.get("phone")
    account = None if account_id is None else await session.get(Account, account_id)
    faults = _faults(post, station, wanted) + _past_or_far(wanted, now) + _strangers(account, station)
    if faults:
        raise BadInput("this duty cannot be kept", fields=faults)
    if station is None:
        await _area(session, actor, post, str(area_code))
    if account_id is not None and account is None:
        raise NotFound(f"no account {account_id}")
    duty = Duty(post=post, area_code=str(area_code), station_id=station.id if station else None, account_id=account_id)
    duty.name, duty.from_at, duty.to_at = wanted.get("name"), wanted["from_at"], wanted["to_at"]
    duty.phone_sealed = None if phone is None else vault.seal(phone, "duty.phone_sealed")
    session.add(duty)
    await session.flush()
    audit.note(session, now, actor.account_id, "duty.add", f"duty:{duty.id}", f"{post} {area_code}")
    return (await queries.duty_view_of(session, actor, duty.id))[0]


async def end_duty(session: AsyncSession, actor: Actor, duty_id: int, now: datetime) -> None:
    """Take somebody off duty: from now on when it has begun, altogether when it has not. Raises NotFound."""
    duty = await queries.get_duty(session, actor, duty_id)
    audit.note(session, now, actor.account_id, "duty.end", f"duty:{duty_id}", f"{duty.post} {duty.area_code}")
    if duty.from_at >= now:
        await session.delete(duty)
    else:
        duty.to_at = min(duty.to_at, now)
    await session.flush()


def _faults(post: Post, station: Station | None, wanted: dict[str, Any]) -> list[FieldProblem]:
    faults = []
    if post is Post.STATION and station is None:
        faults.append(FieldProblem("station_id", "is missing", "the station of this duty"))
    if post is not Post.STATION and (station is not None or not wanted.get("area_code")):
        faults.append(FieldProblem("area_code", "is missing", f"the {LEVELS[post]} of this duty, and no station"))
    if wanted.get("account_id") is None and (not wanted.get("name") or not wanted.get("phone")):
        faults.append(FieldProblem("account_id", "is missing", "an account, or a name and a phone number"))
    length = wanted["to_at"] - wanted["from_at"]
    if length <= timedelta() or length > LONGEST:
        told = "is not after from_at" if length <= timedelta() else f"is more than {LONGEST.days} days after from_at"
        faults.append(FieldProblem("to_at", told, f"later, by at most {LONGEST.days} days"))
    return faults


def _past_or_far(wanted: dict[str, Any], now: datetime) -> list[FieldProblem]:
    """A duty that is over answers nobody; one of a far year is a slip of the hand."""
    faults = []
    if wanted["from_at"] > now + FARTHEST:
        faults.append(FieldProblem("from_at", "has passed or is too far away", f"within {FARTHEST.days} days"))
    if wanted["to_at"] <= now:
        faults.append(FieldProblem("to_at", "has passed", "a later moment"))
    return faults


def _strangers(account: Account | None, station: Station | None) -> list[FieldProblem]:
    """Somebody whose account has ended hears nothing; another provider's people do not cover this one's beds."""
    accepted = "somebody who works there now"
    if account is not None and account.disabled_at is not None:
        return [FieldProblem("account_id", "has left", accepted)]
    theirs = None if account is None else account.provider_id
    if station is not None and theirs is not None and theirs != station.provider_id:
        return [FieldProblem("account_id", "works for another provider", accepted)]
    return []


async def _station(session: AsyncSession, actor: Actor, station_id: int | None) -> Station | None:
    if station_id is None:
        return None
    station = await session.get(Station, station_id)
    if station is None or not actor.sees(station.area_code, station.provider_id):
        raise NotFound(f"no station {station_id}")
    return station


async def _area(session: AsyncSession, actor: Actor, post: Post, area_code: str) -> None:
    area = await queries.get_area(session, area_code)
    if not actor.sees(area.code, None):
        raise NotFound(f"no area {area_code}")
    if area.level is not LEVELS[post]:
        fault = FieldProblem("area_code", f"{area.name} is a {area.level}", f"the code of a {LEVELS[post]}")
        raise BadInput("this duty cannot be kept", fields=[fault])
