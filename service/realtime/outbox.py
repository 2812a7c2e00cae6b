"""Appends events to the caller's transaction; refuses to send them (the pump does, once they are on disk)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession


def append(
    session: AsyncSession,
    topic: str,
    data: dict[str, Any],
    *,
    subject: str | None = None,
    area_code: str | None = None,
    provider_id: int | None = None,
    caregiver_ids: Sequence[int] = (),
) -> None:
    """Queue one event; db.py numbers and inserts it right before the commit, and never if that fails.

    `area_code` and `provider_id` decide which consoles may see it, `caregiver_ids` which phones. `subject` is kind:id.
    """
    session.info.setdefault("events", []).append(
        {
            "topic": topic,
            "data": data,
            "subject": subject,
            "area_code": area_code,
            "provider_id": provider_id,
            "caregiver_ids": list(caregiver_ids),
        }
    )


def numbered(session: AsyncSession, last: int) -> None:
    """Events up to `last` were numbered and written by a script in this transaction; once kept, listeners are rung.

    The numbers' lock is held from then on: what follows had better be the commit.
    """
    session.info["numbered"] = max(last, session.info.get("numbered", 0))
