"""Lists and searches of the register of elders at 500,000 on PostgreSQL, through the whole API; nobody in it exists."""

from __future__ import annotations

import asyncio
import gc
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bench.effort import Effort
from bench.postgres import postgres
from models import Bed, Elder, Provider, Station
from models.types import BedState, Datum, Role
from service.accounts.actions import create_account
from service.accounts.passwords import hash_password
from service.app import create_app
from service.clock import LOCAL
from service.db import Database
from service.entitlements.actions import look_through
from service.schema import migrate
from service.settings import Settings
from service.vault import Vault

ELDERS, FEW, BEDS = 500_000, 20_000, 5_000
DISTRICTS, STREETS, COMMUNITIES = 10, 20, 25
ROUNDS, LIMIT_MS = 40, 200
PASSWORD = "a long enough password 42"
NUMBER, PHONE = "990000194005060123", "15400001234"
SECRET = "a secret that only measurements use"
SQL = (
    "INSERT INTO area SELECT '3799' || lpad(d::text, 2, '0') || '000000', 'D' || d, 'district', NULL "
    f"FROM generate_series(1, {DISTRICTS}) d",
    "INSERT INTO area SELECT left(code, 6) || lpad(s::text, 3, '0') || '000', name || 'S' || s, 'street', code "
    f"FROM area, generate_series(1, {STREETS}) s WHERE level = 'district'",
    "INSERT INTO area SELECT left(code, 9) || lpad(c::text, 3, '0'), name || 'C' || c, 'community', code "
    f"FROM area, generate_series(1, {COMMUNITIES}) c WHERE level = 'street'",
    "INSERT INTO household (id, area_code, address, lift, access_min, lon, lat, datum) "
    "SELECT n, c.codes[1 + n % array_length(c.codes, 1)], n || ' Bench Street', n % 3 = 0, 0, 121.4, 37.5, 'wgs84' "
    "FROM generate_series(1, :count) n, (SELECT array_agg(code) codes FROM area WHERE level = 'community') c",
    "INSERT INTO elder (id, household_id, area_code, provider_id, name, sex, born_on, ability, lives_alone, categories,"
    " id_number_hash, phone_hash, version, registered_on) SELECT h.id, h.id, h.area_code, 1,"
    " substr('王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗', 1 + (h.id * 7 % 20)::int, 1)"
    " || substr('秀玉桂兰英珍梅淑凤云建国德海文明志永', 1 + (h.id * 13 % 18)::int, 1)"
    " || substr('兰英珍华芳梅凤海生民福林山军', 1 + (h.id * 31 % 14)::int, 1),"
    " CASE WHEN h.id % 5 < 3 THEN 'F' ELSE 'M' END, date '1925-01-01' + (h.id * 7919 % 14600)::int,"
    " CASE WHEN h.id % 4 = 0 THEN NULL ELSE (h.id % 5)::int END, h.id % 3 = 0, '[]'::jsonb,"
    " sha256(('i' || h.id)::bytea), sha256(('p' || h.id)::bytea), 1, date '2024-01-01' FROM household h",
    "INSERT INTO elder_category (elder_id, category, source, from_on, noted_at) "
    "SELECT id, c.name, 'bench', date '2024-01-01', now() FROM elder, (VALUES ('living_alone', 3), ('aged', 4), "
    "('low_income', 17), ('destitute', 97)) c (name, every) WHERE id % c.every = 0",
    "INSERT INTO assessment (elder_id, scale, reason, state, version, answers, result, level, assessed_on, "
    "valid_until_on, made_at, saved_at) SELECT id, 'gbt42195', 'first', 'approved', 1, '{}', '{}', ability, "
    "current_date - (id % 500)::int, current_date - (id % 500)::int + 365, now(), now() FROM elder "
    "WHERE ability IS NOT NULL AND id % 2 = 0",
    "INSERT INTO entitlement (elder_id, area_code, provider_id, rule, because, since_on, found_at) "
    "SELECT id, area_code, provider_id, CASE WHEN id % 2 = 0 THEN "
    "'patrol_special' ELSE 'assessment_80' END, '{}', current_date, now() FROM elder WHERE id % 5 = 0",
    "SELECT setval(pg_get_serial_sequence(t, 'id'), 1000000) FROM unnest(ARRAY['elder', 'household']) t",
)


@dataclass(frozen=True)
class Asked:
    """One kind of request: what it is called, who asks, and a maker of requests with other values each time."""

    name: str
    who: str
    make: Callable[[random.Random], tuple[str, str, dict[str, Any] | None]]


