"""Keeps who called when the desk does something on an elder's behalf, beside what was done; refuses to judge it."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from models import OnBehalf
from models.types import Role
from service import audit
from service.auth import Actor
from service.clock import rfc3339
from service.elders import queries
from service.errors import BadInput, FieldProblem
from service.inputs import Caller
from service.paging import Page, page_of
from service.vault import masked_name


def note_caller(
    session: AsyncSession, actor: Actor, elder_id: int, deed: str, subject: str, caller: Caller | None, now: datetime
) -> None:
    """Write down who called for this deed and that the elder agrees, in the deed's own transaction.

    `subject` is kind:id of what was done. Without a caller (somebody stood at the desk, or it is the desk's own
    doing) nothing is written. The audit trail gets the relation, no name.
    """
    if caller is None:
        return
    row = OnBehalf(elder_id=elder_id, deed=deed, subject=subject, noted_at=now, noted_by=actor.account_id)
    row.caller, row.relation, row.consent = caller.name, caller.relation, caller.consent
    session.add(row)
    audit.note(session, now, actor.account_id, f"{deed}.on_behalf", subject, f"elder:{elder_id}, {caller.relation}")


def refuse_uncalled(actor: Actor, caller: Caller | None) -> None:
    """A dispatcher does this for who called, not of their own accord. Raises BadInput without a caller."""
    if actor.role is Role.DISPATCHER and caller is None:
        fault = FieldProblem("on_behalf", "is missing", "who called: name, relation, consent")
        raise BadInput("a dispatcher does this for who called", fields=[fault])


async def list_callers(
    session: AsyncSession, actor: Actor, elder_id: int, page: Page
) -> tuple[list[dict[str, Any]], str | None]:
    """What was done on an elder's behalf, by id: the deed, its subject, who called (masked), what was agreed.

    Raises NotFound.
    """
    await queries.get_elder(session, actor, elder_id)
    rows, following = await page_of(session, queries.callers_for(elder_id), OnBehalf.id, page)
    return [_view(row) for row in rows], following


async def names_of_callers(session: AsyncSession, elder_id: int) -> list[dict[str, Any]]:
    """Who called for an elder, by id and in full: for `reveal`, which writes down who asked and why."""
    rows = await session.scalars(queries.callers_for(elder_id).order_by(OnBehalf.id))
    return [{"id": row.id, "name": row.caller} for row in rows]


def _view(row: OnBehalf) -> dict[str, Any]:
    return {
        "id": row.id,
        "deed": row.deed,
        "subject": row.subject,
        "caller": masked_name(row.caller),
        "relation": row.relation,
        "consent": row.consent,
        "noted_at": rfc3339(row.noted_at),
        "noted_by": row.noted_by,
    }
