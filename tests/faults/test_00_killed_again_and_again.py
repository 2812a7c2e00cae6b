"""Goal G12, a sample: killed with -9 at every named place and with the power cut, nothing answered is lost or doubled.

The thousand deaths of the goal are `python -m bench kills --full`; what they found stands in bench/results.md.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
needs_compiler = pytest.mark.skipif(not (shutil.which("cc") or shutil.which("gcc")), reason="no C compiler here")
pytestmark = pytest.mark.slow


def kills(*words: str) -> tuple[int, dict[str, Any]]:
    """Run the measurement; its exit code and what it found."""
    command = [sys.executable, "-m", "bench.kills", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False)
    assert done.stdout, done.stderr[-2000:]
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize(
    "words", [("25",), ("15", "--postgres"), pytest.param(("25", "--disk", "lying"), marks=needs_compiler)]
)
def test_nothing_answered_is_lost_and_nothing_rings_twice(words: tuple[str, ...]) -> None:
    """Killed so often under load: every answered call is there, once, in a log without gaps."""
    code, found = kills(*words)
    assert found["answered"] > 10
    assert (found["lost"], found["twice"], found["gaps"], found["broken"], code) == (0, 0, 0, "", 0)


@needs_compiler
def test_a_service_that_does_not_wait_for_the_disk_is_found_out() -> None:
    """The same power cuts with commits that trust the disk's word: calls are lost, and the measurement says so."""
    code, found = kills("10", "--disk", "careless")
    assert code == 1
    assert found["lost"] > 0
