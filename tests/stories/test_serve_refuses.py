"""Promise: what `unwalled serve` cannot do it says in one sentence, ends with 1 and leaves the database as it was."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest


def unwalled(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run one command of ours to its end."""
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("UNWALLED_")}
    return subprocess.run(
        [sys.executable, "-m", "service.cli", *words],
        env={**surroundings, "UNWALLED_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def test_a_taken_port_is_one_sentence_and_nothing_is_opened(tmp_path: Path) -> None:
    """Starting twice by mistake makes neither a traceback nor a second database."""
    home = tmp_path / "home"
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = unwalled(home, "serve", "--port", port)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert port in done.stderr and "--port" in done.stderr
    assert not (home / "unwalled.db").exists()


@pytest.mark.slow
def test_the_demo_refuses_a_database_that_is_not_its_own(tmp_path: Path) -> None:
    """An account made by hand is reason enough; the last words say what to do, without a traceback."""
    assert unwalled(tmp_path, "admin", "create", "boss").returncode == 0
    done = unwalled(tmp_path, "serve", "--demo", "--port", str(free_port()))
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("unwalled: the database")
    assert "UNWALLED_HOME" in done.stderr.splitlines()[-1]
