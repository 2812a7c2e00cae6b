"""Rungs that come due at once (goal G8): how late they are told, and how fast they are claimed beside a bare claim."""

from __future__ import annotations

import asyncio
import tempfile
import time
from bisect import bisect_left
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

from sqlalchemy import insert, select, text

from bench.effort import Effort
from bench.postgres import postgres
from models import Account, Area, Duty, Event, Incident, Provider, Station, Timer, Watch
from models.types import AreaLevel, Datum, IncidentState, Post, Role, TimerState
from service.clock import Clock
from service.db import Database, unwalled_now
from service.jobs.every import keep_running
from service.schema import migrate
from service.timetable import TIMETABLE

MANY, FEW = 10_000, 1_000
ROUNDS = 5
BATCH = 50
RINGING = next(entry for entry in TIMETABLE if entry.name == "emergencies.ring_timers")
DISTRICT = "370613000000"


@dataclass(frozen=True)
class Round:
    """How late each rung was told, how many were told a second, and how many a bare statement claims."""

    late: list[float]
    told: float
    bare: float

    @property
    def p99_s(self) -> float:
        return quantiles(self.late, n=100)[98]

    def row(self, name: str, others: Sequence[Round]) -> str:
        """One line of the table; beside the lateness at p99 that of all rounds."""
        p50_s, p99s = quantiles(self.late, n=100)[49], " ".join(f"{one.p99_s:.2f}" for one in others)
        lateness = f"{p50_s:.2f} | {self.p99_s:.2f} ({p99s}) | {max(self.late):.2f}"
        speed = f"{self.told:.0f} | {self.bare:.0f} | {self.told / self.bare:.3f}"
        return f"| {name} | {len(self.late)} | {lateness} | {speed} |"


def measure(effort: Effort) -> list[str]:
    """The table, embedded first: timers due within one second, lateness at p50, p99 and most, fired a second."""
    count, rounds = (FEW, 1) if effort.quick else (MANY, ROUNDS)
    return [
        f"{count} calls whose station rung comes due within one second; two people on duty; one process, its "
        f"timetable as in the service. Told is committed. The middle one of {rounds} rounds by p99 (all in brackets).",
        "",
        "| database | told | lateness p50 s | p99 s | most s | told/s | bare claim/s | told / bare |",
        "|---|---|---|---|---|---|---|---|",
        _middle("SQLite", [_on_sqlite(count) for _ in range(rounds)]),
        _middle("PostgreSQL", [_on_postgres(count) for _ in range(rounds)]),
    ]


def _middle(name: str, rounds: list[Round]) -> str:
    ordered = sorted(rounds, key=lambda one: one.p99_s)
    return ordered[len(ordered) // 2].row(name, ordered)


def _on_sqlite(count: int) -> Round:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_round(f"sqlite+aiosqlite:///{Path(folder) / 'timers.db'}", count))


def _on_postgres(count: int) -> Round:
    with postgres() as url:
        return asyncio.run(_round(url, count))


async def _round(url: str, count: int) -> Round:
    await migrate(url)
    async with _opened(url) as database:
        await _town(database)
        begin = await _arm(database, count, TimerState.ARMED)
        late, took_s = await _tell(database, begin, count)
        return Round(late, count / took_s, await _bare(database, count))


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    database = Database(url, Clock())
    try:
        await database.grow_log()
        yield database
    finally:
        await database.close()


