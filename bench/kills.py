"""Kills the intake with -9, a thousand times, also under a disk that loses what it had not confirmed; counts losses.

As a program: `python -m bench.kills KILLS [--disk lying|careless] [--postgres]` prints one JSON line and ends with 1
when anything answered was lost or anything rang twice.
"""

from __future__ import annotations

import argparse
import asyncio
import hmac
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sqlalchemy import text

from bench.alone import ROOT
from bench.effort import Effort
from bench.fleet import KEY, found, name_of
from bench.postgres import postgres
from service.clock import Clock
from service.db import Database
from service.listening import free_port

POINTS = ("before_commit", "after_commit", "after_answer")
TERMINALS = 8
PATH = "/terminals/v1/alerts"
LONGEST_S = 1800.0


@dataclass
class Toll:
    """What a run found. `lost`: answered and not there; `twice`: kept or rung more than once; `gaps`: in the log."""

    kills: Counter[str] = field(default_factory=Counter)
    answered: int = 0
    undone: int = 0
    lost: int = 0
    twice: int = 0
    gaps: int = 0
    broken: str = ""

    @property
    def clean(self) -> bool:
        """Nothing lost, nothing twice, nothing broken."""
        return not (self.lost or self.twice or self.gaps or self.broken)


class Bedside:
    """One terminal that presses without end and repeats each message until it is answered with a 200."""

    def __init__(self, port: int, number: int, told: dict[tuple[str, str], int]) -> None:
        self._port, self._name, self._told, self._counter = port, name_of(number), told, 0

    async def presses(self) -> None:
        """Until cancelled."""
        number = 0
        while True:
            number += 1
            msg_id = f"m{number}"
            self._told[(self._name, msg_id)] = await self._send_until_told(msg_id)

    async def _send_until_told(self, msg_id: str) -> int:
        while True:
            alert = await self._send(msg_id)
            if alert is not None:
                return alert
            await asyncio.sleep(0.01)

    async def _send(self, msg_id: str) -> int | None:
        self._counter += 1
        body, counter = json.dumps({"msg_id": msg_id, "kind": "sos"}).encode(), str(self._counter)
        head = f"POST\n{PATH}\n{self._name}\n1\n{counter}\n".encode()
        signature = hmac.digest(KEY, head + body, "sha256").hex()
        lines = [f"POST {PATH} HTTP/1.1", "Host: bench", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"X-Terminal: {self._name}", "X-Boot: 1", f"X-Counter: {counter}", f"X-Signature: {signature}"]
        try:
            async with asyncio.timeout(10):
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                writer.write("\r\n".join([*lines, "", ""]).encode() + body)
                answer = await reader.read()
                writer.close()
        except (OSError, TimeoutError):
            return None
        head_, _, given = answer.partition(b"\r\n\r\n")
        return int(json.loads(given)["alert"]) if head_.startswith(b"HTTP/1.1 200") else None


async def kill(url: str, kills: int, seed: int, environment: dict[str, str], careless: bool = False) -> Toll:
    """Let the intake on `url` die so often under load, then look at what is on disk."""
    port, told, toll = free_port(), dict[tuple[str, str], int](), Toll()
    pipe = asyncio.subprocess.PIPE
    points = [*POINTS, "at_sync"] if environment and not careless else POINTS
    words = ("bench.lives", url, str(port), str(seed), ",".join(points), *(["careless"] if careless else []))
    quiet = asyncio.subprocess.DEVNULL
    lives = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *words),
        cwd=ROOT,
        stdin=pipe,
        stdout=pipe,
        stderr=quiet,
        env={**os.environ, **environment},
    )
    pressing = [asyncio.create_task(Bedside(port, number + 1, told).presses()) for number in range(TERMINALS)]
    try:
        async with asyncio.timeout(LONGEST_S):
            while toll.kills.total() < kills and lives.stdout is not None:
                death = json.loads(await lives.stdout.readline())
                toll.kills[death["killed"]] += 1
                toll.undone += death["undone"]
    finally:
        for task in pressing:
            task.cancel()
        await asyncio.gather(*pressing, return_exceptions=True)
        if lives.stdin is not None:
            lives.stdin.close()
        await lives.wait()
    toll.answered = len(told)
    await _look(url, told, toll)
    return toll


