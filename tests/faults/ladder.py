"""What the rows about ladder and notices have in common: calls raised in the database, and what became of them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import select, text

from models import Event, Notice, Timer
from service.clock import Clock
from service.db import Database
from tests.fixtures.served import Served
from tests.fixtures.town import TownBuilder


async def rungs(database: Database, topic: str = "incident.escalated") -> list[tuple[int, str]]:
    """Incident and rung of every escalation, in the order of events."""
    async with database.reading() as session:
        rows = await session.scalars(select(Event.data).where(Event.topic == topic).order_by(Event.seq))
        return [(data["incident"]["id"], data["rung"]) for data in rows]


async def notices(database: Database) -> list[tuple[str, str, str]]:
    """Rung, channel and state of every notice."""
    async with database.reading() as session:
        rows = await session.scalars(select(Notice).order_by(Notice.id))
        return [(row.rung, row.channel.value, row.state.value) for row in rows]


async def timers(database: Database) -> list[tuple[int, str, str]]:
    """Step, rung and state of every timer."""
    async with database.reading() as session:
        rows = await session.scalars(select(Timer).order_by(Timer.incident_id, Timer.step, Timer.cycle))
        return [(row.step, row.rung, row.state.value) for row in rows]


async def later(database: Database, seconds: float) -> None:
    """Everything armed or queued is older by so much, as if that time had passed while nothing ran."""
    back = f"-{seconds} seconds"
    moved = {
        "timer": ("due_at", "armed_at"),
        "notice": ("due_at", "made_at", "leased_until_at"),
        "incident": ("opened_at", "last_alert_at"),
    }
    async with database.writing() as session:
        for table, columns in moved.items():
            for column in columns:
                if database.embedded:
                    value = f"strftime('%Y-%m-%d %H:%M:%f000', {column}, '{back}')"
                else:
                    value = f"{column} + interval '{back}'"
                await session.execute(text(f"UPDATE {table} SET {column} = {value}"))


async def until(look: Callable[[], Awaitable[Any]], within_s: float = 20) -> Any:
    """Wait until `look` gives something."""
    async with asyncio.timeout(within_s):
        while not (found := await look()):
            await asyncio.sleep(0.05)
    return found


async def press(served: Served, town: TownBuilder, who: str = "chen") -> int:
    """Somebody presses the button at a served process; the incident's id."""
    async with served.client() as bedside:
        answer = await town.terminal(who, bedside).presses_call()
    return int(answer["incident"])


def beside(served: Served) -> Database:
    """The served process's database, looked at from the test."""
    return Database(served.database_url, Clock())
