"""Sets a policy for an area from a day on; refuses a value of the wrong shape, and to change one that stands."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from models import Policy
from service import audit
from service.auth import Actor
from service.bodies import all_faults, in_words
from service.errors import BadInput, FieldProblem, NotFound
from service.organisations.queries import get_area
from service.policies.kinds import KINDS
from service.policies.queries import Rule

MOST_FAULTS = 20
"""Faults of one value that are told."""


async def set_policy(
    session: AsyncSession,
    actor: Actor,
    wanted: Mapping[str, Any],
    now: datetime,
    *,
    unread: Sequence[FieldProblem] = (),
) -> Rule:
    """Add a policy; the one before stays as history. `unread` are the faults of what could not be read.

    Raises BadInput naming these and every other, NotFound for the area.
    """
    kept, faults = read(wanted)
    if unread or faults:
        raise BadInput("the policy cannot be set like this", fields=all_faults(unread, faults))
    area = await get_area(session, wanted["area_code"])
    if not actor.sees(area.code, None):
        raise NotFound(f"no area {area.code}")
    days = {field: wanted[field] for field in ("from_on", "until_on")}
    row = Policy(kind=wanted["kind"], area_code=area.code, value=kept, source=wanted["source"], **days)
    row.verified, row.made_at, row.made_by = wanted["verified"], now, actor.account_id
    session.add(row)
    await session.flush()
    audit.note(session, now, actor.account_id, "policy.set", f"policy:{row.id}", f"{row.kind} {area.code}")
    return Rule(row.kind, kept, row.source, row.verified, area.code, row.from_on, row.id)


def read(wanted: Mapping[str, Any]) -> tuple[dict[str, Any], list[FieldProblem]]:
    """The value in the shape of its kind, and everything wrong with a policy, as far as it is told."""
    kind, from_on, until_on = wanted.get("kind"), wanted.get("from_on"), wanted.get("until_on")
    faults = []
    if kind is not None and kind not in KINDS:
        faults.append(FieldProblem("kind", f"is {kind!r}", ", ".join(KINDS)))
    if from_on is not None and until_on is not None and until_on < from_on:
        faults.append(FieldProblem("until_on", "is before from_on", "a later day"))
    if kind not in KINDS:
        return {}, faults
    faults += _too_small(kind, wanted.get("area_code"))
    if "value" not in wanted:
        return {}, faults
    try:
        return KINDS[kind].shape.model_validate(wanted["value"]).model_dump(mode="json"), faults
    except ValidationError as error:
        told = error.errors(include_url=False, include_context=False)[:MOST_FAULTS]
        places = [".".join(["value", *map(str, one["loc"])]) for one in told]
        accepted = "see docs/domain/policies.md"
        return {}, faults + [FieldProblem(at, in_words(one), accepted) for at, one in zip(places, told, strict=True)]


def _too_small(kind: str, area_code: str | None) -> list[FieldProblem]:
    """What is wrong with an area below the one for which the kind is read: a policy there would do nothing."""
    if area_code is None or KINDS[kind].area_of(area_code) == area_code:
        return []
    level = KINDS[kind].down_to
    return [
        FieldProblem(
            "area_code",
            f"is smaller than a {level}: {kind} is read for a whole {level}",
            KINDS[kind].area_of(area_code),
        )
    ]
