"""Sets a policy for an area from a day on; refuses a value of the wrong shape, and to change one that stands."""

from datetime import date, datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from models import Policy
from service import audit
from service.auth import Actor
from service.errors import BadInput, FieldProblem, NotFound
from service.organisations.queries import get_area
from service.policies.kinds import KINDS
from service.policies.queries import Rule


async def set_policy(
    session: AsyncSession,
    actor: Actor,
    kind: str,
    area_code: str,
    value: dict[str, Any],
    *,
    from_on: date,
    until_on: date | None,
    source: str,
    verified: bool,
    now: datetime,
) -> Rule:
    """Add a policy; the one before stays as history. Raises BadInput naming each fault, NotFound for the area."""
    if kind not in KINDS:
        raise BadInput("no such policy", fields=[FieldProblem("kind", f"is {kind!r}", ", ".join(KINDS))])
    if until_on is not None and until_on < from_on:
        raise BadInput("no day is left", fields=[FieldProblem("until_on", "is before from_on", "a later day")])
    area = await get_area(session, area_code)
    if not actor.sees(area.code, None):
        raise NotFound(f"no area {area_code}")
    kept = checked(kind, value)
    row = Policy(kind=kind, area_code=area.code, from_on=from_on, until_on=until_on, value=kept, source=source)
    row.verified, row.made_at, row.made_by = verified, now, actor.account_id
    session.add(row)
    await session.flush()
    audit.note(session, now, actor.account_id, "policy.set", f"policy:{row.id}", f"{kind} {area.code}")
    return Rule(kind, kept, source, verified, area.code, from_on, row.id)


def checked(kind: str, value: dict[str, Any]) -> dict[str, Any]:
    """The value in the shape of its kind. Raises BadInput with the place of each fault."""
    try:
        return KINDS[kind].shape.model_validate(value).model_dump(mode="json")
    except ValidationError as error:
        faults = [
            FieldProblem(".".join(["value", *map(str, one["loc"])]), str(one["msg"]), "see docs/domain/policies.md")
            for one in error.errors(include_url=False, include_context=False)
        ]
        raise BadInput(f"this is no {kind}", fields=faults[:20]) from None
