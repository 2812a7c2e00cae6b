"""A process that takes calls until a failpoint ends it: run with a database URL and a port."""

import asyncio
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from service.clock import Clock
from service.db import Database
from service.intake.assembly import Intake
from service.terminals.door import Door
from service.vault import Vault


async def serve(url: str, port: int) -> None:
    intake = Intake(Database(url, Clock()), Vault("a secret of at least thirty-two characters"))
    await intake.start()
    app = Starlette(middleware=[Middleware(Door)])
    app.state.intake = intake
    await uvicorn.Server(uvicorn.Config(app, port=port, lifespan="off", log_level="warning")).serve()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
