"""An intake that lives again and again: killed with -9 at a named place, started anew at once, for `bench.kills`.

Run as `python -m bench.lives URL PORT SEED POINT[,POINT] [careless]`. Every life is a fork of one process that has
loaded everything, so it begins within milliseconds. One line a death on standard output: {"killed", "undone"}. Under a
lying disk (DISK_LOG names the disk's notes) every write that no sync had confirmed is undone after a death, as when the
power goes; there `at_sync` is one place more. `careless` commits without waiting for the disk: then calls must be lost,
or the measurement is blind.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import struct
import sys
import time
from pathlib import Path
from typing import Any

from bench.fleet import SECRET
from bench.intakealone import alone_on
from service.bedside import create_bedside
from service.intake import embedded
from service.intake.failpoints import failpoint
from service.listening import server_for
from service.settings import Settings
from service.terminals.door import Door
from service.terminals.hatch import Hatch

HEAD = struct.Struct("=4q")
MOST_VISITS = 6
STARTING_SYNCS = 4
"""Syncs that a start needs before the first call."""


def live(url: str, port: int, point: str, visit: int) -> None:
    """One life, to its death at the failpoint or an orderly end."""
    if point == "at_sync":
        os.environ["DISK_DIES"] = str(visit + STARTING_SYNCS)
    failpoint.__init__({"UNWALLED_TESTING": "1", "UNWALLED_FAIL": f"{point}:{visit}"})  # type: ignore[misc]
    app: Any = alone_on(url) if url.startswith("sqlite") else create_bedside(Settings(Path("/"), url, SECRET))
    server_for(Door(app, app.state.intake), "127.0.0.1", port, hatch=Hatch(app.state.intake)).run()


def undo(log: Path) -> int:
    """Take back what the disk had not confirmed, the last write first; gives how many writes."""
    notes = log.read_bytes() if log.exists() else b""
    found, place = [], 0
    while place + HEAD.size <= len(notes):
        named, at, kept, size = HEAD.unpack_from(notes, place)
        place += HEAD.size
        name = notes[place : place + named].decode()
        found.append((name, at, notes[place + named : place + named + kept], size))
        place += named + kept
    for name, at, old, size in reversed(found):
        with Path(name).open("r+b") as file:
            file.seek(at)
            file.write(old)
            file.truncate(size)
    log.unlink(missing_ok=True)
    return len(found)


def ended(child: int) -> bool:
    """Wait for a life's end; ask it to end when our input is closed. Whether it was killed."""
    asked = False
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        if not asked and select.select([sys.stdin], [], [], 0)[0]:
            os.kill(child, signal.SIGTERM)
            asked = True
        time.sleep(0.003)


def main() -> None:
    """Live until our input is closed."""
    url, port, seed, points = sys.argv[1:5]
    if sys.argv[5:]:
        embedded.PRAGMAS = [pragma.replace("FULL", "OFF") for pragma in embedded.PRAGMAS]
    log, chance = os.environ.get("DISK_LOG"), random.Random(int(seed))
    control = Path(os.environ.get("DISK_CONTROL", "/nonexistent"))
    while not select.select([sys.stdin], [], [], 0)[0]:
        point, visit = chance.choice(points.split(",")), chance.randint(1, MOST_VISITS)
        if log:
            control.write_text(f"lying {log}\n")
        child = os.fork()
        if child == 0:
            live(url, int(port), point, visit)
            os._exit(0)
        if ended(child):
            if log:
                control.unlink()
            undone = undo(Path(log)) if log else 0
            sys.stdout.write(json.dumps({"killed": point, "undone": undone}) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
