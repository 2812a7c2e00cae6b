"""Our door and intake on a SQLite file and nothing beside them: `python -m bench.intakealone URL PORT`.

On SQLite the product is one process with all roles, in which ladders and desks work on the same calls; what the intake
itself can do is measured without them, as it runs on PostgreSQL. The log is copied beside the writers, and what is
loaded is frozen, as there.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from bench.fleet import SECRET
from service.clock import Clock
from service.db import Database
from service.intake.assembly import Intake
from service.intake.embedded import path_of
from service.listening import server_for
from service.log_copy import keep_copying
from service.terminals.door import Door
from service.terminals.hatch import Hatch
from service.vault import Vault


def alone_on(url: str) -> Starlette:
    """What stands behind the door; `app.state.intake` is the intake."""
    database = Database(url, Clock())
    app = Starlette(lifespan=_lifespan)
    app.state.database, app.state.intake = database, Intake(database, Vault(SECRET))
    return app


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    database, intake = app.state.database, app.state.intake
    await database.grow_log()
    await intake.start()
    copying = asyncio.create_task(keep_copying(path_of(database.url), database.gate))
    gc.collect()
    gc.freeze()
    yield
    copying.cancel()
    await asyncio.wait([copying])
    await intake.stop()
    await database.close()


if __name__ == "__main__":
    alone = alone_on(sys.argv[1])
    intake = alone.state.intake
    server_for(Door(alone, intake), "127.0.0.1", int(sys.argv[2]), hatch=Hatch(intake)).run()
