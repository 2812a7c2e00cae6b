"""5,000 family beds on PostgreSQL: what the desk asks of them, each beside the bare rows it stands on, in one run."""

from __future__ import annotations

import asyncio
import gc
import re
import time
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from statistics import median, quantiles
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bench.effort import Effort
from bench.postgres import postgres
from models.types import Role
from service.auth import Actor
from service.beds import failing
from service.beds import queries as beds
from service.beds.gate import gate_of
from service.clock import LOCAL, Clock
from service.db import Database
from service.paging import Page
from service.patrols import queries as patrols
from service.promises import queries as promises
from service.schema import migrate
from service.waiting import queries as waiting

BEDS, FEW = 5_000, 500
LIMIT_MS = 200
TURNS, QUICK_TURNS = 40, 8
DISTRICT, STREETS = "370613000000", 12
DESK = Actor(1, "bench", "bench", Role.SUPERVISOR, None, None, None, (DISTRICT,), ("370613",), 1, "console")

Question = Callable[[AsyncSession], Awaitable[Any]]


def measure(effort: Effort) -> list[str]:
    """The table: each question at the median and 95 % in ms, the bare rows under it, and how many times as long."""
    count, turns = (FEW, QUICK_TURNS) if effort.quick else (BEDS, TURNS)
    with postgres() as url:
        rows = asyncio.run(_measure(url, count, turns))
    return [
        f"{count} beds at every stage (of the active ones 1 of 97 with a contract that is over, 1 of 61 with a device "
        f"fitted after its test), {2 * count} elders, {count // 2} applications, {2 * count} people on the patrol "
        f"register; one district's desk asks, {turns} times each. Limit at the server: {LIMIT_MS} ms.",
        "",
        "| question | median ms | 95 % ms | bare rows ms | times bare | within the limit |",
        "|---|---|---|---|---|---|",
        *rows,
    ]


