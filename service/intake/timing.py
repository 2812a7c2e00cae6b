"""Keeps the clock of an intake process of its own on PostgreSQL's, as service.timekeeper does where there is an ORM.

What a terminal's call is stamped with, and when its ladder's rungs come due, must not depend on this host's clock.
"""

import asyncio
import logging
from datetime import UTC, timedelta

from service.clock import Clock
from service.intake.play import StoreDown
from service.intake.store import Reader

log = logging.getLogger(__name__)

LOOK_S = 10.0
SLACK = timedelta(milliseconds=250)
"""Smaller differences are the network's."""
JUMP, GRACE = timedelta(seconds=2), timedelta(seconds=60)


async def anchor(reader: Reader, clock: Clock) -> timedelta:
    """Take the database's time as this process's; gives by how much they differed. Raises StoreDown."""
    asked = clock.now()
    (row,) = await reader.look("SELECT clock_timestamp() AS at", [])
    theirs = row["at"].astimezone(UTC) + (clock.now() - asked) / 2
    apart = theirs - (clock.now() - timedelta(seconds=clock.shift_s))
    return clock.anchor(theirs) if abs(apart) > SLACK else timedelta()


async def keep_time(reader: Reader, clock: Clock) -> None:
    """Look every ten seconds until cancelled; after a jump nobody is called silent for a minute."""
    while True:
        await asyncio.sleep(LOOK_S)
        try:
            apart = await anchor(reader, clock)
        except StoreDown as error:
            log.warning("the database's clock could not be read: %s", error)
            continue
        if abs(apart) > JUMP:
            log.error("the database's clock jumped", extra={"seconds": apart.total_seconds()})
            clock.distrust(GRACE)
