"""The intake against its bare limits: durable calls, heartbeats, waits in calm and on a slow disk, and the start."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bench.alone import ROOT
from bench.callers import TERMINALS
from bench.effort import Effort
from bench.fleet import SECRET, found
from bench.postgres import postgres
from bench.programs import Program, program
from service.listening import free_port

CALLS, BEATS = "/terminals/v1/alerts", "/terminals/v1/heartbeats"
LINES, ONE_BURST, FEW_LINES, CALM_RATE, CALM_S = 64, 4000, 16, 200, 4.0
ROUND_S = 30.0
BEATS_RATE, BEATS_S, BEAT_LINES = 8333, 3.0, 512
TICKS = os.sysconf("SC_CLK_TCK")


Found = dict[str, list[float]]


class Site:
    """A server process of the measurement, on the first core when there are two."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process, self.port = process, port

    def cpu_s(self) -> float:
        """CPU time that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


@asynccontextmanager
async def site(*command: str, url: str = "", home: str = "", **more: str) -> AsyncIterator[Site]:
    """Start `python -m` these words with a free port at the end, until it answers; end it after the block."""
    port, environment = free_port(), {**os.environ, **more}
    if url:
        plain = url.replace("+aiosqlite", "").replace("+asyncpg", "")
        environment |= {"UNWALLED_HOME": home, "UNWALLED_DATABASE_URL": plain, "UNWALLED_SECRET_KEY": SECRET}
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *command, str(port)), cwd=ROOT, env=environment, stdout=quiet, stderr=quiet
    )
    if (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(process.pid, {0})
    try:
        await _answering(port, process)
        yield Site(process, port)
    finally:
        process.terminate()
        await process.wait()


async def _answering(port: int, process: asyncio.subprocess.Process) -> None:
    for _ in range(3000):
        if process.returncode is not None:
            raise RuntimeError("a server ended while starting")
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.01)
            continue
        writer.close()
        return
    raise TimeoutError("a server did not start")


def ours(url: str) -> tuple[str, ...]:
    """The intake alone: as its operator runs it on PostgreSQL, and the same on SQLite."""
    if url.startswith("sqlite"):
        return ("bench.intakealone", url)
    return ("service.cli", "serve", "--no-migrate", "--role", "intake", "--port")


class CommitProbe:
    """Commits one small row again and again into a SQLite file beside the measurement: what the disk itself takes."""

    def __init__(self, folder: str) -> None:
        self._file, self._ended, self.waits_ms = str(Path(folder) / "probe.db"), threading.Event(), list[float]()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> CommitProbe:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        connection = sqlite3.connect(self._file, isolation_level=None)
        for statement in (
            "PRAGMA journal_mode=WAL",
            "PRAGMA synchronous=FULL",
            "CREATE TABLE IF NOT EXISTS probe (at)",
        ):
            connection.execute(statement)
        while not self._ended.wait(0.02):
            began = time.perf_counter()
            connection.execute("INSERT INTO probe VALUES (1)")
            self.waits_ms.append((time.perf_counter() - began) * 1000)
        connection.close()


async def one_round(sites: dict[str, Site], callers: Program, found: Found, folder: str) -> None:
    """Everything once, in turn: the limits and ours on both databases."""
    for name, server in sites.items():
        before = server.cpu_s()
        burst = await callers.does("burst", port=server.port, path=CALLS, count=ONE_BURST, lines=LINES)
        found[f"calls {name}"].append(burst["rate"])
        found[f"cpu {name}"].append((server.cpu_s() - before) / ONE_BURST * 1e6)
        found[f"refused {name}"].append(ONE_BURST - burst["statuses"].get("200", 0))
    for name in [name for name in sites if name != "starlette"]:
        burst = await callers.does("burst", port=sites[name].port, path=BEATS, count=ONE_BURST, lines=LINES)
        found[f"beats {name}"].append(burst["rate"])
        with CommitProbe(folder) as probe:
            calm = await callers.does(
                "pace", port=sites[name].port, path=CALLS, rate=CALM_RATE, seconds=CALM_S, lines=FEW_LINES
            )
        disk = sorted(probe.waits_ms)
        found[f"p50 {name}"].append(calm["p50_ms"])
        found[f"p99 {name}"].append(calm["p99_ms"])
        found[f"disk p50 {name}"].append(disk[len(disk) // 2])
        found[f"disk p99 {name}"].append(disk[int(len(disk) * 0.99)])


def ratio(found: Found, over: str, under: str) -> str:
    """Median and least of the ratios of the same rounds."""
    ratios = [one / other for one, other in zip(found[over], found[under], strict=True)]
    return f"{statistics.median(ratios):.2f} (least {min(ratios):.2f})"


def middle(found: Found, name: str) -> float:
    """The median over the rounds."""
    return statistics.median(found[name])


def tell(found: Found) -> list[str]:
    """The tables of G1, G2 and G7."""
    rounds = len(found["calls bare"])
    lines = [
        f"{rounds} interleaved rounds; calls per second over {LINES} lines, each signed, none sent twice, from "
        f"{TERMINALS} homes with an open case each: four rows a call and the desk's event. All on two cores.",
        "",
    ]
    lines += ["| what | median | of bare ASGI | of bare Starlette | goal |", "|---|---|---|---|---|"]
    goals = {"sqlite": "0.60 of Starlette", "postgresql": "0.45 of Starlette"}
    for name in ("bare", "starlette", "sqlite", "postgresql"):
        calls = f"calls {name}"
        lines.append(
            f"| calls, {name} | {middle(found, calls):,.0f}/s | {ratio(found, calls, 'calls bare')} "
            f"| {ratio(found, calls, 'calls starlette')} | {goals.get(name, '')} |"
        )
    for name in ("sqlite", "postgresql"):
        beats = f"beats {name}"
        share = ratio(found, beats, "beats bare")
        lines.append(f"| heartbeats, {name} | {middle(found, beats):,.0f}/s | {share} | | 0.80 of ASGI |")
    refused = sum(sum(found[f"refused {name}"]) for name in ("sqlite", "postgresql"))
    cpu = ", ".join(f"{name} {middle(found, f'cpu {name}'):.0f}" for name in ("bare", "starlette", *goals))
    shares = ", ".join(f"{ratio(found, 'cpu starlette', f'cpu {name}')} on {name}" for name in goals)
    lines += ["", f"CPU of the process in microseconds a call, which a busy machine blurs less: {cpu}."]
    lines += [f"Bare Starlette's of ours: {shares} (PostgreSQL's own processes not counted)."]
    lines += ["", f"Calls not answered 200 in all bursts: {refused:.0f}.", ""]
    lines += [f"Waits at {CALM_RATE} calls a second (ms), and a one-row commit on the same disk meanwhile:", ""]
    lines += ["| what | p50 | p99 | commit p50 | commit p99 | goal p50 | goal p99 |", "|---|---|---|---|---|---|---|"]
    for name in ("bare", "sqlite", "postgresql"):
        p50, p99 = middle(found, f"p50 {name}"), middle(found, f"p99 {name}")
        disk50, disk99 = middle(found, f"disk p50 {name}"), middle(found, f"disk p99 {name}")
        most50 = middle(found, "p50 bare") + 1.5 * disk50 + 0.5
        most99 = middle(found, "p99 bare") + 3 * disk99
        goal = "| | |" if name == "bare" else f"| {most50:.1f} | {most99:.1f} |"
        lines.append(f"| {name} | {p50:.1f} | {p99:.1f} | {disk50:.1f} | {disk99:.1f} {goal}")
    return lines


async def slow_disk(callers: Program, folder: str) -> list[str]:
    """G2: the same burst with every sync 5 ms longer, against without, three times in turn."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return ["No C compiler here: the slow disk was not measured."]
    library, control = str(Path(folder) / "disk.so"), Path(folder) / "disk.control"
    source = str(Path(ROOT) / "tests" / "fixtures" / "disk.c")
    command = (compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl")
    await (await asyncio.create_subprocess_exec(*command)).wait()
    url = await fresh_file(folder, "slow.db")
    ratios = []
    preload = {"LD_PRELOAD": library, "DISK_CONTROL": str(control)}
    async with site(*ours(url), url=url, home=folder, **preload) as server:
        for _ in range(3):
            order: dict[str, Any] = {"port": server.port, "path": CALLS, "count": ONE_BURST, "lines": 256}
            fast = (await callers.does("burst", **order))["rate"]
            control.write_text("stall 5\n")
            slow = (await callers.does("burst", **order))["rate"]
            control.unlink()
            ratios.append(slow / fast)
    found = f"{statistics.median(ratios):.2f} (least {min(ratios):.2f})"
    return [f"Calls per second with every sync 5 ms longer, of those without (SQLite, 256 lines): {found}; goal 0.5."]


async def under_heartbeats(server: Site, callers: Program, rounds: int) -> list[str]:
    """G7: what 8,333 heartbeats a second cost, and what they do to calls; so many rounds, the middle one told."""
    told = [await _one_flood(server, callers) for _ in range(rounds)]
    rate, share, calm, busy = (statistics.median(values) for values in zip(*told, strict=True))
    times = sorted(one[3] / one[2] for one in told)
    return [
        f"Heartbeats at {rate:,.0f}/s (wanted {BEATS_RATE:,}) beside {CALM_RATE} calls: {share:.0%} of a core "
        f"(goal 35 % for the heartbeats alone); calls wait {statistics.median(times):.1f} times as long at p99 "
        f"({' '.join(f'{one:.1f}' for one in times)}; {busy:.1f} against {calm:.1f} ms; goal 2). "
        "On two cores both load programs share one, and their own waiting is in this number."
    ]


async def _one_flood(server: Site, callers: Program) -> tuple[float, float, float, float]:
    """Heartbeats a second, the server's share of a core, and the calls' p99 in ms without them and beside them."""
    order: dict[str, Any] = {
        "port": server.port,
        "path": CALLS,
        "rate": CALM_RATE,
        "seconds": BEATS_S,
        "lines": FEW_LINES,
    }
    calm = await callers.does("pace", **order)
    async with program("bench.callers") as beating:
        began, before = time.monotonic(), server.cpu_s()
        beats = beating.does("pace", port=server.port, path=BEATS, rate=BEATS_RATE, seconds=BEATS_S, lines=BEAT_LINES)
        flood, busy = await asyncio.gather(beats, callers.does("pace", **order))
        share = (server.cpu_s() - before) / (time.monotonic() - began)
    return flood["rate"], share, calm["p99_ms"], busy["p99_ms"]


async def starts(url: str, folder: str, callers: Program, times: int) -> list[str]:
    """G9: from the start of the process to the first answered call, an intake of its own against bare ASGI."""
    took: dict[str, list[float]] = {"bare": [], "ours": []}
    for _ in range(times):
        for name, command in (("bare", ("bench.intakesite", "bare")), ("ours", ours(url))):
            began = time.monotonic()
            async with site(*command, url="" if name == "bare" else url, home=folder) as server:
                await callers.does("burst", port=server.port, path=CALLS, count=1, lines=1)
                took[name].append(time.monotonic() - began)
    ratios = [one / other for one, other in zip(took["ours"], took["bare"], strict=True)]
    return [
        "Start to first answered call, intake of its own on PostgreSQL: "
        f"{statistics.median(took['ours']):.2f} s, bare ASGI {statistics.median(took['bare']):.2f} s; "
        f"{statistics.median(ratios):.2f} times (most {max(ratios):.2f}); goal 3."
    ]


async def fresh_file(folder: str, name: str) -> str:
    """A SQLite database with the fleet."""
    url = f"sqlite+aiosqlite:///{folder}/{name}"
    await found_once(url)
    return url


async def found_once(url: str) -> None:
    """The fleet, under a name that no local variable hides."""
    await found(url, TERMINALS)


async def _measure(effort: Effort) -> list[str]:
    rounds = max(2, int(effort.minutes * 60 * 0.6 / ROUND_S))
    collected: Found = defaultdict(list)
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, postgres() as large:
        small = await fresh_file(folder, "calls.db")
        await found_once(large)
        async with program("bench.callers") as callers:
            async with (
                site("bench.intakesite", "bare") as bare,
                site("bench.intakesite", "starlette") as starlette,
                site(*ours(small), url=small, home=folder) as sqlite,
                site(*ours(large), url=large, home=folder) as intake,
            ):
                for server in (sqlite, intake):  # every home's case is opened; the bursts press again
                    await callers.does("burst", port=server.port, path=CALLS, count=TERMINALS, lines=LINES)
                sites = {"bare": bare, "starlette": starlette, "sqlite": sqlite, "postgresql": intake}
                for _ in range(rounds):
                    await one_round(sites, callers, collected, folder)
                beats = await under_heartbeats(sqlite, callers, 3 if effort.quick else 5)
            slow = await slow_disk(callers, folder)
            start = await starts(large, folder, callers, 3 if effort.quick else 5)
    return [*tell(collected), "", *slow, "", *beats, "", *start]


def measure(effort: Effort) -> list[str]:
    """G1, G2, G7 and G9 of the emergency path, as ratios within this run."""
    return asyncio.run(_measure(effort))
