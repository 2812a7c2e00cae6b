"""Consents that hold (PIPL): refuses what was taken back, naming the purpose and what to do; never asked in a call."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from models.types import Purpose
from service.clock import rfc3339
from service.elders import queries
from service.errors import Conflict


class ConsentWithdrawn(Conflict):
    """Consent for this purpose was taken back: `purpose`, `remedy`, and whose (`elder_id`) or of how many it was."""

    code = "consent.withdrawn"


async def refuse_withdrawn(session: AsyncSession, elder_id: int, purpose: Purpose) -> None:
    """Raises ConsentWithdrawn when the newest word about this purpose took consent back; without a word nothing.

    Calls for help do not come here: who answers one sees and does what it takes.
    """
    word = next((one for one in await queries.consents_of(session, elder_id) if one.purpose is purpose), None)
    if word is None or word.given:
        return
    raise ConsentWithdrawn(
        f"consent for {purpose} was taken back on {rfc3339(word.noted_at)}",
        purpose=purpose.value,
        elder_id=elder_id,
        remedy=f"ask again; when it is given, note it with POST /api/elders/{elder_id}/consents",
    )


async def passable(
    session: AsyncSession, rows: Sequence[dict[str, Any]], purpose: Purpose = Purpose.AUTHORITIES
) -> tuple[list[dict[str, Any]], int]:
    """Rows of a file that may leave the house, and how many are withheld: their `elder_id` took consent back.

    Raises ConsentWithdrawn when nobody is left.
    """
    gone = await queries.withdrawn_of(session, [row["elder_id"] for row in rows], purpose)
    passed = [row for row in rows if row["elder_id"] not in gone]
    refuse_empty(len(passed), len(rows) - len(passed), purpose)
    return passed, len(rows) - len(passed)


def refuse_empty(passed: int, withheld: int, purpose: Purpose) -> None:
    """Raises ConsentWithdrawn for a file that would hold nobody because all took consent back."""
    if withheld and not passed:
        raise ConsentWithdrawn(
            f"consent for {purpose} was taken back by all {withheld} whom this file would hold",
            purpose=purpose.value,
            withheld=withheld,
            remedy="ask again; when it is given, note it on the elder's page",
        )