async def _measure(url: str, count: int, turns: int) -> list[str]:
    await migrate(url)
    database = Database(url, Clock())
    today = database.clock.now().astimezone(LOCAL).date()
    try:
        await _fill(database, count, today)
        gc.collect()
        gc.freeze()  # as `serve` does: without it every third answer waits 90 ms for a look at all imported modules
        return [await _row(database, *one, turns) for one in _questions(today, count // 5)]
    finally:
        await database.close()


def _questions(today: date, after: int) -> list[tuple[str, Question, str]]:
    """What is asked, and the plain statement that reads the rows the answer stands on."""
    month, ahead = patrols.month_around(today, today), promises.month_around(today, today)

    async def one_page(session: AsyncSession) -> Any:
        bed = await beds.get_bed(session, DESK, 100)
        return await beds.bed_page(session, bed, today)

    async def one_gate(session: AsyncSession) -> Any:
        return await gate_of(session, await beds.get_bed(session, DESK, 100), today)

    paged = f"SELECT * FROM bed WHERE area_code LIKE '370613%' AND id > {after} ORDER BY id LIMIT 50"
    return [
        ("a page of 50 beds with what blocks each", lambda s: beds.list_beds(s, DESK, Page(after, 50), today), paged),
        (
            "the board by stage, 200 cards a stage",
            lambda s: beds.board_views(s, DESK, today),
            "SELECT * FROM bed WHERE state NOT IN ('active', 'closed')",
        ),
        ("one bed's page", one_page, "SELECT * FROM bed WHERE id = 100"),
        ("one bed's gate", one_gate, "SELECT * FROM bed WHERE id = 100"),
        (
            "how many active beds would fail their gate today",
            lambda s: failing.count_failing(s, DESK, today),
            "SELECT id, elder_id, provider_id, area_code FROM bed WHERE state = 'active'",
        ),
        (
            "50 of them with what each lacks",
            lambda s: failing.list_failing(s, DESK, Page(0, 50), today),
            "SELECT id, elder_id, provider_id, area_code FROM bed WHERE state = 'active'",
        ),
        ("promised hours of 50 beds", lambda s: promises.list_hours(s, DESK, Page(after, 50), ahead), paged),
        (
            "the waiting list in order, 200 shown",
            lambda s: waiting.list_views(s, DESK, DISTRICT, today, 200),
            "SELECT w.*, e.* FROM waiting_entry w JOIN elder e ON e.id = w.elder_id WHERE w.state = 'waiting'",
        ),
        (
            "the month's patrol rate by street",
            lambda s: patrols.rate(s, DESK, month),
            "SELECT count(*) FROM patrol_target",
        ),
        (
            "50 people missing from patrol",
            lambda s: patrols.list_targets(s, DESK, Page(0, 50), month, "missing"),
            "SELECT * FROM patrol_target ORDER BY id LIMIT 50",
        ),
        (
            "duty cover of 14 days",
            lambda s: promises.cover_views(s, DESK, Clock().now(), 14),
            "SELECT * FROM duty WHERE post = 'station'",
        ),
    ]


async def _row(database: Database, name: str, ask: Question, bare: str, turns: int) -> str:
    whole, plain = [], []
    for _ in range(turns + 2):
        async with database.reading() as session:
            whole.append(await _ms(ask(session)))
        async with database.reading() as session:
            plain.append(await _ms(_all(session, bare)))
    mine, base = whole[2:], median(plain[2:])
    worst = quantiles(mine, n=20)[18]
    fits = "yes" if worst <= LIMIT_MS else "**no**"
    return f"| {name} | {median(mine):.1f} | {worst:.1f} | {base:.1f} | {median(mine) / base:.1f} | {fits} |"


async def _all(session: AsyncSession, statement: str) -> Any:
    return (await session.execute(text(statement))).all()


async def _ms(work: Awaitable[Any]) -> float:
    began = time.perf_counter()
    await work
    return (time.perf_counter() - began) * 1000


async def _fill(database: Database, count: int, today: date) -> None:
    """A district by generated series: the database makes the rows itself."""
    now = f"TIMESTAMPTZ '{database.clock.now().isoformat()}'"
    given_by = {"n": count, "elders": 2 * count, "half": count // 2, "streets": STREETS, "now": now}
    days = {"since": today - timedelta(days=100), "until": today + timedelta(days=300), "month": today.replace(day=1)}
    days["over"] = today - timedelta(days=1)
    literals = given_by | {name: f"DATE '{day}'" for name, day in days.items()}
    async with database.writing() as session:
        for statement in FILL:
            for name, literal in literals.items():
                statement = re.sub(rf"(?<!:):{name}\b", str(literal), statement)
            await session.execute(text(statement))
    async with database.writer.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("ANALYZE"))


STATE = """(ARRAY['applied','assessed','surveyed','adapting','devices_installed','tested','contracted','suspended'])"""
AREA = "'370613' || lpad((1 + i % :streets)::text, 3, '0') || lpad((1 + i % 9)::text, 3, '0')"
FILL = (
    "INSERT INTO area (code, name, level) VALUES ('370613000000', '区', 'district')",
    "INSERT INTO area (code, name, level) SELECT DISTINCT " + AREA + ", '社区', 'community' "
    "FROM generate_series(1, 1000) i",
    "INSERT INTO provider (id, name, licence_no, licence_until_on, blacklisted) "
    "SELECT i, 'p' || i, '-', :until, false FROM generate_series(1, 20) i",
    "INSERT INTO station (id, provider_id, name, area_code, address, lon, lat, datum) "
    "SELECT i, 1 + i % 20, 's' || i, '370613000000', '-', 121, 37, 'wgs84' FROM generate_series(1, 60) i",
    "INSERT INTO household (id, area_code, address, lift, access_min, lon, lat, datum) SELECT i, " + AREA + ", "
    "'试验路 ' || i || ' 号', false, 0, 121, 37, 'wgs84' FROM generate_series(1, :elders) i",
    "INSERT INTO elder (id, household_id, area_code, provider_id, name, sex, born_on, ability, lives_alone, "
    "categories) SELECT i, i, "
    + AREA
    + ", 1 + i % 20, '陈' || i, 'F', DATE '1930-01-01' + (i % 9000)::int, i % 5, i % 3 = 0, "
    "CASE WHEN i % 4 = 0 THEN '[\"low_income\"]' WHEN i % 31 = 0 THEN '[\"destitute\"]' ELSE '[]' END::jsonb "
    "FROM generate_series(1, :elders) i",
    "INSERT INTO bed (id, elder_id, provider_id, station_id, area_code, state, state_since_at) SELECT i, i, "
    "1 + i % 20, 1 + i % 60, "
    + AREA
    + ", CASE WHEN i % 4 = 0 THEN "
    + STATE
    + "[1 + (i / 4) % 8] ELSE 'active' END, :now "
    "FROM generate_series(1, :n) i",
    "INSERT INTO bed_step (bed_id, from_state, to_state, at) SELECT i, 'contracted', 'active', :now "
    "FROM generate_series(1, :n) i",
    "INSERT INTO terminal (id, household_id, elder_id, model, key_sealed, boot, counter, replay_bits, online, "
    "tested_at) SELECT 'T-' || i, i, i, 'BX-2', '', 0, 0, 0, true, :now FROM generate_series(1, :n) i",
    "INSERT INTO bed_device (bed_id, kind, mandatory, terminal_id, fitted_at) SELECT i, 'call', true, 'T-' || i, "
    ":now + CASE WHEN i % 61 = 2 THEN INTERVAL '1 day' ELSE INTERVAL '0' END "
    "FROM generate_series(1, :n) i",
    "INSERT INTO assessment (elder_id, scale, reason, state, version, answers, result, level, assessed_on, "
    "valid_until_on, made_at, saved_at) SELECT i, 'gbt42195', 'first', 'approved', 1, '{}', '{}', i % 5, :since, "
    ":until, :now, :now FROM generate_series(1, :elders) i",
    "INSERT INTO works_order (household_id, area_code, state, state_since_at, design_provider_id, grant_cap_fen, "
    "grant_fen, own_fen, made_at) SELECT i, " + AREA + ", 'accepted', :now, 1, 0, 0, 0, :now "
    "FROM generate_series(1, :n) i",
    "INSERT INTO contract_template (id, area_code, version, title, body, from_on, made_at) "
    "VALUES (1, '370613000000', 1, '-', '-', :since, :now)",
    "INSERT INTO contract (bed_id, elder_id, provider_id, area_code, template_id, template_version, prices, state, "
    "from_on, until_on, drawn_at) SELECT i, i, 1 + i % 20, " + AREA + ", 1, 1, '[]', 'signed', :since, "
    "CASE WHEN i % 97 = 1 THEN :over ELSE :until END, :now "
    "FROM generate_series(1, :n) i",
    "INSERT INTO waiting_entry (elder_id, area_code, state, asked_on) SELECT i, "
    + AREA
    + ", 'waiting', :since + i % 90 "
    "FROM generate_series(:n + 1, :n + :half) i",
    "INSERT INTO patrol_target (month_on, elder_id, area_code, provider_id, groups, added_at) SELECT :month, i, "
    + AREA
    + ", 1 + i % 20, '[\"独居\"]', :now FROM generate_series(1, :elders) i",
    "INSERT INTO menu_item (id, code, family, name_zh, name_en, duration_min, people, level, delivered, on_sale) "
    "VALUES (1, 'patrol.visit', 'patrol', '探访', '-', 20, 1, 5, false, true), "
    "(2, 'clean.home', 'clean', '保洁', '-', 90, 1, 5, false, true)",
    "INSERT INTO visit (elder_id, household_id, area_code, provider_id, item_id, family, service_on, window_from_at, "
    "window_to_at, duration_min, people, portions, state, late_min) SELECT i, i, "
    + AREA
    + ", 1 + i % 20, 1, 'patrol', "
    ":month, :now, :now, 20, 1, 1, 'confirmed', 0 FROM generate_series(1, :elders, 2) i",
    "INSERT INTO visit (elder_id, household_id, area_code, provider_id, item_id, family, service_on, window_from_at, "
    "window_to_at, duration_min, people, portions, state, late_min) SELECT 1 + i % :n, 1 + i % :n, " + AREA + ", "
    "1 + i % 20, 2, 'clean', :month + (i / :n)::int, :now, :now, 90, 1, 1, 'finished', 0 "
    "FROM generate_series(0, :n * 20 - 1) i",
    "INSERT INTO duty (post, area_code, station_id, name, from_at, to_at) SELECT 'station', '370613000000', "
    "1 + i % 60, '-', :now + ((i / 60) || ' hours')::interval, :now + ((i / 60 + 7) || ' hours')::interval "
    "FROM generate_series(0, 2880) i",
)
