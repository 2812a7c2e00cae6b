"""Promise: compiled code is kept where it can be written, apart for every version, and nobody waits for it twice."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from routing.kernel import cache, walk

ROOT = Path(__file__).resolve().parents[2]


def test_another_source_has_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed file of a room leads to a new folder and a new mark, so that no old code is met and none is missing."""
    for room in cache.ROOMS:
        theirs = Path(cache.__file__).parents[1] / room
        shutil.copytree(theirs, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(cache, "__file__", str(tmp_path / "kernel" / "cache.py"))
    search, insertion, both = cache.folder(), cache.folder("flat"), cache.mark()
    assert (search, insertion, both) == (cache.folder(), cache.folder("flat"), cache.mark())
    with (tmp_path / "flat" / "totals.py").open("a") as file:
        file.write("\n# another line\n")
    assert cache.folder() == search and cache.folder("flat") != insertion and cache.mark() != both
    with (tmp_path / "kernel" / "walk.py").open("a") as file:
        file.write("\n# another line\n")
    assert cache.folder() != search


def test_a_part_is_not_called_from_python() -> None:
    """What has machine code only inside its callers says so instead of crashing."""
    with pytest.raises(TypeError, match="settle is a part"):
        walk.settle(None, None)


def test_a_folder_that_cannot_be_written_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the named place is a file, the user's own cache is taken."""
    blocked = tmp_path / "blocked"
    blocked.write_text("a file")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(blocked))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    assert cache.folder().is_relative_to(tmp_path / "user")
    assert not cache.warmed()
    cache.mark().touch()
    assert cache.warmed()


def test_asking_for_a_plan_loads_no_compiler() -> None:
    """The parent of a solve, which may be the service, never imports Numba."""
    code = "import sys, routing.solve; sys.exit('numba' in sys.modules or 'ortools' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 0
