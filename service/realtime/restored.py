"""Notices that a database is older than what this machine has seen of it, and begins a new epoch; reuses no number.

A backup that was restored, or a standby that had not caught up, brings back old counters: without this, consoles would
take new events for ones they know. The mark is kept beside the service, so that it outlives the database.
"""

import contextlib
import logging
import time
import uuid
from pathlib import Path

import orjson
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Sequence as Counter
from service.db import Database
from service.intake.sql import FLOORS, last_id
from service.realtime.outbox import append

log = logging.getLogger(__name__)

KEEP_EVERY_S = 5.0
LEAP = 10_000
"""Numbers left out after a restore: more than any process can have given out unseen since the mark was written."""


class Mark:
    """The highest `seq` seen on this machine in an epoch, in a small file; best effort, never in anybody's way."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._kept_at = 0.0
        self.epoch, self.seq = "", 0
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            found = orjson.loads(file.read_bytes())
            self.epoch, self.seq = str(found["epoch"]), int(found["seq"])

    def lies_beyond(self, epoch: str, last: int) -> bool:
        """Whether more was seen of this epoch than its database now knows of."""
        return self.epoch == epoch and self.seq > last

    def keep(self, epoch: str, seq: int, *, at_once: bool = False) -> None:
        """Write the mark down, at most every 5 s unless `at_once` (the end of the process)."""
        early = epoch == self.epoch and time.monotonic() - self._kept_at < KEEP_EVERY_S
        if (early and not at_once) or (epoch, seq) == (self.epoch, self.seq):
            return
        self.epoch, self.seq, self._kept_at = epoch, seq, time.monotonic()
        partial = self._file.with_suffix(".part")
        with contextlib.suppress(OSError):
            partial.write_bytes(orjson.dumps({"epoch": epoch, "seq": seq}))
            partial.replace(self._file)


async def renew(database: Database, epoch: str, seen: int) -> tuple[int, str]:
    """Begin a new epoch beyond everything that was `seen`, once however many processes ask; gives (last, epoch).

    The event `system.restored` says which numbers were lost.
    """
    async with database.writing(urgent=True) as session:
        old = (await session.execute(select(Counter.last).where(Counter.id == 1))).scalar_one()
        mine = update(Counter).where(Counter.id == 1, Counter.epoch == epoch, Counter.last <= seen)
        won = await session.execute(mine.values(epoch=str(uuid.uuid4()), last=seen + LEAP).returning(Counter.id))
        if won.scalar_one_or_none() is not None:
            log.error("events are lost: the database was restored", extra={"after": old, "upto": seen})
            await _leave_out_ids(session, seen - old)
            append(session, "system.restored", {"lost_after": old, "lost_upto": seen}, subject="log:restored")
    async with database.reading() as session:
        counter = await session.get_one(Counter, 1)
        return counter.last, counter.epoch


async def _leave_out_ids(session: AsyncSession, lost: int) -> None:
    """Ids of alerts and incidents that were given out in what is lost are not given to others.

    Every incident and most alerts make an event; some alerts share one, so ten times as many are left out.
    """
    leap, postgres = LEAP + 10 * max(lost, 0), session.get_bind().dialect.name == "postgresql"
    for table, row in FLOORS.items():
        if postgres:
            series = f"pg_get_serial_sequence('{table}', 'id')"
            await session.execute(text(f"SELECT setval({series}, nextval({series}) + :leap)"), {"leap": leap})
            continue
        floor = (await session.execute(text(last_id(table)))).scalar_one() + leap
        kept = "INSERT INTO sequence (id, last, epoch) VALUES (:row, :floor, '') ON CONFLICT (id) DO UPDATE"
        await session.execute(text(f"{kept} SET last = :floor"), {"row": row, "floor": floor})
