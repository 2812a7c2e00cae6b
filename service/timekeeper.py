"""Keeps a process's clock on the database's, and tells when either jumped; refuses to hold back any call for help.

On PostgreSQL many hosts share one database: its clock counts, theirs only carry it between two looks. On the embedded
database there is one host and nothing to compare; CLOCK_BOOTTIME carries its clock over steps of the wall clock.
"""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from service import audit
from service.clock import Clock
from service.db import Database

log = logging.getLogger(__name__)

LOOK_S = 10.0
SLACK = timedelta(milliseconds=250)
"""Smaller differences are the network's."""
JUMP = timedelta(seconds=2)
GRACE = timedelta(seconds=60)
"""For one heartbeat's interval after a jump nobody is called silent."""


async def anchor(database: Database, clock: Clock) -> timedelta:
    """Take the database's time as this process's; gives by how much they differed (zero on the embedded database)."""
    if database.embedded:
        return timedelta()
    async with database.reader.connect() as connection:
        asked = clock.now()
        theirs: datetime = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
        took = clock.now() - asked
    apart = theirs.astimezone(UTC) + took / 2 - (clock.now() - timedelta(seconds=clock.shift_s))
    return clock.anchor(theirs.astimezone(UTC) + took / 2) if abs(apart) > SLACK else timedelta()


async def look(database: Database, clock: Clock) -> bool:
    """Compare once; a jump of more than two seconds is logged, noted, and silence is not judged for a minute."""
    apart = await anchor(database, clock)
    if abs(apart) <= JUMP:
        return False
    log.error("the database's clock jumped", extra={"seconds": apart.total_seconds()})
    clock.distrust(GRACE)
    async with database.writing() as session:
        audit.note(session, clock.now(), None, "clock.jumped", None, f"{apart.total_seconds():+.1f} s")
    return True


async def keep_time(database: Database, clock: Clock) -> None:
    """Look every ten seconds until cancelled; a database that is away is looked at again later."""
    while not database.embedded:
        await asyncio.sleep(LOOK_S)
        try:
            await look(database, clock)
        except Exception as error:
            log.warning("the database's clock could not be read: %s", error)
