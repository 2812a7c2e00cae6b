"""Keeps when an event was first seen on a console and on each caregiver's phone; refuses what is not theirs.

The ladder asks here whether a page arrived: what is not seen within 3 s goes on by another way.
"""

import asyncio
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from models import Event, Receipt
from service.db import Database
from service.realtime.connection import Connection
from service.realtime.ring import Ring

ANY_CONSOLE = 0
KEEP_KNOWN = 8192


async def first_seen(session: AsyncSession, event_seq: int, caregiver_id: int = ANY_CONSOLE) -> datetime | None:
    """When any console (or the phone of this caregiver) showed the event; None while nobody has."""
    query = select(Receipt.seen_at).where(Receipt.event_seq == event_seq, Receipt.caregiver_id == caregiver_id)
    return (await session.scalars(query)).first()


async def seen_since(
    session: AsyncSession, subject: str, since: datetime, caregiver_id: int = ANY_CONSOLE
) -> datetime | None:
    """When any console (or this caregiver's phone) first showed an event about `subject` that happened since then."""
    query = (
        select(func.min(Receipt.seen_at))
        .join(Event, Event.seq == Receipt.event_seq)
        .where(Event.subject == subject, Event.at >= since, Receipt.caregiver_id == caregiver_id)
    )
    return (await session.scalars(query)).first()


async def unseen(session: AsyncSession, seqs: Collection[int], caregiver_id: int = ANY_CONSOLE) -> set[int]:
    """Those of some events that no console (or not this caregiver's phone) has shown yet."""
    query = select(Receipt.event_seq).where(Receipt.event_seq.in_(seqs), Receipt.caregiver_id == caregiver_id)
    return set(seqs) - set(await session.scalars(query))


class ReceiptBook:
    """Collects `seen` frames of one hub and writes the first of each; a thousand consoles make one row an event."""

    def __init__(self, database: Database, ring: Ring) -> None:
        self._database, self._ring = database, ring
        self._known: dict[tuple[int, int], None] = {}
        self._waiting: list[dict[str, Any]] = []
        self.news = asyncio.Event()

    def note(self, connection: Connection, seq: int) -> None:
        """A page says that it shows the event `seq`: believed where it is about an incident and theirs to see."""
        entry = self._ring.find(seq)
        if entry is None or not entry.event.topic.startswith("incident."):
            return
        audience = connection.audience
        key = (seq, audience.caregiver_id or ANY_CONSOLE)
        if key in self._known or not audience.sees(entry.event):
            return
        self._known[key] = None
        while len(self._known) > KEEP_KNOWN:
            del self._known[next(iter(self._known))]
        who = {"caregiver_id": key[1], "session_id": connection.session_id}
        self._waiting.append({"event_seq": seq, **who, "seen_at": self._database.clock.now()})
        self.news.set()

    async def flush(self) -> None:
        """Write what waits; after an error it waits on."""
        rows, self._waiting = self._waiting, []
        self.news.clear()
        if not rows:
            return
        make = insert_sqlite if self._database.embedded else insert_postgresql
        try:
            async with self._database.writing() as session:
                await session.execute(make(Receipt).values(rows).on_conflict_do_nothing())
        except Exception:
            self._waiting = rows + self._waiting
            raise
