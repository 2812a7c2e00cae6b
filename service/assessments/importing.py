"""What a sheet of results from elsewhere needs: a check without writing, and who of an import can be taken back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Assessment
from models.types import AssessmentState, Scale
from service.assessments import queries, rules
from service.assessments.actions import read_in
from service.auth import Actor
from service.clock import LOCAL
from service.elders.queries import get_by_number
from service.errors import BadInput, FieldProblem
from service.vault import Vault

LEVELS = rules.LEVELS
"""The names of the levels by scale, as a sheet may write them."""


async def check_result(
    session: AsyncSession, actor: Actor, vault: Vault, wanted: Mapping[str, Any], now: datetime
) -> int:
    """Everything that reading a result in would refuse; answers whose it is. Raises BadInput, NotFound."""
    today = now.astimezone(LOCAL).date()
    elder = await get_by_number(session, actor, vault, wanted["id_number"], today)
    scale, on = wanted["scale"], wanted["assessed_on"]
    months = (await queries.policy_of(session, elder.area_code)).valid_months
    faults = rules.imported_problems(wanted, elder.born_on, today, months)
    if await _known(session, elder.id, scale, wanted):
        faults.append(FieldProblem("assessed_on", f"a result of {on} is known", "a row for each new result"))
    if faults:
        raise BadInput("this result cannot be read in", fields=faults)
    return elder.id


async def read_result(
    session: AsyncSession, actor: Actor, vault: Vault, wanted: Mapping[str, Any], now: datetime, import_id: int
) -> None:
    """Read one result in. Raises BadInput, NotFound."""
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


async def _known(session: AsyncSession, elder_id: int, scale: Scale, wanted: Mapping[str, Any]) -> bool:
    """Whether a result of this scale and day stands already, dropped ones aside."""
    same = select(Assessment.id).where(Assessment.elder_id == elder_id, Assessment.scale == scale)
    same = same.where(Assessment.assessed_on == wanted["assessed_on"], Assessment.state != AssessmentState.DROPPED)
    return (await session.scalars(same.limit(1))).first() is not None
