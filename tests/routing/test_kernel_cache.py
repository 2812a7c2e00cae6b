"""Promise: compiled code is kept where it can be written, apart for every version, and nobody waits for it twice."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from routing.kernel import cache

ROOT = Path(__file__).resolve().parents[2]


def test_another_source_has_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed file of the kernel leads to a new folder, so that no old code is met."""
    room = tmp_path / "kernel"
    shutil.copytree(Path(cache.__file__).parent, room, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(cache, "__file__", str(room / "cache.py"))
    before = cache.fingerprint()
    assert before == cache.fingerprint()
    with (room / "walk.py").open("a") as file:
        file.write("\n# another line\n")
    assert cache.fingerprint() != before


def test_a_folder_that_cannot_be_written_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the named place is a file, the user's own cache is taken."""
    blocked = tmp_path / "blocked"
    blocked.write_text("a file")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(blocked))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    assert cache.folder().is_relative_to(tmp_path / "user")
    assert not cache.warmed()
    (cache.folder() / cache.MARK).touch()
    assert cache.warmed()


def test_asking_for_a_plan_loads_no_compiler() -> None:
    """The parent of a solve, which may be the service, never imports Numba."""
    code = "import sys, routing.solve; sys.exit('numba' in sys.modules or 'ortools' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 0