async def _look(url: str, told: dict[tuple[str, str], int], toll: Toll) -> None:
    """Compare what terminals were told with what is kept."""
    database = Database(url, Clock())
    try:
        async with database.reading() as session:
            rows = (await session.execute(text("SELECT terminal_id, msg_id, id FROM alert"))).all()
            kept = {(row[0], row[1]): row[2] for row in rows}
            toll.twice += len(rows) - len(kept)
            toll.lost = sum(kept.get(call) != alert for call, alert in told.items())
            raised = "SELECT count(*) - count(DISTINCT subject) FROM event WHERE topic = 'incident.raised'"
            toll.twice += int((await session.execute(text(raised))).scalar_one())
            ladders = "SELECT count(*) FROM timer GROUP BY incident_id, step, cycle HAVING count(*) > 1"
            toll.twice += len((await session.execute(text(ladders))).all())
            log = (await session.execute(text("SELECT max(seq), count(*) FROM event"))).one()
            toll.gaps = (log[0] or 0) - log[1]
            if database.embedded:
                sound = (await session.execute(text("PRAGMA integrity_check"))).scalar_one()
                toll.broken = "" if sound == "ok" else str(sound)[:200]
    except Exception as error:
        toll.broken = str(error)[:200]
    finally:
        await database.close()


async def run(kills: int, disk: str | None, on_postgres: bool, seed: int = 1) -> Toll:
    """One run on a fresh database. `disk`: None, lying (a power cut at every death) or careless (that must lose)."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, postgres() if on_postgres else nullcontext("") as server:
        url = server or f"sqlite+aiosqlite:///{folder}/kills.db"
        await found(url, TERMINALS)
        environment = {} if disk is None else await _disk(folder)
        return await kill(url, kills, seed, environment, careless=disk == "careless")


async def _disk(folder: str) -> dict[str, str]:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise FileNotFoundError("no C compiler: a disk cannot be made to lie")
    library, source = f"{folder}/disk.so", str(Path(ROOT) / "tests" / "fixtures" / "disk.c")
    command = (compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl")
    await (await asyncio.create_subprocess_exec(*command)).wait()
    return {"LD_PRELOAD": library, "DISK_CONTROL": f"{folder}/control", "DISK_LOG": f"{folder}/unsynced"}


def measure(effort: Effort) -> list[str]:
    """G12: deaths by -9 at every failpoint on both databases, and power cuts on SQLite."""
    deaths = 1050 if effort.full else max(30, int(effort.minutes * 60))
    plans = (
        ("SQLite, -9", deaths // 2, None, False),
        ("PostgreSQL, -9", deaths // 4, None, True),
        ("SQLite, power cut at every death", deaths // 4, "lying", False),
        ("the same without waiting for the disk (must lose)", 20, "careless", False),
    )
    lines = [
        "| run | deaths, by place | answered calls | lost | twice | gaps | writes undone |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, kills, disk, on_postgres in plans:
        toll = asyncio.run(run(kills, disk, on_postgres))
        where = ", ".join(f"{count} {point}" for point, count in sorted(toll.kills.items()))
        lost = toll.broken or f"{toll.lost}"
        lines.append(
            f"| {name} | {where} | {toll.answered:,} | {lost} | {toll.twice} | {toll.gaps} | {toll.undone:,} |"
        )
    return [
        *lines,
        "",
        "Goal: 0 lost, 0 twice in at least 1,000 deaths. A power cut here loses every unconfirmed write.",
    ]


def main() -> int:
    """One run from the command line."""
    parser = argparse.ArgumentParser(prog="bench.kills", description=__doc__)
    parser.add_argument("kills", type=int)
    parser.add_argument("--disk", choices=["lying", "careless"])
    parser.add_argument("--postgres", action="store_true")
    options = parser.parse_args()
    toll = asyncio.run(run(options.kills, options.disk, options.postgres))
    sys.stdout.write(json.dumps({**asdict(toll), "kills": dict(toll.kills)}) + "\n")
    return 0 if toll.clean else 1


if __name__ == "__main__":
    sys.exit(main())
