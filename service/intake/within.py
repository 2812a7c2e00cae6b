"""Plays a script inside the transaction of somebody else's session, past the ORM; refuses to commit it.

What fires thousands of timers at once reads and writes its rows this way: at three times the speed.
"""

import sqlite3
from typing import TYPE_CHECKING, Any

from service.intake import embedded, postgres
from service.intake.play import Script, StoreDown

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


async def play_within(session: "AsyncSession", script: Script) -> Any:
    """The script's result; the session's transaction must have begun. Raises StoreDown when the database is away,
    else the driver's own errors."""
    line = await session.connection()
    driver: Any = (await line.get_raw_connection()).driver_connection
    try:
        if line.dialect.name == "postgresql":
            return await postgres.drive(script, driver)
        return await driver._execute(embedded.drive, script, driver._conn)
    except (sqlite3.OperationalError, *postgres.DOWN) as error:
        raise StoreDown(str(error) or type(error).__name__) from error


IN_ORDER = postgres.PLANS | {"enable_bitmapscan": "off", "enable_sort": "off"}
"""As the intake's plans, and what is asked for in an order is read in it: of ten thousand timers due, PostgreSQL joined
and sorted all to give two hundred, in 32 ms instead of one half."""


async def plan_by_keys(session: "AsyncSession") -> None:
    """For the rest of the transaction, which must have begun, PostgreSQL plans once, by index and row by row. The
    embedded database knows nothing else."""
    line = await session.connection()
    if line.dialect.name == "postgresql":
        driver: Any = (await line.get_raw_connection()).driver_connection
        await driver.execute("; ".join(f"SET LOCAL {name} = {value}" for name, value in IN_ORDER.items()))
