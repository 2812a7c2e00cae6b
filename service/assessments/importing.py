"""What a sheet of results from elsewhere needs: a check without writing, and who of an import can be taken back."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Assessment, Elder
from models.types import AssessmentState
from service.assessments import queries, rules
from service.assessments.actions import read_in
from service.auth import Actor
from service.bodies import all_faults
from service.clock import LOCAL
from service.elders.queries import get_by_number
from service.errors import BadInput, FieldProblem, NotFound
from service.vault import Vault

BEGINNING = date(1900, 1, 1)
LEVELS = rules.LEVELS
"""The names of the levels by scale, as a sheet may write them."""


async def check_result(
    session: AsyncSession,
    actor: Actor,
    vault: Vault,
    wanted: Mapping[str, Any],
    now: datetime,
    unread: Sequence[FieldProblem] = (),
) -> int:
    """Everything that reading a result in would refuse, beside what could not be read; answers whose it is.

    Of somebody who is not found, or has left, no day is judged by what is not known of them. Raises BadInput.
    """
    today = now.astimezone(LOCAL).date()
    elder, faults = await _whose(session, actor, vault, wanted.get("id_number"), today)
    born_on, latest, months = BEGINNING, today, rules.Policy().valid_months
    if elder is not None:
        born_on, latest = elder.born_on, min(today, elder.left_on or today)
        months = (await queries.policy_of(session, elder.area_code)).valid_months
    faults += rules.imported_problems(wanted, born_on, latest, months)
    if elder is not None and await _known(session, elder.id, wanted):
        told = f"a result of {wanted['assessed_on']} is known"
        faults.append(FieldProblem("assessed_on", told, "a row for each new result"))
    faults = all_faults(unread, faults)
    if faults or elder is None:
        raise BadInput("this result cannot be read in", fields=faults)
    return elder.id


async def _whose(
    session: AsyncSession, actor: Actor, vault: Vault, typed: str | None, today: date
) -> tuple[Elder | None, list[FieldProblem]]:
    """The elder with this ID number, or what is wrong with it; one that could not be read is a fault already."""
    if typed is None:
        return None, []
    try:
        return await get_by_number(session, actor, vault, typed, today), []
    except BadInput as error:
        return None, error.fields
    except NotFound as error:
        return None, [FieldProblem("id_number", error.detail, "somebody within your scope")]


async def read_result(
    session: AsyncSession, actor: Actor, vault: Vault, wanted: Mapping[str, Any], now: datetime, import_id: int
) -> None:
    """Read one result in. Raises BadInput."""
    elder_id = await check_result(session, actor, vault, wanted, now)
    await read_in(session, actor, elder_id, wanted, now, import_id=import_id)


async def next_of_import(session: AsyncSession, import_id: int, after: int | None, most: int) -> Sequence[int]:
    """Assessments that an import brought, by id."""
    query = select(Assessment.id).where(Assessment.import_id == import_id, Assessment.id > (after or 0))
    return (await session.scalars(query.order_by(Assessment.id).limit(most))).all()


async def remove_unreviewed(session: AsyncSession, ids: Sequence[int]) -> tuple[list[int], list[int]]:
    """Remove those that nobody has reviewed; answers who was removed and who stays."""
    untouched = select(Assessment.id).where(Assessment.id.in_(ids), Assessment.version == 1)
    going = list(await session.scalars(untouched.where(Assessment.reviewed_at.is_(None))))
    await session.execute(delete(Assessment).where(Assessment.id.in_(going)))
    return going, [number for number in ids if number not in set(going)]


async def _known(session: AsyncSession, elder_id: int, wanted: Mapping[str, Any]) -> bool:
    """Whether a result of this scale and day, as far as both are told, stands already, dropped ones aside."""
    if wanted.get("scale") is None or wanted.get("assessed_on") is None:
        return False
    same = select(Assessment.id).where(Assessment.elder_id == elder_id, Assessment.scale == wanted["scale"])
    same = same.where(Assessment.assessed_on == wanted["assessed_on"], Assessment.state != AssessmentState.DROPPED)
    return (await session.scalars(same.limit(1))).first() is not None
