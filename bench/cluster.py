"""A PostgreSQL of its own with a town of many homes, and the roles of the service in processes on it."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from bench.fleet import KEY
from bench.programs import ROOT
from models import Account, AccountArea, Area, Household, Session, Terminal, Ticket
from models.types import AreaLevel, Datum, Role
from service.clock import Clock
from service.db import Database
from service.intake.keys import seal_key
from service.schema import migrate
from service.vault import Vault, token, token_hash

SECRET = "a secret for measuring, of thirty-two letters"
DISTRICTS = 20


def district(number: int) -> str:
    """The civil-affairs code of an invented district."""
    return f"99{number:04d}000000"


def key_of(_terminal: str) -> bytes:
    """A terminal's key, the fleet's, so that bench.callers speaks for these terminals too."""
    return KEY


async def found(url: str, homes: int) -> None:
    """Twenty districts, a dispatcher's session for each (its id is its number), and homes with a terminal."""
    await migrate(url)
    database, vault, now = Database(url, Clock()), Vault(SECRET), datetime.now(UTC)
    session_rows = [
        {"id": n, "account_id": n, "kind": "console", "token_hash": token_hash(f"s{n}"), "made_at": now, "seen_at": now}
        for n in range(1, DISTRICTS + 1)
    ]
    places = [{"id": n, "area_code": district(n % DISTRICTS + 1), "address": f"home {n}"} for n in range(1, homes + 1)]
    async with database.writing() as session:
        for n in range(1, DISTRICTS + 1):
            session.add(Area(code=district(n), name=f"d{n}", level=AreaLevel.DISTRICT, parent_code=None))
            session.add(Account(id=n, name=f"d{n}", display="d", role=Role.DISPATCHER, made_at=now))
        await session.flush()
        session.add_all([AccountArea(account_id=n, area_code=district(n)) for n in range(1, DISTRICTS + 1)])
        await session.execute(insert(Session), [{**row, "until_at": now + timedelta(hours=9)} for row in session_rows])
        point = {"lon": 121.4, "lat": 37.5, "datum": Datum.WGS84, "floor": 1}
        await session.execute(insert(Household), [{**place, **point} for place in places])
        await session.execute(insert(Terminal), [terminal(vault, n) for n in range(1, homes + 1)])
    await database.close()


def terminal(vault: Vault, home: int) -> dict[str, Any]:
    """The terminal of one home."""
    name = f"B-{home}"
    place = {"household_id": home, "area_code": district(home % DISTRICTS + 1), "model": "bench", "online": True}
    return {"id": name, "key_sealed": seal_key(vault, name, key_of(name)), **place}


async def tickets(url: str, count: int, districts: int = DISTRICTS) -> list[str]:
    """Tickets for so many consoles, the districts in turn."""
    database, made = Database(url, Clock()), [token() for _ in range(count)]
    until = datetime.now(UTC) + timedelta(minutes=10)
    rows = [
        {"token_hash": token_hash(ticket), "session_id": n % districts + 1, "until_at": until}
        for n, ticket in enumerate(made)
    ]
    async with database.writing() as session:
        for start in range(0, count, 500):
            await session.execute(insert(Ticket), rows[start : start + 500])
    await database.close()
    return made


@asynccontextmanager
async def role(name: str, url: str) -> AsyncIterator[str]:
    """A process of the service in this role; its address once it is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = tempfile.mkdtemp(prefix="uwrole")
    settings = {"UNWALLED_HOME": home, "UNWALLED_DATABASE_URL": url.replace("+asyncpg", "")}
    command = (sys.executable, "-m", "service.cli", "serve", "--role", name, "--port", str(port), "--no-migrate")
    process = await asyncio.create_subprocess_exec(
        *command, env={**os.environ, **settings, "UNWALLED_SECRET_KEY": SECRET}, cwd=ROOT, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(300):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            except OSError:
                await asyncio.sleep(0.1)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()
        shutil.rmtree(home, ignore_errors=True)
