"""Two applications for a bed that turn out to be one person's: one goes on, the other is withdrawn, and back again.

Refuses to let anybody lose their place: the one that goes on counts from the earlier day.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import WaitingEntry
from models.types import WaitingState
from service import audit
from service.auth import Actor


async def hold_waits(session: AsyncSession, elder_ids: Collection[int]) -> None:
    """Hold the applications of these elders until the transaction ends: none is granted meanwhile."""
    waiting = (WaitingEntry.elder_id.in_(elder_ids)) & (WaitingEntry.state == WaitingState.WAITING)
    await session.execute(select(WaitingEntry.id).where(waiting).order_by(WaitingEntry.id).with_for_update())


async def withdraw_second(
    session: AsyncSession, actor: Actor, kept_id: int, gone_id: int, now: datetime
) -> dict[str, Any] | None:
    """Withdraw the application of the row that goes, if both wait; answers what it takes to undo that, else None."""
    kept, gone = [await _find(session, number) for number in (kept_id, gone_id)]
    if kept is None or gone is None:
        return None
    gone.state, gone.ended_at = WaitingState.WITHDRAWN, now
    done = {"entry_id": gone.id, "goes_on_id": kept.id, "asked_on": kept.asked_on.isoformat()}
    kept.asked_on = min(kept.asked_on, gone.asked_on)
    await session.flush()
    why = f"the same person waits with application {kept.id}, as of {kept.asked_on}"
    audit.note(session, now, actor.account_id, "waiting.withdraw", f"waiting_entry:{gone.id}", why)
    return done


async def restore_second(session: AsyncSession, actor: Actor, done: dict[str, Any] | None, now: datetime) -> None:
    """Let both wait again, each as of its own day; an application that has ended otherwise stays as it is."""
    if done is None:
        return
    gone, kept = [await session.get_one(WaitingEntry, done[name]) for name in ("entry_id", "goes_on_id")]
    if kept.asked_on == gone.asked_on:
        kept.asked_on = date.fromisoformat(done["asked_on"])
    gone.state, gone.ended_at = WaitingState.WAITING, None
    await session.flush()
    audit.note(session, now, actor.account_id, "waiting.restore", f"waiting_entry:{gone.id}", "a merge was taken back")


async def _find(session: AsyncSession, elder_id: int) -> WaitingEntry | None:
    query = select(WaitingEntry).where(WaitingEntry.elder_id == elder_id, WaitingEntry.state == WaitingState.WAITING)
    return (await session.scalars(query)).one_or_none()
