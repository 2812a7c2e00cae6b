"""Verbs on what calls are handled by: ladders, goals, gateways; a change is a new version, incidents keep theirs."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import AnswerGoal, Area, Gateway, Ladder, Provider
from models.types import AreaLevel, ChannelKind
from service import audit
from service.auth import Actor
from service.errors import BadInput, FieldProblem, Forbidden, NotFound
from service.intake.ladder import ALL, ANY, KINDS, RUNGS, WAYS
from service.readiness import queries
from service.vault import Vault

MOST_RUNGS = 10
LONGEST_S = 3600


async def make_ladder(session: AsyncSession, actor: Actor, wanted: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Put a new version of a ladder in force for {area_code, kind, from_min, to_min}; the one before is retired.

    Open incidents go on by the version they began with. Raises BadInput naming each fault, NotFound, Forbidden.
    """
    faults = ladder_faults(wanted)
    if faults:
        raise BadInput("this ladder cannot be used", fields=faults)
    area_code, kind, span = wanted.get("area_code"), wanted.get("kind"), (wanted.get("from_min"), wanted.get("to_min"))
    await _scope(session, actor, area_code)
    same = (
        Ladder.area_code.is_not_distinct_from(area_code),
        Ladder.kind.is_not_distinct_from(kind),
        Ladder.from_min.is_not_distinct_from(span[0]),
        Ladder.to_min.is_not_distinct_from(span[1]),
    )
    version = (await session.scalar(select(func.max(Ladder.version)).where(*same)) or 0) + 1
    await session.execute(update(Ladder).where(*same, Ladder.retired_at.is_(None)).values(retired_at=now))
    row = Ladder(area_code=area_code, kind=kind, from_min=span[0], to_min=span[1], version=version, made_at=now)
    row.rungs, row.made_by = wanted["rungs"], actor.account_id
    session.add(row)
    await session.flush()
    audit.note(session, now, actor.account_id, "ladder.make", f"ladder:{row.id}", f"{area_code or 'all'} v{version}")
    return queries.ladder_view(row)


async def retire_ladder(session: AsyncSession, actor: Actor, ladder_id: int, now: datetime) -> None:
    """Take a ladder out of force: the next best one counts. Raises NotFound, Forbidden."""
    row = await session.get(Ladder, ladder_id)
    if row is None or row.retired_at is not None:
        raise NotFound(f"no ladder {ladder_id} is in force")
    await _scope(session, actor, row.area_code)
    row.retired_at = now
    audit.note(session, now, actor.account_id, "ladder.retire", f"ladder:{ladder_id}")


def ladder_faults(wanted: dict[str, Any]) -> list[FieldProblem]:
    """What is wrong with a ladder, field by field."""
    faults = []
    if wanted.get("kind") is not None and (wanted["kind"] not in KINDS or KINDS[wanted["kind"]].playbook is None):
        faults.append(FieldProblem("kind", "opens no incident", "sos, fall, smoke, gas, inactivity, wander, ..."))
    if (wanted.get("from_min") is None) != (wanted.get("to_min") is None):
        faults.append(FieldProblem("to_min", "stands alone", "both from_min and to_min, or neither"))
    rungs = wanted.get("rungs") or []
    if not rungs or rungs[0].get("name") != "desk" or rungs[0].get("after_s") != 0:
        faults.append(FieldProblem("rungs[0]", "is not the desk at 0 s", "desk with after_s 0: an event opens it"))
    if len(rungs) > MOST_RUNGS:
        faults.append(FieldProblem("rungs", f"are {len(rungs)}", f"at most {MOST_RUNGS}"))
    if rungs and rungs[-1].get("name") != "supervisor":
        faults.append(FieldProblem(f"rungs[{len(rungs) - 1}]", "is not the supervisor", "a ladder ends there"))
    for place, rung in enumerate(rungs):
        faults += _rung_faults(f"rungs[{place}]", rung, rungs[place - 1]["after_s"] if place else 0)
    return faults


def _rung_faults(field: str, rung: dict[str, Any], before_s: int) -> list[FieldProblem]:
    faults = []
    if rung["name"] not in RUNGS:
        faults.append(FieldProblem(f"{field}.name", f"is {rung['name']!r}", ", ".join(RUNGS)))
    if not before_s <= rung["after_s"] <= LONGEST_S:
        faults.append(FieldProblem(f"{field}.after_s", f"is {rung['after_s']}", f"{before_s} to {LONGEST_S}"))
    if rung.get("mode", ANY) not in (ANY, ALL):
        faults.append(FieldProblem(f"{field}.mode", f"is {rung['mode']!r}", "any or all"))
    strange = [way for way in rung.get("channels") or [] if way not in WAYS]
    if strange:
        faults.append(FieldProblem(f"{field}.channels", f"names {strange[0]!r}", ", ".join(WAYS)))
    return faults


async def set_goal(session: AsyncSession, actor: Actor, values: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Set what a district promises; the figures follow at once. Raises NotFound, BadInput."""
    area = await session.get(Area, values["area_code"])
    if area is None or not actor.sees(area.code, None):
        raise NotFound(f"no area {values['area_code']}")
    if area.level is not AreaLevel.DISTRICT:
        fault = FieldProblem("area_code", f"{area.name} is a {area.level}", "the code of a district")
        raise BadInput("a goal is a district's", fields=[fault])
    row = (await session.scalars(select(AnswerGoal).where(AnswerGoal.area_code == area.code))).first()
    row = row or AnswerGoal(area_code=area.code)
    for name, value in values.items():
        setattr(row, name, value)
    row.set_at, row.set_by = now, actor.account_id
    session.add(row)
    await session.flush()
    audit.note(session, now, actor.account_id, "goal.set", f"area:{area.code}")
    return values


async def set_gateway(
    session: AsyncSession, actor: Actor, vault: Vault, wanted: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """Say where a provider's (None: everybody's) letters of one channel go. Raises NotFound for a strange provider."""
    provider_id, channel = wanted.get("provider_id"), ChannelKind(wanted["channel"])
    if provider_id is not None and await session.get(Provider, provider_id) is None:
        raise NotFound(f"no provider {provider_id}")
    same = (Gateway.provider_id.is_not_distinct_from(provider_id), Gateway.channel == channel)
    row = (await session.scalars(select(Gateway).where(*same))).first()
    row = row or Gateway(provider_id=provider_id, channel=channel, settings={})
    secret = wanted.get("secret")
    row.url, row.keeps_keys, row.made_at, row.made_by = wanted["url"], wanted["keeps_keys"], now, actor.account_id
    row.secret_sealed = None if secret is None else vault.seal(secret, "gateway.secret_sealed")
    session.add(row)
    await session.flush()
    audit.note(session, now, actor.account_id, "gateway.set", f"gateway:{row.id}", channel.value)
    return queries.gateway_view(row)


async def _scope(session: AsyncSession, actor: Actor, area_code: str | None) -> None:
    """Whoever makes a ladder for everybody has to see everywhere."""
    if area_code is None:
        if "" not in actor.area_prefixes:
            raise Forbidden("a ladder for all areas is made by an administrator of all areas")
        return
    if await session.get(Area, area_code) is None or not actor.sees(area_code, None):
        raise NotFound(f"no area {area_code}")