def measure(effort: Effort) -> list[str]:
    """The table: milliseconds of a request from its start to its whole answer, the API in this process."""
    count = FEW if effort.quick else ELDERS
    with tempfile.TemporaryDirectory() as folder, postgres() as url:
        rows, founded_s, bare_ms, nights = asyncio.run(_measured(url, Path(folder), count))
    slow = [row.asked.name for row in rows if row.p95 >= LIMIT_MS]
    made = f"{count} elders in {DISTRICTS * STREETS * COMMUNITIES} communities, {BEDS} beds, made in {founded_s:.0f} s"
    return [
        f"{made} by SQL. {ROUNDS} requests each, one after another, other values each time, signed in, through the",
        "whole API in one process beside PostgreSQL. Bare: 51 keys and names by key from PostgreSQL,",
        f"p50 {bare_ms:.2f} ms in the same run.",
        "",
        f"| request | who | p50 ms | p95 ms | most ms | p50 / bare | p95 under {LIMIT_MS} ms |",
        "|---|---|---|---|---|---|---|",
        *[row.line(bare_ms) for row in rows],
        "",
        f"{len(slow)} of {len(rows)} kinds took {LIMIT_MS} ms or more at p95{': ' + ', '.join(slow) if slow else ''}.",
        "",
        *nights,
    ]


@dataclass(frozen=True)
class Row:
    """What one kind of request took."""

    asked: Asked
    times_ms: list[float]

    @property
    def p95(self) -> float:
        return quantiles(self.times_ms, n=20)[18]

    def line(self, bare_ms: float) -> str:
        middle = median(self.times_ms)
        fine = "yes" if self.p95 < LIMIT_MS else "**no**"
        figures = f"{middle:.1f} | {self.p95:.1f} | {max(self.times_ms):.1f} | {middle / bare_ms:.1f}"
        return f"| {self.asked.name} | {self.asked.who} | {figures} | {fine} |"


async def _measured(url: str, home: Path, count: int) -> tuple[list[Row], float, float, list[str]]:
    began = time.monotonic()
    await migrate(url)
    app = create_app(Settings(home=home, database_url=url, secret_key=SECRET), roles=frozenset({"web"}))
    database: Database = app.state.database
    await _found(database, app.state.vault, count)
    founded_s = time.monotonic() - began
    async with app.router.lifespan_context(app):
        gc.collect()
        gc.freeze()  # as `serve` does
        desks = {who: await _desk(app, who) for who in ("city", "district")}
        rows = [Row(asked, await _times(desks[asked.who], asked)) for asked in kinds(count)]
        bare_ms = await _bare(database, count)
        for desk in desks.values():
            await desk.aclose()
        nights = [await _night(database, which, count) for which in ("first", "second")]
    return rows, founded_s, bare_ms, nights


async def _night(database: Database, which: str, count: int) -> str:
    """The nightly look at everybody, the second of which finds nothing new; beside one bare read of the same rows."""
    now = database.clock.now()
    began = time.monotonic()
    async with database.reading() as session:
        (await session.execute(text("SELECT * FROM elder"))).all()
    bare_s = time.monotonic() - began
    began = time.monotonic()
    done = await look_through(database, now.astimezone(LOCAL).date(), now)
    took_s = time.monotonic() - began
    found = ", ".join(f"{number:,} {what}" for what, number in done.items())
    times = f"{took_s:.0f} s, {took_s / bare_s:.1f} times one bare read of their rows"
    return f"The {which} nightly look at {count:,} for services that are due and not received: {times} ({found})."