async def _town(database: Database) -> None:
    """A station with two people on duty, and a console that never sleeps."""
    now = database.clock.now()
    day = timedelta(days=1)
    async with database.writing() as session:
        session.add(Area(code=DISTRICT, name="district", level=AreaLevel.DISTRICT))
        session.add(Provider(id=1, name="provider", licence_no="1", licence_until_on=(now + 99 * day).date()))
        session.add(Watch(hub="bench", view="bench", area_prefixes=[""], consoles=1, live_until_at=now + day))
        await session.flush()
        place = {"area_code": DISTRICT, "lon": 121.0, "lat": 37.0, "datum": Datum.WGS84}
        session.add(Station(id=1, provider_id=1, name="station", address="-", **place))
        for number in (1, 2):
            account = Account(id=number, name=f"p{number}", display="p", role=Role.STATION_MANAGER, made_at=now)
            session.add(account)
        await session.flush()
        for number in (1, 2):
            duty = Duty(post=Post.STATION, area_code=DISTRICT, station_id=1, account_id=number, name="p")
            duty.phone_sealed, duty.from_at, duty.to_at = b"sealed", now - day, now + day
            session.add(duty)


async def _arm(database: Database, count: int, state: TimerState) -> datetime:
    """Calls told to the desk already, whose next rung comes due within the second after the moment given back."""
    async with database.writing() as session:
        begin = await unwalled_now(session) + timedelta(seconds=3 + count / 4000)
        call: dict[str, Any] = {"station_id": 1, "provider_id": 1, "area_code": DISTRICT, "playbook": "person"}
        call |= {"kind": "sos", "severity": 3, "drill": False, "state": IncidentState.OPEN, "presses": 1, "rung": 1}
        call |= {"press_times": [], "opened_at": begin, "last_alert_at": begin}
        first = 1
        for start in range(0, count, 500):
            await session.execute(insert(Incident), [call | {"id": first + start + n} for n in range(500)])
        step = timedelta(seconds=1) / count
        for start in range(0, count, 500):
            rows = [
                {"incident_id": first + n, "step": 2, "cycle": 0, "rung": "station", "due_at": begin + n * step}
                | {"state": state, "armed_at": begin - timedelta(minutes=1)}
                for n in range(start, start + 500)
            ]
            await session.execute(insert(Timer), rows)
    return begin


async def _tell(database: Database, begin: datetime, count: int) -> tuple[list[float], float]:
    """Ring as the worker does until everything is told; gives each lateness, and the seconds from the first due on.

    Told is what has been committed; each is one event.
    """
    kept: list[tuple[int, datetime]] = []
    all_told = asyncio.Event()

    def hear(last: int) -> None:
        kept.append((last, database.clock.now()))
        if last >= count:
            all_told.set()

    database.on_commit.append(hear)
    ringing = asyncio.create_task(keep_running([RINGING], database, database.clock))
    await all_told.wait()
    ringing.cancel()
    await asyncio.gather(ringing, return_exceptions=True)
    kept.sort()
    numbers = [last for last, _ in kept]
    async with database.reading() as session:
        told = select(Event.subject, Event.seq).where(Event.topic == "incident.escalated")
        at = {str(subject): kept[bisect_left(numbers, seq)][1] for subject, seq in await session.execute(told)}
        due = await session.execute(select(Timer.incident_id, Timer.due_at).where(Timer.cycle == 0))
        late = [max(0.0, (at[f"incident:{ident}"] - due_at).total_seconds()) for ident, due_at in due]
    return late, (kept[-1][1] - begin).total_seconds()


async def _bare(database: Database, count: int) -> float:
    """The same rows claimed by one bare statement a batch and nothing else: claims a second."""
    async with database.writing() as session:
        await session.execute(text("UPDATE timer SET state = 'armed', fired_at = NULL WHERE cycle = 0"))
    lock = "" if database.embedded else "FOR UPDATE SKIP LOCKED"
    statement = text(
        "UPDATE timer SET state = 'fired', fired_at = due_at WHERE id IN (SELECT id FROM timer "
        f"WHERE state = 'armed' AND cycle = 0 ORDER BY due_at LIMIT {BATCH} {lock}) RETURNING id"
    )
    began, claimed = time.monotonic(), 0
    while claimed < count:
        async with database.writing() as session:
            rows = (await session.execute(statement)).all()
        if not rows:
            break
        claimed += len(rows)
    return claimed / (time.monotonic() - began)