async def _found(database: Database, vault: Vault, count: int) -> None:
    """The town by SQL, two people who look, and one elder whose numbers are known."""
    async with database.writing() as session:
        session.add(Provider(id=1, name="P", licence_no="1", licence_until_on=date(2100, 1, 1)))
    for statement in SQL:
        async with database.writing() as session:
            await session.execute(text(statement), {"count": count} if ":count" in statement else {})
    hashed = await hash_password(PASSWORD)
    async with database.writing() as session:
        known = {"id_number_hash": vault.keyed_hash(NUMBER), "phone_hash": vault.keyed_hash(PHONE)}
        await session.execute(update(Elder).where(Elder.id == count // 2).values(known))
        now = database.clock.now()
        await _beds(session, now)
        await create_account(session, now, "city", "City", Role.ADMIN, (), password_hash=hashed)
        await create_account(
            session, now, "district", "District", Role.SUPERVISOR, ("379901000000",), password_hash=hashed
        )
    async with database.writer.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await plain.execute(text("VACUUM ANALYZE"))


async def _beds(session: AsyncSession, now: datetime) -> None:
    """A station and its beds, a third of them applied for."""
    homes = (await session.execute(select(Elder.id, Elder.area_code).order_by(Elder.id).limit(BEDS))).all()
    place = {"area_code": homes[0].area_code, "address": "-", "lon": 121.0, "lat": 37.0, "datum": Datum.WGS84}
    session.add(Station(id=1, provider_id=1, name="S", **place))
    await session.flush()
    states = (BedState.APPLIED, BedState.ACTIVE, BedState.ACTIVE)
    for number, (elder_id, area_code) in enumerate(homes):
        bed = Bed(elder_id=elder_id, provider_id=1, station_id=1, area_code=area_code)
        bed.state, bed.state_since_at = states[number % 3], now
        session.add(bed)


async def _desk(app: Any, who: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app)
    desk = httpx.AsyncClient(transport=transport, base_url="http://bench", headers={"origin": "http://bench"})
    answer = await desk.post("/api/session", json={"name": who, "password": PASSWORD})
    answer.raise_for_status()
    return desk


async def _times(desk: httpx.AsyncClient, asked: Asked) -> list[float]:
    """Milliseconds of each request; two before them warm up what every process has warm."""
    rng, times = random.Random(asked.name), []
    for number in range(ROUNDS + 2):
        method, path, body = asked.make(rng)
        began = time.perf_counter()
        answer = await desk.request(method, path, json=body)
        took = (time.perf_counter() - began) * 1000
        answer.raise_for_status()
        times += [took] if number >= 2 else []
    return times


async def _bare(database: Database, count: int) -> float:
    """A page of keys and names from the bare table, in milliseconds at p50."""
    times, rng = [], random.Random("bare")
    statement = text("SELECT id, name FROM elder WHERE id > :after ORDER BY id LIMIT 51")
    for _ in range(ROUNDS):
        async with database.reading() as session:
            began = time.perf_counter()
            (await session.execute(statement, {"after": rng.randrange(count)})).all()
            times.append((time.perf_counter() - began) * 1000)
    return median(times)


def kinds(count: int) -> list[Asked]:
    """Everything that people at the desk ask of the register."""

    def get(path: str) -> Callable[[random.Random], tuple[str, str, None]]:
        def make(rng: random.Random) -> tuple[str, str, None]:
            code = f"379901{rng.randint(1, STREETS):03d}{rng.randint(1, COMMUNITIES):03d}"
            name = rng.choice("王李张刘陈杨赵黄周吴") + rng.choice("秀玉桂兰英珍梅淑凤云")
            known = {"code": code, "street": code[:9] + "000", "name": name, "cursor": rng.randrange(count)}
            return "GET", path.format(**known, id=rng.randint(1, count), whole=name + rng.choice("兰英珍华")), None

        return make

    def search(body: dict[str, Any]) -> Callable[[random.Random], tuple[str, str, dict[str, Any]]]:
        return lambda _: ("POST", "/api/elders/search", body)

    both = [
        ("a page of the list", "/api/elders?cursor={cursor}"),
        ("200 a page", "/api/elders?limit=200&cursor={cursor}"),
        ("name begins with one character", "/api/elders?name={name[0]}"),
        ("name begins with two", "/api/elders?name={name}"),
        ("a whole name", "/api/elders?name={whole}"),
        ("one community", "/api/elders?area={code}"),
        ("a category that many have", "/api/elders?category=living_alone"),
        ("a category that few have", "/api/elders?category=destitute&cursor={cursor}"),
        ("community and category", "/api/elders?area={code}&category=low_income"),
        ("a level", "/api/elders?ability=4&cursor={cursor}"),
        ("street, level and name", "/api/elders?area={street}&ability=3&name={name[0]}"),
        ("80+ without assessment", "/api/assessments/coverage/missing"),
        ("assessments that run out", "/api/assessments/due"),
        ("beds that are applied for", "/api/beds?state=applied"),
        ("who is to be found, by rule", "/api/entitlements?rule=patrol_special"),
        ("how many are to be found", "/api/entitlements/counts"),
    ]
    found = [Asked(name, who, get(path)) for who in ("city", "district") for name, path in both]
    found.append(Asked("one elder's card", "city", get("/api/elders/{id}")))
    found.append(Asked("by ID number", "city", search({"id_number": NUMBER})))
    found.append(Asked("by telephone number", "city", search({"phone": PHONE})))
    found.append(Asked("coverage of 80+ in one district", "district", get("/api/assessments/coverage")))
    found.append(Asked("likely doubles of one district", "district", get("/api/elders/doubles")))
    return found
